"""Which rows of a text are no data, and which of its columns need no cleaning."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rapport.ingest.casts import BLANKS
from rapport.ingest.readers.aside import BROKEN, REPEATED
from rapport.ingest.readers.heads import name_columns
from rapport.ingest.readers.packing import Utf8Text
from rapport.params import Source


def find_odd(table: pa.Table, stream: Utf8Text, source: Source) -> Iterator[tuple[str, np.ndarray]]:
    """Give the rows that are no data, under each rule: broken ones, and heads that stand again."""
    largest = source.limits.cell_kb << 10
    for column in table.columns:
        if stream.has_zeros:
            yield BROKEN, find_rows(pc.match_substring(column, "\x00"))
        if (table.nbytes > largest and pc.max(pc.binary_length(column)).as_py()) or largest < 0:
            yield BROKEN, find_rows(pc.greater(pc.binary_length(column), largest))
    if source.format == "csv" and source.names is None and table.num_rows:
        first = pc.equal(table.column(0), table.column_names[0])
        if pc.any(first).as_py():
            yield REPEATED, _find_heads(table, find_rows(first))


def _find_heads(table: pa.Table, first: np.ndarray) -> np.ndarray:
    found = first.copy()
    for row in np.flatnonzero(found).tolist():
        cells = [column[row].as_py() or "" for column in table.columns]
        found[row] = name_columns(cells) == table.column_names
    return found


def find_rows(condition: pa.ChunkedArray) -> np.ndarray:
    """Say of each row whether a condition holds, as an array."""
    return np.asarray(pc.fill_null(condition, fill_value=False).to_numpy())


def list_clean(table: pa.Table) -> frozenset[str]:
    """Name the columns all of whose texts need no cleaning."""
    return frozenset(name for name in table.column_names if _is_clean(table[name]))


def _is_clean(texts: pa.ChunkedArray) -> bool:
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        return False
    trimmed = pc.utf8_trim(texts, characters=BLANKS)
    # Empty fields have been read as missing.
    return bool(trimmed.equals(texts))
