"""The Arrow types of columns: those of a schema, and one for what others call by several names."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.json as pa_json

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


def from_rows(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Make a table of few rows of whole numbers, floats, truth values, texts and dates.

    Read as JSON because whatever makes Arrow's arrays of Python values loads pandas first, a
    third of a second in every process that makes but a calendar.

    Examples
    --------
    >>> schema = pa.schema([("day", pa.date32()), ("n", pa.int64())])
    >>> from_rows([{"n": 2, "day": "2024-03-01"}], schema).to_pylist()
    [{'day': datetime.date(2024, 3, 1), 'n': 2}]
    """
    fields = [
        field.with_type(pa.string()) if pa.types.is_date(field.type) else field for field in schema
    ]
    lines = "\n".join(json.dumps(dict(row), default=str, ensure_ascii=False) for row in rows)
    table = pa_json.read_json(
        io.BytesIO(lines.encode("utf-8")),
        pa_json.ReadOptions(use_threads=False),
        pa_json.ParseOptions(explicit_schema=pa.schema(fields), unexpected_field_behavior="error"),
    )
    return table.select(schema.names).cast(schema).combine_chunks()


def plain_types(table: pa.Table) -> pa.Table:
    """Give one type to what pandas and the engine call by several: text, times, whole sums."""
    plain = plain_schema(table.schema)
    return table if plain.equals(table.schema) else table.cast(plain)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Give the schema that `plain_types` gives a table of this one."""
    fields = [field.with_type(_plain_type(field.type)) for field in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    # DuckDB sums whole numbers in 128 bits, which Arrow can only call a decimal.
    return pa.int64() if kind == pa.decimal128(38, 0) else kind


def constant(value: str | int | None) -> pa.Scalar:
    """Give a value as Arrow has it; Arrow's own way loads pandas to look at the value.

    Examples
    --------
    >>> constant("zh").as_py(), constant(-5).as_py(), constant(None).as_py()
    ('zh', -5, None)
    """
    if value is None:
        return pa.nulls(1, pa.string())[0]
    if isinstance(value, int):
        content = pa.py_buffer(struct.pack("<q", value))
        return pa.Array.from_buffers(pa.int64(), 1, [None, content])[0]
    text = value.encode()
    ends = struct.pack("<2i", 0, len(text))
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(text))[0]
