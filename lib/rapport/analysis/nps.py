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
    n = len(known)
    if n == 0:
        return None
    n_low, n_high = int((known <= 6).sum()), int((known >= 9).sum())
    counts = np.array([n_low, n - n_low - n_high, n_high])
    value = 100 * float(counts[2] - counts[0]) / n
    more = counts + np.array(ADDED)
    half = (
        100 * float(stats.norm.ppf(0.5 + confidence / 2)) * np.sqrt(spread_nps(more) / more.sum())
    )
    middle = 100 * float(more[2] - more[0]) / more.sum()
    return Score(value, max(middle - half, -100.0), min(middle + half, 100.0), n)


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
