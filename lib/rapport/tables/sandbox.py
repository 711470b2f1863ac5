"""An engine of its own for a library that writes its own SQL: it reaches nothing but its tables."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from rapport.tables.engine import connect


def open_sandbox(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """Open an engine in memory that holds copies of these tables, in their order."""
    # One thread, because sums of floats depend on how they are shared out.
    connection = connect({"threads": "1"}, files=[], folders=[])
    for name, table in tables.items():
        connection.register(f"given {name}", table)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM "given {name}"')  # noqa: S608
        connection.unregister(f"given {name}")
    return connection
