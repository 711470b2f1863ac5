"""Make a mart on another engine: its SELECT and those that it builds on run where the tables are.

Marts that only others read are tables of that engine and never leave it. Those made by Python are
made here, of what came back: calendars and settings are small, and conditions of tags and patterns
of topics are in the words of DuckDB and Arrow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rapport import tables
from rapport.errors import DataError
from rapport.marts.build import write_empty
from rapport.marts.catalog import MARTS, Mart
from rapport.marts.lineage import list_leaves, walk
from rapport.tables.elsewhere import open_engine
from rapport.tables.elsewhere.opening import Elsewhere

# A name's length: PostgreSQL cuts at 63.
LENGTH = 40


def run_task(arguments: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make one mart as a table task of the press, as `build.run_task` does, on another engine.

    Parameters
    ----------
    arguments : `name`, `tables` (table: path of its Parquet file; what the mart reads, followed
        to tables that are files), `into` (a folder), `store` (that of all of them), `engine`

    Returns
    -------
    the table's name: `path`, `digest` and `n_rows` of the file written
    """
    name, into = arguments["name"], Path(arguments["into"])
    paths = {table: Path(path) for table, path in arguments["tables"].items()}
    how = {"engine": arguments["engine"], "shelf": Path(arguments["store"])}
    made = build_elsewhere(name, paths, into=into, **how)
    return {name: {"path": str(made.path), "digest": made.digest, "n_rows": made.n_rows}}


def build_elsewhere(
    name: str, paths: Mapping[str, Path], *, into: Path, engine: str, shelf: Path | None = None
) -> tables.TableFile:
    """Write one mart to `<into>/<name>.parquet`, made on another engine: the bytes of DuckDB's.

    Parameters
    ----------
    name : a mart that is a SELECT
    paths : the Parquet file of every table of `list_leaves`
    shelf : as of `build.build_mart`

    Raises
    ------
    DataError
        A table that it reads is not given.
    ParameterError, ServerError
        As of `tables.elsewhere.open_engine`.
    """
    from rapport.tables.elsewhere.typed import give_types  # noqa: PLC0415 - loads the engine

    needed, used = list_leaves(name)
    absent = sorted(needed - set(paths))
    if absent:
        raise DataError(f"mart {name}: needs {', '.join(absent)}. Run the ingestion of the unit.")
    given = {table: paths[table] for table in sorted(needed | used) if table in paths}
    for table in sorted(used - set(paths)):
        given[table] = write_empty(table, into / "absent").path
    held = _Held(open_engine(engine), shelf)
    for table, path in given.items():
        held.load(table, path)
    for mart in walk(name):
        if mart.name != name:
            held.keep(mart)
    batches, schema = held.fetch(MARTS[name])
    return tables.write_batches(give_types(batches, schema), into / f"{name}.parquet", schema)


@dataclass
class _Held:
    """What an engine holds for one mart: its names, columns as DuckDB has them, files behind it."""

    engine: Elsewhere
    shelf: Path | None
    names: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, pa.Schema] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def load(self, table: str, path: Path) -> None:
        """Hold of a file what marts read."""
        whole, digest = pq.read_schema(path), _digest_file(path, path.stat().st_mtime_ns)
        columns = _choose_columns(table, whole)
        self.schemas[table] = pa.schema([whole.field(name) for name in columns])
        self.names[table] = f"t_{_digest(digest, *columns)}"
        # An empty table is of no file of the store, and no trouble to keep.
        self.parts[table] = (digest,) if pq.read_metadata(path).num_rows else ()
        self.engine.load(self.names[table], path, columns, self.parts[table])

    def keep(self, mart: Mart) -> None:
        """Hold a mart that others are made of."""
        sql, self.schemas[mart.name] = self._write(mart)
        self.names[mart.name] = f"m_{_digest(sql)}"
        read = (*mart.reads, *mart.uses)
        self.parts[mart.name] = tuple(sorted({part for name in read for part in self.parts[name]}))
        self.engine.keep(self.names[mart.name], sql, self.parts[mart.name])

    def fetch(self, mart: Mart) -> tuple[pa.RecordBatchReader, pa.Schema]:
        """Give a mart's rows in order, as the engine types them, and the columns that they are."""
        sql, schema = self._write(mart)
        return self.engine.fetch(sql), schema

    def _write(self, mart: Mart) -> tuple[str, pa.Schema]:
        from rapport.tables.elsewhere.dialect import write_select  # noqa: PLC0415 - an extra
        from rapport.tables.elsewhere.typed import find_schema  # noqa: PLC0415 - loads the engine

        assert mart.sql is not None
        read = sorted({*mart.reads, *mart.uses})
        columns = tuple((name, self.schemas[name]) for name in read)
        schema = find_schema(mart.sql, columns, self.shelf)
        names = {name: self.names[name] for name in read}
        told = {"dialect": self.engine.dialect, "schema": self.engine.schema}
        return write_select(mart.sql, names=names, **told), schema


def _choose_columns(table: str, whole: pa.Schema) -> list[str]:
    """Name the columns that some mart may read: no other is handed over."""
    plain = [field.name for field in whole if not pa.types.is_list(field.type)]
    words = _list_read(table)
    return plain if words is None else [name for name in plain if name in words]


@lru_cache(maxsize=64)
def _list_read(table: str) -> frozenset[str] | None:
    """Name what marts read of a table; None where one reads the whole of it."""
    from rapport.tables.elsewhere.dialect import list_starred, list_words  # noqa: PLC0415 - extra

    readers = [mart for mart in MARTS.values() if table in (*mart.reads, *mart.uses)]
    said = [mart.sql for mart in readers if mart.sql is not None]
    if any(table in list_starred(sql) for sql in said):
        return None
    return frozenset(word for sql in said for word in list_words(sql))


@lru_cache(maxsize=256)
def _digest_file(path: Path, written: int) -> str:
    del written  # a file of another time is another file
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:LENGTH]
