"""Single figures of a delivery, and what its tables say of each other."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pyarrow as pa

from rapport.ingest.mapping import Piece
from rapport.ingest.past.relations import LATEST, combine
from rapport.ingest.quality import WITH_MONEY, Step, money_of
from rapport.ingest.sold import count_sold, list_sold
from rapport.tables.engine import Engine, identifier

# Those of orders and lines to customers and products stand with them. A reference that is not
# listed stays: the customer is made of it, a product or an earlier order may lie before the data.
REFERENCES = (
    ("orders", "original_order_id", "orders"),
    ("subscriptions", "customer_id", "customers"),
    ("interactions", "customer_id", "customers"),
    ("interactions", "product_id", "products"),
    ("surveys", "customer_id", "customers"),
    ("campaign_contacts", "customer_id", "customers"),
    ("consents", "customer_id", "customers"),
)
DIFFERING = "lines_differ_from_order"
MONEYS = ("net", "gross", "net_kept")
NET_KEPT = "net_kept_identified"
YOUNGEST = 10  # years; a later year of birth is a year of registration, or a slip
OUTLIER_MADS = 10  # median absolute deviations of the logarithm, docs/methods.md "Cleaning"


def make_spent(engine: Engine) -> None:
    """Make the relation `spent`: what every customer ordered, the past and the recent together.

    Customer by customer first: to count distinct ones of all rows took twice as long.
    """
    engine.run(f"CREATE TEMP TABLE spent AS {combine('spent', select_spent(LATEST))}")


def select_spent(documents: str) -> str:
    """Give the SELECT of the summary `spent` of orders."""
    counted = "rule IS NULL AND status <> 'cancelled'"
    sums = {
        "order_key": "min(order_key)",
        "first_seen_on": "min(ordered_on)",
        "orders": f"count(*) FILTER (WHERE {counted})",
        "sales": f"count(*) FILTER (WHERE {counted} AND kind = 'sale')",
        "returns": f"count(*) FILTER (WHERE {counted} AND kind = 'return')",
        "net": f"coalesce(sum(amount) FILTER (WHERE {counted}), 0)",
        "gross": f"coalesce(sum(amount) FILTER (WHERE {counted} AND kind = 'sale'), 0)",
        "kept": "count(*) FILTER (WHERE rule IS NULL)",
        "net_kept": "sum(amount) FILTER (WHERE rule IS NULL)",
    }
    columns = ", ".join(f"{made} AS {name}" for name, made in sums.items())
    return f"SELECT customer_id, {columns} FROM {documents} GROUP BY customer_id"


def select_amounts(documents: str) -> str:
    """Give the SELECT of the summary `amounts` of orders: how often each amount was sold."""
    return (
        f"SELECT amount, count(*) AS n FROM {documents} WHERE rule IS NULL AND kind = 'sale' "
        "AND status = 'completed' AND amount > 0 GROUP BY amount"
    )


def select_kinds(documents: str) -> str:
    """Give the SELECT of the summary `kinds` of orders: how many of each kind, and their money."""
    return (
        f"SELECT kind, count(*) AS n, sum(amount) AS amount FROM {documents} WHERE rule IS NULL "
        "GROUP BY kind"
    )


def list_facts(engine: Engine, pieces: Sequence[Piece]) -> dict[str, int | Decimal]:
    """Count customers and orders, and add up their money.

    Returns
    -------
    by name, over orders that are kept and not cancelled
        `customers` all that were delivered, `customers_charged` with an order or return,
        `customers_buying` with a sale; `orders`, `sales`, `returns` documents; `net`, `gross`
        of all; `net_identified`, `gross_identified`, `orders_identified`, `sales_identified` of
        known customers, and `sale_lines_identified` where the unit has lines.
    """
    (row,) = engine.rows(select_totals("spent"))
    del row[NET_KEPT]
    (known,) = engine.rows("SELECT count(*) AS customers FROM identities")
    return known | row | count_sold(engine, pieces)


def select_totals(spent: str, *, charged: str = "orders > 0", buying: str = "sales > 0") -> str:
    """Give the SELECT that adds up what customers ordered, and counts those who did.

    Beside what `list_facts` gives it has `NET_KEPT`, of known customers.
    """
    return (
        f"SELECT {_total('orders')}, {_total('sales')}, {_total('returns')}, "
        f"{_total('orders', known=True)}, {_total('sales', known=True)}, "
        f"count(*) FILTER (WHERE is_known AND {charged}) AS customers_charged, "
        f"count(*) FILTER (WHERE is_known AND {buying}) AS customers_buying, "
        f"{_total('net')}, {_total('gross')}, {_total('net', known=True)}, "
        f"{_total('gross', known=True)}, {_total('net_kept', known=True)} "
        f"FROM (SELECT *, customer_id IS NOT NULL AS is_known FROM {spent})"
    )


def _total(name: str, *, known: bool = False) -> str:
    kind = "DECIMAL(38, 4)" if name in MONEYS else "BIGINT"
    of_known = " FILTER (WHERE is_known)" if known else ""
    return f"CAST(coalesce(sum({name}){of_known}, 0) AS {kind}) AS {name}{'_identified' * known}"


def list_nets(engine: Engine) -> pa.ChunkedArray:
    """Give the net spend of every customer delivered, in the order of `customers`."""
    return engine.fetch(
        "SELECT coalesce(s.net_kept, 0) AS net FROM identities AS i "
        "LEFT JOIN spent AS s ON s.customer_id = i.id ORDER BY i.order_key"
    )["net"]


def list_findings(engine: Engine, pieces: Sequence[Piece]) -> Iterator[Step]:
    """Count what tables say of each other; rows stay, each finding stands beside the account."""
    held = {piece.table for piece in pieces}
    if "orders" not in held and "order_lines" in held:
        kinds = combine("kinds", select_kinds(LATEST))
        yield _count(engine, "orders", "derived_from_lines", kinds, n="sum(n)")
    if held & {"orders", "order_lines"}:
        yield _count(engine, "orders", "amount_outliers", _outliers(), n="sum(n)")
        yield from _list_returns(engine, pieces)
    if {"orders", "order_lines"} <= held:
        yield _count(engine, "orders", DIFFERING, differing("amount"))
    if "customers" in held:
        # Customer by customer, who are fewer than their orders.
        ordered = "(SELECT *, net_kept AS amount, kept AS n, NULL AS rule FROM spent)"
        unlisted = _unlisted(pieces, "customers", ordered)
        yield _count(engine, "orders", "customer_id_not_listed", unlisted, n="sum(n)")
        if any(piece.table == "customers" and piece.has("created_at") for piece in pieces):
            yield _count(engine, "customers", "registered_after_first_order", _late(pieces))
    yield from _list_children(engine, pieces)
    if {"order_lines", "products"} <= held:
        unlisted = _unlisted(pieces, "products", list_sold(pieces))
        yield _count(engine, "order_lines", "product_id_not_listed", unlisted, n="sum(n)")
    yield from _list_references(engine, pieces)


def _list_references(engine: Engine, pieces: Sequence[Piece]) -> Iterator[Step]:
    """Count rows that name somebody or something that the list of it does not hold."""
    held = {piece.table for piece in pieces}
    for table, key, listed_in in REFERENCES:
        parts = [p for p in pieces if p.table == table and p.has(key)]
        if not parts or listed_in not in held:
            continue
        name = "order_id" if listed_in == "orders" else key
        listed = " UNION ALL ".join(
            f"SELECT {name} FROM {identifier(piece.relation)} WHERE rule IS NULL"
            for piece in pieces if piece.table == listed_in
        )  # fmt: skip
        rows = " UNION ALL ".join(
            f"SELECT {key}, {money_of(piece)} AS amount "
            f"FROM {identifier(piece.relation)} WHERE rule IS NULL"
            for piece in parts
        )
        lost = f"SELECT amount FROM ({rows}) WHERE {key} IS NOT NULL AND {key} NOT IN ({listed})"
        yield _count(engine, table, f"{key}_not_listed", lost)


def _count(engine: Engine, table: str, rule: str, rows: str, *, n: str = "count(*)") -> Step:
    (row,) = engine.rows(
        f"SELECT CAST(coalesce({n}, 0) AS BIGINT) AS n, sum(amount) AS money FROM ({rows})"
    )
    money = Decimal(0) if row["money"] is None and table in WITH_MONEY else row["money"]
    return Step(table, "", rule, "counted", row["n"], money)


def _outliers() -> str:
    # Never removed: a wholesaler's order is no mistake. Equal amounts have no spread and no
    # outliers. Only a count leaves the engine, so the last bit of a logarithm does not matter.
    # Each amount is looked at once with the number of its orders, as both parts of the past add up.
    return (
        "WITH logs AS (SELECT amount, n, ln(CAST(amount AS DOUBLE)) AS x "
        f"FROM ({combine('amounts', select_amounts(LATEST))})), "
        f"away AS (SELECT amount, n, abs(x - ({_median('x', 'logs')})) AS distance FROM logs) "
        "SELECT amount * n AS amount, n "
        f"FROM away, ({_median('distance', 'away')}) AS spread (mad) "
        f"WHERE mad > 0 AND distance > {OUTLIER_MADS} * mad"
    )


def _median(value: str, rows: str) -> str:
    """Give SQL for the median of a value, each of which stands for `n` of them."""
    return (
        f"SELECT (min({value}) FILTER (WHERE 2 * upto >= total) "
        f"+ min({value}) FILTER (WHERE 2 * upto > total)) / 2 FROM (SELECT {value}, "
        f"sum(n) OVER (ORDER BY {value}) AS upto, sum(n) OVER () AS total FROM {rows})"
    )


def differing(column: str) -> str:
    """Give SQL for a column of the orders to which their lines do not add up."""
    sums = "SELECT order_id, sum(amount) AS total FROM lines WHERE rule IS NULL GROUP BY order_id"
    return (
        f"SELECT d.{column} FROM documents AS d JOIN ({sums}) AS s USING (order_id) "
        "WHERE d.rule IS NULL AND abs(d.amount - s.total) > 0.01"
    )


def _list_returns(engine: Engine, pieces: Sequence[Piece]) -> Iterator[Step]:
    kinds = combine("kinds", select_kinds(LATEST))
    returned = f"SELECT n, amount FROM ({kinds}) WHERE kind = 'return'"
    yield _count(engine, "orders", "returns", returned, n="sum(n)")
    if any(piece.table == "orders" and piece.has("original_order_id") for piece in pieces):
        yield _count(engine, "orders", "returns_above_their_order", _returned_above())


def _list_children(engine: Engine, pieces: Sequence[Piece]) -> Iterator[Step]:
    parts = [
        f"SELECT birth_year, CAST(NULL AS DECIMAL(18, 4)) AS amount "
        f"FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == "customers" and piece.has("birth_year")
    ]  # fmt: skip
    if parts:
        latest = f"(SELECT year(data_until) FROM span) - {YOUNGEST}"
        rows = f"SELECT amount FROM ({' UNION ALL '.join(parts)}) WHERE birth_year > {latest}"
        yield _count(engine, "customers", "younger_than_ten", rows)


def _returned_above() -> str:
    """Give SQL for the returns of orders of which more came back than was sold."""
    returned = (
        "SELECT original_order_id AS order_id, sum(amount) AS back FROM documents "
        "WHERE rule IS NULL AND kind = 'return' GROUP BY original_order_id"
    )
    return (
        f"SELECT r.back AS amount FROM ({returned}) AS r JOIN documents AS d USING (order_id) "
        "WHERE d.rule IS NULL AND d.kind = 'sale' AND -r.back > d.amount"
    )


def _unlisted(pieces: Sequence[Piece], table: str, rows: str) -> str:
    key = "customer_id" if table == "customers" else "product_id"
    listed = " UNION ALL ".join(
        f"SELECT {key} FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == table
    )  # fmt: skip
    return (
        f"SELECT * FROM {rows} WHERE rule IS NULL AND {key} IS NOT NULL AND {key} NOT IN ({listed})"
    )


def _late(pieces: Sequence[Piece]) -> str:
    registered = " UNION ALL ".join(
        f"SELECT customer_id, created_at FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == "customers" and piece.has("created_at")
    )  # fmt: skip
    first = (
        "SELECT customer_id, min(ordered_at) AS ordered_at FROM documents "
        "WHERE rule IS NULL GROUP BY customer_id"
    )
    return (
        f"SELECT CAST(NULL AS DECIMAL(18, 4)) AS amount FROM ({registered}) AS c "
        f"JOIN ({first}) AS o USING (customer_id) WHERE o.ordered_at < c.created_at"
    )
