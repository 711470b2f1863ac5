"""Rows that come as Python values, put into text columns batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from rapport.ingest.readers.aside import BROKEN, put_aside
from rapport.ingest.readers.packing import RefusedFileError
from rapport.params.limits import FileLimits

ROWS_IN_BATCH = 65_536
ADVICE = "If that is right, raise `limits` of the source."


class Columns:
    """Text columns that grow by rows; a column first seen in a late row is empty before."""

    def __init__(self, limits: FileLimits, names: Sequence[str] = ()) -> None:
        self._limits = limits
        self._names = dict.fromkeys(names)
        self._rows: list[Mapping[str, str | None]] = []
        self._batches: list[pa.Table] = []
        self._numbers: list[int] = []
        self.aside: dict[int, str] = {}
        self.n_rows = 0

    def add(self, row: Mapping[str, str | None] | None, *, is_plain: bool = False) -> None:
        """Add a row; None is one that could not be read, a plain one has no cell to check."""
        self.n_rows += 1
        if self.n_rows > self._limits.rows:
            raise RefusedFileError(f"has more than {self._limits.rows:,} rows", ADVICE)
        if row is None or not (is_plain or self._fits(row)):
            self.aside[self.n_rows] = BROKEN
            return
        if not self._names.keys() >= row.keys():
            self._names |= dict.fromkeys(row)
            if len(self._names) > self._limits.columns:
                raise RefusedFileError(f"has more than {self._limits.columns:,} columns", ADVICE)
        self._rows.append(row)
        self._numbers.append(self.n_rows)
        if len(self._rows) == ROWS_IN_BATCH:
            self._close_batch()

    def _fits(self, row: Mapping[str, str | None]) -> bool:
        longest = self._limits.cell_kb << 10
        return not any(text and (len(text) > longest or "\x00" in text) for text in row.values())

    def _close_batch(self) -> None:
        columns = {
            name: pa.array([row.get(name) for row in self._rows], pa.string())
            for name in self._names
        }
        self._batches.append(pa.table(columns))
        self._rows = []

    def names(self) -> list[str]:
        """Give the names of the columns in the order in which they came."""
        return list(self._names)

    def read_rows(self) -> pa.Table:
        """Give the rows that are data as text columns."""
        if self._rows or not self._batches:
            self._close_batch()
        return pa.concat_tables(self._batches, promote_options="default")

    def finish(self, table: pa.Table) -> pa.Table:
        """Give the rows with their numbers and those put aside."""
        return put_aside(table, np.array(self._numbers, dtype="int64"), self.aside)
