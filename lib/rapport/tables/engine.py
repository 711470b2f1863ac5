"""The engine that queries tables; the only module that knows DuckDB.

It runs in UTC, keeps the order of rows, and after it has opened reaches no file but those it was
given; its settings are then locked.
"""

from __future__ import annotations

import errno
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
# The engine says these of a disk without room; the last where what it spills would not fit.
NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "max_temp_directory_size")


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
    return run_select(engine, sql)


def is_large(paths: Iterable[Path]) -> bool:
    """Say whether a second thread has anything to do in these files."""
    return sum(path.stat().st_size for path in paths if path.is_file()) >= BYTES_FOR_THREADS


def run_select(engine: Engine, sql: str) -> pa.Table:
    """Run one SELECT on an engine, which is given up afterwards.

    Raises
    ------
    ParameterError
        The statement is not valid over its tables.
    """
    with engine:
        try:
            return engine.fetch(sql)
        except EngineError as error:
            raise ParameterError(f"query: {error}") from error


class Engine:
    """One opened DuckDB in memory over named tables, for work in several statements.

    A statement that the disk has no room for raises OSError, and none else does.

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
        allowed = [*(path for path in relations.values() if isinstance(path, Path)), *files]
        threads = threads or (2 if is_large(allowed) else 1)
        folders = [str(room.folder.resolve())] if room else []
        self.room = room
        self._connection = connect(
            {
                "threads": str(threads),
                "memory_limit": quote(memory_limit) if memory_limit else None,
                "temp_directory": quote(folders[0] + os.sep + "spilled") if folders else None,
            },
            files=[str(path.resolve()) for path in allowed],
            folders=folders,
        )
        for name, relation in relations.items():
            self.add(name, relation)

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

    def drop(self, name: str) -> None:
        """Let go of an Arrow table that `add` named: nothing may read it any more."""
        self._connection.unregister(name)

    def run(self, sql: str) -> None:
        """Execute a statement that gives no rows."""
        try:
            self._connection.execute(sql)
        except duckdb.Error as error:
            raise _refusal(error) from error

    def fetch(self, sql: str) -> pa.Table:
        """Execute a SELECT and give its rows in order."""
        try:
            relation = self._connection.sql(sql)
            return plain_types(relation.to_arrow_table())
        except duckdb.Error as error:
            raise _refusal(error) from error

    @contextmanager
    def stream(self, sql: str, n_rows: int) -> Iterator[pa.RecordBatchReader]:
        """Execute a SELECT and give its rows in order, about `n_rows` at a time.

        No other statement can run before the block ends.
        """
        try:
            relation = self._connection.sql(sql)
            with relation.to_arrow_reader(n_rows) as batches:
                yield batches
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            # What fails while rows come out comes as an error of Arrow's, or as one of files.
            refused = _refusal(error)
            if isinstance(error, duckdb.Error) or isinstance(refused, OSError):
                raise refused from error
            raise

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Execute a SELECT of few rows and give them as plain values."""
        # Not by Arrow, as `fetch` is: a relation is bound once when made and again when run.
        try:
            found = self._connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.Error as error:
            raise _refusal(error) from error

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


def _refusal(error: Exception) -> EngineError | OSError:
    """Give what the engine's error is: nothing is wrong with a statement on a full disk."""
    said = str(error)
    if any(words in said for words in NO_ROOM):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return EngineError(said)


def connect(
    given: Mapping[str, str | None], *, files: Iterable[str], folders: Iterable[str]
) -> duckdb.DuckDBPyConnection:
    """Open an engine that reaches these files and folders alone, for good."""
    connection = duckdb.connect(":memory:")
    # TimeZone cannot be given to connect(): "icu needs to be loaded" (DuckDB 2.0).
    settings = {
        "TimeZone": "'UTC'",
        "preserve_insertion_order": "true",
        # Of each part of a table that is written in parts so many rows wait in memory.
        "partitioned_write_flush_threshold": "32768",
        "temp_directory": "''",
        "enable_progress_bar": "false" if _draws_bar(connection) else None,
        # Else an unknown name in a query is looked up among the caller's variables.
        "python_enable_replacements": "false",
    }
    settings |= {name: value for name, value in given.items() if value is not None}
    settings |= {
        "allowed_paths": f"[{', '.join(quote(file) for file in files)}]",
        "allowed_directories": f"[{', '.join(quote(folder + os.sep) for folder in folders)}]",
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    statements = [f"SET {name} = {value}" for name, value in settings.items() if value]
    connection.execute(";".join(statements))
    return connection


def _draws_bar(connection: duckdb.DuckDBPyConnection) -> bool:
    # Where nobody wrote a main program, as in a kernel, DuckDB prints a bar of its own for a
    # statement of more than two seconds: the chapter's output would tell the load. In a notebook
    # without ipywidgets it draws none, and refuses to be told so.
    found = connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    return bool(found[0][0])


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
