"""Large text files read part by part: memory holds one part of the rows, whatever their number.

Only a file with which nothing is wrong is read so. Where a row cannot be taken apart, a head stands
again, a cell is too large or holds the end of a line, the file is read whole as any other is
(`read_text`), which alone says what is wrong and where.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from rapport.ingest.odd import find_odd, list_clean
from rapport.ingest.readers.aside import ROW
from rapport.ingest.readers.heads import check_columns
from rapport.ingest.readers.packing import RefusedFileError, Utf8Text
from rapport.ingest.text import has_ends_in_cells, name_cells, open_rows
from rapport.params import Source

ROWS_IN_PART = 131_072
SAMPLED = 10_000
CLEAN_KEY = b"rapport.clean"
WRONG = (RefusedFileError, UnicodeError, LookupError, pa.ArrowInvalid, OSError, EOFError, csv.Error)


class OddRowsError(Exception):
    """A part of the file is not plain: it has to be read whole."""


def write_plain(source: Source, path: Path, into: Path) -> frozenset[str] | None:
    """Write the rows of a CSV file as Parquet, numbered as they lie.

    Returns
    -------
    the columns all of whose texts are clean (`TextFile`), or None where the file is not plain or
    cannot be read: what was written is then of no use
    """
    if source.format != "csv":
        return None
    try:
        with Utf8Text(path, source.encoding, source.limits) as stream:
            names = name_cells(stream, source)
            is_wrong = bool(check_columns("", "", names, most=source.limits.columns))
            if is_wrong or ROW in names or len({name.lower() for name in names}) < len(names):
                return None
            odd: list[int] = []
            clean = _write(stream, source, open_rows(stream, source, names, _noted(odd)), into)
            return None if odd else clean
    except (*WRONG, OddRowsError):
        # Whatever is wrong, the reading of the whole file meets it again and tells it.
        return None


def name_few(table: pa.Table) -> list[str]:
    """Name the columns whose texts repeat: a dictionary of others is made in vain."""
    return [
        name for name in table.column_names
        if 2 * pc.count_distinct(table[name].slice(0, SAMPLED)).as_py() < SAMPLED
    ]  # fmt: skip


def _noted(odd: list[int]) -> Callable[[pa_csv.InvalidRow], str]:
    """Give what notes the numbers of rows that cannot be taken apart; an error would be lost."""

    def note(row: pa_csv.InvalidRow) -> str:
        odd.append(row.number)
        return "skip"

    return note


def _write(
    stream: Utf8Text, source: Source, rows: pa_csv.CSVStreamingReader, into: Path
) -> frozenset[str]:
    writer, clean, n_rows = None, frozenset(rows.schema.names), 0
    try:
        for part in _list_parts(rows):
            if any(mask.any() for _, mask in find_odd(part, stream, source)):
                raise OddRowsError
            clean &= list_clean(part)
            numbers = pa.array(np.arange(n_rows + 1, n_rows + part.num_rows + 1))
            numbered = part.append_column(ROW, numbers)
            if writer is None:
                few = name_few(numbered)
                writer = pq.ParquetWriter(
                    into, numbered.schema, compression="lz4", use_dictionary=few
                )
            writer.write_table(numbered, row_group_size=ROWS_IN_PART)
            n_rows += part.num_rows
        if writer is None or has_ends_in_cells(stream, source, n_rows) or stream.has_marks:
            raise OddRowsError
        writer.add_key_value_metadata({CLEAN_KEY: json.dumps(sorted(clean)).encode()})
        return clean
    finally:
        if writer is not None:
            writer.close()


def _list_parts(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Give the rows in tables as long as a row group; only the last may be shorter."""
    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for batch in rows:
        waiting.append(batch)
        n_waiting += batch.num_rows
        while n_waiting >= ROWS_IN_PART:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROWS_IN_PART)
            waiting = table.slice(ROWS_IN_PART).to_batches()
            n_waiting -= ROWS_IN_PART
    if n_waiting:
        yield pa.Table.from_batches(waiting)
