"""PostgreSQL as an engine: tables in a schema of their own, each under the digest of its content.

A table is made in one transaction under a lock of its name: two runs at once make it once, and one
that ended half-way left nothing. Its comment says how many rows it has and of which files it was
made; the rows are counted before a process relies on them.
"""

# ruff: noqa: S608 - SQL is built of digests, of names of columns and of checked trees
from __future__ import annotations

import atexit
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import adbc_driver_manager
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from rapport.errors import DataError, ParameterError
from rapport.tables.elsewhere.opening import ADDRESS, ServerError
from rapport.tables.engine import identifier, quote

SCHEMA = "rapport"
# What a later session must not take from its user, its database or its server.
SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET search_path = pg_catalog",
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
)
LEAST_VERSION = 130_000
TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_string, 'text COLLATE "C"'),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int16, "smallint"),
    (pa.types.is_int32, "integer"),
    (pa.types.is_int64, "bigint"),
    (pa.types.is_float64, "double precision"),
    (pa.types.is_decimal, "numeric"),
    (pa.types.is_date32, "date"),
    (pa.types.is_timestamp, "timestamp"),
)
# Who is not let in gets no SQLSTATE: that is the server's answer to a statement.
NO_ENTRY = "cannot be reached, or lets nobody in. Look whether it runs, at host, user and password"
# First letters of SQLSTATE, and what a person makes of them.
REFUSALS = {
    "08": "cannot be reached. Look whether it runs, and at the address",
    "28": "refuses the user or the password. Set both in the address",
    "3D": "has no database of this name. Make it, or name another",
    "42501": "does not let the user make tables. Grant CREATE on the database",
    "53": "has no room or memory left. Make room and run again",
    "54": "meets a limit of its own. Look into its log",
    "57": "was stopped, or stopped the statement. Run again",
    "22021": "cannot hold a text with a zero byte. Repair the source, or use DuckDB",
}


class PostgreSQL:
    """One connection to a database, for as long as the process lives."""

    dialect, schema = "postgres", SCHEMA

    def __init__(self, url: str) -> None:
        _check_address(url)
        self._known: set[str] = set()
        with _told(NO_ENTRY):
            self._connection = dbapi.connect(url, autocommit=True)
        atexit.register(self._connection.close)
        with _told(), self._connection.cursor() as cursor:
            for setting in SETTINGS:
                cursor.execute(setting)
        self._check_version()
        if not self._has_schema():
            self._make_schema()

    def load(self, name: str, path: Path, columns: Sequence[str], parts: Sequence[str]) -> None:
        """Hold these columns of a Parquet file under a name, unless it is held already."""
        file = pq.ParquetFile(path)
        n_rows = file.metadata.num_rows
        if self._is_held(name, n_rows):
            return
        kept = pa.schema([file.schema_arrow.field(column) for column in columns])
        with self._making(name) as is_new:
            if is_new:
                listed = ", ".join(f"{identifier(f.name)} {_type(f.type)}" for f in kept)
                self._run(f"CREATE TABLE {_place(name)} ({listed})")
                self._ingest(name, file, kept)
                self._note(name, parts)
        if not self._is_held(name, n_rows):
            raise ServerError(
                f"engine postgresql: table {name} does not hold the {n_rows} rows of its file. "
                f"Drop it (DROP TABLE {SCHEMA}.{name}) and run again."
            )

    def keep(self, name: str, sql: str, parts: Sequence[str]) -> None:
        """Hold what a SELECT gives under a name, made of tables held; unless it is held."""
        if self._is_held(name):
            return
        with self._making(name) as is_new:
            if is_new:
                self._run(f"CREATE TABLE {_place(name)} AS {sql}")
                self._note(name, parts)
        self._known.add(name)

    def fetch(self, sql: str) -> pa.RecordBatchReader:
        """Give what a SELECT gives, in order."""
        with _told():
            cursor = self._connection.cursor()
            cursor.execute(sql)
            reader = cursor.fetch_record_batch()
        return pa.RecordBatchReader.from_batches(reader.schema, _drain(reader, cursor))

    def forget(self, is_needed: Callable[[str], bool]) -> int:
        """Drop every table of which some file is needed no more; give how many."""
        gone = 0
        for name, parts in self._list_tables():
            if not all(is_needed(part) for part in parts):
                self._run(f"DROP TABLE IF EXISTS {_place(name)}")
                gone += 1
        return gone

    def _list_tables(self) -> list[tuple[str, list[str]]]:
        return [(name, json.loads(note)["of"]) for name, note in self._list_notes() if note]

    def _list_notes(self, which: str = "") -> list[tuple[str, str | None]]:
        return self._rows(
            "SELECT c.relname::text, obj_description(c.oid, 'pg_class') FROM pg_class AS c "
            f"JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = {quote(SCHEMA)} "
            f"AND c.relkind = 'r' {which} ORDER BY 1"
        )

    def _check_version(self) -> None:
        ((number,),) = self._rows("SELECT current_setting('server_version_num')::int")
        if number < LEAST_VERSION:
            raise ServerError(
                f"engine postgresql: the server is version {number // 10_000}. Use 13 or newer."
            )

    def _has_schema(self) -> bool:
        return bool(self._rows(f"SELECT 1 FROM pg_namespace WHERE nspname = {quote(SCHEMA)}"))

    def _make_schema(self) -> None:
        """Make the schema alone: two that make it at once are refused, IF NOT EXISTS or not."""
        with self._alone(SCHEMA):
            self._run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")

    def _is_held(self, name: str, n_rows: int | None = None) -> bool:
        """Say whether a table is there with all its rows, which are counted once."""
        if name in self._known:
            return True
        # Not by `to_regclass`: a name that was not there is remembered as absent, and whoever waits
        # for another's making would drop what was just made.
        note = dict(self._list_notes(f"AND c.relname = {quote(name)}")).get(name)
        if note is None:
            return False
        ((counted,),) = self._rows(f"SELECT count(*) FROM {_place(name)}")
        noted = json.loads(note)["rows"]
        if counted != noted or (n_rows is not None and counted != n_rows):
            return False
        self._known.add(name)
        return True

    @contextmanager
    def _making(self, name: str) -> Iterator[bool]:
        """Alone with a name, in one transaction; says whether the table is still to be made."""
        try:
            with self._alone(name):
                is_new = not self._is_held(name)
                if is_new:
                    # One with other rows than it was made with is no table of ours any more.
                    self._run(f"DROP TABLE IF EXISTS {_place(name)}")
                yield is_new
        except BaseException:
            self._known.discard(name)
            raise

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Be alone with a name until the end of one transaction."""
        self._run("BEGIN")
        try:
            self._run(f"SELECT pg_advisory_xact_lock(hashtextextended({quote(name)}, 0))")
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def _ingest(self, name: str, file: pq.ParquetFile, kept: pa.Schema) -> None:
        batches = (
            pa.RecordBatch.from_arrays([batch.column(n) for n in kept.names], schema=kept)
            for batch in file.iter_batches(columns=kept.names, use_threads=False)
        )
        with _told(), self._connection.cursor() as cursor:
            cursor.adbc_ingest(
                name, pa.RecordBatchReader.from_batches(kept, batches), mode="append",
                db_schema_name=SCHEMA,
            )  # fmt: skip

    def _note(self, name: str, parts: Sequence[str]) -> None:
        ((n_rows,),) = self._rows(f"SELECT count(*) FROM {_place(name)}")
        note = json.dumps({"rows": n_rows, "of": sorted(set(parts))})
        self._run(f"COMMENT ON TABLE {_place(name)} IS {quote(note)}")
        self._run(f"ANALYZE {_place(name)}")

    def _run(self, sql: str) -> None:
        with _told(), self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with _told(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


def _check_address(url: str) -> None:
    scheme = url.partition("://")[0]
    if scheme not in ("postgresql", "postgres") or not urlsplit(url).hostname:
        raise ParameterError(
            f"{ADDRESS}: is {'an address of something else' if url else 'not set'}. Set it to "
            "postgresql://user:password@host:port/database for engine: postgresql."
        )


def _place(name: str) -> str:
    return f"{SCHEMA}.{identifier(name)}"


def _type(kind: pa.DataType) -> str:
    found = next((spelled for is_kind, spelled in TYPES if is_kind(kind)), None)
    if found is None:
        raise DataError(f"engine postgresql: cannot hold a column of {kind}. Use DuckDB.")
    return found


def _drain(reader: pa.RecordBatchReader, cursor: Any) -> Iterator[pa.RecordBatch]:
    with _told(), cursor:
        yield from reader


@contextmanager
def _told(otherwise: str = "refuses a statement. Look into its log") -> Iterator[None]:
    """Say what went wrong by its state alone: a server's own words may hold rows and addresses."""
    try:
        yield
    except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
        state = str(getattr(error, "sqlstate", None) or "")
        why = next((said for begin, said in REFUSALS.items() if state.startswith(begin)), otherwise)
        raise ServerError(
            f"engine postgresql: the server {why} (SQLSTATE {state or 'not given'})."
        ) from None
