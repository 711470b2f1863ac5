"""SQL of a canonical table's columns: what a source fills, what follows from it, what is empty."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.casts import SQL_TYPES, local_day
from rapport.ingest.mapping import Piece
from rapport.params import UnitParams
from rapport.schema import SCHEMAS, Column
from rapport.tables.engine import identifier


def empty_of(column: Column) -> str:
    """Give SQL for a column that nothing fills."""
    return f"CAST(NULL AS {kind_of_column(column)})"


def kind_of_column(column: Column) -> str:
    """Give the engine's type of a column."""
    kinds = {"text": "VARCHAR", "texts": "VARCHAR[]", "bool": "BOOLEAN", "timestamp": "TIMESTAMP",
             "date": "DATE"}  # fmt: skip
    return kinds.get(column.type) or SQL_TYPES[column.type]


def unite(pieces: Sequence[Piece], table: str, names: Sequence[str]) -> str:
    """Put the kept rows of a table's pieces under each other, named columns only."""
    parts = []
    for piece in pieces:
        if piece.table == table:
            columns = [_filled(piece, table, name) for name in names]
            staged = identifier(piece.relation)
            parts.append(f"SELECT {', '.join(columns)} FROM {staged} WHERE rule IS NULL")
    empty = ", ".join(f"{empty_of(_column(table, name))} AS {identifier(name)}" for name in names)
    return " UNION ALL ".join(parts or [f"SELECT {empty} WHERE false"])


def _filled(piece: Piece, table: str, name: str) -> str:
    if piece.has(name):
        return identifier(name)
    return f"{empty_of(_column(table, name))} AS {identifier(name)}"


def _column(table: str, name: str) -> Column:
    column = SCHEMAS[table].column(name)
    return column if column is not None else Column(name, "int16")


def list_mapped(pieces: Sequence[Piece], table: str) -> list[str]:
    """Name the columns that some piece fills, in the schema's order, then those of a prefix."""
    filled = {f.column.name for p in pieces for f in p.fields if p.table == table == f.table}
    listed = [c.name for c in SCHEMAS[table].columns if c.name in filled]
    return [*listed, *sorted(filled - set(listed) - {"currency"})]


def make_column(unit: UnitParams, table: str, column: Column, mapped: Sequence[str]) -> str:
    """Give SQL for a column of a table of which sources fill those `mapped`."""
    if column.name == "customer_id" and "customer_id" in mapped:
        return "n.name"
    if column.name == "month_no":
        day = _day(unit, SCHEMAS[table].column(SCHEMAS[table].time or ""), mapped)
        return f"year({day}) * 12 + month({day}) - 1"
    if column.local_of:
        return _day(unit, column, mapped)
    return f"t.{identifier(column.name)}" if column.name in mapped else empty_of(column)


def _day(unit: UnitParams, column: Column | None, mapped: Sequence[str]) -> str:
    stamps = [f"t.{stamp}" for stamp in (column.local_of if column else ()) if stamp in mapped]
    if not stamps:
        return "CAST(NULL AS DATE)"
    return local_day(f"coalesce({', '.join(stamps)}, NULL)", unit.timezone)
