"""Tables as Parquet files (zstd), byte-equal for equal tables.

So that they are: no library notes from pandas, one chunk a row group, one thread of writing. A
table says in its own metadata which date column its rows are dated by, so that
`read_table(until=)` needs no name of the table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.tables.arrow import TIME_KEY, plain_types
from rapport.tables.groups import join_groups

if TYPE_CHECKING:  # Arrow imports pandas where a frame is made of a table, or the other way.
    import pandas as pd

ROWS_IN_GROUP = 131_072


@dataclass(frozen=True)
class TableFile:
    """A written table: where it lies, sha256 of its bytes, how many rows, of which columns."""

    path: Path
    digest: str
    n_rows: int
    schema: pa.Schema
    tail: Path | None = None
    """A file of the table's last rows alone, where what the others hold is known from before."""

    def move(self, path: Path) -> TableFile:
        """Give the same table at another place of its file system; nothing is copied."""
        if path != self.path:
            self.path.replace(path)
        return replace(self, path=path)


def write_table(
    table: pd.DataFrame | pa.Table, path: Path, *, time: str | None = None
) -> TableFile:
    """Write a table so that equal tables give equal bytes, and give its digest.

    Parameters
    ----------
    table : rows in the order in which they shall lie; a named index becomes columns
    path : the file, whose folder exists or is made; it is replaced in one step
    time : the date column that `read_table(until=)` shall cut; an Arrow table may name it itself

    Returns
    -------
    where the table lies, the sha256 of its bytes, its rows
    """
    arrow = plain_types(table) if isinstance(table, pa.Table) else _to_arrow(table)
    named = time.encode() if time else (arrow.schema.metadata or {}).get(TIME_KEY)
    plain = arrow.replace_schema_metadata({TIME_KEY: named} if named else None).combine_chunks()
    aside = _aside(path)
    pq.write_table(plain, aside, compression="zstd", row_group_size=ROWS_IN_GROUP)
    return _settle(aside, path, plain.num_rows, plain.schema)


def write_batches(
    batches: pa.RecordBatchReader, path: Path, schema: pa.Schema, *, apart: str | None = None
) -> TableFile:
    """Write a table that need not fit into memory: the bytes are those of `write_table`.

    Parameters
    ----------
    batches : rows in the order in which they shall lie
    path : as of `write_table`
    schema : what the columns are cast to, in their order; a time stands in its metadata
    apart : a column by which the rows are sorted first, whether the schema has it or not; those
        with different values of it then lie in row groups of their own, and the bytes are those of
        this function alone

    Returns
    -------
    as `write_table`
    """
    aside, n_rows = _aside(path), 0
    with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
        for group in _regroup(batches, apart):
            rows = group.select(schema.names) if apart else group
            writer.write_table(rows.cast(schema).combine_chunks(), row_group_size=ROWS_IN_GROUP)
            n_rows += group.num_rows
    return _settle(aside, path, n_rows, schema)


def join_tables(first: Path, last: TableFile, path: Path, *, tail: Path) -> TableFile:
    """Write a table of the row groups of a file and those of another of the same schema.

    No row is encoded again, and the bytes are those of a table written at once.

    Parameters
    ----------
    first : a file
    last : the other
    path : as of `write_table`
    tail : where `last` goes
    """
    last = last.move(tail)
    aside = _aside(path)
    n_rows = join_groups([(first, None), (tail, None if last.n_rows else range(0))], aside)
    if not n_rows:
        # A table without rows has one group.
        join_groups([(tail, None)], aside)
    return replace(_settle(aside, path, n_rows, last.schema), tail=tail)


def _regroup(batches: pa.RecordBatchReader, apart: str | None) -> Iterator[pa.Table]:
    """Give the rows in tables as long as a row group; only the last may be shorter."""
    waiting, n_given = batches.schema.empty_table(), 0
    for batch, begins in _part(batches, apart):
        if begins and waiting.num_rows:
            yield waiting
            waiting, n_given = batches.schema.empty_table(), n_given + 1
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= ROWS_IN_GROUP:
            yield waiting.slice(0, ROWS_IN_GROUP)
            waiting, n_given = waiting.slice(ROWS_IN_GROUP), n_given + 1
    # A table without rows, written whole, has one group too.
    if waiting.num_rows or not n_given:
        yield waiting


def _part(
    batches: pa.RecordBatchReader, apart: str | None
) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Give the rows, each part with whether another value of a column begins with it."""
    last: object = None
    for batch in batches:
        if apart is None:
            yield batch, False
            continue
        import pyarrow.compute as pc  # noqa: PLC0415 - as in `_up_to`

        runs = pc.run_end_encode(batch.column(batch.schema.get_field_index(apart)))
        ends, values = runs.run_ends.to_pylist(), runs.values.to_pylist()  # noqa: PD011
        for start, end, value in zip([0, *ends[:-1]], ends, values, strict=True):
            yield batch.slice(start, end - start), value != last
            last = value


def _aside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _settle(aside: Path, path: Path, n_rows: int, schema: pa.Schema) -> TableFile:
    with aside.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    aside.replace(path)
    return TableFile(path, digest, n_rows, schema)


def read_column(table: pa.Table | TableFile, name: str) -> pa.ChunkedArray:
    """Give one column of a table, in memory or written."""
    if isinstance(table, pa.Table):
        return table[name]
    return pq.ParquetFile(table.path).read(columns=[name], use_threads=False)[name]


def list_groups(path: Path, column: str) -> list[Any]:
    """Give the least value of a column in each row group of a file, None where it has none."""
    footer = pq.ParquetFile(path).metadata
    at = footer.schema.names.index(column)
    groups = (footer.row_group(n) for n in range(footer.num_row_groups))
    told = [group.column(at).statistics for group in groups if group.num_rows]
    return [one.min if one.has_min_max else None for one in told]


def measure_length(table: pa.Table | TableFile) -> int:
    """Count the rows of a table, in memory or written."""
    return table.num_rows if isinstance(table, pa.Table) else table.n_rows


def count_nulls(table: pa.Table | TableFile) -> dict[str, int]:
    """Count what is missing in each column; of a written table no row is read for most."""
    if isinstance(table, pa.Table):
        return {name: table[name].null_count for name in table.column_names}
    footer = pq.ParquetFile(table.path).metadata
    # One without a row has no statistics.
    held = [group for n in range(footer.num_row_groups) if (group := footer.row_group(n)).num_rows]
    places = {footer.schema.column(n).path: n for n in range(footer.num_columns)}
    return {
        # A list's statistics are of its elements.
        name: sum(group.column(places[name]).statistics.null_count for group in held)
        if name in places
        else read_column(table, name).null_count
        for name in table.schema.names
    }


def _to_arrow(frame: pd.DataFrame) -> pa.Table:
    named = frame.reset_index() if any(frame.index.names) else frame
    return plain_types(pa.Table.from_pandas(named, preserve_index=False))


def read_table(
    path: Path, *, columns: Iterable[str] | None = None, until: date | None = None,
    only: tuple[str, Collection[str]] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Read a table, rows dated up to and with the day `until`; undated rows are read too.

    Parameters
    ----------
    path : a file that `write_table` wrote
    columns : which, in which order; all in the file's order
    until : last day; a table without a date column is read whole
    only : a column of text and its values in the rows to read; the others become no frame first,
        which of decimals takes ten times their room

    Returns
    -------
    the rows in the order in which they lie: decimals as `Decimal`, dates and times as
    datetime64[ns], whole numbers with gaps as floats
    """
    file = pq.ParquetFile(path)
    time = (file.schema_arrow.metadata or {}).get(TIME_KEY, b"").decode()
    names = list(columns) if columns is not None else list(file.schema_arrow.names)
    wanted = names if until is None or not time or time in names else [*names, time]
    parts: Iterable[pa.Table] = _read_parts(file, wanted, by_group=only is not None)
    if until is not None and time:
        parts = (_up_to(part, time, until) for part in parts)
    table = _rows_of(parts, *only) if only is not None else next(iter(parts))
    return to_frame(table.select(names))


def _read_parts(file: pq.ParquetFile, names: list[str], *, by_group: bool) -> Iterator[pa.Table]:
    if not by_group or not file.num_row_groups:
        yield file.read(columns=names, use_threads=False)
        return
    for number in range(file.num_row_groups):
        yield file.read_row_group(number, columns=names, use_threads=False)


def _up_to(table: pa.Table, time: str, until: date) -> pa.Table:
    import pyarrow.compute as pc  # noqa: PLC0415 - a fifth of what a look at a small table costs

    # A frame's dates are written as times; the whole of the last day is read.
    days = table[time].cast(pa.date32(), safe=False)
    early = pc.less_equal(days, pa.scalar(until, pa.date32()))
    return table.filter(pc.fill_null(early, fill_value=True))


def _rows_of(parts: Iterable[pa.Table], column: str, values: Collection[str]) -> pa.Table:
    import pyarrow.compute as pc  # noqa: PLC0415 - as in `_up_to`

    kept, gaps = [], set()
    # Part by part, so that the rows not wanted are never held together.
    for part in parts:
        wanted = pa.array(sorted(values), part.schema.field(column).type)
        gaps |= {name for name in part.schema.names if part[name].null_count}
        kept.append(part.filter(pc.is_in(part[column], wanted)))
    table = pa.concat_tables(kept)
    # A column is of one type whatever rows are taken: whole numbers with gaps become floats.
    fields = [
        field.with_type(pa.float64()) if pa.types.is_integer(field.type) and field.name in gaps
        else field
        for field in table.schema
    ]  # fmt: skip
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Give an Arrow table as a frame: decimals exact, dates and times as datetime64[ns]."""
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(
        date_as_object=False, coerce_temporal_nanoseconds=True, use_threads=False
    )
    return frame


def read_whole(path: Path) -> pa.Table:
    """Read a table as Arrow has it, rows in the order in which they lie; needs no engine."""
    return pq.ParquetFile(path).read(use_threads=False)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a table of few rows as plain values; loads neither pandas nor the engine.

    Parameters
    ----------
    path : a file that `write_table` wrote

    Returns
    -------
    the rows in the order in which they lie: dates as `date`, times as `datetime`, decimals as
    `Decimal`, what is missing as None
    """
    rows: list[dict[str, Any]] = read_whole(path).to_pylist()
    return rows
