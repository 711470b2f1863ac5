"""One row per order, read or made from its lines, and one number for every order and customer.

`order_key` numbers all orders delivered, by time, then source, then number of the order as
delivered (shorter first, so that 9 stands before 10). It depends neither on the pseudonyms' key
nor on the order of rows in a file. Where the number of an order is its row (`source_row`),
shuffling that file gives other numbers: the row is all there is.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.casts import local_day
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import gathered_of, merged, number_orders, select_numbered
from rapport.ingest.past.kept import Past
from rapport.ingest.past.relations import RECENT, RECENT_LINES, past_of, past_rows
from rapport.ingest.rules import NO_ORDER, ORDER_LEFT, RETENTION, RETURN_ABOVE, SALE_BELOW
from rapport.ingest.staging import label_rows, number_rows
from rapport.schema import CHANNELS, SCHEMAS
from rapport.tables.engine import Engine, identifier, quote

NO_LINES = "no_lines_left"
# What an order has from its source, with the type that it has where the source lacks it.
ORDER_COLUMNS = {
    "customer_id": "VARCHAR", "ordered_at": "TIMESTAMP", "kind": "VARCHAR", "status": "VARCHAR",
    "amount": "DECIMAL(18, 4)", "discount": "DECIMAL(18, 4)", "tax": "DECIMAL(18, 4)",
    "shipping": "DECIMAL(18, 4)", "channel": "VARCHAR", "store_id": "VARCHAR",
    "original_order_id": "VARCHAR",
}  # fmt: skip
KEPT = f"rule IS DISTINCT FROM {quote(RETENTION)}"
EMPTY_DAY = "CAST(NULL AS DATE)"
SUMS = ("amount", "discount")


def make_documents(
    engine: Engine, pieces: Sequence[Piece], *, zone: str, past: Past | None = None
) -> list[Fault]:
    """Make the relation `documents`: every order delivered, with its key and why it leaves.

    Made from the pieces of `orders`, or of `order_lines` where there are none; with neither it
    is empty. Lines of one order that name two customers, kinds or states are faults. Those that
    are not of the past are the relation `RECENT`.
    """
    orders = [piece for piece in pieces if piece.makes_orders]
    lines = [piece for piece in orders if piece.table == "order_lines"]
    faults = [*_check_lines(engine, lines), *_check_sources(engine, lines)] if lines else []
    for piece in lines:
        made = _added(piece, identifier(piece.relation))
        engine.run(f"CREATE TEMP TABLE {gathered_of(piece)} AS {made}")
    number_orders(engine, orders, zone=zone, after=past.n_orders if past else 0)
    numbered = [f"({select_numbered(piece, gathered_of(piece))})" for piece in orders]
    recent = _judge([*map(_read, orders, numbered)] or [_none()])
    if past is None:
        engine.run(f"CREATE TEMP VIEW documents AS {recent}")
        engine.run(f"CREATE TEMP VIEW {RECENT} AS SELECT * FROM documents")
        return faults
    engine.run(f"CREATE TEMP TABLE {RECENT} AS {recent}")
    rows = select_documents(orders, [past_rows(piece.number) for piece in orders])
    engine.run(f"CREATE TEMP VIEW documents AS SELECT * FROM {RECENT} UNION ALL {rows}")
    return faults


def select_documents(pieces: Sequence[Piece], numbered: Sequence[str]) -> str:
    """Give the SELECT of orders, as in `documents`, from staged rows that have their numbers.

    Parameters
    ----------
    numbered : for each piece of which orders are made a relation of its rows with the `order_key`
        and `ordered_on` of their orders
    """
    keys = ", order_key, ordered_on"
    made = [
        rows if piece.table == "orders" else f"({_added(piece, rows, keys=keys)})"
        for piece, rows in zip(pieces, numbered, strict=True)
    ]
    return _judge([*map(_read, pieces, made)])


def _judge(rows: Sequence[str]) -> str:
    """Give the SELECT of orders with kind, state and why they leave."""
    kind = f"coalesce(kind, {kind_of('amount')})"
    left = (
        f"CASE WHEN rule IS NOT NULL THEN rule "
        f"WHEN {kind} = 'sale' AND amount < 0 THEN {quote(SALE_BELOW)} "
        f"WHEN {kind} = 'return' AND amount > 0 THEN {quote(RETURN_ABOVE)} END"
    )
    return (
        f"SELECT * REPLACE ({kind} AS kind, coalesce(status, 'completed') AS status, "
        f"{left} AS rule), {month_of('ordered_on')} AS month_no FROM ({' UNION ALL '.join(rows)})"
    )


def kind_of(amount: str) -> str:
    """Give SQL for the kind of an order of which no source says it."""
    return f"CASE WHEN {amount} < 0 THEN 'return' ELSE 'sale' END"


def month_of(day: str) -> str:
    """Give SQL for the number of a day's month."""
    return f"year({day}) * 12 + month({day}) - 1"


def _read(piece: Piece, numbered: str) -> str:
    columns = list(ORDER_COLUMNS)
    if piece.table == "orders":
        columns = [_or_empty(piece, name) for name in ORDER_COLUMNS]
    return (
        f"SELECT {piece.number} AS piece, order_id, {', '.join(columns)}, rule, ordered_on, "
        f"order_key FROM {numbered} WHERE NOT {merged()}"
    )


def _added(piece: Piece, lines: str, *, keys: str = "") -> str:
    """Give the SELECT of orders, one row each, of the lines that make them."""
    columns = []
    for name, kind in ORDER_COLUMNS.items():
        if not piece.has(name):
            columns.append(_or_empty(piece, name))
        elif name in SUMS:
            total = f"sum({name}) FILTER (WHERE rule IS NULL)"
            columns.append(f"CAST({total} AS {kind}) AS {name}")
        else:
            # An order all of whose lines leave still has a customer, who is counted.
            kept = f"min({name}) FILTER (WHERE rule IS NULL)"
            columns.append(f"coalesce({kept}, min({name})) AS {name}")
    left = (
        f"CASE WHEN count(*) = count(*) FILTER (WHERE rule = {quote(RETENTION)}) "
        f"THEN {quote(RETENTION)} "
        f"WHEN count(*) FILTER (WHERE rule IS NULL) = 0 THEN {quote(NO_LINES)} END"
    )
    return (
        f"SELECT order_id{keys}, {', '.join(columns)}, {left} AS rule "
        f"FROM {lines} WHERE NOT {merged()} GROUP BY order_id{keys}"
    )


def _none() -> str:
    empty = [f"CAST(NULL AS {kind}) AS {name}" for name, kind in ORDER_COLUMNS.items()]
    return (
        f"SELECT 0 AS piece, CAST(NULL AS VARCHAR) AS order_id, {', '.join(empty)}, "
        f"CAST(NULL AS VARCHAR) AS rule, {EMPTY_DAY} AS ordered_on, "
        "CAST(NULL AS BIGINT) AS order_key WHERE false"
    )


def _or_empty(piece: Piece, name: str) -> str:
    if piece.has(name):
        return name
    if name == "channel" and piece.mapping.source in CHANNELS:
        return f"{quote(str(piece.mapping.source))} AS channel"
    return f"CAST(NULL AS {ORDER_COLUMNS[name]}) AS {name}"


def _check_lines(engine: Engine, pieces: Sequence[Piece]) -> list[Fault]:
    faults = []
    for piece in pieces:
        names = [name for name in ("customer_id", "kind", "status") if piece.has(name)]
        for name in names if _differ(engine, piece, names) else ():
            orders = (
                f"SELECT min({number_rows()}) AS number FROM {identifier(piece.relation)} "
                f"WHERE rule IS NULL GROUP BY order_id HAVING min({name}) <> max({name})"
            )
            (row,) = engine.rows(
                f"SELECT count(*) AS n, min(number, {ROWS_NAMED}) AS numbers FROM ({orders})"
            )
            if row["n"]:
                found = "lines of one order differ in it (first row of each such order)"
                advice = "Mend them, or declare an `exclude` rule."
                rows = label_rows(row["numbers"])
                faults.append(
                    Fault("order_lines", name, found, advice, piece.source, row["n"], rows)
                )
    return faults


def _differ(engine: Engine, piece: Piece, names: Sequence[str]) -> bool:
    """Say whether lines of some order differ in any of these columns, in one pass for all."""
    if not names:
        return False
    differing = " OR ".join(f"min({name}) <> max({name})" for name in names)
    (row,) = engine.rows(
        f"SELECT count(*) AS n FROM (SELECT order_id FROM {identifier(piece.relation)} "
        f"WHERE rule IS NULL GROUP BY order_id HAVING {differing})"
    )
    return bool(row["n"])


def _check_sources(engine: Engine, pieces: Sequence[Piece]) -> list[Fault]:
    rows = " UNION ALL ".join(
        f"SELECT DISTINCT order_id FROM {identifier(piece.relation)} WHERE NOT {merged()}"
        for piece in pieces
    )
    if len(pieces) < 2:
        return []
    twice = f"SELECT order_id FROM ({rows}) GROUP BY order_id HAVING count(*) > 1"
    (row,) = engine.rows(f"SELECT count(*) AS n FROM ({twice})")
    if not row["n"]:
        return []
    found = f"{row['n']:,} order{' comes' if row['n'] == 1 else 's come'} from two sources"
    advice = "Put a mark of the source before `order_id` in one of the mappings."
    return [Fault("order_lines", "order_id", found, advice)]


def make_lines(engine: Engine, pieces: Sequence[Piece], *, past: Past | None = None) -> None:
    """Make the relation `lines`: every staged line with its order's key, day and reason to leave.

    Lines of an order are numbered by what they hold, not by where they stand in the file. Where
    orders are made of them, those that are not of the past are the relation `RECENT_LINES`; else
    all are.
    """
    lines = [piece for piece in pieces if piece.table == "order_lines"]
    if not lines:
        return
    makes = lines[0].makes_orders
    staged = [_line_part(piece, identifier(piece.relation)) for piece in lines]
    recent = _join_lines(staged, RECENT if makes else "documents")
    engine.run(f"CREATE TEMP TABLE {RECENT_LINES} AS {recent}")
    rows = f"SELECT * FROM {RECENT_LINES}"
    if makes and past is not None:
        numbered = [past_rows(piece.number) for piece in lines]
        parts = [*map(_line_part, lines, numbered)]
        rows += f" UNION ALL {_join_lines(parts, f'({select_documents(lines, numbered)})')}"
    engine.run(f"CREATE TEMP VIEW lines AS {rows}")


def _join_lines(parts: Sequence[str], documents: str) -> str:
    """Give the SELECT of lines with what their orders say of them."""
    own = "l.product_id, l.quantity, l.amount, l.discount"
    left = (
        f"CASE WHEN l.rule IS NOT NULL THEN l.rule "
        f"WHEN d.order_id IS NULL THEN {quote(NO_ORDER)} "
        f"WHEN d.rule IN ({quote(SALE_BELOW)}, {quote(RETURN_ABOVE)}) THEN d.rule "
        f"WHEN d.rule IS NOT NULL THEN {quote(ORDER_LEFT)} END"
    )
    return (
        f"SELECT l.order_id, {own}, l.line AS given, l.piece, "
        "d.customer_id, d.ordered_at, d.ordered_on, d.month_no, d.order_key, d.kind, d.status, "
        f"{left} AS rule FROM ({' UNION ALL '.join(parts)}) AS l "
        f"LEFT JOIN {documents} AS d ON l.order_id = d.order_id"
    )


def _line_part(piece: Piece, rows: str) -> str:
    types = {"line": "INTEGER", "discount": "DECIMAL(18, 4)", "amount": "DECIMAL(18, 4)",
             "quantity": "DECIMAL(12, 3)"}  # fmt: skip
    columns = [
        name if piece.has(name) else f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in types.items()
    ]
    return (
        f"SELECT {piece.number} AS piece, order_id, product_id, {', '.join(columns)}, rule "
        f"FROM {rows}"
    )


def make_identities(engine: Engine, pieces: Sequence[Piece], *, zone: str) -> None:
    """Make the relation `identities`: every customer delivered, with key and first day seen.

    Also customers all of whose rows leave: they were delivered and can be counted. Rows that are
    older than the unit keeps them say nothing, not even when somebody was seen first.
    """
    parts = [
        f"SELECT customer_id AS id, order_key, ordered_on AS day FROM {RECENT} WHERE {KEPT}",
        f"SELECT customer_id, order_key, first_seen_on FROM {past_of('spent')}",
    ]
    for piece in pieces:
        if piece.table in {"orders", "order_lines"} or not piece.has("customer_id"):
            continue
        parts.append(
            f"SELECT customer_id, NULL, {day_of(piece, zone)} "
            f"FROM {identifier(piece.relation)} WHERE NOT {merged()} AND {KEPT}"
        )
    found = (
        "SELECT id, min(order_key) AS order_key, min(day) AS first_seen_on "
        f"FROM ({' UNION ALL '.join(parts)}) WHERE id IS NOT NULL GROUP BY id"
    )
    past = f"SELECT n_orders FROM {past_of('orders')}"
    last = f"(SELECT greatest(coalesce(max(order_key), 0), ({past})) FROM {RECENT})"
    rank = "row_number() OVER (PARTITION BY order_key IS NULL ORDER BY length(id), id)"
    engine.run(
        "CREATE TEMP TABLE identities AS SELECT id, first_seen_on, "
        f"coalesce(order_key, {last} + {rank}) AS order_key FROM ({found})"
    )


def day_of(piece: Piece, zone: str) -> str:
    """Give SQL for the day in the unit's zone by which a table's rows are dated, if they are."""
    schema = SCHEMAS[piece.table]
    name = "created_on" if piece.table == "customers" else schema.time
    column = schema.column(name or "")
    if column is None:
        return EMPTY_DAY
    stamps = [stamp for stamp in column.local_of if piece.has(stamp)]
    if stamps:
        return local_day(f"coalesce({', '.join(stamps)}, NULL)", zone)
    return column.name if piece.has(column.name) else EMPTY_DAY
