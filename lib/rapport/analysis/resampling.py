"""Intervals of means, ratios of sums and shares of a total, by resampling customers.

From 30 to 5,000 customers the bias-corrected and accelerated bootstrap (2,000 draws), above it
the linearised interval, with which it agrees there. Measured coverage on skew money falls short
under 200 customers: such intervals are marked approximate; under 30 there is none. Draws are
seeded, and rows are put in the order of their values first, so their order means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rapport.analysis.intervals import Floats, Interval, to_floats

N_DRAWS = 2_000
N_DRAWS_CLUSTERED = 1_000
FEWEST, FEW, MANY = 30, 200, 5_000
# Weights are made some rows of a matrix at a time: 4 million cells are 32 MB.
_CELLS = 4_000_000


@dataclass(frozen=True)
class Estimator:
    """A statistic of n customers as the bootstrap needs it.

    `weighted` takes a matrix of weights, one row per draw and one column per customer (how many
    times the customer was drawn), and gives one value per draw. `influence` gives what each
    customer moves the estimate by, in the limit, for the linearised interval.
    """

    n: int
    weighted: Callable[[Floats], Floats]
    influence: Callable[[], Floats]

    @property
    def value(self) -> float:
        """The statistic of the customers as they are."""
        return float(self.weighted(np.ones((1, self.n)))[0])


def interval_of(
    estimator: Estimator, *, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Give the interval of a statistic of customers, by the method that their number allows.

    Returns
    -------
    the interval; None under 30 customers; `approximate` under 200

    References
    ----------
    Efron, B. (1987), JASA 82, 171-185. DiCiccio, T. J. & Efron, B. (1996), Statistical Science
    11, 189-228 (acceleration from the influence function). Deville, J.-C. (1999), Survey Methodology 25, 193-203.
    """
    if estimator.n < FEWEST:
        return None
    if estimator.n > MANY:
        return _linearised(estimator, confidence)
    draws = np.concatenate([estimator.weighted(w) for w in _draw(estimator.n, N_DRAWS, seed)])
    low, high = _bca(estimator, draws[np.isfinite(draws)], confidence)
    return Interval(low, high, approximate=estimator.n < FEW)


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
    draws, at a cost that does not grow with the number of customers.

    Examples
    --------
    >>> clustered_share([0, 2] * 50, [2, 2] * 50).holds(0.5)
    True
    """
    rows = np.column_stack([np.asarray(list(k), dtype=np.int64), np.asarray(list(n), np.int64)])
    if rows[:, 1].sum() == 0:
        return None
    cells, counts = np.unique(rows, axis=0, return_counts=True)
    random = np.random.default_rng(seed)
    weights = random.multinomial(counts.sum(), counts / counts.sum(), size=N_DRAWS_CLUSTERED)
    sums = weights @ cells
    shares = sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
    tail = (1 - confidence) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return Interval(float(low), float(high), approximate=len(rows) < FEW)


def ratio_estimator(rows: Floats) -> Estimator:
    """Make the estimator of a ratio of sums from a matrix: numerator, denominator."""

    def weighted(weights: Floats) -> Floats:
        sums: Floats = weights @ rows
        return _divide(sums[:, 0], sums[:, 1])

    def influence() -> Floats:
        ratio = rows[:, 0].sum() / rows[:, 1].sum()
        moved: Floats = (rows[:, 0] - ratio * rows[:, 1]) / rows[:, 1].mean()
        return moved

    return Estimator(len(rows), weighted, influence)


def difference_of_ratios(rows: Floats) -> Estimator:
    """Make the estimator of a difference of two ratios of sums over the same customers.

    `rows` : one row per customer of either period: numerator and denominator of the later
    period, then of the earlier one; 0 and 0 in a period in which the customer is not there.
    """
    one, two = ratio_estimator(rows[:, :2]), ratio_estimator(rows[:, 2:])
    return Estimator(
        len(rows),
        lambda weights: one.weighted(weights) - two.weighted(weights),
        lambda: one.influence() - two.influence(),
    )


def _divide(one: Floats, two: Floats) -> Floats:
    # A draw may hold nobody with a denominator; it says nothing and is left out.
    parts: Floats = np.divide(one, two, out=np.full(len(one), np.nan), where=two != 0)
    return parts


def _linearised(estimator: Estimator, confidence: float) -> Interval:
    moved, n = estimator.influence(), estimator.n
    error = float(np.sqrt(np.var(moved, ddof=1) / n))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return Interval(estimator.value - half, estimator.value + half)


def _draw(n: int, n_draws: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // n)
    for start in range(0, n_draws, step):
        rows = min(step, n_draws - start)
        places = random.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, None]
        counts = np.bincount(places.ravel(), minlength=rows * n)
        yield counts.reshape(rows, n).astype(np.float64)


def _bca(estimator: Estimator, draws: Floats, confidence: float) -> tuple[float, float]:
    value = estimator.value
    if len(draws) == 0 or np.ptp(draws) == 0:
        return value, value
    below = (np.sum(draws < value) + np.sum(draws == value) / 2) / len(draws)
    bias = stats.norm.ppf(np.clip(below, 1 / (len(draws) + 1), len(draws) / (len(draws) + 1)))
    # Influence in the limit instead of leaving customers out one by one: the same number to the
    # digits that matter, at n evaluations less (n = 4,312 and the Gini coefficient: 1 CPU s).
    moved = estimator.influence()
    square = float(np.sum(moved**2))
    speed = float(np.sum(moved**3)) / (6 * square**1.5) if square > 0 else 0.0
    ends = bias + stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.quantile(draws, stats.norm.cdf(bias + ends / (1 - speed * ends)))
    return float(low), float(high)
