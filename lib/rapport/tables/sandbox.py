"""An engine of its own for a library that writes its own SQL: it reaches nothing but its tables."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

SETTINGS = (
    "SET TimeZone = 'UTC'",
    # One thread, because sums of floats depend on how they are shared out.
    "SET threads = 1",
    "SET temp_directory = ''",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def open_sandbox(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """Open an engine in memory that holds copies of these tables, in their order."""
    connection = duckdb.connect(":memory:")
    # Where it draws none it refuses to be told so.
    bar = connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    if bar and bar[0]:
        connection.execute("SET enable_progress_bar = false")
    connection.execute(";".join(SETTINGS))
    for name, table in tables.items():
        connection.register(f"given {name}", table)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM "given {name}"')  # noqa: S608
        connection.unregister(f"given {name}")
    return connection
