"""Canonical tables drawn by their schemas, with the texts and gaps that engines trip over."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from rapport import tables
from rapport.schema import SCHEMAS, Column

# Sorted by their bytes they stand as here; by the rules of a language, otherwise.
WORDS = (
    "",
    "B'; drop table t --",
    "Z_a",
    "Za",
    "_",
    'a"b',
    "a b",
    "a-b",
    "ab",
    "é",
    "上海",
    "北京",
    "😀",
)
FIRST = dt.date(2009, 12, 1)
LAST = dt.date(2010, 12, 9)
N_CUSTOMERS = 40
# Words that marts know, beside those that a schema lists.
KNOWN = {"variant": ("control", "Z_a", "_"), "page": ("a b", "ab", "上海"), "plan": ("Z_a", "_")}
# Keys that must meet in several tables, drawn among so many.
SHARED = {
    "customer_id": N_CUSTOMERS, "product_id": 12, "campaign_id": 4, "session_id": 50,
    "order_id": 150,
}  # fmt: skip
SIZES = {
    "customers": N_CUSTOMERS, "orders": 300, "order_lines": 500, "products": 12,
    "subscriptions": 30, "interactions": 600, "surveys": 120, "campaigns": 4,
    "campaign_contacts": 90, "consents": 40,
}  # fmt: skip


def write_drawn(into: Path, *, seed: int = 0) -> dict[str, Path]:
    """Write every canonical table, each of a few hundred rows, and give their paths."""
    dice = random.Random(seed)
    paths = {}
    for name, schema in SCHEMAS.items():
        rows = [_draw_row(name, number, dice) for number in range(SIZES.get(name, 0))]
        if name == "snapshot":
            rows = [{"data_from": FIRST, "data_until": LAST, "n_customers": 40, "n_orders": 300}]
        # Of two rows with one key, as a dice may give, the first is taken.
        unique = {tuple(row[column] for column in schema.key): row for row in rows}
        extra = [f"{prefix}x" for prefix in schema.prefix or {}]
        table = pa.Table.from_pylist(
            list(unique.values()), schema=tables.arrow_schema(schema, extra=extra)
        )
        paths[name] = tables.write_table(table, into / f"{name}.parquet").path
    return paths


def _draw_row(name: str, number: int, dice: random.Random) -> dict[str, Any]:
    schema = SCHEMAS[name]
    row = {column.name: _draw(column, number, dice) for column in schema.columns}
    row |= {f"{prefix}x": _draw(column, number, dice) for prefix, column in
            (schema.prefix or {}).items()}  # fmt: skip
    for key in schema.key[:1]:
        own = name in ("customers", "orders", "products", "campaigns") or key not in SHARED
        row[key] = f"{key}{number if own else dice.randrange(SHARED[key])}"
    for column in schema.columns:
        if column.local_of:
            stamps = [row[stamp] for stamp in column.local_of if row[stamp] is not None]
            row[column.name] = stamps[0].date() if stamps else None
    if "order_key" in row:
        row["order_key"] = number
    if row.get("month_no") is not None:
        day = row.get("ordered_on") or row.get("occurred_on") or FIRST
        row["month_no"] = day.year * 12 + day.month - 1
    if row.get("session_id") and row["customer_id"]:
        row["session_id"] = f"{row['customer_id']}-{number % 2}"
    if row.get("kind") == "return":
        row["amount"] = -row["amount"]
    return row


def _draw(column: Column, number: int, dice: random.Random) -> Any:
    if not column.required and dice.random() < 0.15:
        return None
    if column.name in SHARED:
        return f"{column.name}{dice.randrange(SHARED[column.name])}"
    day = FIRST + dt.timedelta(days=dice.randint(0, (LAST - FIRST).days))
    at = dt.datetime.combine(day, dt.time(dice.randint(0, 23), 59, 59, 999_999))
    drawn = {
        "text": lambda: dice.choice(KNOWN.get(column.name) or column.values or WORDS),
        "texts": lambda: [dice.choice(WORDS)],
        "bool": lambda: dice.random() < 0.5,
        "decimal": lambda: Decimal(dice.randint(1, 10**8)).scaleb(-4),
        "quantity": lambda: Decimal(dice.randint(1, 9000)).scaleb(-3),
        "timestamp": lambda: at,
        "date": lambda: day,
    }
    low, high = column.low or 0, column.high or 40
    return drawn.get(column.type, lambda: dice.randint(low, high))()
