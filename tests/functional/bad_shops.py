"""Shops and contracts as they should not be: what each chapter must stand and say."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from functional.shop import add_shop, draw_orders

Rows = list[tuple[object, ...]]
FIRST, LAST = date(2024, 5, 1), date(2026, 6, 14)
# The till was open on both days, so that the data reach from the one to the other.
ENDS: Rows = [("g1", "", FIRST, "sale", "20.00"), ("g2", "", LAST, "sale", "30.00")]
FROM_ORDERS = "  customers: {from_orders: true}\n"
MEMBERS = """\
  customers:
    source: store
    from: more
    columns: {customer_id: customer, country: {sql: "'GB'"}, region: place, loyalty_tier: tier}
    time: {column: day, format: "%Y-%m-%d"}
"""
CONTRACTS = """\
  subscriptions:
    from: more
    columns:
      {customer_id: customer, plan: plan, started_on: start, ended_on: end,
       renewal_months: months, price: price, a_size: size}
"""


def returns_alone() -> Rows:
    """Give nothing but returns."""
    back: Rows = [
        (f"o{n}", f"k{n % 90}", FIRST + timedelta(days=7 * n % 770), "return", "-10.00")
        for n in range(300)
    ]
    ends: Rows = [(order, who, day, "return", "-20.00") for order, who, day, *_ in ENDS]
    return back + ends


def all_on_one_day() -> Rows:
    """Let everybody order once, on the only day there is."""
    return [(f"o{n}", f"k{n}", "2026-05-03", "sale", f"{5 + n % 50}.00") for n in range(400)]


def one_of_a_trillion() -> Rows:
    """Give a shop with one order of a million millions."""
    return [*draw_orders(300), ("big", "k7", "2026-05-20", "sale", "1000000000000.00")]


def all_alike() -> Rows:
    """Let everybody order the same on the same days: no measure varies, nobody leaves."""
    days = [FIRST + timedelta(days=30 * n) for n in range(26)]
    orders: Rows = [
        (f"o{who}-{n}", f"k{who}", day, "sale", "10.00")
        for who in range(300) for n, day in enumerate(days)
    ]  # fmt: skip
    return orders + ENDS


def parted_for_good() -> Rows:
    """Let one half order to the end, and the other stop in the winter: perfect separation."""
    rows: Rows = []
    for who in range(300):
        day, n = FIRST + timedelta(days=who % 30), 0
        until = LAST if who % 2 else date(2026, 1, 1) - timedelta(days=who % 150)
        while day <= until:
            rows.append((f"o{who}-{n}", f"k{who}", day, "sale", f"{10 + (7 * who + n) % 40}.00"))
            day, n = day + timedelta(days=20 + (who + n) % 9), n + 1
    return rows + ENDS


def _contracts(plan: Callable[[int], str], ends_after: Callable[[int], int | None]) -> Rows:
    head: Rows = [("customer", "plan", "start", "end", "months", "price", "size")]
    for who in range(300):
        start, days = FIRST + timedelta(days=13 * who % 700), ends_after(who)
        end = "" if days is None or start + timedelta(days=days) > LAST else (
            start + timedelta(days=days)
        )  # fmt: skip
        head.append((f"k{who}", plan(who), start, end, 1, "10.00", who % 7))
    return head


SHOPS: dict[str, Callable[[], Rows]] = {
    "returns": returns_alone, "one-day": all_on_one_day, "trillion": one_of_a_trillion,
    "alike": all_alike, "parted": parted_for_good,
}  # fmt: skip
MORE: dict[str, tuple[str, Callable[[], Rows]]] = {
    "places": (
        MEMBERS,
        lambda: (
            [("customer", "place", "tier", "day")]
            + [(f"k{n}", f"Place {n}", f"Tier {n}", "2024-01-01") for n in range(300)]
        ),
    ),
    "no-ends": (FROM_ORDERS + CONTRACTS, lambda: _contracts(lambda _: "one", lambda _: None)),
    "ends-at-once": (FROM_ORDERS + CONTRACTS, lambda: _contracts(lambda _: "one", lambda _: 0)),
    "plans": (
        FROM_ORDERS + CONTRACTS,
        lambda: _contracts(lambda n: f"plan {n}", lambda n: None if n % 3 else 40),
    ),
    "halves": (
        FROM_ORDERS + CONTRACTS,
        lambda: _contracts(lambda n: "ab"[n % 2], lambda n: 45 if n % 2 else None),
    ),
}
ALL = (*SHOPS, *MORE)


def add_bad_shop(project: Path, name: str) -> None:
    """Add one of them to a project, as a unit of its name."""
    add_shop(project, SHOPS[name]() if name in SHOPS else draw_orders(300), name=name)
    if name not in MORE:
        return
    tables, draw = MORE[name]
    path = project / "params" / f"{name}.yml"
    text = path.read_text(encoding="utf-8").replace(FROM_ORDERS, tables)
    source = f"sources:\n  more: {{path: {name}-more.csv, format: csv}}\n"
    path.write_text(text.replace("sources:\n", source), encoding="utf-8", newline="\n")
    _write(project / "data" / "raw" / f"{name}-more.csv", draw())


def _write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
