from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.churn_groups import (
    GroupSettings,
    measure_groups,
    name_groups,
    study_groups,
    withhold_few,
)
from rapport.analysis.churn_study import measure_returns, study_returns, summarise_returns
from rapport.chapter.numbers import make_value
from rapport.params import load_unit
from rapport.present.chapters.churn import return_table
from rapport.present.sentences import Sentence
from rapport.present.tables import render_table

SETTINGS = GroupSettings(("plan", "noise", "town"), 12)


@pytest.fixture(scope="module")
def spells():
    rng = np.random.default_rng(2)
    n = 600
    plan = rng.choice(["a", "a", "b"], n)
    ended = np.ceil(rng.exponential(np.where(plan == "b", 8, 20)))
    watched = rng.integers(6, 36, n)
    return pd.DataFrame(
        {
            "duration": np.minimum(ended, watched), "event_observed": ended <= watched,
            "plan": plan, "noise": rng.choice(["p", "q"], n), "town": "one",
        }
    )  # fmt: skip


def test_the_first_grouping_and_those_that_differ_are_shown(spells):
    study = study_groups(spells, SETTINGS)

    assert name_groups(study) == "differ"
    assert study.tests["grouping"].tolist() == ["plan", "noise"]
    assert study.rows["grouping"].unique().tolist() == ["plan"]


def test_groups_that_differ_without_being_watched_long_enough_give_no_shares(spells):
    # One plan ends at once and for good, the other is watched for five months.
    rows = spells.assign(
        event_observed=spells["plan"] == "b",
        duration=np.where(spells["plan"] == "b", 1, 5),
    )

    study = study_groups(rows, SETTINGS)

    assert name_groups(study) == "short"
    assert "groups.low" not in {one.name for one in measure_groups(study, unit="contracts")}


def test_the_others_are_held_against_the_largest_in_restricted_means(spells):
    rows = study_groups(spells, SETTINGS).rows.set_index("group")

    assert rows.loc["plan=a", "is_reference"]
    assert pd.isna(rows.loc["plan=a", "gain"])
    assert rows.loc["plan=b", "gain"] == pytest.approx(
        rows.loc["plan=b", "mean"] - rows.loc["plan=a", "mean"]
    )
    assert rows.loc["plan=b", "gain_high"] < 0


def test_groups_in_which_chance_was_not_seen_at_work_have_no_gain_of_no_width():
    # All of one plan end in the first month, nobody of the other.
    plans = pd.DataFrame(
        {"plan": ["a"] * 100 + ["b"] * 100, "event_observed": [False] * 100 + [True] * 100,
         "duration": [15] * 100 + [1] * 100}
    )  # fmt: skip

    rows = study_groups(plans, GroupSettings(("plan",), 12)).rows.set_index("group")

    assert rows["gain"].notna().sum() == 1
    assert rows[["gain_low", "gain_high"]].isna().all(axis=None)
    assert rows.loc["plan=a", "low"] < rows.loc["plan=a", "high"] == 1
    assert rows.loc["plan=b", "low"] == 0 < rows.loc["plan=b", "high"]


def test_the_table_of_curves_withholds_what_the_sentence_does():
    unit = load_unit(Path(__file__).parents[3], "sample-retail")
    # Of 150 contracts of one plan four still ran after a year, thirty after half of one.
    plans = pd.DataFrame(
        [("a", 3, True, 120), ("a", 9, True, 26), ("a", 14, False, 4), ("b", 14, False, 200)],
        columns=["plan", "duration_months", "event_observed", "n"],
    )
    returns = study_returns(pd.DataFrame(), plans, confidence=0.95)
    summary = summarise_returns(returns)
    told = {one.slot: make_value(one, one.name, unit) for one in measure_returns(summary, returns)}

    shown = withhold_few(summary, min_count=unit.min_count)

    cells = render_table(return_table(shown, told, kind="contracts"), "en")
    assert cells[0][:5] == ["a", "150", "20.0%", "n/a", "n/a"]
    assert cells[1][:4] == ["b", "200", "100.0%", "100.0%"]
    said = Sentence("churn.return", told, case="contracts").text("en")
    assert "<6.7%" in said
    assert "2.7%" not in said


def test_a_first_grouping_that_does_not_differ_is_said(spells):
    study = study_groups(spells, GroupSettings(("noise", "plan"), 12))

    assert name_groups(study) == "alike"
    assert study.rows["grouping"].unique().tolist() == ["noise", "plan"]


def test_shuffled_rows_change_nothing(spells):
    again = study_groups(spells.sample(frac=1, random_state=3), SETTINGS)

    pd.testing.assert_frame_equal(again.rows, study_groups(spells, SETTINGS).rows)


@pytest.mark.parametrize(
    ("rows", "groupings", "reason"),
    [(0, ("plan",), "few"), (10, ("plan",), "few"), (600, ("town",), "one"), (600, (), "one")],
)
def test_without_groups_the_reason_is_said(spells, rows, groupings, reason):
    study = study_groups(spells.head(rows), GroupSettings(groupings, 12))

    assert name_groups(study) == reason
    assert study.rows.empty
    assert [one.name for one in measure_groups(study, unit="customers")] == [
        "groups.n", "groups.time",
    ]  # fmt: skip
