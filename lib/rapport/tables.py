"""Tables on disk and the engine that reads them; the only module that knows DuckDB.

Files are Parquet (zstd), byte-equal for equal tables: no library notes from pandas, one chunk a
row group, one thread of writing. A table says in its own metadata which date column its rows are
dated by, so that `read_table(until=)` needs no name of the table.

The engine runs in UTC, keeps the order of rows, and after it has opened reaches no file but those
it was given; its settings are then locked.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.errors import DataError, ParameterError
from rapport.schema import TableSchema

ROWS_IN_GROUP = 131_072
TIME_KEY = b"rapport.time"
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "bool": pa.bool_(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "quantity": pa.decimal128(12, 3),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}


class EngineError(Exception):
    """The engine refused a statement; its message may hold values and stays inside."""


@dataclass(frozen=True)
class TableFile:
    """A written table: where it lies, sha256 of its bytes, how many rows."""

    path: Path
    digest: str
    n_rows: int


def arrow_schema(schema: TableSchema, *, extra: Iterable[str] = ()) -> pa.Schema:
    """Give the Arrow schema of a canonical table, `extra` columns by their prefix at the end."""
    named = [(column.name, column.type) for column in schema.columns]
    opened = [(name, column.type) for name in extra if (column := schema.column(name))]
    fields = [pa.field(name, ARROW_TYPES[kind]) for name, kind in [*named, *opened]]
    return pa.schema(fields, metadata={TIME_KEY: schema.time} if schema.time else None)


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
    arrow = _to_arrow(table) if isinstance(table, pd.DataFrame) else _plain_types(table)
    named = time.encode() if time else (arrow.schema.metadata or {}).get(TIME_KEY)
    plain = arrow.replace_schema_metadata({TIME_KEY: named} if named else None).combine_chunks()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    pq.write_table(plain, aside, compression="zstd", row_group_size=ROWS_IN_GROUP)
    digest = hashlib.sha256(aside.read_bytes()).hexdigest()
    aside.replace(path)
    return TableFile(path, digest, plain.num_rows)


def _to_arrow(frame: pd.DataFrame) -> pa.Table:
    named = frame.reset_index() if any(frame.index.names) else frame
    return _plain_types(pa.Table.from_pandas(named, preserve_index=False))


def _plain_types(table: pa.Table) -> pa.Table:
    """Give one type to what pandas and the engine call by several: text, times, whole sums."""
    fields = [field.with_type(_plain_type(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    # DuckDB sums whole numbers in 128 bits, which Arrow can only call a decimal.
    return pa.int64() if kind == pa.decimal128(38, 0) else kind


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
        # A frame's dates are written as times; the whole of the last day is read.
        days = table[time].cast(pa.date32(), safe=False)
        early = pc.less_equal(days, pa.scalar(until, pa.date32()))
        table = table.filter(pc.fill_null(early, fill_value=True))
    return to_frame(table.select(names))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Give an Arrow table as a frame: decimals exact, dates and times as datetime64[ns]."""
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(
        date_as_object=False, coerce_temporal_nanoseconds=True, use_threads=False
    )
    return frame


def select(
    sql: str,
    relations: Mapping[str, Path | pa.Table],
    *,
    threads: int = 2,
    memory_limit: str | None = None,
    temp_folder: Path | None = None,
) -> pa.Table:
    """Run one SELECT over named tables and give its rows.

    Parameters
    ----------
    sql : one SELECT; it sees `relations` by name and no other file
    relations : a Parquet file or an Arrow table each
    threads, memory_limit, temp_folder : of the engine; no result depends on them

    Raises
    ------
    ParameterError
        The statement is not valid over these tables.
    """
    engine = Engine(relations, threads=threads, memory_limit=memory_limit, temp_folder=temp_folder)
    with engine:
        try:
            return engine.fetch(sql)
        except EngineError as error:
            raise ParameterError(f"query: {error}") from error


class Engine:
    """One opened DuckDB in memory over named tables, for work in several statements.

    It reaches the Parquet files among `relations` and those in `files`, which `add` may name
    later, and no other.
    """

    def __init__(
        self,
        relations: Mapping[str, Path | pa.Table],
        *,
        files: Iterable[Path] = (),
        threads: int = 2,
        memory_limit: str | None = None,
        temp_folder: Path | None = None,
    ) -> None:
        self._connection = duckdb.connect(":memory:")
        given = [path for path in relations.values() if isinstance(path, Path)]
        allowed = [str(path.resolve()) for path in (*given, *files)]
        self._set(threads, memory_limit, temp_folder, allowed)
        for name, relation in relations.items():
            self.add(name, relation)

    def _set(
        self, threads: int, memory_limit: str | None, temp: Path | None, files: list[str]
    ) -> None:
        # TimeZone cannot be given to connect(): "icu needs to be loaded" (DuckDB 2.0).
        settings = {
            "TimeZone": "'UTC'",
            "threads": str(threads),
            "preserve_insertion_order": "true",
            "memory_limit": quote(memory_limit) if memory_limit else None,
            "temp_directory": quote(str(temp)) if temp else "''",
            # Else an unknown name in a query is looked up among the caller's variables.
            "python_enable_replacements": "false",
            "allowed_paths": f"[{', '.join(quote(file) for file in files)}]",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }
        for name, value in settings.items():
            if value is not None:
                self._connection.execute(f"SET {name} = {value}")

    def add(self, name: str, relation: Path | pa.Table, *, row_number: str | None = None) -> None:
        """Let statements see a table under a name, with a column of row numbers from 1 if named.

        Files must have been given at opening.
        """
        if isinstance(relation, Path):
            path = quote(str(relation.resolve()))
            star, rows = "*", f"read_parquet({path})"
            if row_number:
                star = f"* EXCLUDE (file_row_number), file_row_number + 1 AS {row_number}"
                rows = f"read_parquet({path}, file_row_number = true)"
            self.run(f"CREATE VIEW {identifier(name)} AS SELECT {star} FROM {rows}")  # noqa: S608
        elif row_number:
            numbers = pa.array(np.arange(1, relation.num_rows + 1))
            self._connection.register(name, relation.append_column(row_number, numbers))
        else:
            self._connection.register(name, relation)

    def run(self, sql: str) -> None:
        """Execute a statement that gives no rows."""
        try:
            self._connection.execute(sql)
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def fetch(self, sql: str) -> pa.Table:
        """Execute a SELECT and give its rows in order."""
        try:
            relation = self._connection.sql(sql)
            return _plain_types(relation.to_arrow_table())
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Execute a SELECT of few rows and give them as plain values."""
        return self.fetch(sql).to_pylist()  # type: ignore[no-any-return]

    def parse(self, sql: str) -> dict[str, Any]:
        """Give the syntax tree of a SELECT that was not run."""
        found = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
        return json.loads(found[0][0])  # type: ignore[no-any-return]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()


def quote(text: str) -> str:
    """Write a text as an SQL constant."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Write a name as an SQL identifier.

    Raises
    ------
    DataError
        The name holds a character that no identifier can.
    """
    if "\x00" in name:
        raise DataError("a column's name holds a zero byte. Repair the file's head.")
    return '"' + name.replace('"', '""') + '"'
