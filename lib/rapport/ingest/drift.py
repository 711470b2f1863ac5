"""What the newest whole period holds beside the one before it: categories, and sizes of orders.

A category is a column of words of which the two periods hold at most `MOST_VALUES`; names, texts
and numbers of things are none. Sizes are amounts of completed sales above 0 in the tenths of the
period before, which are the same for amounts and for their logarithms. Nothing is counted where
the period before began earlier than the data.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from rapport.ingest.arrival import STEPS
from rapport.ingest.documents import EMPTY_DAY, day_of
from rapport.ingest.mapping import Field, Piece
from rapport.ingest.staging import name_field
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables import to_frame
from rapport.tables.engine import Engine, identifier, quote

MOST_VALUES = 50
# Words that no two rows need share, those that are new in each period by what they are, and the
# tier, which depends on how long a customer has been one.
NO_CATEGORIES = frozenset(
    ["name", "text", "page", "offer", "goal", "planned_share", "wave", "text_version",
     "variant", "loyalty_tier"]
)  # fmt: skip
TABLES = ("customers", "orders", "order_lines", "subscriptions", "interactions", "surveys",
          "campaign_contacts", "consents")  # fmt: skip
COLUMNS = ["table", "column", "value", "n_before", "n_now", "people_before", "people_now"]
TENTHS = "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]"
# Further than any zone is from UTC.
MARGIN = "INTERVAL 2 DAY"


class Periods(NamedTuple):
    """First days of two periods that follow each other, and the day after the second."""

    before: date
    now: date
    end: date


def find_periods(engine: Engine, unit: UnitParams) -> Periods | None:
    """Give the newest whole period of the data and the one before, None where there are not two."""
    step = f"INTERVAL {STEPS[unit.period_grain]}"
    end = f"date_trunc({quote(unit.period_grain)}, data_until + 1)"
    (row,) = engine.rows(
        f"SELECT data_from, CAST({end} AS DATE) AS end_on, CAST({end} - {step} AS DATE) AS now, "
        f"CAST({end} - {step} - {step} AS DATE) AS before FROM span"
    )
    if row["data_from"] is None or row["before"] < row["data_from"]:
        return None
    return Periods(row["before"], row["now"], row["end_on"])


def count_drift(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], periods: Periods | None
) -> pa.Table | None:
    """Count rows and people by value in the two periods.

    Returns
    -------
    None where there are not two; else one row per table, column and value
        `table`, `column`, `value` (missing where empty; the number of a tenth for `amount`),
        `n_before`, `n_now` (rows), `people_before`, `people_now` (customers, and rows without).
    """
    if periods is None:
        return None
    # Named here, as there may be no category at all.
    names = ", ".join(f"NULL AS {identifier(n)}" for n in ("table", "column", "value", "person"))
    parts = [f"SELECT {names}, NULL AS is_now WHERE false", *_tenths(engine, periods)]
    parts += [part for piece in pieces for part in _categories(unit, piece, periods)]
    # Person by person first: to count distinct ones of all rows took twice as long.
    each = (
        'SELECT "table", "column", value, person, is_now, count(*) AS n '
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"
    )
    found = (
        f'SELECT "table", "column", value, {_counts()} FROM ({each}) '
        'GROUP BY "table", "column", value'
    )
    listed = ", ".join(identifier(name) for name in COLUMNS)
    return engine.fetch(
        f"SELECT {listed} FROM (SELECT *, count(*) OVER "
        f'(PARTITION BY "table", "column") AS n_values FROM ({found})) '
        f"WHERE n_values <= {MOST_VALUES} ORDER BY 1, 2, 3 NULLS LAST"
    )


def frame_drift(drift: pa.Table | None) -> pd.DataFrame:
    """Give what `count_drift` gives as a frame."""
    return pd.DataFrame({name: [] for name in COLUMNS}) if drift is None else to_frame(drift)


def _counts() -> str:
    """Give SQL for rows and people of both periods, of rows counted person by person."""
    return ", ".join(
        f"CAST(coalesce(sum(n) FILTER (WHERE {when}), 0) AS BIGINT) AS n_{name}, "
        f"CAST(count(person) FILTER (WHERE {when}) + coalesce(sum(n) FILTER "
        f"(WHERE {when} AND person IS NULL), 0) AS BIGINT) AS people_{name}"
        for name, when in (("before", "NOT is_now"), ("now", "is_now"))
    )


def _categories(unit: UnitParams, piece: Piece, periods: Periods) -> Iterator[str]:
    day = day_of(piece, unit.timezone)
    if piece.table not in TABLES or day == EMPTY_DAY:
        return
    raw = _raw_day(piece)
    near = (
        f"{raw} >= DATE '{periods.before}' - {MARGIN} AND {raw} < DATE '{periods.end}' + {MARGIN}"
    )
    person = "customer_id" if piece.has("customer_id") else "CAST(NULL AS VARCHAR)"
    for field in piece.fields:
        if _is_category(field):
            value = identifier(name_field(piece, field))
            yield (
                f'SELECT {quote(field.table)} AS "table", {quote(field.column.name)} AS "column", '
                f"CAST({value} AS VARCHAR) AS value, {person} AS person, "
                f"day >= DATE '{periods.now}' AS is_now FROM "
                f"(SELECT *, {day} AS day FROM {identifier(piece.relation)} "
                f"WHERE rule IS NULL AND {near}) "
                f"WHERE day >= DATE '{periods.before}' AND day < DATE '{periods.end}'"
            )


def _raw_day(piece: Piece) -> str:
    """Give SQL for the time by which rows are dated, as it is stored: no zone is asked."""
    name = "created_on" if piece.table == "customers" else SCHEMAS[piece.table].time
    column = SCHEMAS[piece.table].column(name or "")
    stamps = [stamp for stamp in (column.local_of if column else ()) if piece.has(stamp)]
    # Of one column alone the engine knows which parts of a file hold none of these days.
    return f"coalesce({', '.join(stamps)})" if len(stamps) > 1 else [*stamps, str(name)][0]


def _is_category(field: Field) -> bool:
    name, kind = field.column.name, field.column.type
    known = SCHEMAS.get(field.table)
    if known is None or field.table not in TABLES or name in {*known.key, *NO_CATEGORIES}:
        return False
    return (kind == "text" and not name.endswith("_id") and name != "currency") or kind == "bool"


def _tenths(engine: Engine, periods: Periods) -> list[str]:
    sales = (
        f"SELECT customer_id, amount, ordered_on >= DATE '{periods.now}' AS is_now FROM documents "
        "WHERE rule IS NULL AND kind = 'sale' AND status = 'completed' AND amount > 0 "
        f"AND ordered_on >= DATE '{periods.before}' AND ordered_on < DATE '{periods.end}'"
    )
    (row,) = engine.rows(
        f"SELECT quantile_disc(amount, {TENTHS}) AS cuts FROM ({sales}) WHERE NOT is_now"
    )
    cuts = sorted(set(row["cuts"] or ()))
    if not cuts:
        return []
    place = " + ".join(f"CAST(amount > {cut} AS INTEGER)" for cut in cuts)
    tenths = f"CAST(1 + {place} AS VARCHAR)"
    return [f"SELECT 'orders', 'amount', {tenths}, customer_id, is_now FROM ({sales})"]
