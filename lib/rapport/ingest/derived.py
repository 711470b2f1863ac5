"""What orders say of customers, and lines of products, where no other source does.

A customer's word is the one of the latest order that has one; a product's is the one on most
lines, of equals the first in the alphabet. Both depend on what rows hold, not on their order, and
both of all rows follow from those of the past and those of the others.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapport.ingest.columns import kind_of_column
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.ingest.past.relations import LATEST, combine
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables.engine import identifier, quote

Carried = tuple[dict[str, str], list[str]]
# What text does not give back as it was.
LISTED = "texts"


def attributes_of_customers(unit: UnitParams, pieces: Sequence[Piece]) -> Carried:
    """Give SQL of the columns that orders fill, and the joins on `n.id` that they need."""
    columns, joins = {}, []
    said = combine("said", select_said(pieces, _latest(pieces), LATEST))
    for name in _asked(unit, "customers"):
        held = f"SELECT customer_id, {_restore('customers', name, 'latest.held')} AS held"
        latest = f"{held} FROM ({said}) WHERE attribute = {quote(name)}"
        if _is_listed("customers", name):
            latest = _latest_of_all(pieces, name)
        alias = identifier(f"latest {name}")
        joins.append(f"LEFT JOIN ({latest}) AS {alias} ON n.id = {alias}.customer_id")
        columns[name] = f"{alias}.held"
    return columns, joins


def select_said(pieces: Sequence[Piece], rows: Mapping[str, str], documents: str) -> str:
    """Give the SELECT of the summary `said`: a customer's words on the latest order with one.

    Parameters
    ----------
    rows : the rows of each piece, by the name of its relation
    documents : their orders
    """
    parts = [
        f"SELECT {quote(name)} AS attribute, customer_id, order_id, CAST(max({held}) AS VARCHAR) "
        f"AS held FROM {rows[piece.relation]} WHERE {held} IS NOT NULL AND NOT {merged()} "
        "GROUP BY customer_id, order_id"
        for piece, name, held in _list_carried(pieces, "customers")
        if piece.makes_orders and not _is_listed("customers", name)
    ]
    nobody = "SELECT NULL AS attribute, NULL AS customer_id, NULL AS order_id, NULL AS held"
    return (
        "SELECT r.attribute, r.customer_id, "
        "max(struct_pack(order_key := d.order_key, held := r.held)) AS latest "
        f"FROM ({' UNION ALL '.join(parts) or f'{nobody} WHERE false'}) AS r "
        f"JOIN {documents} AS d ON r.order_id = d.order_id "
        "WHERE r.customer_id IS NOT NULL GROUP BY r.attribute, r.customer_id"
    )


def _latest_of_all(pieces: Sequence[Piece], name: str) -> str:
    """Give the SELECT of every customer's latest list, of all rows together."""
    rows = " UNION ALL ".join(
        f"SELECT customer_id, order_id, max({held}) AS held "
        f"FROM {identifier(piece.relation)} WHERE {held} IS NOT NULL AND NOT {merged()} "
        "GROUP BY customer_id, order_id"
        for piece, column, held in _list_carried(pieces, "customers") if column == name
    )  # fmt: skip
    return (
        "SELECT r.customer_id, arg_max(r.held, d.order_key) AS held "
        f"FROM ({rows}) AS r JOIN documents AS d ON r.order_id = d.order_id "
        "WHERE r.customer_id IS NOT NULL GROUP BY r.customer_id"
    )


def attributes_of_products(unit: UnitParams, pieces: Sequence[Piece]) -> Carried:
    """Give SQL of the columns that lines fill, and the joins on `p.product_id` that they need."""
    columns, joins = {}, []
    called = combine("called", select_called(pieces, _latest(pieces)))
    for name in _asked(unit, "products"):
        held = _restore("products", name, "held")
        ranked = (
            f"SELECT product_id, {held} AS held, row_number() OVER ("
            f"PARTITION BY product_id ORDER BY n DESC, {held}) AS place "
            f"FROM ({called}) WHERE attribute = {quote(name)}"
        )
        alias = identifier(f"common {name}")
        joins.append(
            f"LEFT JOIN ({ranked}) AS {alias} "
            f"ON p.product_id = {alias}.product_id AND {alias}.place = 1"
        )
        columns[name] = f"{alias}.held"
    return columns, joins


def select_called(pieces: Sequence[Piece], rows: Mapping[str, str]) -> str:
    """Give the SELECT of the summary `called`: how many lines say which word of a product.

    Parameters
    ----------
    rows : the rows of each piece, by the name of its relation
    """
    parts = [
        f"SELECT {quote(name)} AS attribute, product_id, CAST({held} AS VARCHAR) AS held "
        f"FROM {rows[piece.relation]} WHERE {held} IS NOT NULL AND rule IS NULL"
        for piece, name, held in _list_carried(pieces, "products")
    ]
    nothing = "SELECT NULL AS attribute, NULL AS product_id, NULL AS held WHERE false"
    return (
        "SELECT attribute, product_id, held, count(*) AS n "
        f"FROM ({' UNION ALL '.join(parts) or nothing}) GROUP BY attribute, product_id, held"
    )


def _latest(pieces: Sequence[Piece]) -> dict[str, str]:
    """Name the rows of each piece that are not of the past of the next ingestion."""
    return {piece.relation: identifier(piece.latest) for piece in pieces}


def _asked(unit: UnitParams, table: str) -> list[str]:
    mappings = [m for name, ms in unit.tables.items() if name == table for m in ms]
    return [name for m in mappings if m.from_ is None for name in m.columns]


def _list_carried(pieces: Sequence[Piece], table: str) -> list[tuple[Piece, str, str]]:
    """Give the columns of a table that ride along in pieces of another, and where they are."""
    return [
        (piece, field.column.name, identifier(f"{table}.{field.column.name}"))
        for piece in pieces for field in piece.fields
        if field.table == table != piece.table
    ]  # fmt: skip


def _is_listed(table: str, name: str) -> bool:
    column = SCHEMAS[table].column(name)
    return column is not None and column.type == LISTED


def _restore(table: str, name: str, held: str) -> str:
    """Give SQL for a column's value, of the text that was made of it."""
    column = SCHEMAS[table].column(name)
    assert column is not None
    return f"CAST({held} AS {kind_of_column(column)})"
