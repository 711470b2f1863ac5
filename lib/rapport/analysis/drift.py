"""Whether the parts of a whole have changed between two periods: the population stability index.

The index adds, over the parts, the difference of shares times the logarithm of their ratio. It
grows with the change and, though nothing changes, with the number of parts over the number of
rows: `chance` is what sampling alone reaches once in twenty times. An index below it tells
nothing, however large it is. Rows of one customer are not independent, so the true reach of
chance is above `chance` where customers come often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

# Siddiqi's thresholds: below the first nothing to see, from the second on another population.
WATCH, ALARM = 0.1, 0.25
CHANCE = 0.95
# Added to every part, so that a part which is empty in one period has a logarithm.
HALF = 0.5


class Shift(NamedTuple):
    """The index, what chance alone reaches, and the rows of both periods."""

    index: float
    chance: float
    n_before: int
    n_now: int


def score_shift(before: Sequence[int], now: Sequence[int]) -> Shift:
    """Compare the same parts in two periods.

    Parameters
    ----------
    before, now : rows of each part, in the same order

    Returns
    -------
    `index` (0 or more), `chance` (the index that equal populations exceed in 5 % of samples of
    this size, by a chi-squared approximation), `n_before`, `n_now`. With fewer than two parts
    the index is 0.

    References
    ----------
    Siddiqi, N. (2006), Credit Risk Scorecards, Wiley. Yurdakul, B. & Naranjo, J. (2020),
    Statistical properties of the population stability index, Journal of Risk Model Validation
    14(4).

    Examples
    --------
    >>> shift = score_shift([500, 500], [500, 500])
    >>> round(shift.index, 6), round(shift.chance, 4)
    (0.0, 0.0077)
    >>> round(score_shift([500, 500], [700, 300]).index, 3)
    0.169
    """
    old, new = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    n_old, n_new = int(old.sum()), int(new.sum())
    if len(old) < 2 or not n_old or not n_new:
        return Shift(0.0, 0.0, n_old, n_new)
    share_old = (old + HALF) / (old + HALF).sum()
    share_new = (new + HALF) / (new + HALF).sum()
    index = float(((share_new - share_old) * np.log(share_new / share_old)).sum())
    chance = float(stats.chi2.ppf(CHANCE, len(old) - 1)) * (1 / n_old + 1 / n_new)
    return Shift(index, chance, n_old, n_new)


def grade_shift(shift: Shift, *, min_n: int) -> str:
    """Say what a shift is: `few` rows, `steady`, to `watch`, or an `alarm`.

    Examples
    --------
    >>> grade_shift(Shift(0.3, 0.1, 100, 100), min_n=30)
    'alarm'
    >>> grade_shift(Shift(0.3, 0.4, 100, 100), min_n=30)
    'steady'
    """
    if min(shift.n_before, shift.n_now) < min_n:
        return "few"
    if shift.index <= shift.chance or shift.index < WATCH:
        return "steady"
    return "alarm" if shift.index >= ALARM else "watch"
