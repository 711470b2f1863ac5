"""Two tables compared cell by cell, each column within the limits of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import types

from rapport.press.proof.tolerance import Distance, Grade, measure, worst_of

MOST = 5
"""Cells of a table that are told one by one."""


@dataclass(frozen=True)
class Cell:
    """A cell that moved."""

    column: str
    row: int
    """From 1."""
    old: str
    new: str
    absolute: float | None
    relative: float | None
    limit: float | None
    grade: Grade


@dataclass(frozen=True)
class TableMove:
    """One table of a report, sealed and made anew."""

    name: str
    grade: Grade
    """B: the same cells; U: what was sealed is not at hand."""
    n_moved: int = 0
    n_cells: int = 0
    why: str = ""
    cells: tuple[Cell, ...] = ()
    """The first that moved, those beyond their limit before others."""


def compare_tables(name: str, old: pa.Table, new: pa.Table, kinds: Mapping[str, str]) -> TableMove:
    """Compare two tables.

    Parameters
    ----------
    kinds : column -> kind, as recorded; a column without one is an estimator if it holds fractions
        and exact otherwise
    """
    if old.schema.names != new.schema.names:
        return TableMove(name, "D", why="its columns moved")
    if old.num_rows != new.num_rows:
        return TableMove(name, "D", why=f"{old.num_rows:,} -> {new.num_rows:,} rows")
    cells = [cell for column in old.schema.names for cell in _moved(old, new, column, kinds)]
    cells.sort(key=lambda cell: (cell.grade != "D", old.schema.names.index(cell.column), cell.row))
    grade = worst_of(["B", *(cell.grade for cell in cells)])
    n_cells = old.num_rows * old.num_columns
    return TableMove(name, grade, len(cells), n_cells, cells=tuple(cells[:MOST]))


def _moved(old: pa.Table, new: pa.Table, column: str, kinds: Mapping[str, str]) -> Iterator[Cell]:
    was, now = old[column], new[column]
    if was.type == now.type and was.equals(now):
        return
    kind = kinds.get(column) or ("estimator" if types.is_floating(was.type) else "label")
    pairs = zip(was.to_pylist(), now.to_pylist(), strict=True)
    for row, (before, after) in enumerate(pairs, 1):
        apart: Distance = measure(kind, before, after)
        if apart.grade != "B":
            yield Cell(
                column, row, _spell(before), _spell(after), apart.absolute, apart.relative,
                apart.limit, apart.grade,
            )  # fmt: skip


def _spell(value: Any) -> str:
    return "" if value is None else str(value)
