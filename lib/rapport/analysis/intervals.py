"""Intervals of shares, differences, rates, quantiles and means: which one, for which quantity.

Closed forms stand here; means and ratios of sums of money, whose distributions are skew, are
resampled (`resampling`). Every function takes observations that are independent of one another:
one row per customer. Shares over rows of which a customer has many go through `clustered_share`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

from rapport.analysis.resampling import FEW, Interval, interval_of, ratio_estimator, to_floats
from rapport.errors import DataError

N_DRAWS_CLUSTERED = 1_000


def wilson(k: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Give the score interval of a share, k of n.

    Parameters
    ----------
    k, n : counts of independent rows (customers), 0 <= k <= n, n >= 1

    Raises
    ------
    DataError
        n is 0, or k does not lie within 0 and n.

    References
    ----------
    Wilson, E. B. (1927), JASA 22, 209-212.

    Examples
    --------
    >>> interval = wilson(171, 3209)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.046, 0.0616)
    """
    _check_counts(k, n)
    z = _z(confidence)
    share, slack = k / n, z * z / n
    half = z * sqrt(share * (1 - share) / n + slack / (4 * n))
    middle = share + slack / 2
    # At none or all of n one end is 0 or 1 exactly; the formula gives it but for rounding.
    low = 0.0 if k == 0 else (middle - half) / (1 + slack)
    high = 1.0 if k == n else (middle + half) / (1 + slack)
    return Interval(float(low), float(high))


def newcombe(k1: int, n1: int, k2: int, n2: int, *, confidence: float = 0.95) -> Interval:
    """Give the hybrid score interval of a difference of two shares, k1 / n1 - k2 / n2.

    Raises
    ------
    DataError
        As in `wilson`.

    References
    ----------
    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> interval = newcombe(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    one, two = wilson(k1, n1, confidence=confidence), wilson(k2, n2, confidence=confidence)
    share1, share2 = k1 / n1, k2 / n2
    down = sqrt((share1 - one.low) ** 2 + (two.high - share2) ** 2)
    up = sqrt((one.high - share1) ** 2 + (share2 - two.low) ** 2)
    return Interval(float(share1 - share2 - down), float(share1 - share2 + up))


def poisson_rate(events: int, exposure: float, *, confidence: float = 0.95) -> Interval:
    """Give the exact interval of a rate: events per unit of exposure (customer-years, say).

    Raises
    ------
    DataError
        Events are negative or there is no exposure.

    References
    ----------
    Garwood, F. (1936), Biometrika 28, 437-442.

    Examples
    --------
    >>> interval = poisson_rate(10, 1)
    >>> round(interval.low, 3), round(interval.high, 3)
    (4.795, 18.39)
    """
    if events < 0 or exposure <= 0:
        raise DataError(f"rate: {events} events in {exposure} of exposure is no rate.")
    tail = (1 - confidence) / 2
    low = stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(1 - tail, 2 * events + 2) / 2
    return Interval(float(low) / exposure, float(high) / exposure)


def quantile_interval(
    values: Iterable[object], share: float = 0.5, *, confidence: float = 0.95
) -> Interval | None:
    """Give the exact interval of a quantile, by the median unless `share` says else.

    The ends are values that occur, so the interval covers at least `confidence` whatever the
    distribution; ties only widen it.

    Returns
    -------
    the interval, or None where there are too few values for one of its ends

    References
    ----------
    Conover, W. J. (1999), Practical Nonparametric Statistics, 3.2.

    Examples
    --------
    >>> quantile_interval(range(1, 11)).ends
    (2.0, 9.0)
    """
    ordered = np.sort(to_floats(values))
    tail = (1 - confidence) / 2
    # Counts of values below the quantile are binomial: the ends leave at most `tail` outside.
    below = stats.binom.cdf(np.arange(len(ordered) + 1), len(ordered), share)
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    if low == 0 or high > len(ordered):
        return None
    return Interval(float(ordered[low - 1]), float(ordered[high - 1]))


def welch(
    one: Iterable[object], two: Iterable[object], *, confidence: float = 0.95
) -> Interval | None:
    """Give the interval of a difference of two means, one - two, without equal variances.

    Returns
    -------
    the interval, or None where a group has fewer than two values

    References
    ----------
    Welch, B. L. (1947), Biometrika 34, 28-35.

    Examples
    --------
    >>> interval = welch([3.0, 4.0, 5.0], [1.0, 2.0, 3.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.267, 4.267)
    """
    groups = [np.sort(to_floats(values)) for values in (one, two)]
    if min(len(group) for group in groups) < 2:
        return None
    parts = [float(group.var(ddof=1)) / len(group) for group in groups]
    difference = float(groups[0].mean() - groups[1].mean())
    spread = sum(parts)
    if spread == 0:
        return Interval(difference, difference)
    shares = zip(parts, groups, strict=True)
    freedom = spread**2 / sum(part**2 / (len(group) - 1) for part, group in shares)
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * sqrt(spread)
    return Interval(difference - half, difference + half)


def ratio_of_sums(
    numerator: Iterable[object], denominator: Iterable[object], *,
    confidence: float = 0.95, seed: int = 0,
) -> Interval | None:  # fmt: skip
    """Give the interval of sum(numerator) / sum(denominator), one row per customer.

    Parameters
    ----------
    numerator, denominator : one value per customer, in one order (net and orders give the AOV)

    Returns
    -------
    as in `interval_of`; None also where the denominators sum to 0

    Examples
    --------
    >>> ratio_of_sums([10.0] * 40, [2] * 40).ends
    (5.0, 5.0)
    """
    rows = np.column_stack([to_floats(numerator), to_floats(denominator)])
    ordered = rows[np.lexsort(rows.T)]
    if ordered[:, 1].sum() == 0:
        return None
    return interval_of(ratio_estimator(ordered), confidence=confidence, seed=seed)


def mean_interval(
    values: Iterable[object], *, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the interval of a mean of money or orders, one value per customer.

    Examples
    --------
    >>> mean_interval([1.0, 2.0]) is None
    True
    """
    kept = list(values)
    return ratio_of_sums(kept, [1] * len(kept), confidence=confidence, seed=seed)


def clustered_share(
    k: Iterable[int], n: Iterable[int], *, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the interval of a share over rows of which a customer has many.

    Parameters
    ----------
    k, n : one value per customer: rows that count, and rows in all (months, contacts)

    Returns
    -------
    the percentile interval of 1,000 draws of customers, or None where there is no row

    Notes
    -----
    Customers with the same k and n are one cell of a multinomial: the same distribution of
    draws, at a cost that does not grow with the number of customers. Where no row counts, or
    every row, all draws are alike and tell nothing: the interval is Wilson's then, of customers
    who all did the one or the other, however many rows each has.

    Examples
    --------
    >>> clustered_share([0, 2] * 50, [2, 2] * 50).holds(0.5)
    True
    >>> clustered_share([0] * 50, [9] * 50).ends == wilson(0, 50).ends
    True
    """
    rows = np.column_stack([np.asarray(list(k), dtype=np.int64), np.asarray(list(n), np.int64)])
    cells, counts = np.unique(rows, axis=0, return_counts=True)
    return share_of_cells(cells, counts, confidence=confidence, seed=seed)


def share_of_cells(
    cells: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], *,
    confidence: float = 0.95, seed: int = 0,
) -> Interval | None:  # fmt: skip
    """Give the interval of `clustered_share` from customers that were counted before.

    Parameters
    ----------
    cells : one row per different customer, in rising order: rows that count, and rows in all
    counts : how many customers are like that

    Examples
    --------
    >>> one = share_of_cells(np.array([[0, 2], [2, 2]]), np.array([50, 50]))
    >>> one == clustered_share([0, 2] * 50, [2, 2] * 50)
    True
    """
    k, n = cells.sum(axis=0)
    if n == 0:
        return None
    approximate = bool(counts.sum() < FEW)
    if k in (0, n):
        n_customers = int(counts[cells[:, 1] > 0].sum())
        ends = wilson(n_customers if k else 0, n_customers, confidence=confidence).ends
        return Interval(*ends, approximate=approximate)
    random = np.random.default_rng(seed)
    weights = random.multinomial(counts.sum(), counts / counts.sum(), size=N_DRAWS_CLUSTERED)
    sums = weights @ cells
    shares = sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
    tail = (1 - confidence) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return Interval(float(low), float(high), approximate=approximate)


def _check_counts(k: int, n: int) -> None:
    if not 0 <= k <= n or n == 0:
        raise DataError(f"share: {k} of {n} is no share. Count the rows before dividing.")


def _z(confidence: float) -> float:
    return float(stats.norm.ppf((1 + confidence) / 2))
