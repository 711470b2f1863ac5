"""What comes back from an engine, in the types that DuckDB gives the same statement.

Engines call whole sums, parts of days and products of decimals by types of their own. Which type
is meant is asked of DuckDB over the same tables without a row; a value that has no place in it is
an error, never rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from rapport.errors import DataError
from rapport.tables.engine import select
from rapport.tables.shelf import select_from

# As many digits as Arrow's decimals hold, more of them behind the point than any product has.
WIDE = pa.decimal128(38, 12)


@lru_cache(maxsize=256)
def find_schema(
    sql: str, schemas: tuple[tuple[str, pa.Schema], ...], shelf: Path | None = None
) -> pa.Schema:
    """Give the columns that a SELECT gives on DuckDB, of the columns that its tables have.

    Parameters
    ----------
    schemas : of every table that it reads
    shelf : the folder over which this process keeps a DuckDB open, if it does
    """
    empty = {name: pa.Table.from_batches([], schema=schema) for name, schema in schemas}
    return (select_from(shelf, sql, empty) if shelf else select(sql, empty)).schema


def give_types(batches: pa.RecordBatchReader, schema: pa.Schema) -> pa.RecordBatchReader:
    """Give the same rows in the columns of a schema.

    Raises
    ------
    DataError
        A value would be cut, or has no place in its column.
    """
    return pa.RecordBatchReader.from_batches(schema, _cast_all(batches, schema))


def _cast_all(batches: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    assert batches.schema.names == schema.names
    for batch in batches:
        columns = [
            _cast(column, field) for column, field in zip(batch.columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _cast(column: pa.Array, field: pa.Field) -> pa.Array:
    plain = column.storage if isinstance(column, pa.ExtensionArray) else column
    if plain.type == field.type:
        return plain
    try:
        if pa.types.is_string(plain.type) and pa.types.is_integer(field.type):
            # A whole number may be written with a point: 12.0000.
            plain = plain.cast(WIDE)
        return plain.cast(field.type)
    except pa.ArrowInvalid as error:
        # Arrow's own words hold the value.
        raise DataError(
            f"engine: column {field.name} holds a value that is no {field.type}. "
            "Make the report on DuckDB, and tell whoever keeps the marts."
        ) from error
