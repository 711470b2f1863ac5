"""The engine that queries tables; the only module that knows DuckDB.

It runs in UTC, keeps the order of rows, and after it has opened reaches no file but those it was
given; its settings are then locked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import pyarrow as pa

from rapport.errors import DataError, ParameterError
from rapport.tables.arrow import plain_types
from rapport.tables.room import Room

# Below this a second thread costs processor time and saves none of the clock's: it has no row
# group to itself, and waits for the first one by spinning.
BYTES_FOR_THREADS = 32 << 20


class EngineError(Exception):
    """The engine refused a statement; its message may hold values and stays inside."""


def select(
    sql: str,
    relations: Mapping[str, Path | pa.Table],
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    room: Room | None = None,
) -> pa.Table:
    """Run one SELECT over named tables and give its rows.

    Parameters
    ----------
    sql : one SELECT; it sees `relations` by name and no other file
    relations : a Parquet file or an Arrow table each
    threads, memory_limit, room : of the engine; no result depends on them. Without `threads`
        there are two where the tables are large, else one; without a room nothing is spilled

    Raises
    ------
    ParameterError
        The statement is not valid over these tables.
    """
    engine = Engine(relations, threads=threads, memory_limit=memory_limit, room=room)
    with engine:
        try:
            return engine.fetch(sql)
        except EngineError as error:
            raise ParameterError(f"query: {error}") from error


class Engine:
    """One opened DuckDB in memory over named tables, for work in several statements.

    It reaches the Parquet files among `relations`, those in `files` and those in the private
    folder of its `room`, which `add` may name later, and no other. What has no room in memory is
    spilled into that folder.
    """

    def __init__(
        self,
        relations: Mapping[str, Path | pa.Table],
        *,
        files: Iterable[Path] = (),
        threads: int | None = None,
        memory_limit: str | None = None,
        room: Room | None = None,
    ) -> None:
        self._connection = duckdb.connect(":memory:")
        given = [path for path in relations.values() if isinstance(path, Path)]
        allowed = [*given, *files]
        if threads is None:
            n_bytes = sum(path.stat().st_size for path in allowed if path.is_file())
            threads = 2 if n_bytes >= BYTES_FOR_THREADS else 1
        self.room = room
        self._set(threads, memory_limit, [str(path.resolve()) for path in allowed])
        for name, relation in relations.items():
            self.add(name, relation)

    def _set(self, threads: int, memory_limit: str | None, files: list[str]) -> None:
        folders = [f"{self.room.folder.resolve()}{os.sep}"] if self.room else []
        # TimeZone cannot be given to connect(): "icu needs to be loaded" (DuckDB 2.0).
        settings = {
            "TimeZone": "'UTC'",
            "threads": str(threads),
            "preserve_insertion_order": "true",
            "memory_limit": quote(memory_limit) if memory_limit else None,
            "temp_directory": quote(folders[0] + "spilled") if folders else "''",
            "enable_progress_bar": "false" if self._draws_bar() else None,
            # Else an unknown name in a query is looked up among the caller's variables.
            "python_enable_replacements": "false",
            "allowed_paths": f"[{', '.join(quote(file) for file in files)}]",
            "allowed_directories": f"[{', '.join(quote(folder) for folder in folders)}]",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }
        given = [f"SET {name} = {value}" for name, value in settings.items() if value is not None]
        self._connection.execute(";".join(given))

    def _draws_bar(self) -> bool:
        # Where nobody wrote a main program, as in a kernel, DuckDB prints a bar of its own for a
        # statement of more than two seconds: the chapter's output would tell the load. In a
        # notebook without ipywidgets it draws none, and refuses to be told so.
        (is_on,) = self._connection.execute(
            "SELECT current_setting('enable_progress_bar')"
        ).fetchall()[0]
        return bool(is_on)

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
            return plain_types(relation.to_arrow_table())
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    @contextmanager
    def stream(self, sql: str, n_rows: int) -> Iterator[pa.RecordBatchReader]:
        """Execute a SELECT and give its rows in order, about `n_rows` at a time.

        No other statement can run before the block ends.
        """
        try:
            relation = self._connection.sql(sql)
            with relation.to_arrow_reader(n_rows) as batches:
                yield batches
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Execute a SELECT of few rows and give them as plain values."""
        # Not by Arrow, as `fetch` is: a relation is bound once when made and again when run.
        try:
            found = self._connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def parse(self, sql: str) -> dict[str, Any]:
        """Give the syntax tree of a SELECT that was not run."""
        found = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
        return json.loads(found[0][0])  # type: ignore[no-any-return]

    def unparse(self, tree: Mapping[str, Any]) -> str:
        """Give the SQL of a syntax tree that `parse` gave, changed or not."""
        found = self._connection.execute("SELECT json_deserialize_sql(?)", [json.dumps(tree)])
        return str(found.fetchall()[0][0])

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
