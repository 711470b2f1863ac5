"""The Arrow types of columns: those of a schema, and one for what others call by several names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from rapport.schema import TableSchema

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


def arrow_schema(schema: TableSchema, *, extra: Iterable[str] = ()) -> pa.Schema:
    """Give the Arrow schema of a canonical table, `extra` columns by their prefix at the end."""
    named = [(column.name, column.type) for column in schema.columns]
    opened = [(name, column.type) for name in extra if (column := schema.column(name))]
    fields = [pa.field(name, ARROW_TYPES[kind]) for name, kind in [*named, *opened]]
    return pa.schema(fields, metadata={TIME_KEY: schema.time} if schema.time else None)


def plain_types(table: pa.Table) -> pa.Table:
    """Give one type to what pandas and the engine call by several: text, times, whole sums."""
    fields = [field.with_type(_plain_type(field.type)) for field in table.schema]
    plain = pa.schema(fields, metadata=table.schema.metadata)
    return table if plain.equals(table.schema) else table.cast(plain)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    # DuckDB sums whole numbers in 128 bits, which Arrow can only call a decimal.
    return pa.int64() if kind == pa.decimal128(38, 0) else kind
