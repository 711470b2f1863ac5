"""The tables that hold customers: `customers` itself, and where each is known from."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.columns import list_mapped, make_column, unite
from rapport.ingest.derived import attributes_of_customers
from rapport.ingest.documents import month_of
from rapport.ingest.identity.links import select_links as select_resolved
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.ingest.past.relations import NEW_NAMES, past_of
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables.engine import identifier, quote

MONTH = f"{month_of('n.first_seen_on')} AS month_no"
DECLARED = "'declared_id' AS rule, 1.0 AS probability"
BANDS = ((25, "0-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))


def select_customers(unit: UnitParams, pieces: Sequence[Piece], *, is_monthly: bool) -> str:
    """Give the SELECT of `customers`, with `month_no` behind where the months lie apart."""
    names = list_mapped(pieces, "customers")
    carried, joins = attributes_of_customers(unit, pieces)
    columns = []
    for column in SCHEMAS["customers"].columns:
        made = {
            "customer_id": "n.name", "order_key": "n.order_key",
            "first_seen_on": "n.first_seen_on", "age_band": _age_band(names),
        }.get(column.name) or carried.get(column.name)  # fmt: skip
        if made is None:
            made = make_column(unit, "customers", column, names)
        columns.append(f"{made} AS {column.name}")
    columns += [MONTH] if is_monthly else []
    known = [name for name in names if name != "customer_id"]
    rows = unite(pieces, "customers", ["customer_id", *known])
    return (
        f"SELECT {', '.join(columns)} FROM {NEW_NAMES} AS n LEFT JOIN ({rows}) AS t "
        f"ON n.id = t.customer_id {' '.join(joins)} ORDER BY n.order_key"
    )


def _age_band(names: Sequence[str]) -> str | None:
    if "birth_year" not in names:
        return None
    age = "(SELECT year(data_until) FROM span) - t.birth_year"
    whens = " ".join(f"WHEN {age} < {limit} THEN {quote(band)}" for limit, band in BANDS)
    return f"CASE WHEN t.birth_year IS NULL THEN NULL {whens} ELSE '65+' END"


def select_links(unit: UnitParams, pieces: Sequence[Piece], *, is_monthly: bool) -> str:
    """Give the SELECT of `identity_links`, with `month_no` behind where the months lie apart.

    They do only where every customer is known of the orders of one source.
    """
    if unit.identity.is_asked:
        return select_resolved(pieces)
    if is_monthly:
        return (
            f"SELECT {quote(pieces[0].source)} AS source, n.name AS source_id, "
            f"n.name AS customer_id, {DECLARED}, {MONTH} FROM {NEW_NAMES} AS n ORDER BY n.order_key"
        )
    parts = [
        f"SELECT DISTINCT {quote(piece.source)} AS source, customer_id AS id "
        f"FROM {identifier(piece.latest)} WHERE customer_id IS NOT NULL AND NOT {merged()}"
        for piece in pieces if piece.has("customer_id")
    ]  # fmt: skip
    parts += [
        f"SELECT {quote(piece.source)} AS source, customer_id AS id FROM {past_of('people')} "
        f"WHERE piece = {piece.number} AND NOT is_merged"
        for piece in pieces if piece.makes_orders
    ]  # fmt: skip
    found = (
        " UNION ".join(parts) or "SELECT NULL AS source, CAST(NULL AS VARCHAR) AS id WHERE false"
    )
    return (
        f"SELECT l.source, n.name AS source_id, n.name AS customer_id, {DECLARED} "
        f"FROM ({found}) AS l JOIN names AS n ON l.id = n.id "
        "ORDER BY l.source, n.order_key"
    )
