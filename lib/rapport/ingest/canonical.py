"""The canonical tables as the rest of the house reads them.

Every table holds every column of its schema and is sorted by customer, time and key, where a
customer's place is the smallest of the customer's order keys: a new key of pseudonyms moves no
row. Where there are many orders (`MONTHLY_FROM`) they are sorted by month before that.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from rapport.ingest.casts import SQL_TYPES, local_day
from rapport.ingest.derived import attributes_of_customers, attributes_of_products
from rapport.ingest.documents import kind_of, month_of
from rapport.ingest.identity.links import select_links
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.ingest.past.kept import Past
from rapport.ingest.past.relations import RECENT, past_of
from rapport.params import UnitParams
from rapport.schema import SCHEMAS, Column
from rapport.tables import TableFile, arrow_schema, join_tables, write_batches
from rapport.tables.engine import Engine, identifier, quote

PLAIN = ("subscriptions", "interactions", "surveys", "campaigns", "campaign_contacts", "consents")
# Sorted with the place of a customer instead of the name, which is four times as long.
PLACED = ("orders", "order_lines")
# Fewer orders are sorted and written whole in less time than their parts are looked after.
MONTHLY_FROM = 600_000
# So many rows leave the engine at once.
ROWS_AT_ONCE = 131_072
BANDS = ((25, "0-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))


def make_tables(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], past: Past | None = None
) -> Iterator[tuple[str, pa.Table | TableFile]]:
    """Make every canonical table that the unit's sources can fill, by name.

    Where the engine has a room, tables are files in it, of the bytes that `write_table` gives. Only
    orders are sorted by month first where there are many (`MONTHLY_FROM`), each month in row groups
    of its own: those of the past need not be made again.
    """
    apart = "month_no" if engine.room is not None and are_monthly(engine) else None
    for name, sql in _selects(unit, pieces, is_monthly=apart is not None):
        made = _make(engine, name, sql, apart if name == "orders" else None)
        if name == "orders" and past is not None and isinstance(made, TableFile):
            made = _join(past, made)
        yield name, made


def are_monthly(engine: Engine) -> bool:
    """Say whether there are so many orders that each month's are written apart."""
    (row,) = engine.rows(
        f"SELECT (SELECT n_orders FROM {past_of('orders')}) + (SELECT count(*) FROM {RECENT}) AS n"
    )
    return bool(row["n"] >= MONTHLY_FROM)


def _join(past: Past, made: TableFile) -> TableFile:
    (before,) = past.paths["table"]
    folder = made.path.parent
    return join_tables(before, made, made.path, tail=folder / "orders.recent")


def _selects(
    unit: UnitParams, pieces: Sequence[Piece], *, is_monthly: bool
) -> Iterator[tuple[str, str]]:
    held = {piece.table for piece in pieces}
    yield "customers", _customers(unit, pieces)
    if held & {"orders", "order_lines"}:
        yield "orders", _orders(pieces, is_monthly=is_monthly)
    if "order_lines" in held:
        yield "order_lines", _lines()
    if held & {"order_lines", "products"}:
        yield "products", _products(unit, pieces)
    for table in PLAIN:
        if table in held:
            yield table, _plain(unit, table, pieces)
    yield "identity_links", _links(unit, pieces)


def _make(engine: Engine, table: str, sql: str, apart: str | None) -> pa.Table | TableFile:
    names = pa.array([], pa.string())
    if table in PLACED:
        names = engine.fetch("SELECT name FROM names ORDER BY place")["name"].combine_chunks()
    if engine.room is None:
        rows = engine.fetch(sql)
        named = _name_rows(rows.to_reader(), names).read_all() if table in PLACED else rows
        return named.cast(_schema(table, named.schema)).combine_chunks()
    with engine.stream(sql, ROWS_AT_ONCE) as batches:
        named = _name_rows(batches, names) if table in PLACED else batches
        schema = _schema(table, named.schema)
        path = engine.room.folder / f"{table}.parquet"
        return write_batches(named, path, schema, apart=apart)


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


def _empty(column: Column) -> str:
    kinds = {"text": "VARCHAR", "texts": "VARCHAR[]", "bool": "BOOLEAN", "timestamp": "TIMESTAMP",
             "date": "DATE"}  # fmt: skip
    return f"CAST(NULL AS {kinds.get(column.type) or SQL_TYPES[column.type]})"


def _orders(pieces: Sequence[Piece], *, is_monthly: bool) -> str:
    # What no source fills, or follows from other columns, need not go through the sort.
    filled = {field.column.name for piece in pieces for field in piece.fields}
    after = {c.name: _empty(c) for c in SCHEMAS["orders"].columns if c.name not in filled}
    after |= {"month_no": month_of("ordered_on")}
    if "kind" not in filled:
        after["kind"] = kind_of("amount")
    for made in ("order_id", "customer_id", "ordered_at", "ordered_on", "order_key", "status",
                 "amount", "channel"):  # fmt: skip
        after.pop(made, None)
    names = [column.name for column in SCHEMAS["orders"].columns]
    before = ["n.place AS customer_id" if name == "customer_id" else f"o.{name}"
              for name in names if name not in after]  # fmt: skip
    columns = [f"{after[name]} AS {name}" if name in after else name for name in names]
    first = f"{month_of('o.ordered_on')} NULLS LAST, " if is_monthly else ""
    return (
        f"SELECT {', '.join(columns)} FROM (SELECT {', '.join(before)} FROM {RECENT} AS o "
        "LEFT JOIN names AS n ON o.customer_id = n.id WHERE o.rule IS NULL "
        f"ORDER BY {first}n.place NULLS LAST, o.order_key)"
    )


def _lines() -> str:
    # Equal lines are interchangeable, so this order does not show where a line stood.
    line = (
        "row_number() OVER (PARTITION BY l.order_key ORDER BY l.given NULLS LAST, l.product_id, "
        "l.quantity, l.amount, l.discount NULLS LAST)"
    )
    columns = [f"l.{c.name}" for c in SCHEMAS["order_lines"].columns]
    columns[1:3] = [f"coalesce(l.given, {line}) AS line", "n.place AS customer_id"]
    return (
        f"SELECT {', '.join(columns)} FROM lines AS l "
        "LEFT JOIN names AS n ON l.customer_id = n.id WHERE l.rule IS NULL "
        "ORDER BY n.place NULLS LAST, l.order_key, line"
    )


def _union(pieces: Sequence[Piece], table: str, names: Sequence[str]) -> str:
    """Put the kept rows of a table's pieces under each other, named columns only."""
    parts = []
    for piece in pieces:
        if piece.table == table:
            columns = [_filled(piece, table, name) for name in names]
            staged = identifier(piece.relation)
            parts.append(f"SELECT {', '.join(columns)} FROM {staged} WHERE rule IS NULL")
    empty = ", ".join(f"{_empty(_column(table, name))} AS {identifier(name)}" for name in names)
    return " UNION ALL ".join(parts or [f"SELECT {empty} WHERE false"])


def _filled(piece: Piece, table: str, name: str) -> str:
    if piece.has(name):
        return identifier(name)
    return f"{_empty(_column(table, name))} AS {identifier(name)}"


def _column(table: str, name: str) -> Column:
    column = SCHEMAS[table].column(name)
    return column if column is not None else Column(name, "int16")


def _mapped(pieces: Sequence[Piece], table: str) -> list[str]:
    """Name the columns that some piece fills, in the schema's order, then those of a prefix."""
    filled = {f.column.name for p in pieces for f in p.fields if p.table == table == f.table}
    listed = [c.name for c in SCHEMAS[table].columns if c.name in filled]
    return [*listed, *sorted(filled - set(listed) - {"currency"})]


def _plain(unit: UnitParams, table: str, pieces: Sequence[Piece]) -> str:
    mapped = _mapped(pieces, table)
    schema = SCHEMAS[table]
    columns = [f"{_made(unit, table, c, mapped)} AS {identifier(c.name)}" for c in schema.columns]
    listed = {column.name for column in schema.columns}
    columns += [f"t.{identifier(name)}" for name in mapped if name not in listed]
    person = "customer_id" in mapped
    joined = "LEFT JOIN names AS n ON t.customer_id = n.id" if person else ""
    order = ["n.order_key NULLS LAST"] if person else []
    order += [f"{name} NULLS LAST" for name in (schema.time, *schema.key) if name]
    return (
        f"SELECT {', '.join(columns)} FROM ({_union(pieces, table, mapped)}) AS t {joined} "
        f"ORDER BY {', '.join(order)}"
    )


def _made(unit: UnitParams, table: str, column: Column, mapped: Sequence[str]) -> str:
    if column.name == "customer_id" and "customer_id" in mapped:
        return "n.name"
    if column.name == "month_no":
        day = _day(unit, SCHEMAS[table].column(SCHEMAS[table].time or ""), mapped)
        return f"year({day}) * 12 + month({day}) - 1"
    if column.local_of:
        return _day(unit, column, mapped)
    return f"t.{identifier(column.name)}" if column.name in mapped else _empty(column)


def _day(unit: UnitParams, column: Column | None, mapped: Sequence[str]) -> str:
    stamps = [f"t.{stamp}" for stamp in (column.local_of if column else ()) if stamp in mapped]
    if not stamps:
        return "CAST(NULL AS DATE)"
    return local_day(f"coalesce({', '.join(stamps)}, NULL)", unit.timezone)


def _customers(unit: UnitParams, pieces: Sequence[Piece]) -> str:
    names = _mapped(pieces, "customers")
    carried, joins = attributes_of_customers(unit, pieces)
    columns = []
    for column in SCHEMAS["customers"].columns:
        made = {
            "customer_id": "n.name", "order_key": "n.order_key",
            "first_seen_on": "n.first_seen_on", "age_band": _age_band(names),
        }.get(column.name) or carried.get(column.name)  # fmt: skip
        if made is None:
            made = _made(unit, "customers", column, names)
        columns.append(f"{made} AS {column.name}")
    known = [name for name in names if name != "customer_id"]
    rows = _union(pieces, "customers", ["customer_id", *known])
    return (
        f"SELECT {', '.join(columns)} FROM names AS n LEFT JOIN ({rows}) AS t "
        f"ON n.id = t.customer_id {' '.join(joins)} ORDER BY n.order_key"
    )


def _age_band(names: Sequence[str]) -> str | None:
    if "birth_year" not in names:
        return None
    age = "(SELECT year(data_until) FROM span) - t.birth_year"
    whens = " ".join(f"WHEN {age} < {limit} THEN {quote(band)}" for limit, band in BANDS)
    return f"CASE WHEN t.birth_year IS NULL THEN NULL {whens} ELSE '65+' END"


def _products(unit: UnitParams, pieces: Sequence[Piece]) -> str:
    names = [name for name in _mapped(pieces, "products") if name != "product_id"]
    carried, joins = attributes_of_products(unit, pieces)
    listed = _union(pieces, "products", ["product_id", *names])
    ids = "SELECT product_id FROM listed"
    if any(piece.table == "order_lines" for piece in pieces):
        ids += " UNION SELECT product_id FROM lines WHERE rule IS NULL"
    columns = []
    for column in SCHEMAS["products"].columns:
        made = carried.get(column.name) or (
            f"t.{column.name}" if column.name in names else _empty(column)
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


def _links(unit: UnitParams, pieces: Sequence[Piece]) -> str:
    if unit.identity.is_asked:
        return select_links(pieces)
    parts = [
        f"SELECT DISTINCT {quote(piece.source)} AS source, customer_id AS id "
        f"FROM {identifier(piece.latest)} WHERE customer_id IS NOT NULL AND NOT {merged()}"
        for piece in pieces if piece.has("customer_id")
    ]  # fmt: skip
    parts += [
        f"SELECT {quote(piece.source)}, customer_id FROM {past_of('people')} "
        f"WHERE piece = {piece.number} AND NOT is_merged"
        for piece in pieces if piece.table == "orders"
    ]  # fmt: skip
    found = (
        " UNION ".join(parts) or "SELECT NULL AS source, CAST(NULL AS VARCHAR) AS id WHERE false"
    )
    return (
        "SELECT l.source, n.name AS source_id, n.name AS customer_id, 'declared_id' AS rule, "
        f"1.0 AS probability FROM ({found}) AS l JOIN names AS n ON l.id = n.id "
        "ORDER BY l.source, n.order_key"
    )
