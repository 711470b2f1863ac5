"""The relations that hold what is known of the past, empty where there is none."""

# ruff: noqa: S608 - SQL is built of quoted names and of what is written here
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rapport.tables.engine import Engine, identifier, quote

RECENT = '"recent documents"'
# Of them those that will not be of the past of the next ingestion; all, where it will have none.
LATEST = '"latest documents"'
# Lines, where orders are made of them: those of recent orders, and of the latest of these.
RECENT_LINES = '"recent lines"'
LATEST_LINES = '"latest lines"'
# Names of customers who are not of the past: of all where none stay as they are.
NEW_NAMES = '"new names"'
MONEY = "DECIMAL(38, 4)"


class Summary(NamedTuple):
    """A small relation of which two, of different rows, add up to that of all of them."""

    keys: Mapping[str, str]
    values: Mapping[str, tuple[str, str]]
    """Type, and the aggregate that adds up."""


SUMMARIES = {
    # Of every customer: the first number and day, and orders that are kept, all of which but
    # `kept` and `net_kept` are without those cancelled.
    "spent": Summary(
        {"customer_id": "VARCHAR"},
        {
            "order_key": ("BIGINT", "min"), "first_seen_on": ("DATE", "min"),
            "orders": ("BIGINT", "sum"), "sales": ("BIGINT", "sum"), "returns": ("BIGINT", "sum"),
            "net": (MONEY, "sum"), "gross": (MONEY, "sum"), "kept": ("BIGINT", "sum"),
            "net_kept": (MONEY, "sum"),
        },
    ),
    # Completed sales above 0.
    "amounts": Summary({"amount": "DECIMAL(18, 4)"}, {"n": ("BIGINT", "sum")}),
    # Orders that are kept, by what they are.
    "kinds": Summary({"kind": "VARCHAR"}, {"n": ("BIGINT", "sum"), "amount": (MONEY, "sum")}),
    # Numbers of customers as the rows of a piece hold them.
    "people": Summary(
        {"piece": "INTEGER", "customer_id": "VARCHAR"}, {"is_merged": ("BOOLEAN", "bool_and")}
    ),
    # Rows of a piece by the rule that takes or flags them.
    "counts": Summary(
        {"piece": "VARCHAR", "rule": "VARCHAR", "flagged": "BOOLEAN"},
        {"n": ("BIGINT", "sum"), "money": (MONEY, "sum")},
    ),
    "days": Summary({"piece": "INTEGER", "day": "DATE"}, {"n": ("BIGINT", "sum")}),
    # What orders say of customers: by column the word of the latest order that has one.
    "said": Summary(
        {"attribute": "VARCHAR", "customer_id": "VARCHAR"},
        {"latest": ("STRUCT(order_key BIGINT, held VARCHAR)", "max")},
    ),
    # What lines say of products: by column how many say it.
    "called": Summary(
        {"attribute": "VARCHAR", "product_id": "VARCHAR", "held": "VARCHAR"},
        {"n": ("BIGINT", "sum")},
    ),
    # Lines that are kept; of them those of sales to customers who are known.
    "sold": Summary(
        {"product_id": "VARCHAR"},
        {"n": ("BIGINT", "sum"), "amount": (MONEY, "sum"), "n_known": ("BIGINT", "sum")},
    ),
}  # fmt: skip
# Known of people whatever the cut.
NAMES = {"id": "VARCHAR", "name": "VARCHAR"}
SPELLED = {"kind": "VARCHAR", "value": "VARCHAR", "place": "INTEGER", "key": "VARCHAR"}
LISTS = {"names": NAMES, "spelled": SPELLED}
# Customers of the past who stay as they are, whether they ordered and bought among them.
CUSTOMERS = {
    **NAMES, "order_key": "BIGINT", "first_seen_on": "DATE", "ordered": "BOOLEAN",
    "bought": "BOOLEAN",
}  # fmt: skip


def past_of(name: str) -> str:
    """Name the relation of a summary or list of the past."""
    return identifier(f"past {name}")


def past_rows(number: int) -> str:
    """Name the relation of the past rows of a piece of which orders are made."""
    return identifier(f"past rows {number}")


def combine(name: str, rows: str) -> str:
    """Give the SELECT of a summary of the past together with one of other rows."""
    summary = SUMMARIES[name]
    keys = ", ".join(summary.keys)
    values = ", ".join(
        f"CAST({how}({value}) AS {kind}) AS {value}"
        for value, (kind, how) in summary.values.items()
    )
    return (
        f"SELECT {keys}, {values} FROM (SELECT * FROM {past_of(name)} UNION ALL BY NAME {rows}) "
        f"GROUP BY {keys}"
    )


def make_nothing(engine: Engine) -> None:
    """Make every relation of the past without a row."""
    typed = {name: {**s.keys, **{v: kind for v, (kind, _) in s.values.items()}}
             for name, s in SUMMARIES.items()}  # fmt: skip
    sources = {"source": "VARCHAR", "n": "BIGINT"}
    every = {**typed, **LISTS, "customers": CUSTOMERS, "sources": sources}
    for name, columns in every.items():
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
        engine.run(f"CREATE TEMP VIEW {past_of(name)} AS SELECT {empty} WHERE false")
    engine.run(
        f"CREATE TEMP TABLE {past_of('orders')} AS SELECT CAST(0 AS BIGINT) AS n_orders, "
        "CAST(0 AS BIGINT) AS n_lines, CAST(NULL AS DATE) AS data_from, "
        "CAST(NULL AS DATE) AS data_until"
    )


def see_files(engine: Engine, name: str, paths: Sequence[Path]) -> None:
    """Let the engine see Parquet files of its room as one relation."""
    listed = ", ".join(quote(str(path.resolve())) for path in paths)
    engine.run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
