"""Shops with next to nothing in them: `sample-few` has three customers, `sample-empty` no row.

Every chapter must stand both: no interval, no curve and no segment can be had of three people, and
a report of nothing says that there is nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rapport.ingest.sample.days import day, spell_times
from rapport.ingest.sample.draws import Key, draw_below
from rapport.ingest.sample.files import Sheet, spell_money

HEADS = "order|at|customer|kind|amount|refund of"
ORDERS = (6, 2, 1)  # of each of the three customers


def make_few(key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the orders of as many customers as `ORDERS` names, and a refund of the last one."""
    who = np.repeat(np.arange(n_customers), ORDERS[:n_customers])
    first = day("2026-02-01")
    days = first + np.sort(draw_below(key.of("day"), day("2026-05-31") - first, len(who)))
    cents = 1_000 + draw_below(key.of("amount"), 5_000, len(who))
    numbers = [f"F{n:03d}" for n in range(1, len(who) + 1)]
    orders = [
        [*numbers, "F900"],
        spell_times(np.append(days, day("2026-06-30")), np.full(len(who) + 1, 600)),
        [f"c{n + 1}" for n in who.tolist()] + [f"c{who[-1] + 1}"],
        ["sale"] * len(who) + ["refund"],
        spell_money([*cents.tolist(), -int(cents[-1])]),
        [""] * len(who) + [numbers[-1]],
    ]
    net = int(cents.sum() - cents[-1])
    return [Sheet.of("orders.csv", HEADS, orders)], {"orders": len(who) + 1, "net_cents": net}


def make_empty(_key: Key, *, n_customers: int) -> tuple[list[Sheet], dict[str, Any]]:
    """Make the same file with its head alone; the unit has no customer whatever is asked."""
    return [Sheet.of("orders.csv", HEADS, [[] for _ in HEADS.split("|")])], {
        "orders": 0, "asked_for": n_customers,
    }  # fmt: skip
