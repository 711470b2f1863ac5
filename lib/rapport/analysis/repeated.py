"""Customers with several spells: what their likeness adds to the variance of a curve or a ratio.

Contracts of one customer, one after another, are not as good as contracts of several: who left once
leaves sooner again. Rates and curves stay as they are; their intervals take customers and not
contracts for what is independent. Where nobody has two spells nothing is changed. A likeness below
nought, which few pairs give by chance, is taken for none.

References
----------
Ying, Z. & Wei, L. J. (1994), J. Multivariate Analysis 50, 17-29 (curves of dependent times). Lin,
D. Y. & Wei, L. J. (1989), JASA 84, 1074-1078 (the sandwich for Cox's regression). Lee, E. W., Wei,
L. J. & Amato, D. A. (1992), in Survival Analysis: State of the Art, 237-247. Kluwer (clusters).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rapport.analysis.measures import Floats

if TYPE_CHECKING:
    from lifelines import CoxPHFitter

SIDES = ("a", "b")


def is_repeated(spells: pd.DataFrame, cluster: str | None) -> bool:
    """Say whether some customer has more than one spell.

    Examples
    --------
    >>> is_repeated(pd.DataFrame({"customer_id": ["a", "b", "a"]}), "customer_id")
    True
    """
    return cluster is not None and cluster in spells and bool(spells[cluster].duplicated().any())


def pair_spells(
    spells: pd.DataFrame, cluster: str | None, *, columns: Sequence[str] = ()
) -> pd.DataFrame | None:
    """Give every two spells of one customer, each pair once; None where nobody has two.

    Returns
    -------
    `duration_a`, `event_a`, `duration_b`, `event_b`, `n` (1), and each of `columns` with `_a`, `_b`

    Examples
    --------
    >>> spells = pd.DataFrame({"customer_id": ["x", "y", "x"], "duration": [2, 3, 5],
    ...                        "event_observed": [True, False, False]})
    >>> pair_spells(spells, "customer_id")[["duration_a", "duration_b"]].to_numpy().tolist()
    [[2, 5]]
    """
    if cluster is None or not is_repeated(spells, cluster):
        return None
    taken = [cluster, "duration", "event_observed", *columns]
    rows = spells.loc[spells[cluster].duplicated(keep=False), taken]
    rows = rows.rename(columns={"event_observed": "event"}).assign(at=np.arange(len(rows)))
    both = rows.merge(rows, on=cluster, suffixes=("_a", "_b"))
    return both[both["at_a"] < both["at_b"]].assign(n=1).reset_index(drop=True)


def covariance_of_log(points: pd.DataFrame, pairs: pd.DataFrame) -> Floats:
    """Give what pairs add to the variance of log S at every time of a curve, not below 0.

    Parameters
    ----------
    points : `time`, `at_risk`, `n_events`, by time
    pairs : as `pair_spells` gives them
    """
    times = points["time"].to_numpy(float)
    parts = []
    for side in SIDES:
        place, event = _place(points, pairs, side)
        # Row: pair; column: time. A spell moves the curve at the times from its own on.
        at = np.minimum(place[:, None], np.arange(len(times))[None, :])
        hit = event[:, None] & (place[:, None] <= np.arange(len(times))[None, :])
        hazards, risks = _sums(points, np.ones(len(times)))
        parts.append(np.where(hit, risks[place][:, None], 0.0) - hazards[at])
    total: Floats = 2 * (pairs["n"].to_numpy(float)[:, None] * parts[0] * parts[1]).sum(axis=0)
    return np.maximum(total, 0.0)


def covariance_of_mean(points: pd.DataFrame, right: Floats, pairs: pd.DataFrame) -> float:
    """Give what pairs add to the variance of a restricted mean, not below 0.

    Parameters
    ----------
    points : of the times inside the restricted mean
    right : area under the curve to the right of each time
    """
    hazards, risks = _sums(points, right)
    parts = []
    for side in SIDES:
        place, event = _place(points, pairs, side)
        is_inside = pairs[f"duration_{side}"].to_numpy(float) <= float(points["time"].iloc[-1])
        hit = np.where(event & is_inside, risks[place], 0.0)
        parts.append(hit - hazards[place])
    return max(0.0, float(2 * (pairs["n"].to_numpy(float) * parts[0] * parts[1]).sum()))


def _place(points: pd.DataFrame, pairs: pd.DataFrame, side: str) -> tuple[np.ndarray, np.ndarray]:
    times = points["time"].to_numpy(float)
    found = np.searchsorted(times, pairs[f"duration_{side}"].to_numpy(float), side="right") - 1
    return np.maximum(found, 0), pairs[f"event_{side}"].to_numpy(bool)


def _sums(points: pd.DataFrame, weights: Floats) -> tuple[Floats, Floats]:
    """Give the weighted sums of d / Y^2 up to each time, and w / Y at it."""
    risk = np.maximum(points["at_risk"].to_numpy(float), 1.0)
    hazards: Floats = (weights * points["n_events"].to_numpy(float) / risk**2).cumsum()
    return hazards, weights / risk


def sandwich(fitter: CoxPHFitter, table: pd.DataFrame, clusters: np.ndarray) -> Floats:
    """Give standard errors of Cox's coefficients with customers as clusters.

    Parameters
    ----------
    fitter : fitted to `table`
    table : one row per spell: `duration`, `event_observed`, the covariates, maybe strata
    clusters : one number per row
    """
    names = list(fitter.params_.index)
    scores = pd.DataFrame(0.0, index=table.index, columns=names)
    told = fitter.strata or []
    strata = [told] if isinstance(told, str) else list(told)
    groups = (
        table.groupby(strata, sort=True).indices.values() if strata else [np.arange(len(table))]
    )
    for rows in groups:
        part = table.iloc[rows]
        scores.iloc[rows] = score_residuals(
            part, part[names].to_numpy(float), fitter.params_.to_numpy()
        )
    sums = scores.groupby(clusters, sort=True).sum().to_numpy()
    moved = sums @ fitter.variance_matrix_.to_numpy()
    errors: Floats = np.sqrt((moved**2).sum(axis=0))
    return errors


def score_residuals(table: pd.DataFrame, covariates: Floats, coefficients: Floats) -> Floats:
    """Give each spell's score residual of Cox's regression (Lin & Wei), ties after Breslow.

    Parameters
    ----------
    table : `duration`, `event_observed`; late entries are not known, as in lifelines' residuals
    covariates : one row per spell, one column per coefficient
    """
    centred = covariates - covariates.mean(axis=0)
    weights = np.exp(centred @ coefficients)
    lasted, events = table["duration"].to_numpy(float), table["event_observed"].to_numpy(bool)
    times = np.unique(lasted[events])
    sums = np.column_stack([weights, weights[:, None] * centred])
    at_risk = _sum_from(lasted, sums, times)
    means = at_risk[:, 1:] / at_risk[:, :1]
    steps = np.bincount(np.searchsorted(times, lasted[events]), minlength=len(times))
    hazard = steps / at_risk[:, 0]
    steps_up = np.column_stack([hazard, hazard[:, None] * means]).cumsum(axis=0)
    grown = np.vstack([np.zeros(centred.shape[1] + 1), steps_up])
    upto = np.searchsorted(times, lasted, side="right")
    own = grown[upto]
    scores: Floats = -weights[:, None] * (centred * own[:, :1] - own[:, 1:])
    scores[events] += (centred - means[np.minimum(upto - 1, len(times) - 1)])[events]
    return scores


def _sum_from(values: Floats, rows: Floats, times: Floats) -> Floats:
    """Sum the rows whose value is at each time or later."""
    order = np.argsort(values, kind="stable")
    tails = np.vstack([rows[order][::-1].cumsum(axis=0)[::-1], np.zeros(rows.shape[1])])
    found: Floats = tails[np.searchsorted(values[order], times, side="left")]
    return found
