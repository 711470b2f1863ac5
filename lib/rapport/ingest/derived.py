"""What orders say of customers, and lines of products, where no other source does.

A customer's word is the one of the latest order that has one; a product's is the one on most
lines, of equals the first in the alphabet. Both depend on what rows hold, not on their order.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.params import UnitParams
from rapport.tables.engine import identifier

Carried = tuple[dict[str, str], list[str]]


def attributes_of_customers(unit: UnitParams, pieces: Sequence[Piece]) -> Carried:
    """Give SQL of the columns that orders fill, and the joins on `n.id` that they need."""
    columns, joins = {}, []
    for name in _asked(unit, "customers"):
        rows = " UNION ALL ".join(
            f"SELECT customer_id, order_id, max({held}) AS held "
            f"FROM {identifier(piece.relation)} WHERE {held} IS NOT NULL AND NOT {merged()} "
            "GROUP BY customer_id, order_id"
            for piece, held in _carriers(pieces, f"customers.{name}")
        )
        latest = (
            "SELECT r.customer_id, arg_max(r.held, d.order_key) AS held "
            f"FROM ({rows}) AS r JOIN documents AS d ON r.order_id = d.order_id "
            "WHERE r.customer_id IS NOT NULL GROUP BY r.customer_id"
        )
        alias = identifier(f"latest {name}")
        joins.append(f"LEFT JOIN ({latest}) AS {alias} ON n.id = {alias}.customer_id")
        columns[name] = f"{alias}.held"
    return columns, joins


def attributes_of_products(unit: UnitParams, pieces: Sequence[Piece]) -> Carried:
    """Give SQL of the columns that lines fill, and the joins on `p.product_id` that they need."""
    columns, joins = {}, []
    for name in _asked(unit, "products"):
        rows = " UNION ALL ".join(
            f"SELECT product_id, {held} AS held FROM {identifier(piece.relation)} "
            f"WHERE {held} IS NOT NULL AND rule IS NULL"
            for piece, held in _carriers(pieces, f"products.{name}")
        )
        ranked = (
            "SELECT product_id, held, row_number() OVER ("
            "PARTITION BY product_id ORDER BY count(*) DESC, held) AS place "
            f"FROM ({rows}) GROUP BY product_id, held"
        )
        alias = identifier(f"common {name}")
        joins.append(
            f"LEFT JOIN ({ranked}) AS {alias} "
            f"ON p.product_id = {alias}.product_id AND {alias}.place = 1"
        )
        columns[name] = f"{alias}.held"
    return columns, joins


def _asked(unit: UnitParams, table: str) -> list[str]:
    mappings = [m for name, ms in unit.tables.items() if name == table for m in ms]
    return [name for m in mappings if m.from_ is None for name in m.columns]


def _carriers(pieces: Sequence[Piece], name: str) -> list[tuple[Piece, str]]:
    table, _, column = name.partition(".")
    return [
        (piece, identifier(name)) for piece in pieces
        if any((f.table, f.column.name) == (table, column) for f in piece.fields)
        and piece.table != table
    ]  # fmt: skip
