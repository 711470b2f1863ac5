"""The net promoter score of answers, with an interval that holds for few of them.

Promoters answer 9 or 10, detractors 0 to 6; the score is the share of promoters less that of
detractors, times 100. One answer a customer. It is the score of those who answered: who did not
may think otherwise, which no interval says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

# Added to detractors, passives and promoters: the interval of the plain proportions covers .86 to
# .93 up to fifty answers, this one .94 to .96 from twenty.
ADDED = (0.75, 1.5, 0.75)
Counts = tuple[float, float, float]


@dataclass(frozen=True)
class Score:
    """A net promoter score, -100 to 100, with its interval and the number of answers."""

    value: float
    low: float
    high: float
    n: int


def score_nps(answers: pd.Series, *, confidence: float = 0.95) -> Score | None:
    """Give the net promoter score of answers from 0 to 10; None without any.

    Empty cells are no answers.

    References
    ----------
    Reichheld, F. F. (2003), Harvard Business Review 81(12), 46-54. Rocks, B. (2016), The American
    Statistician 70, 365-372 (the adjusted Wald interval).

    Examples
    --------
    >>> round(score_nps(pd.Series([0, 7, 7, 9, 9, 9])).value, 1)
    33.3
    """
    known = answers.dropna().astype(float)
    n_low, n_high = int((known <= 6).sum()), int((known >= 9).sum())
    return score_counts((n_low, len(known) - n_low - n_high, n_high), confidence=confidence)


def score_counts(counts: Counts, *, confidence: float = 0.95) -> Score | None:
    """Give the net promoter score of answers that were counted before; None of none.

    Parameters
    ----------
    counts : detractors, passives, promoters; of weighted answers their effective numbers, which
        need not be whole

    Examples
    --------
    >>> round(score_counts((1, 2, 3)).value, 1)
    33.3
    """
    total = sum(counts)
    if total <= 0:
        return None
    value = 100 * float(counts[2] - counts[0]) / total
    middle, error = _adjust(counts)
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * error
    return Score(value, max(middle - half, -100.0), min(middle + half, 100.0), round(total))


@dataclass(frozen=True)
class Difference:
    """A difference of two net promoter scores in points, its interval and p-value."""

    value: float
    low: float
    high: float
    p_value: float


def compare_scores(now: Counts, then: Counts, *, confidence: float = 0.95) -> Difference | None:
    """Compare the scores of two groups of different answers; None where one has none.

    Parameters
    ----------
    now, then : detractors, passives, promoters of each

    Returns
    -------
    now less then; interval and test rest on the variances of both, adjusted as in `score_nps`

    Examples
    --------
    >>> found = compare_scores((10, 20, 30), (20, 20, 20))
    >>> round(found.value, 1), round(found.p_value, 3)
    (33.3, 0.022)
    """
    if sum(now) <= 0 or sum(then) <= 0:
        return None
    (one, s), (two, t) = _adjust(now), _adjust(then)
    error = float(np.hypot(s, t))
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * error
    value = 100 * ((now[2] - now[0]) / sum(now) - (then[2] - then[0]) / sum(then))
    p_value = 2 * float(stats.norm.sf(abs(one - two) / error))
    return Difference(float(value), one - two - half, one - two + half, p_value)


def _adjust(counts: Counts) -> tuple[float, float]:
    """Give the adjusted score and its standard error, in points."""
    more = np.array(counts, dtype=float) + np.array(ADDED)
    error = 100 * float(np.sqrt(spread_nps(more) / more.sum()))
    return 100 * float(more[2] - more[0]) / float(more.sum()), error


def spread_nps(counts: np.ndarray) -> float:
    """Give the variance of one answer, counted -1, 0 or 1.

    Parameters
    ----------
    counts : detractors, passives, promoters

    Examples
    --------
    >>> round(spread_nps(np.array([1, 2, 3])), 4)
    0.5556
    """
    shares = counts / counts.sum()
    return float(shares[2] + shares[0] - (shares[2] - shares[0]) ** 2)
