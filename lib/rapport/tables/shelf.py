"""The engine that a process keeps open over a folder, for many small queries.

To open an engine (three thousand functions and more are made known to it) takes as long as a mart.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from rapport.errors import ParameterError
from rapport.tables.arrow import plain_schema, plain_types
from rapport.tables.engine import (
    Engine,
    EngineError,
    connect,
    identifier,
    is_large,
    run_select,
    select,
)
from rapport.tables.files import ROWS_IN_GROUP, TableFile, write_batches, write_table
from rapport.tables.room import Room

# What the engine may hold in memory of large tables before it spills: with Python, the batches of
# rows and the writer a process stays under one and a half gigabytes.
MEMORY_LIMIT = "900MB"
# A schema holds the names of one unit's files; more units than these share them.
SCHEMA, MOST_SCHEMAS = "named_", 8

Names = dict[str, Path]
"""The file that each view of a schema reads."""


def select_from(shelf: Path, sql: str, relations: Mapping[str, Path | pa.Table]) -> pa.Table:
    """Run one SELECT of several over files beneath one folder.

    Small tables are read by the one engine that this process keeps open over the folder. It
    reaches the whole of it, and knows files by the names that earlier statements gave them, so the
    statement must be ours and read nothing but `relations`.

    Raises
    ------
    ParameterError
        The statement is not valid over these tables.
    """
    if is_large(path for path in relations.values() if isinstance(path, Path)):
        return select(sql, relations)
    return run_select(_Lent(relations, shelf), sql)


def write_selected(
    sql: str, relations: Mapping[str, Path], path: Path, *, shelf: Path | None = None
) -> TableFile:
    """Write the rows of one SELECT, never all of them in memory where tables are large.

    Parameters
    ----------
    sql, relations : as of `select`
    path : as of `write_table`; what the engine has no room for is spilled beside it
    shelf : as of `select_from`, for small tables

    Raises
    ------
    ParameterError
        The statement is not valid over these tables.
    """
    if not is_large(relations.values()):
        return write_table(
            select_from(shelf, sql, relations) if shelf else select(sql, relations), path
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        room = Room(Path(folder))
        try:
            with (
                Engine(relations, memory_limit=MEMORY_LIMIT, room=room) as engine,
                engine.stream(sql, ROWS_IN_GROUP) as batches,
            ):
                return write_batches(batches, path, plain_schema(batches.schema))
        except EngineError as error:
            raise ParameterError(f"query: {error}") from error


class _Lent(Engine):
    """The engine that this process keeps over a folder, for as long as one statement takes."""

    def __init__(self, relations: Mapping[str, Path | pa.Table], shelf: Path) -> None:
        self.room = None
        self._connection, schemas = _open_shelf(str(shelf.resolve()), os.getpid())
        self._lent: list[str] = []
        try:
            files = {name: at.absolute() for name, at in relations.items() if isinstance(at, Path)}
            self._name(files, schemas)
            for name in [name for name in relations if name not in files]:
                self.add(name, relations[name])
                self._lent.append(name)
        except EngineError:
            self._give_back()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_back()

    def fetch(self, sql: str) -> pa.Table:
        """Execute a SELECT of few rows and give them in order."""
        # Not as a relation, which is bound once when made and again when run: most of what a small
        # table takes. The copy of its rows that the engine warns of is a small one.
        try:
            found = self._connection.execute(sql)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
                return plain_types(found.to_arrow_table())
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def _name(self, files: Mapping[str, Path], schemas: list[Names]) -> None:
        """Let statements see files by name, most of them in a schema where they are named so."""
        at = _choose_schema(files, schemas)
        if at == len(schemas):
            self.run(f"CREATE SCHEMA {SCHEMA}{at}")
            schemas.append({})
        self.run(f"USE {SCHEMA}{at}")
        named = schemas[at]
        for name, path in files.items():
            if named.get(name) == path:
                continue
            if named.pop(name, None):
                self.run(f"DROP VIEW {identifier(name)}")
            self.add(name, path)
            named[name] = path

    def _give_back(self) -> None:
        for name in self._lent:
            self._connection.unregister(name)


def _choose_schema(files: Mapping[str, Path], schemas: list[Names]) -> int:
    """Give the place of the schema that names these files best, or that of a new one.

    To name a file takes as long as to read its head twice, and the marts of a unit read the same
    ones. Schemas are several because a worker makes marts of several units in turn.
    """
    fits = [
        sum(1 if named[name] == path else -1 for name, path in files.items() if name in named)
        for named in schemas
    ]
    if len(schemas) < MOST_SCHEMAS and max(fits, default=0) <= 0:
        return len(schemas)
    return fits.index(max(fits))


@lru_cache(maxsize=1)
def _open_shelf(folder: str, process: int) -> tuple[duckdb.DuckDBPyConnection, list[Names]]:
    """Open the engine that this process keeps over a folder, and a list for its schemas."""
    del process  # a fork must not go on with its parent's
    return connect({"threads": "1"}, files=[], folders=[folder]), []
