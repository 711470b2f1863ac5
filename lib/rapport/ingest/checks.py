"""What a staged piece must hold: every value read, in its range, of its list, in one currency.

Rows that a declared rule takes out are not checked: the rule is their explanation.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Field, Piece
from rapport.ingest.staging import label_rows, name_field, number_rows
from rapport.params import UnitParams
from rapport.schema import SCHEMAS, Column
from rapport.tables.engine import Engine, identifier, quote

MEND = "Mend them, or declare an `exclude` rule."
# Of each pair the first must not be later than the second.
TIMES_IN_ORDER = {
    "subscriptions": (("started_on", "ended_on"),),
    "campaigns": (("started_at", "ended_at"),),
    "products": (("launched_on", "withdrawn_on"),),
    "interactions": (("occurred_at", "first_reply_at"), ("occurred_at", "closed_at")),
    "surveys": (("invited_at", "answered_at"),),
    "campaign_contacts": (
        ("assigned_at", "sent_at"), ("sent_at", "delivered_at"), ("delivered_at", "opened_at"),
        ("opened_at", "clicked_at"),
    ),
}  # fmt: skip


class Test(NamedTuple):
    """SQL that is true where a row is wrong, and how that is told."""

    table: str
    column: str
    wrong: str
    found: str
    advice: str = MEND


def check_pieces(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> list[Fault]:
    """Run every test of every piece and give what failed, piece by piece.

    One pass asks only whether anything is wrong: to count every test by itself costs ten times
    as much, and is done for the pieces in which there is something to count.
    """
    tests = [list(_tests(unit, piece)) for piece in pieces]
    asked = [
        f"SELECT {i} AS piece, count(*) AS n FROM {identifier(piece.relation)} "
        f"WHERE rule IS NULL AND ({' OR '.join(f'({t.wrong})' for t in tests[i])})"
        for i, piece in enumerate(pieces)
        if tests[i]
    ]
    wrong = engine.rows(" UNION ALL ".join(asked)) if asked else []
    told = sorted(row["piece"] for row in wrong if row["n"])
    return [fault for i in told for fault in _count_wrong(engine, pieces[i], tests[i])]


def _count_wrong(engine: Engine, piece: Piece, tests: Sequence[Test]) -> list[Fault]:
    counts = [
        f"count(*) FILTER (WHERE {t.wrong}) AS n{i}, "
        f"min({number_rows()}, {ROWS_NAMED}) FILTER (WHERE {t.wrong}) AS rows{i}"
        for i, t in enumerate(tests)
    ]
    relation = identifier(piece.relation)
    (row,) = engine.rows(f"SELECT {', '.join(counts)} FROM {relation} WHERE rule IS NULL")
    return [
        Fault(
            t.table, t.column, t.found, t.advice, piece.source, row[f"n{i}"],
            label_rows(row[f"rows{i}"]),
        )
        for i, t in enumerate(tests) if row[f"n{i}"]
    ]  # fmt: skip


def _tests(unit: UnitParams, piece: Piece) -> Iterator[Test]:
    for field in piece.fields:
        yield from _column_tests(unit, piece, field)
    for first, second in TIMES_IN_ORDER.get(piece.table, ()):
        if piece.has(first) and piece.has(second):
            wrong = f"{identifier(second)} < {identifier(first)}"
            yield Test(piece.table, second, wrong, f"is before {first}")
    if piece.table == "order_lines" and piece.has("quantity") and piece.has("amount"):
        wrong = "quantity * amount < 0"
        advice = "Declare an `exclude` rule for what these rows are."
        yield Test(piece.table, "amount", wrong, "the price is negative", advice)


def _column_tests(unit: UnitParams, piece: Piece, field: Field) -> Iterator[Test]:
    column, table = field.column, field.table
    name = identifier(name_field(piece, field))
    filled = ""
    if field.may_fail:
        unread = identifier(f"unread {name_field(piece, field)}")
        yield Test(table, column.name, unread, f"cannot be read as {_kind(field)}", _how(field))
        filled = f" AND NOT {unread}"
    if column.required and table == piece.table and not _may_lack(unit, column):
        yield Test(table, column.name, f"{name} IS NULL{filled}", "is empty")
    if column.name == "currency" and table == piece.table:
        wrong = f"{name} <> {quote(unit.currency)}"
        found = f"another currency than {unit.currency}"
        advice = "Convert the amounts before delivery, or make a unit for each currency."
        yield Test(table, column.name, wrong, found, advice)
    if column.low is not None:
        yield Test(table, column.name, f"{name} < {column.low}", f"is below {column.low}")
    if column.high is not None:
        yield Test(table, column.name, f"{name} > {column.high}", f"is above {column.high}")
    if column.values:
        words = ", ".join(quote(word) for word in column.values)
        found = f"is none of {', '.join(column.values)}"
        yield Test(table, column.name, f"{name} NOT IN ({words})", found, "Map the words.")


def _may_lack(unit: UnitParams, column: Column) -> bool:
    return unit.baskets_only and column.name in {"ordered_at", "amount", "quantity"}


def _kind(field: Field) -> str:
    names = {"timestamp": "a time", "date": "a date", "bool": "yes or no", "text": "a listed word"}
    if field.column.type in {"decimal", "quantity"}:
        return "a number"
    return names.get(field.column.type, "a whole number")


def _how(field: Field) -> str:
    if field.words is not None:
        return "List every word of the column under `values`."
    if field.column.type in {"timestamp", "date"}:
        return "State the `format` under `time`, or declare an `exclude` rule."
    return MEND


def check_keys(engine: Engine, pieces: Sequence[Piece]) -> list[Fault]:
    """Find keys that occur on more than one row of a table, over all its sources."""
    tables = {
        table: held
        for table in sorted({piece.table for piece in pieces})
        if (held := [piece for piece in pieces if piece.table == table])
        and all(piece.has(name) for piece in held for name in SCHEMAS[table].key)
    }
    # A key in 64 bits is found as often as the key, or more: what is unique by it is unique.
    rows = [
        f"SELECT {quote(table)} AS name, hash({', '.join(SCHEMAS[table].key)}) AS key "
        f"FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for table, held in tables.items() if SCHEMAS[table].key
        for piece in held
    ]  # fmt: skip
    if not rows:
        return []
    twice = engine.rows(
        f"SELECT name FROM ({' UNION ALL '.join(rows)}) GROUP BY name "
        "HAVING count(*) > count(DISTINCT key) ORDER BY name"
    )
    return [
        fault for row in twice for fault in _count_twice(engine, row["name"], tables[row["name"]])
    ]


def _count_twice(engine: Engine, table: str, pieces: Sequence[Piece]) -> list[Fault]:
    key = SCHEMAS[table].key
    names = ", ".join(identifier(name) for name in key)
    rows = " UNION ALL ".join(
        f"SELECT {names}, {number_rows()} AS number FROM {identifier(piece.relation)} "
        "WHERE rule IS NULL"
        for piece in pieces
    )
    twice = f"SELECT count(*) - 1 AS n, max(number) AS number FROM ({rows}) GROUP BY {names}"
    (row,) = engine.rows(
        f"SELECT coalesce(sum(n), 0) AS n, min(number, {ROWS_NAMED}) AS numbers "
        f"FROM ({twice} HAVING count(*) > 1)"
    )
    if not row["n"]:
        return []
    found = "the key occurs before"
    advice = "Deliver each once, `exact_duplicates: drop` whole copies, or mend the key."
    sources = ", ".join(dict.fromkeys(piece.source for piece in pieces))
    rows_named = label_rows(row["numbers"])
    return [Fault(table, ", ".join(key), found, advice, sources, row["n"], rows_named)]


def check_fingerprint(unit: UnitParams, what: dict[str, object]) -> list[Fault]:
    """Compare rows, money and days with those that `expect` of the unit's file declares.

    Parameters
    ----------
    unit : its `expect`
    what : the figures found, by `rows.<source>`, `money.<table>`, `first_day`, `last_day`
    """
    expect = unit.expect
    declared: dict[str, object] = {f"rows.{name}": n for name, n in expect.rows.items()}
    declared |= {f"money.{table}": money for table, money in expect.money.items()}
    declared |= {"first_day": expect.first_day, "last_day": expect.last_day}
    return [
        Fault(
            "expect", name, f"{what.get(name)} was found where {wanted} is declared",
            "Find out what changed in the delivery; then declare the new figure.",
        )
        for name, wanted in declared.items() if wanted is not None and what.get(name) != wanted
    ]  # fmt: skip
