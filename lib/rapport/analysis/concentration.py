"""How much of the spend comes from how few: share of the top, Gini coefficient, Lorenz curve.

Net spend may be negative for some customers; the curve then dips below 0 and the Gini coefficient
may pass 1. Where the total is not above 0 there is no share of it: the result is None.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pandas as pd

from rapport.analysis.resampling import Estimator, Floats, Interval, interval_of, to_floats


def count_of_top(n: int, share: float = 0.2) -> int:
    """Count the customers that are the top `share` of n, rounded up.

    Examples
    --------
    >>> count_of_top(4312), count_of_top(10, 0.3)
    (863, 3)
    """
    # Fractions of the decimal that was written: .3 * 10 in floats would round up to 4 elsewhere.
    return -(-n * Fraction(str(share)) // 1)


def share_of_top(values: Iterable[object], *, share: float = 0.2) -> float | None:
    """Give the part of the total that comes from the top `share` of customers.

    Parameters
    ----------
    values : spend, one per customer

    Returns
    -------
    their sum over the sum of all, or None where that is not above 0

    Examples
    --------
    >>> share_of_top([6, 1, 1, 1, 1])
    0.6
    """
    ordered = _fall(values)
    total = ordered.sum()
    return None if total <= 0 else float(ordered[: count_of_top(len(ordered), share)].sum() / total)


def gini(values: Iterable[object]) -> float | None:
    """Give the Gini coefficient: 0 where all spend the same, towards 1 where one spends all.

    Returns
    -------
    1 less twice the area under the Lorenz curve (no correction for small n), or None where the
    total is not above 0

    References
    ----------
    Gini, C. (1912), Variabilita e mutabilita. Langel, M. & Tille, Y. (2013), JRSS A 176, 521-540.

    Examples
    --------
    >>> gini([5, 5, 5]), round(gini([0, 0, 0, 1]), 2)
    (0.0, 0.75)
    """
    ordered = _fall(values)
    if ordered.sum() <= 0:
        return None
    return float(_weighted_gini(ordered, np.ones((1, len(ordered))))[0])


def share_of_top_interval(
    values: Iterable[object], *, share: float = 0.2, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the interval of `share_of_top`; None under 30 customers or without a total."""
    ordered = _fall(values)
    estimator = Estimator(
        len(ordered),
        lambda weights: _weighted_top(ordered, weights, share),
        lambda: _top_influence(ordered, share),
    )
    return _interval(ordered, estimator, confidence, seed)


def gini_interval(
    values: Iterable[object], *, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the interval of `gini`; None under 30 customers or without a total."""
    ordered = _fall(values)
    estimator = Estimator(
        len(ordered),
        lambda weights: _weighted_gini(ordered, weights),
        lambda: _gini_influence(ordered),
    )
    return _interval(ordered, estimator, confidence, seed)


def lorenz(values: Iterable[object], *, n_points: int = 101) -> pd.DataFrame:
    """Give the Lorenz curve from the largest customers down, at even steps.

    Returns
    -------
    one row per point, from 0 to 1
        `share_customers`, `share_spend` (what that share of customers, largest first, spent of
        the total; straight between customers); no rows where the total is not above 0
    """
    ordered = _fall(values)
    if ordered.sum() <= 0:
        return pd.DataFrame({"share_customers": [], "share_spend": []}, dtype=np.float64)
    sums = np.concatenate([[0.0], np.cumsum(ordered)]) / ordered.sum()
    steps = np.linspace(0, 1, n_points)
    heights = np.interp(steps * len(ordered), np.arange(len(sums)), sums)
    return pd.DataFrame({"share_customers": steps, "share_spend": heights})


def _fall(values: Iterable[object]) -> Floats:
    ordered: Floats = np.sort(to_floats(values))[::-1].copy()
    return ordered


def _interval(
    ordered: Floats, estimator: Estimator, confidence: float, seed: int
) -> Interval | None:
    if ordered.sum() <= 0:
        return None
    return interval_of(estimator, confidence=confidence, seed=seed)


def _weighted_top(ordered: Floats, weights: Floats, share: float) -> Floats:
    sizes = weights.sum(axis=1)
    tops = {size: count_of_top(int(size), share) for size in np.unique(sizes)}
    wanted = np.array([tops[size] for size in sizes])[:, None]
    taken = np.clip(wanted - (weights.cumsum(axis=1) - weights), 0, weights)
    parts: Floats = (taken @ ordered) / (weights @ ordered)
    return parts


def _weighted_gini(ordered: Floats, weights: Floats) -> Floats:
    rising, counts = ordered[::-1], weights[:, ::-1]
    upto = counts.cumsum(axis=1)
    # The mean rank (from the smallest) of a customer drawn several times.
    ranks = upto - (counts - 1) / 2
    sizes, sums = counts.sum(axis=1), counts @ rising
    coefficients: Floats = 2 * ((counts * ranks) @ rising) / (sizes * sums) - (sizes + 1) / sizes
    return coefficients


def _top_influence(ordered: Floats, share: float) -> Floats:
    cut = ordered[count_of_top(len(ordered), share) - 1]
    mean, part = ordered.mean(), share_of_top(ordered, share=share) or 0.0
    above = np.maximum(ordered - cut, 0) + share * cut - part * mean
    moved: Floats = (above - part * (ordered - mean)) / mean
    return moved


def _gini_influence(ordered: Floats) -> Floats:
    rising, n = ordered[::-1], len(ordered)
    ranks = np.arange(1, n + 1)
    total, coefficient = rising.sum(), gini(rising) or 0.0
    means = np.cumsum(rising) / ranks
    moved: Floats = (
        2 * ranks * (rising - means) + total - n * rising - coefficient * (total + rising * n)
    ) / total
    return moved[::-1]
