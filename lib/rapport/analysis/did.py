"""Difference in differences: how contacted customers changed, less how all others did.

Holds only if both would have changed alike without the campaign. That cannot be seen, so the
same estimate is made one window earlier, when there was no campaign: this placebo must hold 0,
or nothing is claimed; nor is anything claimed of an estimate that its own placebo could be.
Never for customers who were known to be about to buy: they rise by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import stats

from rapport.analysis.cuped import Moments
from rapport.analysis.experiment import Difference
from rapport.analysis.resampling import Interval

FEWEST = 50
"""Contacted customers, and others, under which the mean of skew money is too loose."""


@dataclass(frozen=True)
class Windows:
    """Spend of one group in equal windows: while the campaign ran, before, and earlier.

    `change` and `change_before` hold the moments of each customer's difference of two windows.
    """

    during: Moments
    before: Moments
    change: Moments
    change_before: Moments


@dataclass(frozen=True)
class Changes:
    """What is said of a campaign without control: all per customer and week.

    `estimate` and, beside it, `placebo`; `naive` and `naive_before` are plain differences between
    the groups while the campaign ran and before it began: selection, never an effect.
    """

    estimate: Difference
    placebo: Difference
    naive: Difference
    naive_before: Difference
    error: float
    placebo_error: float

    @property
    def outcome(self) -> str:
        """Give withheld (the placebo is not 0), unclear, more or less."""
        return name_outcome(self.estimate, self.placebo)


def name_outcome(estimate: Difference, placebo: Difference) -> str:
    """Name what may be said of an estimate that stands beside its placebo.

    Examples
    --------
    >>> clear = Difference(2.0, Interval(1.0, 3.0))
    >>> name_outcome(clear, Difference(0.0, Interval(-1.0, 1.0)))
    'more'
    >>> name_outcome(clear, Difference(1.5, Interval(0.5, 2.5)))
    'withheld'
    """
    if placebo.is_clear:
        return "withheld"
    if not estimate.is_clear or estimate.interval.holds(placebo.value):
        return "unclear"
    return "more" if estimate.value > 0 else "less"


def compare_changes(
    contacted: Windows, others: Windows, *, weeks: float, confidence: float = 0.95
) -> Changes:
    """Compare how two groups changed from window to window.

    Parameters
    ----------
    contacted, others : at least two customers each
    weeks : length of a window

    References
    ----------
    Angrist, J. D. & Pischke, J.-S. (2009), Mostly Harmless Econometrics, chapter 5.

    Examples
    --------
    >>> rising = Moments.of([3.0, 5.0, 4.0], [0.0] * 3)
    >>> level = Moments.of([1.0, -1.0, 0.0], [0.0] * 3)
    >>> one, two = Windows(rising, level, rising, level), Windows(level, level, level, level)
    >>> found = compare_changes(one, two, weeks=2.0)
    >>> found.estimate.value, found.placebo.value
    (2.0, 0.0)
    """
    pairs = {
        name: _gap(getattr(contacted, name), getattr(others, name), weeks, confidence)
        for name in ("change", "change_before", "during", "before")
    }
    return Changes(
        pairs["change"][0],
        pairs["change_before"][0],
        pairs["during"][0],
        pairs["before"][0],
        pairs["change"][1],
        pairs["change_before"][1],
    )


def _gap(one: Moments, two: Moments, weeks: float, confidence: float) -> tuple[Difference, float]:
    value = (one.mean - two.mean) / weeks
    error = sqrt(one.variance / one.n + two.variance / two.n) / weeks
    return Difference(value, _interval(value, error, confidence)), error


def _interval(value: float, error: float, confidence: float) -> Interval:
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return Interval(value - half, value + half)


@dataclass(frozen=True)
class Pooled:
    """Several campaigns together, weighted by precision; `naive_before` is the plain mean.

    Customers of several campaigns count in each, so the intervals are, if anything, too narrow.
    """

    n_campaigns: int
    estimate: Difference
    error: float
    placebo: Difference
    naive_before: float

    @property
    def outcome(self) -> str:
        """Give withheld, unclear, more or less, as of one campaign."""
        return name_outcome(self.estimate, self.placebo)


def pool(changes: Sequence[Changes], *, confidence: float = 0.95) -> Pooled | None:
    """Put campaigns together; None under two, or where one has no spread to be weighted by."""
    errors = [(one.error, one.placebo_error) for one in changes]
    if len(changes) < 2 or min(min(pair) for pair in errors) <= 0:
        return None
    parts = []
    for name, place in (("estimate", 0), ("placebo", 1)):
        weights = [1 / pair[place] ** 2 for pair in errors]
        values = [getattr(one, name).value for one in changes]
        whole = sum(weights)
        value = sum(w * v for w, v in zip(weights, values, strict=True)) / whole
        error = 1 / sqrt(whole)
        parts.append((Difference(value, _interval(value, error, confidence)), error))
    naive = sum(one.naive_before.value for one in changes) / len(changes)
    return Pooled(len(changes), parts[0][0], parts[0][1], parts[1][0], naive)
