"""Differences of money with less noise: what customers spent before explains part of it.

Spend before the assignment cannot be an effect of it, so taking off what it explains moves no
mean and only narrows the interval. The slope is that of both arms pooled. Where spend before
says nothing (new customers), nothing is gained and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import stats

from rapport.analysis.resampling import Interval


@dataclass(frozen=True)
class Moments:
    """Sums of a measure over n customers, and of the same customers' measure before."""

    n: int
    total: float
    squares: float
    before: float = 0.0
    before_squares: float = 0.0
    products: float = 0.0

    @classmethod
    def of(cls, values: Sequence[float], before: Sequence[float]) -> Moments:
        """Add up customers one by one.

        Examples
        --------
        >>> Moments.of([1.0, 3.0], [0.0, 2.0]).mean
        2.0
        """
        pairs = list(zip(values, before, strict=True))
        return cls(
            len(pairs),
            sum(y for y, _ in pairs),
            sum(y * y for y, _ in pairs),
            sum(x for _, x in pairs),
            sum(x * x for _, x in pairs),
            sum(x * y for y, x in pairs),
        )

    def __add__(self, other: Moments) -> Moments:
        """Put two groups together."""
        return Moments(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.before + other.before,
            self.before_squares + other.before_squares,
            self.products + other.products,
        )

    @property
    def mean(self) -> float:
        """Mean of the measure."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Variance of the measure among customers, 0 of fewer than two."""
        return _variance(self.squares, self.total, self.n)

    @property
    def covariance(self) -> float:
        """Covariance of the measure with the one before."""
        if self.n < 2:
            return 0.0
        return (self.products - self.total * self.before / self.n) / (self.n - 1)

    @property
    def swapped(self) -> Moments:
        """The same customers with the measure before as the measure."""
        return Moments(
            self.n, self.before, self.before_squares, self.total, self.squares, self.products
        )


def _variance(squares: float, total: float, n: int) -> float:
    # Rounding may leave a trace below 0 where all customers are equal.
    return max((squares - total * total / n) / (n - 1), 0.0) if n > 1 else 0.0


def adjust(
    one: Moments, two: Moments, *, confidence: float = 0.95
) -> tuple[tuple[float, Interval], float]:
    """Give one mean less another, less what the measure before explains, with its interval.

    Returns
    -------
    the difference and its interval; and the share of variance that the measure before explains

    References
    ----------
    Deng, A., Xu, Y., Kohavi, R. & Walker, T. (2013), WSDM '13, 123-132.

    Examples
    --------
    >>> one = Moments.of([5.0, 7.0, 9.0], [4.0, 6.0, 8.0])
    >>> two = Moments.of([3.0, 5.0, 7.0], [3.0, 5.0, 7.0])
    >>> (value, interval), explained = adjust(one, two)
    >>> round(value, 6), round(explained, 6)
    (1.0, 1.0)
    """
    arms = (one, two)
    spreads = [arm.swapped.variance * (arm.n - 1) for arm in arms]
    together = sum(arm.covariance * (arm.n - 1) for arm in arms)
    slope = together / sum(spreads) if sum(spreads) > 0 else 0.0
    noise = [
        max(arm.variance - 2 * slope * arm.covariance + slope**2 * arm.swapped.variance, 0.0)
        for arm in arms
    ]
    value = one.mean - two.mean - slope * (one.swapped.mean - two.swapped.mean)
    error = sqrt(sum(part / arm.n for part, arm in zip(noise, arms, strict=True)))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    whole = sum(arm.variance * (arm.n - 1) for arm in arms)
    left = sum(part * (arm.n - 1) for part, arm in zip(noise, arms, strict=True))
    explained = 1 - left / whole if whole > 0 else 0.0
    return (value, Interval(value - half, value + half)), explained
