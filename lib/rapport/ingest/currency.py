"""Turn foreign money into the unit's own, by declared rates, in decimals.

A rate says what one of the foreign currency is worth. Money is rounded to four decimals, as it
is stored; a row in the unit's own currency is not touched. By day, the rate is that of the row's
own day in the unit's zone, or the newest before it that is not older than the unit allows: no
rates are set at weekends.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rapport.ingest.casts import Clock, cast
from rapport.ingest.documents import day_of
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Piece
from rapport.ingest.read import ROW, relation_of
from rapport.ingest.rules import CONVERTED
from rapport.params import Rates, Sql, UnitParams
from rapport.schema import Column
from rapport.tables.engine import Engine, EngineError, identifier, quote

NO_RATE_MARK = identifier("no rate")
RATES = "rates of days"
RATE_TYPE = "DECIMAL(18, 8)"


def make_rates(
    engine: Engine, unit: UnitParams, columns: Mapping[str, Mapping[str, str]]
) -> list[Fault]:
    """Make the relation of rates: fixed ones without a day, else one per currency and day.

    Parameters
    ----------
    columns : of every source that could be opened, with their types
    """
    rates = unit.rates
    if rates is None:
        return []
    if rates.source is None:
        rows = ", ".join(
            f"({quote(code)}, CAST(NULL AS DATE), CAST({quote(str(rate))} AS {RATE_TYPE}))"
            for code, rate in rates.fixed.items()
        )
        engine.run(
            f"CREATE TEMP TABLE {identifier(RATES)} AS "
            f"SELECT * FROM (VALUES {rows}) AS r (currency, day, rate)"
        )
        return []
    if rates.source not in columns:
        return []
    return _read_rates(engine, unit, rates, columns[rates.source])


def _read_rates(
    engine: Engine, unit: UnitParams, rates: Rates, known: Mapping[str, str]
) -> list[Fault]:
    source = rates.source or ""
    clock = Clock(None, unit.timezone, unit.timezone)
    rate = rates.rate.sql if isinstance(rates.rate, Sql) else identifier(rates.rate or "")
    made = {
        "currency": cast(Column("", "text"), identifier(rates.currency or ""), "VARCHAR", clock),
        "day": cast(
            Column("", "date"), identifier(rates.day or ""), known.get(rates.day or "", "VARCHAR"),
            clock,
        ),
    }  # fmt: skip
    read = (
        f"SELECT {ROW}, {made['currency'].value} AS currency, {made['day'].value} AS day, "
        f"try_cast({rate} AS {RATE_TYPE}) AS rate FROM {identifier(relation_of(source))}"
    )
    try:
        engine.run(f"CREATE TEMP TABLE {identifier('rates read')} AS {read}")
    except EngineError:
        said = "day, currency and rate cannot be computed from its columns"
        return [Fault(source, "", said, "Mend `rates` in the unit's file.")]
    faults = _check_rates(engine, source)
    if not faults:
        engine.run(_fill_days(rates.max_age_days))
    return faults


def _check_rates(engine: Engine, source: str) -> list[Fault]:
    wrong = {
        "holds no day, no currency or no rate above 0": (
            "day IS NULL OR currency IS NULL OR rate IS NULL OR rate <= 0"
        ),
        "has another rate for the same currency and day": (
            '(currency, day) IN (SELECT (currency, day) FROM "rates read" '
            "GROUP BY currency, day HAVING count(DISTINCT rate) > 1)"
        ),
    }
    faults = []
    for found, test in wrong.items():
        (row,) = engine.rows(
            f"SELECT count(*) AS n, min({ROW}, {ROWS_NAMED}) AS numbers "
            f'FROM "rates read" WHERE {test}'
        )
        if row["n"]:
            numbers = tuple(str(number) for number in row["numbers"])
            faults.append(Fault(source, "", found, "Mend the rates.", "", row["n"], numbers))
    return faults


def _fill_days(max_age_days: int) -> str:
    # A day between two rates has the one before it: joined by equal days, not by ranges.
    next_day = "lead(day) OVER (PARTITION BY currency ORDER BY day)"
    last = f"least(coalesce({next_day} - 1, day + {max_age_days}), day + {max_age_days})"
    return (
        f"CREATE TEMP TABLE {identifier(RATES)} AS SELECT currency, CAST(unnest(generate_series("
        "CAST(day AS TIMESTAMP), CAST(last AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day, rate "
        f"FROM (SELECT currency, day, rate, {last} AS last "
        'FROM (SELECT DISTINCT currency, day, rate FROM "rates read"))'
    )


def convert(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], *, has_rates: bool
) -> list[Piece]:
    """Convert the money of the pieces that have a currency, and mark rows without a rate.

    Where the rates themselves have a fault, the pieces come back without their currency: what
    else is wrong with them can still be told.
    """
    left = []
    for piece in pieces:
        ready = piece.converts and piece.has("currency") and has_rates
        if ready:
            _convert(engine, unit, piece)
        fields = tuple(f for f in piece.fields if ready or f.column.name != "currency")
        left.append(replace(piece, fields=fields, converts=ready) if piece.converts else piece)
    return left


def _convert(engine: Engine, unit: UnitParams, piece: Piece) -> None:
    staged, made = identifier(piece.relation), identifier(f"converted {piece.relation}")
    home = f"s.currency = {quote(unit.currency)}"
    money = [
        f.column.name for f in piece.fields if f.table == piece.table and f.column.type == "decimal"
    ]
    foreign = ", ".join(
        f"CASE WHEN {home} THEN s.{name} ELSE try_cast(s.{name} * r.rate AS DECIMAL(18, 4)) END "
        f"AS {name}" for name in money
    )  # fmt: skip
    replaced = f" REPLACE ({foreign})" if money else ""
    by_day = unit.rates is not None and unit.rates.source is not None
    day = f" AND r.day = {day_of(piece, unit.timezone)}" if by_day else ""
    engine.run(
        f"CREATE TEMP TABLE {made} AS SELECT s.*{replaced}, "
        f"coalesce(s.currency <> {quote(unit.currency)} AND r.rate IS NOT NULL, false) "
        f"AS {identifier(f'flag {CONVERTED}')}, "
        f"(s.currency <> {quote(unit.currency)} AND r.rate IS NULL) AS {NO_RATE_MARK} "
        f"FROM {staged} AS s LEFT JOIN {identifier(RATES)} AS r ON s.currency = r.currency{day}"
    )
    engine.run(f"DROP TABLE {staged}")
    engine.run(f"ALTER TABLE {made} RENAME TO {staged}")
