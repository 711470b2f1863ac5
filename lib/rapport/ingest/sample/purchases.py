"""Who buys when, and for how much: BG/NBD and Gamma-Gamma, as their authors define them.

Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284; Fader & Hardie (2013), The
Gamma-Gamma model of monetary value. Time runs by the calendar's weights: on a day of double
weight twice as much of the process goes by, which plants a season without touching `r`,
`alpha`, `a`, `b` (weeks of average weight). A customer can drop out after every repeat order,
never after the first, as in BG/NBD.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import Calendar
from rapport.ingest.sample.draws import (
    GRID,
    Ints,
    Key,
    draw_below,
    draw_chance,
    draw_from,
    tabulate_beta,
    tabulate_gamma,
)


@dataclass(frozen=True)
class BuyingPlan:
    """Parameters of BG/NBD (`alpha` in weeks) and of Gamma-Gamma (`gamma` in currency units)."""

    r: float
    alpha: int
    a: float
    b: float
    p: float
    q: float
    gamma: int


def simulate_purchases(
    key: Key, calendar: Calendar, first_days: Ints, *, plan: BuyingPlan, drop_percent: Ints
) -> pd.DataFrame:
    """Simulate the orders of customers who first buy on `first_days`.

    Parameters
    ----------
    first_days : one per customer
    drop_percent : one per customer: 100 leaves the drop-out probability as drawn

    Returns
    -------
    one row per order, by customer and time
        `customer` (position in `first_days`), `day`.
    """
    n = len(first_days)
    rates = np.maximum(draw_from(key.of("rate"), tabulate_gamma(plan.r), n), 1)
    drops = draw_from(key.of("drop"), tabulate_beta(plan.a, plan.b), n) * drop_percent
    drop_ppm = np.minimum(drops, 100 * GRID)  # GRID parts times percent are millionths
    edges = np.cumsum(calendar.weights)
    start = edges[first_days - calendar.first] - 1
    week = 7 * int(edges[-1]) // len(edges)
    rounds = [(np.arange(n), start)]
    exponential = tabulate_gamma(1.0)
    while len(rounds[-1][0]):
        who, clock = rounds[-1]
        here = key.of(f"round {len(rounds)}")
        gap = draw_from(here.of("gap"), exponential, len(who)) * plan.alpha * week // rates[who]
        stays = ~draw_chance(here.of("leave"), drop_ppm[who], len(who)) | (len(rounds) == 1)
        going = stays & (clock + gap < edges[-1])
        rounds.append((who[going], (clock + gap)[going]))
    customers = np.concatenate([who for who, _ in rounds])
    clocks = np.concatenate([clock for _, clock in rounds])
    days = calendar.first + np.searchsorted(edges, clocks, side="right")
    order = np.lexsort((clocks, customers))
    return pd.DataFrame({"customer": customers[order], "day": days[order]})


def draw_amounts(key: Key, customers: Ints, *, plan: BuyingPlan) -> Ints:
    """Draw the amount of each order in cents, given whose it is (-1: a customer of its own)."""
    known = int(customers.max(initial=-1)) + 1
    guests = customers < 0
    who = np.where(guests, known + np.cumsum(guests) - 1, customers)
    scales = draw_from(key.of("scale"), tabulate_gamma(plan.q), int(who.max(initial=-1)) + 1)
    sizes = draw_from(key.of("size"), tabulate_gamma(plan.p), len(customers))
    cents: Ints = sizes * plan.gamma * 100 // np.maximum(scales, 1)[who]
    return np.maximum(cents, 100)


def draw_guest_days(key: Key, days: Ints, *, calendar: Calendar, percent: int) -> Ints:
    """Draw the days of orders without a customer, so many percent of those with one.

    Each lies within a week of an order that has a customer: guests follow the same season.
    """
    n = len(days) * percent // 100
    near = days[draw_below(key.of("like"), len(days), n)] + draw_below(key.of("off"), 15, n) - 7
    days_of_guests: Ints = np.clip(near, calendar.first, calendar.last)
    return days_of_guests
