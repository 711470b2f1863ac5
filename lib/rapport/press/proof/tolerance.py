"""How far a number may be from the one that was recorded, by its kind, and how far it is.

Counts, money, labels and dates are exact: a tolerance relative to twelve millions would let a cent
pass. What is computed in floating point may differ in its last digits on another processor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from statistics import NormalDist
from typing import Any, Literal

Grade = Literal["A", "B", "C", "C*", "D", "U", "X"]
ORDER: tuple[Grade, ...] = ("A", "B", "C", "C*", "D", "U", "X")

EXACT = ("count", "money", "label", "date")
# "01" and "1" are one number and two labels.
WORDS = ("label", "date")
RELATIVE: Mapping[str, float] = {"ratio": 1e-12, "estimator": 1e-8, "iterative": 1e-6}
# A number that is nought but for rounding has no size to be relative to. Below a thousandth of its
# unit nothing is printed, so there the limit stays what it is at a thousandth.
SMALLEST = 1e-3


@dataclass(frozen=True)
class Distance:
    """How far two numbers are apart, and how far they may be."""

    grade: Grade
    """B equal, C within the limit, D beyond it."""
    limit: float | None
    """As an absolute difference; None where the kind is exact."""
    absolute: float | None = None
    """None where the two are no numbers."""
    relative: float | None = None


def worst_of(grades: Any) -> Grade:
    """Give the worst of several grades, A of none.

    Examples
    --------
    >>> worst_of(["B", "C*", "C"])
    'C*'
    """
    return max(grades, key=ORDER.index, default="A")


def measure(kind: str, old: Any, new: Any, *, error: float | None = None) -> Distance:
    """Say how far a number, word or date is from the recorded one.

    Parameters
    ----------
    kind : of the value
    old, new : as a record spells them: decimals and dates as text
    error : the standard error of a simulated number

    Examples
    --------
    >>> measure("money", "10.00", "10.01").grade, measure("estimator", 1.0, 1.0 + 1e-12).grade
    ('D', 'C')
    """
    limit = _limit(kind, old, new, error)
    if _is_same(old, new):
        return Distance("B", limit)
    before, after = _number(old), _number(new)
    if before is None or after is None or kind in WORDS:
        return Distance("D", limit)
    apart = abs(float(after - before))
    size = max(abs(float(before)), abs(float(after)))
    relative = apart / size if size else 0.0
    is_within = apart == 0 if limit is None else apart <= limit
    return Distance("C" if is_within else "D", limit, apart, relative)


def standard_error(interval: Any, confidence: float) -> float | None:
    """Give the standard error that an interval was made of; None without one.

    Examples
    --------
    >>> round(standard_error([0.402, 0.598], 0.95), 3)
    0.05
    """
    if not interval or any(_number(end) is None for end in interval):
        return None
    low, high = (float(end) for end in interval)
    return (high - low) / 2 / NormalDist().inv_cdf((1 + confidence) / 2)


def _limit(kind: str, old: Any, new: Any, error: float | None) -> float | None:
    if kind in EXACT:
        return None
    if kind == "simulated" and error is not None:
        return error
    sizes = [abs(float(n)) for n in (_number(old), _number(new)) if n is not None]
    return RELATIVE.get(kind, RELATIVE["iterative"]) * max([*sizes, SMALLEST])


def _is_same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        # Bit for bit, but for the sign of nought; what is not a number is equal to another such.
        return old == new or (math.isnan(old) and math.isnan(new))
    return type(old) is type(new) and bool(old == new)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
