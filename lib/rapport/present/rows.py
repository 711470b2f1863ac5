"""Rows of small frames, without what pandas spends on each cell of one.

A table of a report has a few dozen rows, and a report some hundred tables and figures: taking
frames apart was a tenth of all that chapters' cells took.
"""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import Any

import pandas as pd


def cells_of(frame: pd.DataFrame) -> list[list[Any]]:
    """Give the cells column by column, as `itertuples` would give them.

    Examples
    --------
    >>> cells_of(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    [[1, 2], ['x', None]]
    """
    return [list(column) for _, column in frame.items()]


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows as cells by column.

    Examples
    --------
    >>> records_of(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))[1]
    {'a': 2, 'b': 'y'}
    """
    names = list(frame.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*cells_of(frame), strict=True)]


def tuples_of(frame: pd.DataFrame) -> list[Any]:
    """Give the rows as named tuples; a column whose name is no identifier is named by its place.

    Examples
    --------
    >>> tuples_of(pd.DataFrame({"name": ["new"], "a share": [0.25]}))
    [Row(name='new', _1=0.25)]
    """
    make = _row_type(tuple(frame.columns))._make
    return [make(row) for row in zip(*cells_of(frame), strict=True)]


# Making a type takes longer than filling it, and a figure asks for the same four times.
@lru_cache(maxsize=256)
def _row_type(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)
