"""When rows arrived: how long after what they tell of, and how many too late for its period.

Asked only where a table's mapping says when its rows arrived (`arrived`). Days are cut in the
unit's zone and lags are whole days, because a file's name carries no more. A row is late if it
arrived when a later period had begun: a report of its own period, made in time, lacked it.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from rapport.ingest.casts import local_day
from rapport.ingest.documents import EMPTY_DAY, day_of
from rapport.ingest.faults import Fault
from rapport.ingest.mapping import ARRIVAL, Field, Piece
from rapport.ingest.quality import money_of
from rapport.ingest.read import FILE
from rapport.params import TimeRule, UnitParams
from rapport.schema import SCHEMAS
from rapport.tables import arrow_schema, to_frame
from rapport.tables.engine import Engine, identifier, quote

ARRIVED_AT = identifier(f"{ARRIVAL[0]}.{ARRIVAL[1].name}")
STEPS = {"week": "7 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}
DIGITS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}",
          "%S": r"\d{2}"}  # fmt: skip


def date_files(piece: Piece, paths: Sequence[Path]) -> tuple[Piece, list[Fault]]:
    """Add to a piece the time of arrival that the names of its files tell, if it asks for it.

    A file whose name tells no date is a fault, told by its number: names are customers' text.
    """
    arrived = piece.mapping.arrived
    if arrived is None or arrived.file is None:
        return piece, []
    found = [_read_date(path.name, arrived.file) for path in paths]
    undated = [str(number) for number, time in enumerate(found, start=1) if time is None]
    if undated:
        said = f"the names of files {', '.join(undated[:5])} hold no date of the form declared"
        advice = "Mend `arrived` in the unit's file, or name the files so."
        return piece, [Fault(piece.table, "arrived", said, advice, piece.source)]
    whens = " ".join(
        f"WHEN {number} THEN TIMESTAMP '{time:%Y-%m-%d %H:%M:%S}'"
        for number, time in enumerate(found, start=1)
    )
    field = Field(*ARRIVAL, f"CASE {FILE} {whens} END", (), computed=True, clock=TimeRule())
    return replace(piece, fields=(*piece.fields, field)), []


def _read_date(name: str, form: str) -> datetime | None:
    parts = re.split("(%[YmdHMS])", form)
    pattern = "".join(DIGITS.get(part, re.escape(part)) for part in parts)
    found = re.search(pattern, name)
    if found is None:
        return None
    try:
        read = datetime.strptime(found.group(), form)  # noqa: DTZ007 - in the unit's zone
    except ValueError:
        return None
    return read if "%d" in form else read.replace(day=monthrange(read.year, read.month)[1])


def _rows(unit: UnitParams, pieces: Sequence[Piece]) -> Iterator[str]:
    """Give SQL for the rows that are kept and say both when: table, source, two days, money."""
    for piece in pieces:
        day = day_of(piece, unit.timezone)
        if day == EMPTY_DAY or not any(f.table == ARRIVAL[0] for f in piece.fields):
            continue
        yield (
            f'SELECT {quote(piece.table)} AS "table", {quote(piece.source)} AS source, '
            f"{day} AS day, {local_day('first_at', unit.timezone)} AS arrived_on, "
            f"{money_of(piece)} AS money, {_order_of(piece)} AS order_id "
            f"FROM (SELECT *, {_first(piece)} AS first_at FROM {identifier(piece.relation)}) "
            "WHERE rule IS NULL AND first_at IS NOT NULL"
        )


def _order_of(piece: Piece) -> str:
    return "order_id" if piece.has("order_id") else "NULL"


def _first(piece: Piece) -> str:
    """Give SQL for when a row came first: what a later file delivers again is not late."""
    keys = [key for key in SCHEMAS[piece.table].key if key != "line"]
    if not keys or not all(piece.has(key) for key in keys):
        return ARRIVED_AT
    parts = ", ".join(identifier(key) for key in keys)
    return f"min({ARRIVED_AT}) OVER (PARTITION BY {parts})"


def count_lags(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> pd.DataFrame:
    """Count rows by the days from what they tell of to their arrival.

    Returns
    -------
    one row per table, source and lag
        `table`, `source`, `lag_days` (below 0: it arrived before it happened), `n_rows`.
    """
    rows = " UNION ALL ".join(_rows(unit, pieces))
    if not rows:
        return pd.DataFrame({"table": [], "source": [], "lag_days": [], "n_rows": []})
    return to_frame(
        engine.fetch(
            "SELECT \"table\", source, date_diff('day', day, arrived_on) AS lag_days, "
            f"count(*) AS n_rows FROM ({rows}) WHERE day IS NOT NULL "
            "GROUP BY ALL ORDER BY ALL"
        )
    )


def count_late(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> pd.DataFrame:
    """Count, by the period in which it happened, what arrived when a later one had begun.

    Returns
    -------
    one row per table and period: `table`, `period` (its first day), `n_rows`, `n_late`, `money`,
    `money_late` (missing for tables without money)
    """
    rows = " UNION ALL ".join(_rows(unit, pieces))
    columns = ["table", "period", "n_rows", "n_late", "money", "money_late"]
    if not rows:
        return pd.DataFrame({column: [] for column in columns})
    grain = unit.period_grain
    period = f"CAST(date_trunc({quote(grain)}, day) AS DATE)"
    late = f"arrived_on >= period + INTERVAL {STEPS[grain]}"
    return to_frame(
        engine.fetch(
            f'SELECT "table", period, count(*) AS n_rows, count(*) FILTER (WHERE {late}) '
            "AS n_late, sum(money) AS money, "
            f"CASE WHEN sum(money) IS NOT NULL THEN coalesce(sum(money) FILTER (WHERE {late}), 0) "
            f"END AS money_late FROM (SELECT *, {period} AS period FROM ({rows}) "
            'WHERE day IS NOT NULL) GROUP BY "table", period ORDER BY "table", period'
        )
    )


def list_late_orders(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> pa.Table | None:
    """List the orders that arrived when a later month had begun, as the canonical table has them.

    Returns
    -------
    one row per such order, by `order_id`: `arrived_on`, the day on which its first row came; None
    where no source of orders says when its rows arrived
    """
    mine = [piece for piece in pieces if piece.table in ("orders", "order_lines")]
    rows = " UNION ALL ".join(_rows(unit, mine))
    if not rows:
        return None
    found = engine.fetch(
        "SELECT order_id, min(arrived_on) AS arrived_on "
        f"FROM ({rows}) WHERE day IS NOT NULL GROUP BY order_id "
        "HAVING min(arrived_on) >= date_trunc('month', min(day)) + INTERVAL 1 MONTH "
        "ORDER BY order_id"
    )
    return found.cast(arrow_schema(SCHEMAS["late_orders"]))
