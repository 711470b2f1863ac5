"""Tables as Parquet files (zstd), byte-equal for equal tables.

So that they are: no library notes from pandas, one chunk a row group, one thread of writing. A
table says in its own metadata which date column its rows are dated by, so that
`read_table(until=)` needs no name of the table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.tables.arrow import TIME_KEY, plain_types

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
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    pq.write_table(plain, aside, compression="zstd", row_group_size=ROWS_IN_GROUP)
    digest = hashlib.sha256(aside.read_bytes()).hexdigest()
    aside.replace(path)
    return TableFile(path, digest, plain.num_rows, plain.schema)


def _to_arrow(frame: pd.DataFrame) -> pa.Table:
    named = frame.reset_index() if any(frame.index.names) else frame
    return plain_types(pa.Table.from_pandas(named, preserve_index=False))


def read_table(
    path: Path, *, columns: Iterable[str] | None = None, until: date | None = None
) -> pd.DataFrame:
    """Read a table, rows dated up to and with the day `until`; undated rows are read too.

    Parameters
    ----------
    path : a file that `write_table` wrote
    columns : which, in which order; all in the file's order
    until : last day; a table without a date column is read whole

    Returns
    -------
    the rows in the order in which they lie: decimals as `Decimal`, dates and times as
    datetime64[ns], whole numbers with gaps as floats
    """
    file = pq.ParquetFile(path)
    time = (file.schema_arrow.metadata or {}).get(TIME_KEY, b"").decode()
    names = list(columns) if columns is not None else list(file.schema_arrow.names)
    wanted = names if until is None or not time or time in names else [*names, time]
    table = file.read(columns=wanted, use_threads=False)
    if until is not None and time:
        table = _up_to(table, time, until)
    return to_frame(table.select(names))


def _up_to(table: pa.Table, time: str, until: date) -> pa.Table:
    import pyarrow.compute as pc  # noqa: PLC0415 - a fifth of what a look at a small table costs

    # A frame's dates are written as times; the whole of the last day is read.
    days = table[time].cast(pa.date32(), safe=False)
    early = pc.less_equal(days, pa.scalar(until, pa.date32()))
    return table.filter(pc.fill_null(early, fill_value=True))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Give an Arrow table as a frame: decimals exact, dates and times as datetime64[ns]."""
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(
        date_as_object=False, coerce_temporal_nanoseconds=True, use_threads=False
    )
    return frame


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
    rows: list[dict[str, Any]] = pq.ParquetFile(path).read(use_threads=False).to_pylist()
    return rows
