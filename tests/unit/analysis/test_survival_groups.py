import numpy as np
import pandas as pd
import pytest
from lifelines.statistics import multivariate_logrank_test

from rapport.analysis.survival_groups import (
    compare_groupings,
    compare_restricted_means,
    compare_survival,
    count_at_risk_by,
    fit_survival_by,
    stack_curves,
    summarise_survival,
)
from rapport.analysis.survival_reading import estimate_restricted_mean
from rapport.errors import DataError


@pytest.fixture
def spells():
    rng = np.random.default_rng(2)
    group = np.repeat(["a", "b"], 150)
    scale = np.where(group == "a", 10, 20)
    return pd.DataFrame(
        {
            "duration": np.ceil(rng.exponential(scale)),
            "event_observed": rng.random(300) < 0.7,
            "plan": group,
            "coin": rng.integers(0, 2, 300),
        }
    )


def test_groups_come_in_the_order_of_their_names(spells):
    curves = fit_survival_by(spells.iloc[::-1], by="plan")

    assert list(curves) == ["a", "b"]
    assert curves["a"].n == 150


def test_the_log_rank_test_of_collapsed_spells_equals_that_of_single_ones(spells):
    collapsed = spells.value_counts(["plan", "duration", "event_observed"]).rename("n")

    test = compare_survival(collapsed.reset_index(), by="plan")

    oracle = multivariate_logrank_test(spells["duration"], spells["plan"], spells["event_observed"])
    assert test.chi2 == pytest.approx(oracle.test_statistic)
    assert test.p_value == pytest.approx(oracle.p_value)
    assert test.df == 1


def test_several_groupings_are_one_family(spells):
    tests = compare_groupings(spells.assign(one="x"), by=["plan", "coin", "one"])

    tests = tests.set_index("grouping")
    assert tests["is_difference"].to_dict() == {"plan": True, "coin": False, "one": False}
    assert tests.loc["plan", "p_adjusted"] == pytest.approx(2 * tests.loc["plan", "p_value"])
    assert tests.loc["one", "reason"] == "one_group"


def test_without_events_there_is_no_test_and_the_reason_is_said(spells):
    assert compare_survival(spells.assign(event_observed=False), by="plan").reason == "no_events"


def test_late_entries_are_refused(spells):
    with pytest.raises(DataError, match="late entries"):
        compare_survival(spells.assign(entry=0.5), by="plan")


def test_spells_without_a_group_are_refused(spells):
    spells["plan"] = spells["plan"].where(spells.index > 1)

    with pytest.raises(DataError, match="2 rows have no plan"):
        compare_survival(spells, by="plan")


def test_the_table_under_the_figure_counts_those_still_watched(spells):
    counts = count_at_risk_by(fit_survival_by(spells, by="plan"), [0, 10])

    assert counts[0].to_dict() == {"a": 150, "b": 150}
    assert counts.loc["a", 10] == (spells.query("plan == 'a'")["duration"] >= 10).sum()


def test_a_summary_has_a_row_per_group_and_time(spells):
    curves = fit_survival_by(spells, by="plan")

    summary = summarise_survival(curves, times=[5, 10])

    assert summary[["group", "time"]].to_numpy().tolist() == [
        ["a", 5],
        ["a", 10],
        ["b", 5],
        ["b", 10],
    ]
    assert summary["n"].tolist() == [150] * 4
    assert summary["is_median_reached"].all()


def test_a_median_not_reached_is_marked():
    quiet = pd.DataFrame({"duration": [3.0], "event_observed": [False], "plan": ["a"]})

    summary = summarise_survival(fit_survival_by(quiet, by="plan"), times=[1])

    assert summary["is_median_reached"].tolist() == [False]


def test_no_groups_give_empty_tables():
    none = pd.DataFrame({"duration": [], "event_observed": [], "plan": []})

    curves = fit_survival_by(none, by="plan")

    assert curves == {}
    assert stack_curves(curves).empty
    assert summarise_survival(curves, times=[1]).empty
    assert count_at_risk_by(curves, [0]).empty
    assert compare_survival(none, by="plan").reason == "one_group"


def test_the_difference_of_restricted_means_adds_their_variances(spells):
    curves = fit_survival_by(spells, by="plan")
    short, long = (estimate_restricted_mean(curves[plan], tau=15) for plan in "ab")

    difference = compare_restricted_means(short, long)

    assert difference.value == pytest.approx(long.value - short.value)
    half = 1.959964 * np.hypot(short.standard_error, long.standard_error)
    assert difference.high - difference.value == pytest.approx(half, rel=1e-6)


def test_a_group_of_kinds_that_nobody_is_of_has_no_points():
    kinds = pd.DataFrame(
        {"duration": [3, 4], "event_observed": True, "n": [2, 0], "plan": ["a", "b"]}
    )

    curves = fit_survival_by(kinds, by="plan")

    assert set(stack_curves(curves)["group"]) == {"a"}
    assert summarise_survival(curves, times=[1])["is_observed"].tolist() == [True, False]
    assert count_at_risk_by(curves, [0])[0].to_dict() == {"a": 2, "b": 0}
