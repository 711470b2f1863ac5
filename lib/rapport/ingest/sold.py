"""Lines by product: how many are kept, with their money, of the past and the recent together."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.mapping import Piece
from rapport.ingest.past.relations import LATEST_LINES, combine
from rapport.tables.engine import Engine


def select_sold(lines: str | None) -> str:
    """Give the SELECT of the summary `sold` of lines: by product how many, and their money.

    Parameters
    ----------
    lines : of orders that are made of them; None gives no row
    """
    known = "status <> 'cancelled' AND kind = 'sale' AND customer_id IS NOT NULL"
    if lines is None:
        return "SELECT NULL AS product_id, 0 AS n, 0 AS amount, 0 AS n_known WHERE false"
    return (
        "SELECT product_id, count(*) AS n, sum(amount) AS amount, "
        f"count(*) FILTER (WHERE {known}) AS n_known FROM {lines} WHERE rule IS NULL "
        "GROUP BY product_id"
    )


def count_sold(engine: Engine, pieces: Sequence[Piece]) -> dict[str, int]:
    """Count the lines of sales to known customers, where there are lines."""
    lines = [piece for piece in pieces if piece.table == "order_lines"]
    if not lines:
        return {}
    if lines[0].makes_orders:
        rows = f"SELECT sum(n_known) AS n FROM ({combine('sold', select_sold(LATEST_LINES))})"
    else:
        rows = (
            "SELECT count(*) AS n FROM lines JOIN documents AS d USING (order_id) "
            "WHERE lines.rule IS NULL AND d.rule IS NULL AND d.status <> 'cancelled' "
            "AND d.kind = 'sale' AND d.customer_id IS NOT NULL"
        )
    (row,) = engine.rows(rows)
    return {"sale_lines_identified": int(row["n"] or 0)}


def list_sold(pieces: Sequence[Piece]) -> str:
    """Give the relation of lines that are kept; product by product where they make the orders."""
    made = select_sold("lines")
    if any(piece.table == "order_lines" and piece.makes_orders for piece in pieces):
        made = combine("sold", select_sold(LATEST_LINES))
    return f"(SELECT *, NULL AS rule FROM ({made}))"
