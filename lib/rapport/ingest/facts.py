"""Single figures of a delivery, and what its tables say of each other."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa

from rapport.ingest.mapping import Piece
from rapport.ingest.quality import Step
from rapport.tables import Engine, identifier


def list_facts(engine: Engine) -> Mapping[str, int | Decimal]:
    """Count customers and orders, and add up their money.

    Returns
    -------
    by name, over orders that are kept and not cancelled
        `customers` all that were delivered, `customers_charged` with an order or return,
        `customers_buying` with a sale; `orders`, `sales`, `returns` documents; `net`, `gross`
        of all; `net_identified`, `gross_identified`, `orders_identified` of known customers.
    """
    (row,) = engine.rows(
        "SELECT count(*) AS orders, "
        "count(*) FILTER (WHERE kind = 'sale') AS sales, "
        "count(*) FILTER (WHERE kind = 'return') AS returns, "
        "count(customer_id) AS orders_identified, "
        "count(DISTINCT customer_id) AS customers_charged, "
        "count(DISTINCT customer_id) FILTER (WHERE kind = 'sale') AS customers_buying, "
        "coalesce(sum(amount), 0) AS net, "
        "coalesce(sum(amount) FILTER (WHERE kind = 'sale'), 0) AS gross, "
        "coalesce(sum(amount) FILTER (WHERE customer_id IS NOT NULL), 0) AS net_identified, "
        "coalesce(sum(amount) FILTER (WHERE kind = 'sale' AND customer_id IS NOT NULL), 0) "
        "AS gross_identified "
        "FROM documents WHERE rule IS NULL AND status <> 'cancelled'"
    )
    (known,) = engine.rows("SELECT count(*) AS customers FROM identities")
    return known | row


def list_nets(engine: Engine) -> pa.ChunkedArray:
    """Give the net spend of every customer delivered, in the order of `customers`."""
    return engine.fetch(
        "SELECT coalesce(sum(d.amount), 0) AS net FROM identities AS i LEFT JOIN documents AS d "
        "ON d.customer_id = i.id AND d.rule IS NULL GROUP BY i.order_key ORDER BY i.order_key"
    )["net"]


def list_findings(engine: Engine, pieces: Sequence[Piece]) -> Iterator[Step]:
    """Count what tables say of each other; rows stay, each finding is a step of the account."""
    held = {piece.table for piece in pieces}
    if "orders" not in held and "order_lines" in held:
        yield _count(engine, "orders", "derived_from_lines", "documents", "rule IS NULL")
    if {"orders", "order_lines"} <= held:
        sums = "SELECT order_id, sum(amount) AS total FROM lines WHERE rule IS NULL GROUP BY 1"
        rows = f"(SELECT d.amount FROM documents AS d JOIN ({sums}) AS s USING (order_id) "
        rows += "WHERE d.rule IS NULL AND abs(d.amount - s.total) > 0.01)"
        yield _count(engine, "orders", "lines_differ_from_order", rows, "true")
    if "customers" in held:
        yield _unlisted(engine, pieces, "customers", "customer_id", "documents")
        early = _registered_late(pieces)
        if early:
            yield _count(
                engine, "customers", "registered_after_first_order", early, "true", money=False
            )
    if {"order_lines", "products"} <= held:
        yield _unlisted(engine, pieces, "products", "product_id", "lines")


def _count(
    engine: Engine, table: str, rule: str, rows: str, where: str, *, money: bool = True
) -> Step:
    total = "coalesce(sum(amount), 0)" if money else "CAST(NULL AS DECIMAL(18, 4))"
    (row,) = engine.rows(f"SELECT count(*) AS n, {total} AS money FROM {rows} WHERE {where}")
    return Step(table, "", rule, "counted", row["n"], row["money"])


def _unlisted(engine: Engine, pieces: Sequence[Piece], table: str, key: str, rows: str) -> Step:
    listed = " UNION ALL ".join(
        f"SELECT {key} FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == table
    )  # fmt: skip
    where = f"rule IS NULL AND {key} IS NOT NULL AND {key} NOT IN ({listed})"
    referring = "orders" if rows == "documents" else "order_lines"
    return _count(engine, referring, f"{key}_not_listed", rows, where)


def _registered_late(pieces: Sequence[Piece]) -> str:
    parts = [
        f"SELECT customer_id, created_at FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == "customers" and piece.has("created_at")
    ]  # fmt: skip
    if not parts:
        return ""
    first = (
        "SELECT customer_id, min(ordered_at) AS ordered_at FROM documents "
        "WHERE rule IS NULL GROUP BY customer_id"
    )
    return (
        f"(SELECT 1 FROM ({' UNION ALL '.join(parts)}) AS c JOIN ({first}) AS o "
        "USING (customer_id) WHERE o.ordered_at < c.created_at)"
    )
