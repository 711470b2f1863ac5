import numpy as np
import pandas as pd
import pytest

from rapport.analysis.driver_study import (
    DriverSettings,
    list_effects,
    list_moving,
    list_remarks,
    measure_drivers,
    name_drivers,
    study_drivers,
)

SETTINGS = DriverSettings(numbers=("price",), categories=("plan", "staff"))


@pytest.fixture(scope="module")
def spells():
    """Plan b ends twice as fast; staff follows the plan and does nothing; price neither."""
    rng = np.random.default_rng(8)
    n = 900
    plan = rng.choice(["a", "b"], n)
    staff = np.where(rng.random(n) < 0.75, plan, rng.choice(["a", "b"], n))
    ended = np.ceil(rng.exponential(np.where(plan == "b", 10, 20)))
    watched = rng.integers(5, 40, n)
    return pd.DataFrame(
        {
            "duration": np.minimum(ended, watched), "event_observed": ended <= watched,
            "plan": plan, "staff": staff, "price": rng.integers(1, 50, n),
        }
    )  # fmt: skip


def test_the_true_driver_is_found_and_what_follows_it_is_not(spells):
    study = study_drivers(spells, SETTINGS)

    by_column = study.terms.set_index("covariate")
    assert name_drivers(study) == "ok"
    assert by_column["is_difference"].to_dict() == {"plan": True, "staff": False, "price": False}
    # The most frequent value is the reference, whichever the draw made it.
    ratio = 2.0 if by_column.loc["plan", "level"] == "b" else 0.5
    assert by_column.loc["plan", "low"] < ratio < by_column.loc["plan", "high"]
    assert study.terms["covariate"].iloc[0] == "plan"


def test_a_group_that_ends_without_exception_has_no_ratio_and_is_named(spells):
    early, late = spells.copy(), spells.copy()
    # All of one plan end on the first day, and nobody of the other ever does.
    for rows, others in ((early, 1), (late, 0)):
        rows["event_observed"] = rows["plan"] == "b"
        rows["duration"] = np.where(rows["plan"] == "b", 1, 40)
        rows["other"] = np.where(np.arange(len(rows)) % 2, "x", "y") if others else "x"

    both = study_drivers(early, DriverSettings(categories=("plan", "other")))
    alone = study_drivers(late, DriverSettings(categories=("plan",)))

    assert both.boundless == alone.boundless == ("plan",)
    assert "boundless" in list_remarks(both)
    assert list(both.terms["covariate"]) == ["other"]
    assert np.isfinite(both.terms[["low", "high"]].to_numpy(float)).all()
    assert name_drivers(alone) == "not_converged" and alone.terms.empty


def test_shuffled_rows_change_nothing_and_the_input_is_untouched(spells):
    shuffled = spells.sample(frac=1, random_state=1)
    kept = shuffled.copy()

    again = study_drivers(shuffled, SETTINGS)

    pd.testing.assert_frame_equal(again.terms, study_drivers(spells, SETTINGS).terms)
    pd.testing.assert_frame_equal(shuffled, kept)


def test_a_level_counts_its_own_spells(spells):
    row = study_drivers(spells, SETTINGS).terms.set_index("covariate").loc["plan"]

    own = spells[spells["plan"] == row["level"]]
    assert (row["n"], row["n_events"]) == (len(own), own["event_observed"].sum())


def test_what_others_tell_is_left_out_and_named(spells):
    doubled = spells.assign(cost=2.0 * spells["price"] ** 1.01)

    study = study_drivers(doubled, DriverSettings(("price", "cost"), ("plan",)))

    assert study.left_out == ("cost",)
    assert "left_out" in list_remarks(study)


def test_of_columns_that_are_the_same_the_shortest_word_stays(spells):
    no = spells["plan"] == "a"
    twins = spells.assign(
        backup=np.where(no, "no internet", "yes"), internet=np.where(no, "no", "fibre")
    )

    study = study_drivers(twins, DriverSettings((), ("backup", "internet")))

    assert len(study.terms) == 1
    assert study.terms["level"].iloc[0] in {"no", "yes"}


def test_a_ratio_that_turns_is_given_for_both_halves():
    rng = np.random.default_rng(7)
    late = np.tile(["no", "yes"], 400)
    duration = np.where(late == "yes", 20 + rng.integers(0, 9, 800), rng.integers(1, 60, 800))
    spells = pd.DataFrame({"duration": duration, "event_observed": True, "late": late})
    spells.loc[::12, "event_observed"] = False

    study = study_drivers(spells, DriverSettings((), ("late",)))

    moving = list_moving(study)
    assert moving["term"].tolist() == study.terms["term"].tolist()
    assert "moving" in list_remarks(study)
    assert moving["late"].iloc[0] != pytest.approx(moving["hazard_ratio"].iloc[0], rel=0.2)


@pytest.mark.parametrize(
    ("take", "settings", "reason"),
    [
        (20, SETTINGS, "too_few"),
        (0, SETTINGS, "too_few"),
        (900, DriverSettings((), ()), "none"),
    ],
)
def test_without_enough_the_reason_is_said(spells, take, settings, reason):
    study = study_drivers(spells.head(take), settings)

    assert name_drivers(study) == reason
    assert len(list_effects(study)) == len(list_moving(study)) == 0
    assert [one.name for one in measure_drivers(study, unit="contracts")] == [
        "drivers.n", "drivers.ended",
    ]  # fmt: skip


def test_terms_are_no_more_than_a_tenth_of_the_events(spells):
    few = spells.head(70).assign(more=np.tile(["x", "y"], 35))
    n_events = int(few["event_observed"].sum())

    study = study_drivers(few, DriverSettings(("price",), ("plan", "staff", "more"), min_n=5))

    assert len(study.terms) <= n_events // 10
