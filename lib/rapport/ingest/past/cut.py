"""Where the past ends, and what the tables of orders hold on both sides of it."""

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
from rapport.ingest.past.recent import count_listed
from rapport.ingest.past.relations import RECENT
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
    is_kept = engine.room is not None and engine.room.kept is not None
    if not is_kept or not orders or not are_monthly(engine, pieces):
        return None
    if any(piece.puts_aside for piece in orders) or count_listed(engine, orders):
        return None
    if any(_has_stray(engine, piece) for piece in orders):
        return None
    (row,) = engine.rows(f"SELECT max(ordered_on) AS day, count(*) AS n FROM {RECENT}")
    before = past.cut if past else None
    if row["day"] is None or (past and row["n"] <= MOST_RECENT * (past.n_orders + row["n"])):
        return before
    cut = (row["day"] - timedelta(days=LATE_DAYS)).replace(day=1)
    return cut if (before is None or cut > before) and _parts(engine, cut) else before


def _has_stray(engine: Engine, piece: Piece) -> bool:
    """Say whether lines of no order, which have left, are of one that is of no day."""
    rows = f"SELECT 1 FROM {identifier(piece.recent)} WHERE order_id IS NULL LIMIT 1"
    return piece.table == "order_lines" and bool(engine.rows(rows))


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


def weigh_sides(name: str, table: TableFile, past: Past | None, cut: date | None) -> Sides:
    """Weigh the columns of a table of orders, whose months lie in row groups of their own."""
    recent = replace(table, path=table.tail or table.path)
    months = list_groups(recent.path, "month_no")
    end = cut.year * 12 + cut.month - 1 if cut else 0
    n_moved = sum(month is not None and month < end for month in months)
    moved = weigh_columns(name, recent, groups=range(n_moved))
    rest = weigh_columns(name, recent, groups=range(n_moved, len(months)))
    counted = [(month, 1) for month in months[:n_moved] if month is not None]
    if past is not None:
        moved = add_weights(_read(past.weights[name]), moved)
        counted = [*((int(month), int(n)) for month, n in past.months[name]), *counted]
    return Sides(add_weights(moved, rest), moved, counted)


def _read(weights: Mapping[str, Mapping[str, Any]]) -> Weights:
    return {column: Weight(*_read_money(one)) for column, one in weights.items()}


def _read_money(one: Mapping[str, Any]) -> tuple[Any, ...]:
    money = (one[name] for name in ("money", "money_filled"))
    return (one["n_rows"], one["n_empty"], *(None if m is None else Decimal(m) for m in money))
