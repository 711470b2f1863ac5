"""Where the past ends, and what the table `orders` holds on both sides of it."""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from rapport.ingest.canonical import are_monthly
from rapport.ingest.completeness import Weight, Weights, add_weights, weigh_columns
from rapport.ingest.mapping import Piece
from rapport.ingest.past.kept import Past, takes_part
from rapport.ingest.past.relations import RECENT
from rapport.ingest.quarantine import LISTED
from rapport.params import UnitParams
from rapport.tables import TableFile, list_groups
from rapport.tables.engine import Engine, identifier, quote

# Late rows may come between the last ones. At first the past ends with the month before the one
# that was at hand so many days before the last day ...
LATE_DAYS = 7
# ... and there it ends until more of the orders than this are recent.
MOST_RECENT = 1 / 12


class Sides(NamedTuple):
    """What `weigh_columns` gives of all orders and of the past as it will be, and its months."""

    every: Weights
    past: Weights
    months: Sequence[tuple[int, int]]


def choose_cut(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], past: Past | None
) -> date | None:
    """Give the first day that is not of the past of the next ingestion; None where it has none."""
    orders = takes_part(unit, pieces)
    if engine.room is None or engine.room.kept is None or not orders or not are_monthly(engine):
        return None
    is_odd = f"SELECT 1 FROM {identifier(LISTED)} WHERE \"table\" = 'orders' LIMIT 1"
    if any(piece.puts_aside for piece in orders) or engine.rows(is_odd):
        return None
    (row,) = engine.rows(f"SELECT max(ordered_on) AS day, count(*) AS n FROM {RECENT}")
    before = past.cut if past else None
    if row["day"] is None or (past and row["n"] <= MOST_RECENT * (past.n_orders + row["n"])):
        return before
    cut = (row["day"] - timedelta(days=LATE_DAYS)).replace(day=1)
    return cut if (before is None or cut > before) and _parts(engine, cut) else before


def _parts(engine: Engine, cut: date) -> bool:
    """Say whether all orders of days before a cut are earlier than all others.

    Days are cut in a zone of which the clock may have been put back over midnight.
    """
    day = f"CAST({quote(str(cut))} AS DATE)"
    (row,) = engine.rows(
        f"SELECT max(ordered_at) FILTER (WHERE ordered_on < {day}) AS last, "
        f"min(ordered_at) FILTER (WHERE ordered_on >= {day}) AS first FROM {RECENT}"
    )
    return row["last"] is not None and (row["first"] is None or row["last"] < row["first"])


def weigh_sides(table: TableFile, past: Past | None, cut: date | None) -> Sides:
    """Weigh the columns of the table `orders`, whose months lie in row groups of their own."""
    recent = replace(table, path=table.tail or table.path)
    months = list_groups(recent.path, "month_no")
    end = cut.year * 12 + cut.month - 1 if cut else 0
    n_moved = sum(month is not None and month < end for month in months)
    moved = weigh_columns("orders", recent, groups=range(n_moved))
    rest = weigh_columns("orders", recent, groups=range(n_moved, len(months)))
    counted = [(month, 1) for month in months[:n_moved] if month is not None]
    if past is not None:
        moved = add_weights(_read(past), moved)
        counted = [*((int(month), int(n)) for month, n in past.months), *counted]
    return Sides(add_weights(moved, rest), moved, counted)


def _read(past: Past) -> Weights:
    return {name: Weight(*_read_money(one)) for name, one in past.weights.items()}


def _read_money(one: Mapping[str, Any]) -> tuple[Any, ...]:
    money = (one[name] for name in ("money", "money_filled"))
    return (one["n_rows"], one["n_empty"], *(None if m is None else Decimal(m) for m in money))
