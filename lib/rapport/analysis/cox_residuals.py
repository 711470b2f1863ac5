"""Scaled Schoenfeld residuals of many spells: as lifelines', which copies all of them for each row.

Ties are taken after Efron, weights are 1, and entries are ignored, as lifelines ignores them. It
does not apply to strata.

References
----------
Grambsch, P. M. & Therneau, T. M. (1994), Biometrika 81, 515-526.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from lifelines import CoxPHFitter


def scale_residuals(fitter: CoxPHFitter, table: pd.DataFrame) -> pd.DataFrame:
    """Give the residuals of the events, a column a covariate, by time.

    Parameters
    ----------
    fitter : fitted to `table`, without strata
    table : one row per spell: `duration`, `event_observed`, the covariates

    Returns
    -------
    one row per event, sorted by duration: what lifelines' `compute_residuals` gives as
    "scaled_schoenfeld", up to the order of those that tie
    """
    rows = table.sort_values("duration", kind="stable")
    times, events = rows["duration"].to_numpy(), rows["event_observed"].to_numpy(bool)
    covariates = rows[list(fitter.params_.index)].to_numpy(float)
    scores = np.exp(covariates @ fitter.params_.to_numpy())
    sums = np.column_stack([scores, scores[:, None] * covariates])
    starts = np.flatnonzero(np.r_[True, times[1:] != times[:-1]])
    at_risk = sums[::-1].cumsum(axis=0)[::-1][starts]
    tied = np.add.reduceat(sums * events[:, None], starts)
    n_tied = np.add.reduceat(events.astype(int), starts)
    means = _mean_at_ties(at_risk, tied, n_tied)
    place = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(times)]))
    residuals = (covariates - means[place])[events]
    scaled = events.sum() * residuals @ fitter.variance_matrix_.to_numpy()
    return pd.DataFrame(scaled, index=rows.index[events], columns=fitter.params_.index)


def _mean_at_ties(at_risk: np.ndarray, tied: np.ndarray, n_tied: np.ndarray) -> np.ndarray:
    """Average the covariates of those at risk at each time, its events leaving one by one."""
    with_events = np.flatnonzero(n_tied)
    counts = n_tied[with_events]
    firsts = np.r_[0, counts.cumsum()[:-1]]
    place = np.repeat(with_events, counts)
    gone = (np.arange(len(place)) - np.repeat(firsts, counts)) / n_tied[place]
    left = at_risk[place] - gone[:, None] * tied[place]
    shares = left[:, 1:] / (left[:, :1] * n_tied[place][:, None])
    means = np.zeros((len(n_tied), at_risk.shape[1] - 1))
    if len(with_events):
        means[with_events] = np.add.reduceat(shares, firsts)
    return means
