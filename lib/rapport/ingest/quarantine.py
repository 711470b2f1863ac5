"""Rows that break their table's contract: told as faults, or set aside within declared limits.

Without `quarantine` in the unit's file every broken value stops the ingestion. With it, a row
that holds one leaves its table, is listed by where it stands and why, and the ingestion stops
only where more rows are broken than the unit allows. Of rows that share a key all leave: nobody
can say which of them holds.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import floor
from typing import NamedTuple

from rapport.ingest.casts import unreadable_as
from rapport.ingest.checks import Test, Torn, Wrong
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Piece
from rapport.ingest.read import FILE, ROW, text_of
from rapport.ingest.rules import BROKEN, LIMITED, NO_CAMPAIGN, TWICE
from rapport.ingest.staging import label_rows, number_rows
from rapport.params import Quarantine, UnitParams
from rapport.tables.engine import Engine, identifier, quote

LISTED = "set aside"


class Broken(NamedTuple):
    """How many rows of a piece were read, and how many are broken, by rule."""

    n_read: int
    by_rule: Mapping[str, int]


def limit_of(unit: UnitParams, piece: Piece) -> Quarantine | None:
    """Give what a piece's table, else its unit, allows to be broken; None where nothing may."""
    return piece.mapping.quarantine or unit.quarantine


def open_list(engine: Engine) -> None:
    """Make the relation that names every row set aside, by place, rule and column."""
    engine.run(
        f'CREATE TEMP TABLE {identifier(LISTED)} ("table" VARCHAR, source VARCHAR, '
        f'{FILE} INTEGER, {ROW} BIGINT, rule VARCHAR, "column" VARCHAR)'
    )


def find_torn(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], faults: Sequence[Fault]
) -> tuple[list[Torn], list[Fault]]:
    """Part faults of sources into columns whose rows may be set aside, and those that stop.

    A value that is not of the type that `types` of its source states breaks every table that is
    read from the source; it can be set aside only where all of these allow it.
    """
    torn, stopping = [], []
    for fault in faults:
        source = unit.sources.get(fault.table)
        kind = source.types.get(fault.column) if source else None
        readers = [piece for piece in pieces if piece.source == fault.table]
        is_torn = fault.found == f"cannot be read as {kind}"
        if kind and is_torn and readers and all(limit_of(unit, piece) for piece in readers):
            relation = f"torn {fault.table} {fault.column}"
            wrong = unreadable_as(kind, identifier(fault.column))
            engine.run(
                f"CREATE TEMP TABLE {identifier(relation)} AS SELECT {FILE}, {ROW} "
                f"FROM {identifier(text_of(fault.table))} WHERE {wrong}"
            )
            torn.append(Torn(fault.table, fault.column, kind, relation))
        else:
            stopping.append(fault)
    return torn, stopping


def set_aside(engine: Engine, unit: UnitParams, wrong: Iterable[Wrong]) -> list[Fault]:
    """Take broken rows out of the pieces that allow it, and give the faults of the others."""
    faults: list[Fault] = []
    tests: dict[str, tuple[Piece, list[Test]]] = {}
    for one in wrong:
        if limit_of(unit, one.piece) is None:
            faults.append(one.fault)
        else:
            tests.setdefault(one.piece.relation, (one.piece, []))[1].append(one.test)
    for piece, failed in tests.values():
        _list(engine, piece, failed)
        _mark(engine, piece, failed)
    return faults


def _list(engine: Engine, piece: Piece, tests: Sequence[Test]) -> None:
    for test in tests:
        column = test.column if test.table == piece.table else f"{test.table}.{test.column}"
        engine.run(
            f"INSERT INTO {identifier(LISTED)} SELECT {quote(piece.table)}, "
            f"{quote(piece.source)}, {FILE}, {ROW}, {quote(test.rule)}, {quote(column)} "
            f"FROM {identifier(piece.relation)} WHERE rule IS NULL AND ({test.wrong})"
        )


def _mark(engine: Engine, piece: Piece, tests: Sequence[Test]) -> None:
    whens = " ".join(f"WHEN {test.wrong} THEN {quote(test.rule)}" for test in tests)
    engine.run(
        f"UPDATE {identifier(piece.relation)} SET rule = CASE {whens} END WHERE rule IS NULL "
        f"AND ({' OR '.join(f'({test.wrong})' for test in tests)})"
    )


def set_twice_aside(
    engine: Engine, unit: UnitParams, twice: Mapping[str, Fault], pieces: Sequence[Piece]
) -> list[Fault]:
    """Take out all rows whose key occurs more than once, and give the faults where none may.

    Parameters
    ----------
    twice : the fault of every table in which a key occurs twice
    """
    faults = []
    for table, fault in twice.items():
        held = [piece for piece in pieces if piece.table == table]
        if not all(limit_of(unit, piece) for piece in held):
            faults.append(fault)
            continue
        keys = [name.strip() for name in fault.column.split(",")]
        names = ", ".join(identifier(key) for key in keys)
        rows = " UNION ALL ".join(
            f"SELECT {names} FROM {identifier(piece.relation)} WHERE rule IS NULL" for piece in held
        )
        found = identifier(f"twice {table}")
        engine.run(
            f"CREATE TEMP TABLE {found} AS SELECT {names} FROM ({rows}) GROUP BY {names} "
            "HAVING count(*) > 1"
        )
        test = Test(
            table, fault.column, f"({names}) IN (SELECT ({names}) FROM {found})", fault.found, TWICE
        )
        for piece in held:
            _list(engine, piece, [test])
            _mark(engine, piece, [test])
    return faults


def count_broken(engine: Engine, pieces: Sequence[Piece]) -> dict[str, Broken]:
    """Count, piece by piece, the rows read and those that a limited rule has taken out so far."""
    parts = [
        f"SELECT {quote(piece.relation)} AS piece, rule FROM {identifier(name)}"
        for piece in pieces
        for name in (piece.relation, piece.aside)[: 1 + piece.puts_aside]
    ]
    if not parts:
        return {}
    rows = engine.rows(
        f"SELECT piece, rule, count(*) AS n FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"
    )
    return {
        piece.relation: Broken(
            sum(row["n"] for row in rows if row["piece"] == piece.relation),
            {r["rule"]: r["n"] for r in rows if r["piece"] == piece.relation and _counts(r)},
        )
        for piece in pieces
    }


def _counts(row: Mapping[str, object]) -> bool:
    return row["rule"] in LIMITED


def check_limits(
    unit: UnitParams, pieces: Sequence[Piece], broken: Mapping[str, Broken]
) -> list[Fault]:
    """Say which pieces hold more broken rows than their tables allow, and under which rules."""
    faults = []
    for piece in pieces:
        limit = limit_of(unit, piece)
        n_read, by_rule = broken[piece.relation]
        n_broken = sum(by_rule.values())
        if limit is None or n_broken <= (allowed := _allowed(limit, n_read)):
            continue
        rules = ", ".join(f"{rule} {n:,}" for rule, n in sorted(by_rule.items()))
        found = (
            f"{n_broken:,} of {n_read:,} rows are broken ({rules}), more than the {allowed:,} "
            "that `quarantine` allows"
        )
        advice = "Mend the delivery, or raise the limit if this is how it shall be."
        faults.append(Fault(piece.table, "", found, advice, piece.source))
    return faults


def _allowed(limit: Quarantine, n_read: int) -> int:
    # By decimals: of 100 rows .29 are 29, as floats 28.999.
    by_share = n_read if limit.share is None else floor(Decimal(str(limit.share)) * n_read)
    return by_share if limit.rows is None else min(by_share, limit.rows)


def set_lost_aside(engine: Engine, pieces: Sequence[Piece]) -> None:
    """Take out rows that are part of something that was not delivered: contacts of no campaign.

    As with lines of no order there is nothing to which they could be added. Other references
    (a customer, a product, an earlier order that no list has) are counted and stay.
    """
    listed = " UNION ALL ".join(
        f"SELECT campaign_id FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for piece in pieces if piece.table == "campaigns"
    )  # fmt: skip
    for piece in pieces if listed else ():
        if piece.table != "campaign_contacts":
            continue
        lost = f"campaign_id NOT IN ({listed})"
        (row,) = engine.rows(
            f"SELECT count(*) AS n FROM {identifier(piece.relation)} WHERE rule IS NULL AND {lost}"
        )
        if row["n"]:
            test = Test(piece.table, "campaign_id", lost, "is of no campaign", NO_CAMPAIGN)
            _list(engine, piece, [test])
            _mark(engine, piece, [test])


def check_unparsed(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> list[Fault]:
    """Tell rows that a reader could not take apart, source by source, where none may be broken."""
    faults: dict[str, Fault] = {}
    for piece in pieces:
        if not piece.puts_aside or limit_of(unit, piece) is not None:
            continue
        (row,) = engine.rows(
            f"SELECT count(*) AS n, min({number_rows()}, {ROWS_NAMED}) AS numbers "
            f"FROM {identifier(piece.aside)} WHERE rule = {quote(BROKEN)}"
        )
        if row["n"]:
            found = "more or fewer fields than its head, or cannot be taken apart"
            advice = "Mend them, or declare how many may be set aside (`quarantine`)."
            rows = label_rows(row["numbers"])
            faults[piece.source] = Fault(piece.source, "", found, advice, "", row["n"], rows)
    return list(faults.values())
