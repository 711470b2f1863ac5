"""What a staged piece must hold: every value read, in its range, of its list, in one currency.

Rows that a declared rule takes out are not checked: the rule is their explanation.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapport.ingest.currency import NO_RATE_MARK
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Field, Piece
from rapport.ingest.read import FILE, ROW
from rapport.ingest.rules import (
    CURRENCY,
    EMPTY,
    NO_RATE,
    PRICE,
    RANGE,
    TIMES,
    UNREADABLE,
    WORD,
)
from rapport.ingest.staging import label_rows, name_field, number_rows
from rapport.params import UnitParams
from rapport.schema import Column
from rapport.tables.engine import Engine, identifier, quote

MEND = "Mend them, or declare an `exclude` rule."
# No time may be earlier than one that stands before it in its row of these.
TIMES_IN_ORDER = {
    "subscriptions": (("started_on", "ended_on"),),
    "campaigns": (("started_at", "ended_at"),),
    "products": (("launched_on", "withdrawn_on"),),
    "interactions": (
        ("occurred_at", "first_reply_at"), ("occurred_at", "closed_at"),
        ("occurred_at", "reopened_at"),
    ),
    "surveys": (("invited_at", "answered_at"),),
    "campaign_contacts": (
        ("assigned_at", "sent_at", "delivered_at", "opened_at", "clicked_at"),
        ("assigned_at", "sent_at", "delivered_at", "unsubscribed_at"),
        ("assigned_at", "redeemed_at"),
    ),
}  # fmt: skip
# One stray 9999-12-31 would move every report to that month.
FIRST_YEAR, LAST_YEAR = 1900, 2100


class Test(NamedTuple):
    """SQL that is true where a row is wrong, how that is told, and the rule that it breaks."""

    table: str
    column: str
    wrong: str
    found: str
    rule: str
    advice: str = MEND


class Torn(NamedTuple):
    """A column of a source with values not of its stated type, whose rows a relation names."""

    source: str
    column: str
    kind: str
    relation: str


class Wrong(NamedTuple):
    """A test that rows of a piece fail, and the fault that says so."""

    piece: Piece
    test: Test
    fault: Fault


def check_pieces(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], torn: Sequence[Torn] = ()
) -> list[Wrong]:
    """Run every test of every piece and give what failed, piece by piece.

    `torn` are columns of sources with values that are not of the type stated for them.

    One pass asks only whether anything is wrong: to count every test by itself costs ten times
    as much, and is done for the pieces in which there is something to count.
    """
    tests = [[*_torn_tests(piece, torn), *_tests(unit, piece)] for piece in pieces]
    asked = [
        f"SELECT {i} AS piece, count(*) AS n FROM {identifier(piece.relation)} "
        f"WHERE rule IS NULL AND ({' OR '.join(f'({t.wrong})' for t in tests[i])})"
        for i, piece in enumerate(pieces)
        if tests[i]
    ]
    wrong = engine.rows(" UNION ALL ".join(asked)) if asked else []
    told = sorted(row["piece"] for row in wrong if row["n"])
    return [wrong for i in told for wrong in _count_wrong(engine, pieces[i], tests[i])]


def _count_wrong(engine: Engine, piece: Piece, tests: Sequence[Test]) -> list[Wrong]:
    counts = [
        f"count(*) FILTER (WHERE {t.wrong}) AS n{i}, "
        f"min({number_rows()}, {ROWS_NAMED}) FILTER (WHERE {t.wrong}) AS rows{i}"
        for i, t in enumerate(tests)
    ]
    relation = identifier(piece.relation)
    (row,) = engine.rows(f"SELECT {', '.join(counts)} FROM {relation} WHERE rule IS NULL")
    found = []
    for i, t in enumerate(tests):
        if row[f"n{i}"]:
            rows = label_rows(row[f"rows{i}"])
            fault = Fault(t.table, t.column, t.found, t.advice, piece.source, row[f"n{i}"], rows)
            found.append(Wrong(piece, t, fault))
    return found


def _tests(unit: UnitParams, piece: Piece) -> Iterator[Test]:
    for field in piece.fields:
        yield from _column_tests(unit, piece, field)
    yield from _time_tests(piece)
    if piece.table == "order_lines" and piece.has("quantity") and piece.has("amount"):
        wrong = "quantity * amount < 0"
        advice = "Declare an `exclude` rule for what these rows are."
        yield Test(piece.table, "amount", wrong, "the price is negative", PRICE, advice)


def _time_tests(piece: Piece) -> Iterator[Test]:
    seen: set[tuple[str, ...]] = set()
    for chain in TIMES_IN_ORDER.get(piece.table, ()):
        held = tuple(name for name in chain if piece.has(name))
        for number in range(1, len(held)):
            *before, name = held[: number + 1]
            if held[: number + 1] in seen:
                continue
            seen.add(held[: number + 1])
            # Times that are empty are passed over.
            latest = f"greatest({', '.join(identifier(first) for first in before)})"
            found = f"is before {' or '.join(before)}"
            yield Test(piece.table, name, f"{identifier(name)} < {latest}", found, TIMES)


def _torn_tests(piece: Piece, torn: Sequence[Torn]) -> Iterator[Test]:
    for one in torn:
        readers = [f for f in piece.fields if one.column in f.reads]
        if one.source == piece.source and readers:
            field = readers[0]
            wrong = f"({FILE}, {ROW}) IN (SELECT ({FILE}, {ROW}) FROM {identifier(one.relation)})"
            found = f"cannot be read as {one.kind}"
            yield Test(field.table, field.column.name, wrong, found, UNREADABLE)


def _column_tests(unit: UnitParams, piece: Piece, field: Field) -> Iterator[Test]:
    column, table = field.column, field.table
    name = identifier(name_field(piece, field))
    filled = ""
    if field.may_fail:
        unread = identifier(f"unread {name_field(piece, field)}")
        found = f"cannot be read as {_kind(field)}"
        yield Test(table, column.name, unread, found, UNREADABLE, _how(field))
        filled = f" AND NOT {unread}"
    if column.required and table == piece.table and not _may_lack(unit, column):
        # Money of a currency without a rate is not empty, only not known.
        rated = f" AND {NO_RATE_MARK} IS NOT TRUE" if piece.converts else ""
        yield Test(table, column.name, f"{name} IS NULL{filled}{rated}", "is empty", EMPTY)
    if column.name == "currency" and piece.converts:
        found = "there is no rate for this currency on this day"
        yield Test(table, column.name, NO_RATE_MARK, found, NO_RATE, "Add it to `rates`.")
    elif column.name == "currency" and table == piece.table:
        wrong = f"{name} <> {quote(unit.currency)}"
        found = f"another currency than {unit.currency}"
        advice = "Declare `rates`, or make a unit for each currency."
        yield Test(table, column.name, wrong, found, CURRENCY, advice)
    for wrong, found in _ranges(column):
        yield Test(table, column.name, f"{name} {wrong}", found, RANGE)
    if column.values:
        words = ", ".join(quote(word) for word in column.values)
        found = f"is none of {', '.join(column.values)}"
        yield Test(table, column.name, f"{name} NOT IN ({words})", found, WORD, "Map the words.")


def _ranges(column: Column) -> Iterator[tuple[str, str]]:
    if column.low is not None:
        yield f"< {column.low}", f"is below {column.low}"
    if column.high is not None:
        yield f"> {column.high}", f"is above {column.high}"
    if column.type in {"date", "timestamp"}:
        yield f"< DATE '{FIRST_YEAR}-01-01'", f"is before {FIRST_YEAR}"
        yield f">= DATE '{LAST_YEAR + 1}-01-01'", f"is after {LAST_YEAR}"


def _may_lack(unit: UnitParams, column: Column) -> bool:
    return unit.baskets_only and column.name in {"ordered_at", "amount", "quantity"}


def _kind(field: Field) -> str:
    if field.column.type == "text" and field.words is None:
        return "an id, because a spreadsheet has cut its digits"
    names = {"timestamp": "a time", "date": "a date", "bool": "yes or no", "text": "a listed word"}
    if field.column.type in {"decimal", "quantity"}:
        return "a number"
    return names.get(field.column.type, "a whole number")


def _how(field: Field) -> str:
    if field.column.type == "text" and field.words is None:
        return "Deliver the column as text, from where it was entered."
    if field.words is not None:
        return "List every word of the column under `values`."
    if field.column.type in {"timestamp", "date"}:
        return "State the `format` under `time`, or declare an `exclude` rule."
    return MEND
