"""Numbers of a notebook as value objects: numpy's and pandas' scalars become Python's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.measured import Measured
from rapport.params import UnitParams
from rapport.present.values import KINDS, Kind, Suppressed, Value, Withheld
from rapport.privacy.disclosed import has_small_rest, is_counted, is_few, is_small

Plain = int | float | Decimal | str | date | None


def make_value(measured: Measured, id: str, unit: UnitParams) -> Value:  # noqa: A002
    """Make the value object of one number of a unit; too few customers are not told.

    A share of too few loses its interval, too, which would tell it; a count that leaves too few of
    its `n` is hidden in their place.

    Raises
    ------
    TypeError
        The number is of a type that no record can hold, or its kind is not known.
    """
    n = None if measured.n is None else int(measured.n)
    told = plain(measured.value)
    hidden = _hide(replace(measured, name=id, value=told, n=n), unit.min_count)
    return Value(
        id=id,
        value=told if hidden is None else hidden,
        kind=_kind(measured.kind),
        unit=measured.unit,
        n=n,
        interval=_ends(measured.interval) if hidden is None else None,
        table=measured.table,
        currency=unit.currency,
        confidence=unit.confidence,
    )


def _hide(told: Measured, min_count: int) -> Suppressed | None:
    if is_counted(told.name, told.kind, told.unit):
        if is_small(told.value, min_count):
            return Suppressed(min_count)
        if has_small_rest(told.value, told.n, min_count):
            return Suppressed(min_count, told.n, is_rest=True)
    if is_few(told.unit, told.value, told.n, min_count):
        return Suppressed(min_count, told.n)
    return None


def hide_suppressed(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty the cells that are suppressed: a published table tells no more than its picture."""
    mixed = [name for name in rows.columns if rows[name].dtype == object]
    hidden = [name for name in mixed if rows[name].map(_is_suppressed).any()]
    if not hidden:
        return rows
    return rows.assign(**{name: _emptied(rows[name]) for name in hidden})


def _emptied(column: pd.Series[Any]) -> pd.Series[Any]:
    # As objects, or whole numbers would be written as floats for the sake of the empty cells.
    cells = [None if _is_suppressed(cell) else cell for cell in column]
    return pd.Series(cells, column.index, dtype=object)


def _is_suppressed(cell: object) -> bool:
    return isinstance(cell, Suppressed | Withheld)


def _kind(kind: str) -> Kind:
    for known in KINDS:
        if kind == known:
            return known
    raise TypeError(f"{kind!r} is no kind of value; one of {', '.join(KINDS)}")


def _ends(interval: tuple[object, object] | None) -> tuple[float | Decimal, float | Decimal] | None:
    if interval is None:
        return None
    low, high = (plain(end) for end in interval)
    if not isinstance(low, int | float | Decimal) or not isinstance(high, int | float | Decimal):
        raise TypeError("an interval has two numbers")
    return low, high


def plain(value: object) -> Plain:
    """Turn numpy's and pandas' scalars into Python's own, money left exact.

    Examples
    --------
    >>> plain(np.int64(3)), plain(pd.NA), plain(Decimal("1.10"))
    (3, None, Decimal('1.10'))
    """
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str | date):
        raise TypeError(f"a {type(value).__name__} cannot be recorded as a value")
    return value
