"""Changes between two periods, and which of four sentences may be said of them.

`up` and `down`: the interval of the change leaves 0 out, and the change exceeds `min_change` of
what was. `unclear`: the interval holds 0, or there is nothing to compare. `none`: a change is
certain but no more than `min_change`. A complete count has no interval: its size alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from rapport.analysis.intervals import newcombe
from rapport.analysis.nps import Counts, compare_scores
from rapport.analysis.resampling import (
    Floats,
    Interval,
    difference_of_ratios,
    interval_of,
    to_floats,
)

Case = Literal["up", "down", "unclear", "none"]
Amount = Decimal | int | float


@dataclass(frozen=True)
class Change:
    """A change: now less then, the same relative to then, and the interval of the former.

    `absolute` is of the kind compared (Decimal, count, share); `relative` is None where then was
    0, `low` and `high` are None for a complete count and where no interval can be given.
    """

    absolute: Amount | None
    relative: float | None
    low: float | None
    high: float | None
    case: Case


def compare_totals(
    current: Decimal | int, previous: Decimal | int, *, min_change: float = 0.02
) -> Change:
    """Compare two complete counts or sums.

    Parameters
    ----------
    current, previous : all orders, customers or money of two windows
    min_change : relative; a change that does not exceed it is none

    Examples
    --------
    >>> compare_totals(110, 100)
    Change(absolute=10, relative=0.1, low=None, high=None, case='up')
    """
    now, then = _exact(current), _exact(previous)
    absolute = now - then
    relative = float(absolute) / abs(float(then)) if then else None
    # Exact: a change of just the least size is none on every machine.
    is_small = abs(Decimal(absolute)) <= Decimal(str(min_change)) * abs(Decimal(then))
    return Change(absolute, relative, None, None, _case(float(absolute), is_small=is_small))


def compare_shares(
    current: tuple[int, int], previous: tuple[int, int], *,
    min_change: float = 0.02, confidence: float = 0.95,
) -> Change:  # fmt: skip
    """Compare two shares of different customers.

    Parameters
    ----------
    current, previous : k and n of each share
    min_change : relative; a change that does not exceed it is none
    confidence : of Newcombe's interval of the difference

    Returns
    -------
    the change as a difference of shares; without numbers and `unclear` where an n is 0

    Examples
    --------
    >>> compare_shares((171, 3209), (187, 2910)).case
    'unclear'
    """
    k1, n1, k0, n0 = (int(count) for count in (*current, *previous))
    if n1 == 0 or n0 == 0:
        return Change(None, None, None, None, "unclear")
    interval = newcombe(k1, n1, k0, n0, confidence=confidence)
    difference = k1 / n1 - k0 / n0
    relative = difference / (k0 / n0) if k0 else None
    return _judge(difference, relative, interval, min_change)


def compare_ratios(
    customer_periods: pd.DataFrame, *, ratio: tuple[str, str],
    min_change: float = 0.02, confidence: float = 0.95, seed: int = 0,
) -> Change:  # fmt: skip
    """Compare a ratio of sums (AOV, orders per customer) of the current and previous windows.

    Parameters
    ----------
    customer_periods : one row per window and customer: `window`, `customer_id`, and the columns
    ratio : numerator and denominator; ("net", "n_orders") is the AOV, ("n_orders", "is_active")
        orders per customer (`mark_active`)
    min_change : relative; a change that does not exceed it is none
    confidence, seed : of the interval

    Returns
    -------
    the change; its interval draws customers with both their windows, for most of them bought in
    both. Without numbers and `unclear` where a denominator sums to 0.
    """
    rows = _pair(customer_periods, ratio)
    sums = rows.sum(axis=0)
    if sums[1] == 0 or sums[3] == 0:
        return Change(None, None, None, None, "unclear")
    now, then = sums[0] / sums[1], sums[2] / sums[3]
    interval = interval_of(difference_of_ratios(rows), confidence=confidence, seed=seed)
    relative = float(now - then) / abs(float(then)) if then else None
    return _judge(float(now - then), relative, interval, min_change)


def compare_nps(
    current: Counts, previous: Counts, *, min_change: float = 0.02, confidence: float = 0.95
) -> Change:
    """Compare net promoter scores of two periods' answers.

    Parameters
    ----------
    current, previous : detractors, passives, promoters of each; neither without answers
    min_change : of a hundred points, as a scale that passes 0 has no relative change

    Examples
    --------
    >>> compare_nps((10, 20, 30), (20, 20, 20)).case
    'up'
    """
    found = compare_scores(current, previous, confidence=confidence)
    if found is None:
        return Change(None, None, None, None, "unclear")
    interval = Interval(found.low, found.high)
    is_small = abs(found.value) <= 100 * min_change
    case = "unclear" if interval.holds(0.0) else _case(found.value, is_small=is_small)
    return Change(found.value, None, found.low, found.high, case)


def mark_active(customer_periods: pd.DataFrame) -> pd.DataFrame:
    """Add `is_active`: 1 for a customer who bought in the window, 0 for one who only returned."""
    return customer_periods.assign(is_active=(customer_periods["n_orders"] > 0).astype("int64"))


def _pair(customer_periods: pd.DataFrame, ratio: tuple[str, str]) -> Floats:
    columns = []
    for window in ("current", "previous"):
        rows = customer_periods[customer_periods["window"] == window].set_index("customer_id")
        columns += [pd.Series(to_floats(rows[name]), rows.index) for name in ratio]
    matrix = pd.concat(columns, axis=1).fillna(0.0).to_numpy(dtype=np.float64)
    # In the order of the values: draws may depend on no key that a new pseudonym key would move.
    ordered: Floats = matrix[np.lexsort(matrix.T)]
    return ordered


def _judge(
    absolute: float, relative: float | None, interval: Interval | None, min_change: float
) -> Change:
    if interval is None:
        return Change(absolute, relative, None, None, "unclear")
    is_small = relative is not None and abs(relative) <= min_change
    case = "unclear" if interval.holds(0.0) else _case(absolute, is_small=is_small)
    return Change(absolute, relative, interval.low, interval.high, case)


def _exact(value: Decimal | int) -> Decimal | int:
    # A cell of a frame is a whole number of numpy's, which no Decimal takes.
    return value if isinstance(value, Decimal) else int(value)


def _case(absolute: float, *, is_small: bool) -> Case:
    if absolute == 0 or is_small:
        return "none"
    return "up" if absolute > 0 else "down"
