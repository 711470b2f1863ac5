"""Rows that may not stay: those of erased customers, and those older than the unit keeps them.

An erased customer's rows go before anything is counted, or the account of the rows would tell what
they were worth; what the unit expects of its sources is still compared with all of them. Old rows
leave under a rule of their own, counted with rows and money as any rule is.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa

from rapport.ingest.coverage import CONTRACTS, EVENTS
from rapport.ingest.documents import EMPTY_DAY, day_of
from rapport.ingest.mapping import Piece
from rapport.ingest.quality import read_money
from rapport.ingest.rules import RETENTION
from rapport.params import UnitParams
from rapport.privacy import pseudonyms
from rapport.privacy.erased import digest_pseudonym
from rapport.tables.engine import Engine, identifier, quote

GONE = '"erased ids"'
GONE_ORDERS = '"erased orders"'


@dataclass(frozen=True)
class Erased:
    """Who is to be left out: digests of pseudonyms, and the key of both."""

    key: bytes
    digests: frozenset[str]


class Left(NamedTuple):
    """What erased customers' rows of a unit held: money by table, and the days they reach over."""

    money: dict[str, Decimal]
    first_day: date | None
    last_day: date | None


NOBODY = Left({}, None, None)


def leave_erased(
    engine: Engine, pieces: Sequence[Piece], erased: Erased | None, *, zone: str
) -> Left:
    """Delete the staged rows of erased customers, and the lines of their orders."""
    mine = [piece for piece in pieces if piece.has("customer_id")]
    if erased is None or not erased.digests or not mine or not _find_gone(engine, mine, erased):
        return NOBODY
    before = {piece.relation: read_money(engine, piece) for piece in pieces}
    days = _span(engine, mine, zone)
    orders = [piece for piece in mine if piece.has("order_id")]
    engine.run(f"CREATE OR REPLACE TEMP TABLE {GONE_ORDERS} AS {_orders_of(orders)}")
    for piece in pieces:
        where = [f"customer_id IN (SELECT id FROM {GONE})"] if piece in mine else []
        if piece.table == "order_lines":
            where.append(f"order_id IN (SELECT order_id FROM {GONE_ORDERS})")
        if where:
            engine.run(f"DELETE FROM {identifier(piece.relation)} WHERE {' OR '.join(where)}")
    money: dict[str, Decimal] = {}
    for piece in pieces:
        gone = before[piece.relation] - read_money(engine, piece)
        money[piece.table] = money.get(piece.table, Decimal(0)) + gone
    return Left(money, *days)


def _find_gone(engine: Engine, pieces: Sequence[Piece], erased: Erased) -> bool:
    """Make the relation of the ids that are erased; say whether there are any."""
    parts = " UNION ".join(
        f"SELECT customer_id AS id FROM {identifier(p.relation)} WHERE customer_id IS NOT NULL"
        for p in pieces
    )
    ids = engine.fetch(f"SELECT id FROM ({parts}) ORDER BY id")["id"].to_pylist()
    names = zip(ids, pseudonyms(erased.key, ids), strict=True)
    gone = [
        number for number, name in names if digest_pseudonym(erased.key, name) in erased.digests
    ]
    engine.add("erased delivered", pa.table({"id": pa.array(gone, pa.string())}))
    engine.run(f'CREATE OR REPLACE TEMP TABLE {GONE} AS SELECT id FROM "erased delivered"')
    return bool(gone)


def _orders_of(pieces: Sequence[Piece]) -> str:
    parts = [
        f"SELECT order_id FROM {identifier(piece.relation)} "
        f"WHERE customer_id IN (SELECT id FROM {GONE})"
        for piece in pieces
    ]
    return " UNION ".join(parts) or "SELECT CAST(NULL AS VARCHAR) AS order_id WHERE false"


def _span(engine: Engine, pieces: Sequence[Piece], zone: str) -> tuple[date | None, date | None]:
    parts = [
        f"SELECT {day_of(piece, zone)} AS day FROM {identifier(piece.relation)} "
        f"WHERE customer_id IN (SELECT id FROM {GONE})"
        for piece in pieces
        if piece.table in EVENTS
    ]
    if not parts:
        return None, None
    (row,) = engine.rows(
        f"SELECT min(day) AS first, max(day) AS last FROM ({' UNION ALL '.join(parts)})"
    )
    return row["first"], row["last"]


def leave_old(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> None:
    """Put rows older than their table's `retention_days` under the rule `retention`.

    Days count back from the last day on which something happened. An order leaves as a whole, by
    its first line; a contract only once it has ended.
    """
    kept = unit.privacy.retention_days
    until = _last_day(engine, pieces, unit.timezone) if kept else None
    for piece in pieces if until is not None else ():
        table = "orders" if piece.table == "order_lines" else piece.table
        days, day = kept.get(table), _aged_by(piece, unit.timezone)  # type: ignore[call-overload]
        if days is None or day == EMPTY_DAY:
            continue
        staged = identifier(piece.relation)
        old = f"{day} < CAST({quote(str(until))} AS DATE) - {int(days)}"
        if piece.table == "order_lines":
            old = (
                f"order_id IN (SELECT order_id FROM {staged} GROUP BY order_id "
                f"HAVING {old.replace(day, f'min({day})', 1)})"
            )
        engine.run(f"UPDATE {staged} SET rule = {quote(RETENTION)} WHERE rule IS NULL AND {old}")


def _aged_by(piece: Piece, zone: str) -> str:
    if piece.table == "subscriptions":
        return "ended_on" if piece.has("ended_on") else EMPTY_DAY
    return day_of(piece, zone)


def _last_day(engine: Engine, pieces: Sequence[Piece], zone: str) -> date | None:
    for tables in (EVENTS, CONTRACTS):
        parts = [
            f"SELECT max({day}) AS day FROM {identifier(piece.relation)} WHERE rule IS NULL"
            for piece in pieces
            if piece.table in tables and (day := day_of(piece, zone)) != EMPTY_DAY
        ]
        if parts:
            (row,) = engine.rows(f"SELECT max(day) AS day FROM ({' UNION ALL '.join(parts)})")
            if row["day"] is not None:
                return row["day"]  # type: ignore[no-any-return]
    return None
