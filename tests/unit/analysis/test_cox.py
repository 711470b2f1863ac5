import numpy as np
import pandas as pd
import pytest

from rapport.analysis.cox import Covariates, fit_cox
from rapport.errors import DataError


@pytest.fixture(scope="module")
def spells():
    """Plan b ends twice as fast as plan a; spend has nothing to do with it."""
    rng = np.random.default_rng(4)
    plan = np.tile(["a", "b", "b"], 200)
    ended = np.ceil(rng.exponential(np.where(plan == "b", 10, 20)))
    watched = rng.integers(5, 40, 600)
    return pd.DataFrame(
        {
            "duration": np.minimum(ended, watched),
            "event_observed": ended <= watched,
            "plan": plan,
            "spend": rng.normal(0, 1, 600).round(1),
        }
    )


PLAN = Covariates(categories={"plan": "a"})


def test_the_true_ratio_lies_in_the_interval(spells):
    fit = fit_cox(spells, Covariates(numbers=("spend",), categories={"plan": "a"}))

    ratios = fit.table.set_index("covariate")
    assert ratios.loc["plan", "low"] < 2 < ratios.loc["plan", "high"]
    assert ratios.loc["spend", "low"] < 1 < ratios.loc["spend", "high"]
    assert ratios["is_proportional"].all()
    assert (fit.penalty, fit.reason) == (0, None)


def test_a_row_says_its_level_reference_and_size(spells):
    row = fit_cox(spells, PLAN).table.iloc[0]

    assert (row["covariate"], row["level"], row["reference"]) == ("plan", "b", "a")
    assert row["n"] == 400
    assert row["n_events"] == spells.query("plan == 'b'")["event_observed"].sum()
    assert row["hazard_ratio"] == pytest.approx(np.exp(row["coefficient"]))


def test_collapsed_spells_give_the_same_ratio(spells):
    kinds = spells.value_counts(["plan", "duration", "event_observed"]).rename("n").reset_index()

    apart, collapsed = fit_cox(spells, PLAN), fit_cox(kinds, PLAN)

    assert collapsed.n == apart.n == 600
    assert collapsed.table["coefficient"][0] == pytest.approx(apart.table["coefficient"][0])
    assert collapsed.table["n"][0] == 400


def test_shuffled_rows_change_nothing_and_the_input_is_untouched(spells):
    shuffled = spells.sample(frac=1, random_state=1)
    kept = shuffled.copy()

    again = fit_cox(shuffled, PLAN)

    pd.testing.assert_frame_equal(again.table, fit_cox(spells, PLAN).table)
    pd.testing.assert_frame_equal(shuffled, kept)


def test_a_stratum_has_no_ratio(spells):
    fit = fit_cox(spells, Covariates(numbers=("spend",), strata=("plan",)))

    assert fit.table["covariate"].tolist() == ["spend"]
    assert fit.df == 1


def test_a_hazard_that_changes_sides_is_not_proportional():
    rng = np.random.default_rng(7)
    late = np.tile([0, 1], 300)
    duration = np.where(late == 1, 20 + rng.integers(0, 5, 600), rng.integers(1, 60, 600))
    spells = pd.DataFrame({"duration": duration, "event_observed": True, "late": late})

    assert fit_cox(spells, Covariates(("late",))).table["is_proportional"].tolist() == [False]


def test_a_fit_that_does_not_converge_gets_a_penalty_and_says_so():
    apart = pd.DataFrame(
        {
            "duration": range(1, 41),
            "event_observed": [True] * 20 + [False] * 20,
            "early": [1] * 20 + [0] * 20,
        }
    )

    fit = fit_cox(apart, Covariates(("early",)))

    assert fit.penalty == 0.01
    assert np.isfinite(fit.table["hazard_ratio"]).all()


def test_a_covariate_that_is_the_same_for_all_is_left_out_and_named(spells):
    fit = fit_cox(spells.assign(one=1), Covariates(("one", "spend")))

    assert fit.left_out == ("one",)
    assert fit.table["covariate"].tolist() == ["spend"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"event_observed": False}, "no_events"), ({"spend": 1}, "no_covariates")],
)
def test_without_something_to_explain_the_reason_is_said(spells, change, reason):
    fit = fit_cox(spells.assign(**change), Covariates(("spend",)))

    assert (fit.reason, len(fit.table)) == (reason, 0)


def test_no_spells_have_no_events(spells):
    fit = fit_cox(spells.head(0), PLAN)

    assert (fit.n, fit.reason) == (0, "no_events")


def test_what_is_missing_is_named(spells):
    with pytest.raises(DataError, match="no column tariff"):
        fit_cox(spells, Covariates(categories={"tariff": "a"}))
    with pytest.raises(DataError, match="no row of plan is c"):
        fit_cox(spells, Covariates(categories={"plan": "c"}))
    unnamed = spells.assign(plan=[None, *spells["plan"][1:]])
    for covariates in (PLAN, Covariates(numbers=("spend",), strata=("plan",))):
        with pytest.raises(DataError, match="1 rows have no plan"):
            fit_cox(unnamed, covariates)
