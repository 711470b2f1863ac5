"""`rapport customer`: one customer's sheet for staff who are entitled to see it; it is logged.

It tells what the reports know of the customer as a person would read it, and nothing that names
them: `rapport access` shows all that is held. Whoever did not agree to profiling has no tags,
segment, stage, value or risk on their sheet.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from rapport.cli.persons import Held, find_held, find_names, key_of, read_rows
from rapport.errors import DataError
from rapport.fiscal import read_fiscal
from rapport.marts.periods import parse_period
from rapport.params import UnitParams, find_root, load_unit
from rapport.present.formats import show
from rapport.present.labels import has_label, label
from rapport.present.values import Value, text_value
from rapport.press.index.periods import order_key
from rapport.press.proof import log
from rapport.press.run.store import Store
from rapport.tables import read_rows as read_all

PROFILING, GIVEN = "profiling", "given"
LAST_ORDERS = 5


class Line(NamedTuple):
    """One line of the sheet: a column of a table, its name, and how its cell is shown."""

    table: str
    column: str
    name: str
    kind: str = "count"
    unit: str = "count"


MONEY = "currency"
# Facts, which every customer's sheet has; and what profiling makes of them.
FACTS: Mapping[str, tuple[Line, ...]] = {
    "who": (
        Line("customer_measures", "age_band", "measure_name.age_band", "label", "age"),
        Line("customer_measures", "gender", "measure_name.gender", "label", "gender"),
        Line("customer_measures", "region", "measure_name.region", "label", "place"),
        Line("customer_measures", "country", "measure_name.country", "label", "place"),
        Line("customer_measures", "loyalty_tier", "measure_name.loyalty_tier", "label", "text"),
    ),
    "buying": (
        Line("customer_measures", "first_ordered_on", "sheet.first_order", "date", "date"),
        Line("customer_measures", "last_ordered_on", "sheet.last_order", "date", "date"),
        Line("customer_measures", "days_since_last_order", "measure_name.days_since_last_order"),
        Line("customer_measures", "n_orders", "measure_name.n_orders"),
        Line("customer_measures", "n_order_days", "measure_name.n_order_days"),
        Line("customer_measures", "n_returns", "measure_name.n_returns"),
        Line("customer_measures", "total_spend", "measure_name.total_spend", "money", MONEY),
        Line("customer_habits", "median_gap_days", "measure_name.median_gap_days"),
        Line("customer_habits", "main_channel", "sheet.main_channel", "label", "channel"),
        Line("customer_habits", "top_category", "sheet.top_category", "label", "text"),
        Line("customer_habits", "n_discounted_orders", "sheet.discounted"),
    ),
    "contact": (
        Line("customer_habits", "n_visits_30d", "measure_name.n_visits_30d"),
        Line("customer_habits", "n_tickets_90d", "measure_name.n_tickets_90d"),
        Line("customer_habits", "last_nps", "measure_name.last_nps"),
    ),
}
PROFILE: tuple[Line, ...] = (
    Line("segments", "segment", "sheet.segment", "label", "segment"),
    Line("lifecycle_stages", "stage", "sheet.stage", "label", "stage"),
    Line("customer_value", "clv", "sheet.value", "estimator", MONEY),
    Line("churn_scores", "risk", "sheet.risk", "iterative", "share"),
)
TABLES = (
    "customer_measures", "customer_habits", "segments", "lifecycle_stages", "customer_value",
    "churn_scores", "customer_tags", "consents", "orders",
)  # fmt: skip
Row = Mapping[str, Any]


def customer(arguments: argparse.Namespace) -> int:
    """Print one customer's sheet; the log says that somebody looked.

    Raises
    ------
    DataError
        Nothing is known of the customer, or no report of the unit was made yet.
    """
    root = find_root(Path.cwd())
    unit = load_unit(root, arguments.unit)
    given = sys.stdin.readline() if arguments.customer == "-" else arguments.customer
    store = Store(root / "data" / "store")
    with store.shared():
        held = find_held(store, unit.name)
        (names,) = find_names(held, key_of(unit), [given.strip()])
        period = arguments.period or _find_newest(held, unit.name, unit.calendar.model_dump())
        rows = _read(held, names, period)
        until = _read_until(held)
    entry = {"event": "looked at", "unit": unit.name, "found": bool(rows), "period": period}
    log.append(root / "reports" / "log.jsonl", entry)
    if "customer_measures" not in rows:
        raise DataError(f"unit {unit.name}: nothing is known of this customer in {period}.")
    last_on = parse_period(period, read_fiscal(dict(unit.calendar))).last_on
    as_of = min((day for day in (last_on, until) if day is not None), default=None)
    sheet = _make_sheet(rows, unit)
    if arguments.json:
        described = {"unit": unit.name, "period": period, "as_of": as_of, **_plain(sheet)}
        sys.stdout.write(json.dumps(described, ensure_ascii=False, default=str) + "\n")
    else:
        language = arguments.language or unit.language
        sys.stdout.write("\n".join(_write(sheet, unit, as_of, language)) + "\n")
    return 0


def _find_newest(held: Held, unit: str, calendar: Mapping[str, Any] | None = None) -> str:
    codes = [name.split("/")[0] for name in held.tables if name.endswith("/customer_measures")]
    if not codes:
        raise DataError(
            f"unit {unit}: no report with measures of customers was made yet. "
            f"Run `rapport run {unit}`."
        )
    return max(codes, key=lambda code: order_key(code, calendar))


def _read(held: Held, names: Collection[str], period: str) -> dict[str, list[Row]]:
    """Read the customer's rows of a period's tables and of the unit's own, those not empty."""
    found = {}
    for table in TABLES:
        path = held.tables.get(f"{period}/{table}") or held.tables.get(table)
        rows = [] if path is None else _current(read_rows(path, names))
        if rows:
            found[table] = rows
    return found


def _current(table: pa.Table) -> list[Row]:
    rows: list[Row] = table.to_pylist()
    return [row for row in rows if row.get("window", "current") == "current"]


def _read_until(held: Held) -> date | None:
    path = held.tables.get("snapshot")
    if path is None:
        return None
    (row,) = read_all(path)
    until: date | None = row["data_until"]
    return until


Sheet = dict[str, list[tuple[str, Value]]]


def _make_sheet(rows: Mapping[str, list[Row]], unit: UnitParams) -> Sheet:
    """Give the sections of the sheet, each a list of names and values."""
    sheet: Sheet = {
        section: list(_take(lines, rows, unit.currency)) for section, lines in FACTS.items()
    }
    state = _read_consents(rows, unit)
    if state[PROFILING] == GIVEN:
        sheet["standing"] = list(_take(PROFILE, rows, unit.currency))
        sheet["tags"] = [_tag(row, unit) for row in rows.get("customer_tags", ())]
    sheet["consents"] = [
        (f"purpose.{purpose}", Value(f"sheet.{purpose}", said, "label", "sheet"))
        for purpose, said in sorted(state.items())
    ]
    sheet["orders"] = [_order(row, unit.currency) for row in _last_orders(rows.get("orders", []))]
    return {section: lines for section, lines in sheet.items() if lines}


def _take(
    lines: tuple[Line, ...], rows: Mapping[str, list[Row]], currency: str
) -> Iterator[tuple[str, Value]]:
    for line in lines:
        cell = rows.get(line.table, [{}])[0].get(line.column)
        if cell is None:
            continue
        is_named = line.kind != "label" or line.unit == "text"
        unit = line.unit if is_named or has_label(f"{line.unit}.{cell}") else "text"
        unit = currency if unit == MONEY else unit
        yield line.name, Value(f"sheet.{line.column}", cell, line.kind, unit)


def _read_consents(rows: Mapping[str, list[Row]], unit: UnitParams) -> dict[str, str]:
    state = dict(unit.privacy.consent_default)
    said = sorted(rows.get("consents", []), key=lambda row: (row["changed_at"], row["state"]))
    return {**state, **{row["purpose"]: row["state"] for row in said}}


def _tag(row: Row, unit: UnitParams) -> tuple[str, Value]:
    tag = unit.tags.get(row["tag"])
    # A tag that the file no longer declares is shown by its key until the next run.
    names = {"en": row["tag"], "zh": row["tag"]} if tag is None else tag.name.model_dump()
    return json.dumps(names), Value("sheet.since", row["since"], "date", "date")


def _last_orders(orders: list[Row]) -> list[Row]:
    charged = [row for row in orders if row["status"] != "cancelled"]
    ranked = sorted(charged, key=lambda row: (str(row["ordered_on"]), row["order_key"]))
    return ranked[: -LAST_ORDERS - 1 : -1]


def _order(row: Row, currency: str) -> tuple[str, Value]:
    return f"sheet.{row['kind']}@{row['ordered_on']}", Value(
        "sheet.amount", row["amount"], "money", currency
    )


def _plain(sheet: Sheet) -> dict[str, Any]:
    return {
        section: [{"name": _name(name, "en"), "value": value.value} for name, value in lines]
        for section, lines in sheet.items()
    }


def _write(sheet: Sheet, unit: UnitParams, as_of: date | None, language: str) -> Iterator[str]:
    title = unit.title.zh if language == "zh" else unit.title.en
    day = show(Value("as_of", as_of, "date", "date"), language)
    yield f"{label('sheet.title', language)} · {title} · {day}"
    yield label("sheet.notice", language)
    for section, lines in sheet.items():
        yield ""
        yield label(f"sheet.section_{section}", language)
        for name, value in lines:
            words = _printable(_name(name, language)), _printable(show(value, language))
            yield f"  {('：' if language == 'zh' else ': ').join(words)}"
    if "standing" not in sheet and "tags" not in sheet:
        yield ""
        yield label("sheet.not_profiled", language)


def _name(name: str, language: str) -> str:
    if name.startswith("{"):
        words: str = json.loads(name)[language]
        return words
    identity, _, day = name.partition("@")
    if not day:
        return label(identity, language)
    when = show(text_value("sheet.day", day), language)
    return f"{when} {label(identity, language)}"


def _printable(text: str) -> str:
    # What a source wrote must not steer the terminal.
    return "".join("\ufffd" if unicodedata.category(sign)[0] == "C" else sign for sign in text)
