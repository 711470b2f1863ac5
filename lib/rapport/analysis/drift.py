"""Whether the parts of a whole have changed between two periods: the population stability index.

The index adds, over the parts, the difference of shares times the logarithm of their ratio. It
grows with the change and, though nothing changes, with the number of parts over the number of
rows, so beside it stands how often equal populations reach it. Rows of one customer are not
independent: chance is judged by customers, not by rows, where these are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

# Siddiqi's thresholds: below the first nothing to see, from the second on another population.
WATCH, ALARM = 0.1, 0.25
# Added to every part, so that a part which is empty in one period has a logarithm.
HALF = 0.5


@dataclass(frozen=True)
class Shift:
    """The index, how often equal populations reach it, and the rows of both periods."""

    index: float
    p: float
    n_before: int
    n_now: int


def score_shift(
    before: Sequence[int], now: Sequence[int], *, people: tuple[int, int] | None = None
) -> Shift:
    """Compare the same parts in two periods.

    Parameters
    ----------
    before, now : rows of each part, in the same order
    people : customers of each period, by which chance is judged; without it rows

    Returns
    -------
    `index` (0 or more), `p` (share of samples of this size from one population that reach the
    index, by a chi-squared approximation), `n_before`, `n_now`. With fewer than two parts, or
    none in a period, the index is 0 and `p` 1.

    References
    ----------
    Siddiqi, N. (2006), Credit Risk Scorecards, Wiley. Yurdakul, B. & Naranjo, J. (2020),
    Statistical properties of the population stability index, Journal of Risk Model Validation
    14(4).

    Examples
    --------
    >>> shift = score_shift([500, 500], [500, 500])
    >>> round(shift.index, 6), shift.p
    (0.0, 1.0)
    >>> round(score_shift([500, 500], [700, 300]).index, 3)
    0.169
    """
    old, new = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    n_old, n_new = int(old.sum()), int(new.sum())
    if len(old) < 2 or not n_old or not n_new:
        return Shift(0.0, 1.0, n_old, n_new)
    share_old = (old + HALF) / (old + HALF).sum()
    share_new = (new + HALF) / (new + HALF).sum()
    index = float(((share_new - share_old) * np.log(share_new / share_old)).sum())
    size_old, size_new = people or (n_old, n_new)
    scale = 1 / size_old + 1 / size_new
    p = float(stats.chi2.sf(index / scale, len(old) - 1))
    return Shift(index, p, n_old, n_new)


def grade_shift(shift: Shift, adjusted_p: float, *, min_n: int, fdr: float) -> str:
    """Say what a shift is: `few` rows, `steady`, to `watch`, or an `alarm`.

    `adjusted_p` is the shift's `p` among all that are compared with it.

    Examples
    --------
    >>> grade_shift(Shift(0.3, 0.01, 100, 100), 0.03, min_n=30, fdr=0.05)
    'alarm'
    >>> grade_shift(Shift(0.3, 0.01, 100, 100), 0.2, min_n=30, fdr=0.05)
    'steady'
    """
    if min(shift.n_before, shift.n_now) < min_n:
        return "few"
    if adjusted_p > fdr or shift.index < WATCH:
        return "steady"
    return "alarm" if shift.index >= ALARM else "watch"
