"""The own partial likelihood against lifelines (Davidson-Pilon 2019), its oracle."""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.statistics import proportional_hazard_test

from rapport.analysis.cox_likelihood import (
    fit_partial,
    measure_concordance,
    measure_residuals,
    sort_spells,
)

NAMES = ["spend", "seats"]


def draw(*, late):
    rng = np.random.default_rng(3)
    n = 400
    spend, seats = rng.normal(0, 1, n), rng.integers(0, 4, n).astype(float)
    # Whole months, so that many spells end together.
    ended = np.ceil(rng.exponential(12 * np.exp(-0.4 * spend), n))
    watched = rng.integers(1, 30, n).astype(float)
    duration = np.minimum(ended, watched)
    entry = np.minimum(rng.integers(0, 6, n), duration - 1).astype(float) if late else 0.0
    return pd.DataFrame(
        {
            "duration": duration, "event": (ended <= watched).astype(float), "entry": entry,
            "stratum": rng.integers(0, 3, n), "spend": spend, "seats": seats,
        }
    ).sort_values(["duration", "spend"], ignore_index=True)  # fmt: skip


def fit_both(spells, *, strata):
    stratum = spells["stratum"].to_numpy() if strata else np.zeros(len(spells), dtype=int)
    entry = np.where(spells["entry"] > 0, spells["entry"], -1.0)
    columns = [spells[name].to_numpy(float) for name in ("duration", "event")]
    own = fit_partial(sort_spells(spells[NAMES].to_numpy(), *columns, stratum=stratum, entry=entry))
    oracle = CoxPHFitter()
    is_late = bool((spells["entry"] > 0).any())
    kept = ["duration", "event", *NAMES, *(["entry"] if is_late else []),
            *(["stratum"] if strata else [])]  # fmt: skip
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        oracle.fit(
            spells[kept], "duration", "event", strata=["stratum"] if strata else None,
            entry_col="entry" if is_late else None,
            fit_options={"precision": 1e-9, "r_precision": 1e-12},
        )  # fmt: skip
    return own, oracle


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("strata", [False, True])
def test_coefficients_errors_and_likelihood_are_those_of_lifelines(late, strata):
    own, oracle = fit_both(draw(late=late), strata=strata)

    assert own.beta == pytest.approx(oracle.params_.to_numpy(), abs=1e-5)
    assert np.sqrt(np.diag(own.covariance)) == pytest.approx(
        oracle.standard_errors_.to_numpy(), rel=1e-4
    )
    assert own.log_likelihood == pytest.approx(oracle.log_likelihood_, abs=1e-6)


def test_residuals_test_proportional_hazards_as_lifelines_does():
    spells = draw(late=False)
    own, oracle = fit_both(spells, strata=False)

    residuals = measure_residuals(own)

    with np.errstate(all="ignore"):
        expected = proportional_hazard_test(
            oracle, spells[["duration", "event", *NAMES]], time_transform="identity"
        ).summary["test_statistic"].loc[NAMES]
    times = own.sorted.time - own.sorted.time.mean()
    variance = np.diag(own.covariance) * len(times) * (times**2).sum()
    found = (times[:, None] * residuals).sum(axis=0) ** 2 / variance
    assert found == pytest.approx(expected.to_numpy(), rel=1e-3)


def test_concordance_counts_pairs_by_hand():
    # Ends at 1 (risk 3), 2 (risk 1), 2 (risk 2); censored at 2 (risk 2).
    # The end at 1 beats all three; those at 2 are compared with the censored one: lost, tied.
    found = measure_concordance(
        np.array([3.0, 1.0, 2.0, 2.0]),
        np.array([1.0, 2.0, 2.0, 2.0]),
        np.array([1.0, 1.0, 1.0, 0.0]),
        stratum=np.zeros(4, dtype=int),
    )

    assert found == pytest.approx(3.5 / 5)


def test_no_pair_has_no_concordance():
    one = np.ones(1)

    assert measure_concordance(one, one, one, stratum=np.zeros(1, dtype=int)) is None


def test_columns_that_tell_the_same_have_no_maximum_of_their_own():
    spells = draw(late=False)
    twice = np.column_stack([spells["spend"], 2 * spells["spend"]])
    columns = [spells[name].to_numpy(float) for name in ("duration", "event")]
    stratum, entry = np.zeros(len(spells), dtype=int), np.full(len(spells), -1.0)

    assert fit_partial(sort_spells(twice, *columns, stratum=stratum, entry=entry)) is None
