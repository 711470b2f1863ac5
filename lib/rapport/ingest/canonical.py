"""The canonical tables as the rest of the house reads them.

Every table holds every column of its schema and is sorted by customer, time and key, where a
customer's place is the smallest of the customer's order keys: a new key of pseudonyms moves no
row. Where there are many orders (`MONTHLY_FROM`), or many lines of which orders are made, they are
sorted by month before that.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from rapport.ingest.buckets import Ordered, stream_ordered
from rapport.ingest.columns import empty_of, list_mapped, make_column, unite
from rapport.ingest.customers import select_customers, select_links
from rapport.ingest.derived import attributes_of_products
from rapport.ingest.documents import kind_of, month_of
from rapport.ingest.mapping import Piece
from rapport.ingest.past.kept import DATED, Past
from rapport.ingest.past.people import ALONE, are_alone
from rapport.ingest.past.relations import (
    LATEST_LINES,
    RECENT,
    RECENT_LINES,
    combine,
    past_of,
)
from rapport.ingest.sold import select_sold
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables import TableFile, arrow_schema, join_tables, write_batches
from rapport.tables.engine import Engine, identifier, quote

PLAIN = ("subscriptions", "interactions", "surveys", "campaigns", "campaign_contacts", "consents")
# A range of customers.
BUCKET = "n.place // (SELECT greatest(count(*) // 64, 1) FROM names)"
# Fewer orders are sorted and written whole in less time than their parts are looked after.
MONTHLY_FROM = 600_000
# So many rows leave the engine at once.
ROWS_AT_ONCE = 131_072


def make_tables(
    engine: Engine,
    unit: UnitParams,
    pieces: Sequence[Piece],
    *,
    apart: Sequence[str] = (),
    past: Past | None = None,
) -> Iterator[tuple[str, pa.Table | TableFile]]:
    """Make every canonical table that the unit's sources can fill, by name.

    Where the engine has a room, tables are files in it, of the bytes that `write_table` gives; of
    those `apart` each month lies in row groups of its own.
    """
    for name, rows in _selects(unit, pieces, apart):
        made = _make(engine, name, rows, "month_no" if name in apart else None)
        if past is not None and name in past.sums and isinstance(made, TableFile):
            made = _join(past, name, made)
        yield name, made


def list_apart(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Name the tables whose months lie apart: what is of the past need not be made again.

    Orders do where there are many (`MONTHLY_FROM`), sorted by month before anything else, and
    lines with them where they make the orders; where customers stand alone (`are_alone`) they do
    too, by the month in which they came.
    """
    if engine.room is None or not are_monthly(engine, pieces):
        return ()
    dated = DATED if any(_makes_of_lines(piece) for piece in pieces) else DATED[:1]
    return (*dated, *ALONE) if are_alone(unit, pieces) else dated


def are_monthly(engine: Engine, pieces: Sequence[Piece]) -> bool:
    """Say whether there are so many orders, or lines that make them, that months lie apart."""
    counts = {"n_orders": RECENT}
    if any(_makes_of_lines(piece) for piece in pieces):
        counts["n_lines"] = RECENT_LINES
    found = [
        f"(SELECT {name} FROM {past_of('orders')}) + (SELECT count(*) FROM {rows})"
        for name, rows in counts.items()
    ]
    (row,) = engine.rows(f"SELECT greatest({', '.join(found)}) AS n")
    return bool(row["n"] >= MONTHLY_FROM)


def _makes_of_lines(piece: Piece) -> bool:
    return piece.makes_orders and piece.table == "order_lines"


def _join(past: Past, name: str, made: TableFile) -> TableFile:
    (before,) = past.paths[f"table {name}"]
    return join_tables(before, made, made.path, tail=made.path.with_suffix(".recent"))


def _selects(
    unit: UnitParams, pieces: Sequence[Piece], apart: Sequence[str]
) -> Iterator[tuple[str, str | Ordered]]:
    held = {piece.table for piece in pieces}
    yield "customers", select_customers(unit, pieces, is_monthly="customers" in apart)
    if held & {"orders", "order_lines"}:
        yield "orders", _orders(pieces, is_monthly="orders" in apart)
    if "order_lines" in held:
        yield "order_lines", _lines(is_monthly="order_lines" in apart)
    if held & {"order_lines", "products"}:
        yield "products", _products(unit, pieces)
    for table in PLAIN:
        if table in held:
            yield table, _plain(unit, table, pieces)
    yield "identity_links", select_links(unit, pieces, is_monthly="identity_links" in apart)


def _make(
    engine: Engine, table: str, rows: str | Ordered, apart: str | None
) -> pa.Table | TableFile:
    names = pa.array([], pa.string())
    if isinstance(rows, Ordered):
        names = engine.fetch("SELECT name FROM names ORDER BY place")["name"].combine_chunks()
    if engine.room is None:
        found = engine.fetch(rows.whole if isinstance(rows, Ordered) else rows)
        named = _name(found.to_reader(), rows, names).read_all()
        return named.cast(_schema(table, named.schema)).combine_chunks()
    opened = (
        stream_ordered(engine, rows, ROWS_AT_ONCE)
        if isinstance(rows, Ordered)
        else engine.stream(rows, ROWS_AT_ONCE)
    )
    with opened as batches:
        named = _name(batches, rows, names)
        schema = _schema(table, named.schema)
        path = engine.room.folder / f"{table}.parquet"
        return write_batches(named, path, schema, apart=apart)


def _name(
    batches: pa.RecordBatchReader, rows: str | Ordered, names: pa.Array
) -> pa.RecordBatchReader:
    # Sorted with the place of a customer instead of the name, which is four times as long.
    return _name_rows(batches, names) if isinstance(rows, Ordered) else batches


def _name_rows(rows: pa.RecordBatchReader, names: pa.Array) -> pa.RecordBatchReader:
    """Replace customers' places by their names."""
    at = rows.schema.get_field_index("customer_id")
    schema = rows.schema.set(at, pa.field("customer_id", pa.string()))
    columns = ([*batch.columns[:at], names.take(batch.column(at)), *batch.columns[at + 1 :]]
               for batch in rows)  # fmt: skip
    named = (pa.record_batch(each, schema=schema) for each in columns)
    return pa.RecordBatchReader.from_batches(schema, named)


def _schema(table: str, found: pa.Schema) -> pa.Schema:
    listed = {column.name for column in SCHEMAS[table].columns}
    extra = [name for name in found.names if name not in listed]
    return arrow_schema(SCHEMAS[table], extra=extra)


def _orders(pieces: Sequence[Piece], *, is_monthly: bool) -> Ordered:
    # What no source fills, or follows from other columns, need not go through the sort.
    filled = {field.column.name for piece in pieces for field in piece.fields}
    after = {c.name: empty_of(c) for c in SCHEMAS["orders"].columns if c.name not in filled}
    after |= {"month_no": month_of("ordered_on")}
    if "kind" not in filled:
        after["kind"] = kind_of("amount")
    for made in ("order_id", "customer_id", "ordered_at", "ordered_on", "order_key", "status",
                 "amount", "channel"):  # fmt: skip
        after.pop(made, None)
    names = [column.name for column in SCHEMAS["orders"].columns]
    before = ["n.place AS customer_id" if name == "customer_id" else f"o.{name}"
              for name in names if name not in after]  # fmt: skip
    month = month_of("o.ordered_on")
    before += [f"{month} AS month_before"] if is_monthly else []
    columns = [f"{after[name]} AS {name}" if name in after else name for name in names]
    return Ordered(
        name="orders",
        rows=", ".join(before),
        relation=f"{RECENT} AS o",
        joined="LEFT JOIN names AS n ON o.customer_id = n.id WHERE o.rule IS NULL",
        order=f"{'month_before NULLS LAST, ' * is_monthly}customer_id NULLS LAST, order_key",
        columns=", ".join(columns),
        bucket=month if is_monthly else BUCKET,
    )


def _lines(*, is_monthly: bool) -> Ordered:
    names = [column.name for column in SCHEMAS["order_lines"].columns]
    before = ["n.place AS customer_id" if name == "customer_id" else f"l.{name}"
              for name in names if name != "line"]  # fmt: skip
    # Equal lines are interchangeable, so this order does not show where a line stood.
    line = (
        "row_number() OVER (PARTITION BY order_key ORDER BY given NULLS LAST, product_id, "
        "quantity, amount, discount NULLS LAST)"
    )
    return Ordered(
        name="order_lines",
        rows=", ".join([*before, "l.given"]),
        relation=f"{RECENT_LINES} AS l",
        joined="LEFT JOIN names AS n ON l.customer_id = n.id WHERE l.rule IS NULL",
        order=f"{'month_no NULLS LAST, ' * is_monthly}customer_id NULLS LAST, order_key, line",
        columns=", ".join(names),
        bucket="l.month_no" if is_monthly else BUCKET,
        made=f"*, coalesce(given, {line}) AS line",
    )


def _plain(unit: UnitParams, table: str, pieces: Sequence[Piece]) -> str:
    mapped = list_mapped(pieces, table)
    schema = SCHEMAS[table]
    columns = [
        f"{make_column(unit, table, c, mapped)} AS {identifier(c.name)}" for c in schema.columns
    ]
    listed = {column.name for column in schema.columns}
    columns += [f"t.{identifier(name)}" for name in mapped if name not in listed]
    person = "customer_id" in mapped
    joined = "LEFT JOIN names AS n ON t.customer_id = n.id" if person else ""
    order = ["n.order_key NULLS LAST"] if person else []
    order += [f"{name} NULLS LAST" for name in (schema.time, *schema.key) if name]
    return (
        f"SELECT {', '.join(columns)} FROM ({unite(pieces, table, mapped)}) AS t {joined} "
        f"ORDER BY {', '.join(order)}"
    )


def _products(unit: UnitParams, pieces: Sequence[Piece]) -> str:
    names = [name for name in list_mapped(pieces, "products") if name != "product_id"]
    carried, joins = attributes_of_products(unit, pieces)
    listed = unite(pieces, "products", ["product_id", *names])
    ids = "SELECT product_id FROM listed"
    if any(_makes_of_lines(piece) for piece in pieces):
        ids += f" UNION SELECT product_id FROM ({combine('sold', select_sold(LATEST_LINES))})"
    elif any(piece.table == "order_lines" for piece in pieces):
        ids += " UNION SELECT product_id FROM lines WHERE rule IS NULL"
    columns = []
    for column in SCHEMAS["products"].columns:
        made = carried.get(column.name) or (
            f"t.{column.name}" if column.name in names else empty_of(column)
        )
        if column.name == "is_service":
            services = ", ".join(quote(name) for name in unit.service_products) or "NULL"
            made = f"coalesce({made}, false) OR coalesce(p.product_id IN ({services}), false)"
        columns.append(
            f"{'p.product_id' if column.name == 'product_id' else made} AS {column.name}"
        )
    return (
        f"WITH listed AS ({listed}) SELECT {', '.join(columns)} FROM ({ids}) AS p "
        f"LEFT JOIN listed AS t ON p.product_id = t.product_id {' '.join(joins)} "
        "ORDER BY p.product_id"
    )
