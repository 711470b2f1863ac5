"""Look into a Parquet file before the engine reads it: its names, its size, every page of it."""

# ruff: noqa: S608 - SQL is built of quoted names and constants
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.ingest.faults import Fault
from rapport.ingest.readers.aside import ROW
from rapport.ingest.readers.heads import check_columns, name_columns
from rapport.ingest.readers.packing import MB
from rapport.params import Source
from rapport.tables.engine import Engine, EngineError, identifier, quote

# Fewer rows fill no machine, and rows that are all alike pack very well.
ROWS_FROM = 1_000_000
FLOATS = frozenset(["FLOAT", "DOUBLE"])


def open_parquet(engine: Engine, part: str, name: str, source: Source, path: Path) -> list[Fault]:
    """Make the relation `part` of a Parquet file, or say what is wrong with the file.

    NaN, and a word of `missing`, is nothing. The file is read once to its end, so that a damaged
    page is told of the file and not met in the midst of the work.
    """
    try:
        with pq.ParquetFile(path) as file:
            given, meta = file.schema_arrow.names, file.metadata
    except (pa.ArrowException, OSError, ValueError):
        return [Fault(name, "", f"{path.name} is no Parquet file", "Deliver it again.")]
    names = name_columns(given)
    faults = check_columns(name, path.name, names, most=source.limits.columns)
    faults += _check_size(name, source, path, meta)
    if faults:
        return faults
    try:
        engine.add(f"raw {part}", path, row_number=ROW)
        types = _types(engine, f"raw {part}")
        columns = [
            f"{_without_missing(given[n], types, source)} AS {identifier(column)}"
            for n, column in enumerate(names)
        ]
        engine.run(
            f"CREATE VIEW {identifier(part)} AS SELECT {', '.join([*columns, ROW])} "
            f"FROM {identifier(f'raw {part}')}"
        )
        engine.rows(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {identifier(f'raw {part}')}")
    except EngineError:
        return [Fault(name, "", f"{path.name} is damaged", "Deliver it again.")]
    return []


def _check_size(name: str, source: Source, path: Path, meta: pq.FileMetaData) -> list[Fault]:
    limits = source.limits
    n_bytes = sum(meta.row_group(n).total_byte_size for n in range(meta.num_row_groups))
    swells = meta.num_rows > ROWS_FROM and meta.num_rows > limits.ratio * path.stat().st_size
    if meta.num_rows > limits.rows or n_bytes > limits.unpacked_mb * MB or swells:
        found = f"{path.name} unpacks to {meta.num_rows:,} rows of {n_bytes / MB:,.0f} MB"
        return [Fault(name, "", found, "If that is right, raise `limits` of the source.")]
    return []


def _types(engine: Engine, relation: str) -> dict[str, str]:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {identifier(relation)}")
    return {row["column_name"]: row["column_type"] for row in rows}


def _without_missing(column: str, types: Mapping[str, str], source: Source) -> str:
    cell, kind = identifier(column), types[column]
    if kind in FLOATS:
        # Not by isnan(): the file's own statistics leave NaN out, and the engine believes them
        # (DuckDB 2.0 answers false for every row).
        return f"CASE WHEN CAST({cell} AS VARCHAR) = 'nan' THEN NULL ELSE {cell} END"
    if kind == "VARCHAR" and source.missing:
        words = ", ".join(map(quote, source.missing))
        return f"CASE WHEN {cell} IN ({words}) THEN NULL ELSE {cell} END"
    return cell
