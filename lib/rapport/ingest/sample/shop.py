"""A shop with several channels: its customers, orders, lines and returns.

`sample-retail` and `sample-mall` are two plans of it; a plan is also the truth that is written
beside the files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.ingest.sample.baskets import draw_returns, fill_baskets
from rapport.ingest.sample.campaigns import CampaignPlan, draw_contacts
from rapport.ingest.sample.days import (
    Calendar,
    day,
    draw_minutes,
    lay_calendar,
    month_number,
)
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_weighted
from rapport.ingest.sample.purchases import (
    BuyingPlan,
    draw_amounts,
    draw_guest_days,
    simulate_purchases,
)
from rapport.ingest.sample.rules import RulePlan, plant_rules

OPENING_DAYS = 90
SAME_CHANNEL_PPM = 760_000
CANCELLED_PERCENT = 2


@dataclass(frozen=True)
class ShopPlan:
    """Everything that is planted in a shop; percent are whole numbers, 100 = as it is."""

    first: str
    last: str
    months: tuple[int, ...]  # weight of January to December, 100 = average
    weekdays: tuple[int, ...]  # Monday to Sunday
    last_month: int  # percent of orders of known customers in the last month
    new_last_month: int  # percent of first orders in the last month
    opening: int  # percent of customers whose first order lies in the first 90 days
    prospects: int  # percent of registered customers without an order
    buying: BuyingPlan
    channels: tuple[str, ...]
    home: tuple[int, ...]  # weight of each channel as a customer's first
    single: tuple[str, ...]  # channels that sell one product an order
    guests: int  # orders without a customer, percent of those with one
    guest_home: tuple[int, ...]
    discounted_ppm: int
    discounted_last_ppm: int
    returned_ppm: int
    drop_channel: str  # first driver of drop-out: the channel of the first order
    drop_channel_percent: int
    drop_discount_percent: int  # second: the first order was discounted
    decoy_ppm: tuple[int, int]  # share of the young, entered elsewhere and by drop_channel
    campaigns: tuple[CampaignPlan, ...]
    rules: tuple[RulePlan, ...]


@dataclass(frozen=True)
class Shop:
    """What happened: one row per customer, order, line, return, return line and contact."""

    calendar: Calendar
    customers: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    returns: pd.DataFrame
    return_lines: pd.DataFrame
    contacts: pd.DataFrame


def simulate_shop(key: Key, plan: ShopPlan, *, n_customers: int, products: pd.DataFrame) -> Shop:
    """Simulate a shop from its plan; `products` are those of `list_products`."""
    calendar = lay_calendar(
        day(plan.first),
        day(plan.last),
        months=plan.months,
        weekdays=plan.weekdays,
        last_month=plan.last_month,
    )
    customers = _draw_customers(key.of("customers"), plan, calendar, n_customers)
    bought = _simulate_known(key, plan, calendar, customers)
    contacts, won = draw_contacts(
        key.of("campaigns"), plan.campaigns, customers, last_day=calendar.last, bought=bought
    )
    orders = _complete_orders(key.of("orders"), plan, calendar, pd.concat([bought, won]), customers)
    single = np.flatnonzero(np.isin(plan.channels, plan.single))
    prices = products["price"].to_numpy()
    lines = fill_baskets(key.of("baskets"), orders, prices=prices, single=single)
    totals = lines.groupby("order")[["amount", "discount"]].sum()
    orders = orders.assign(amount=totals["amount"], discount=totals["discount"])
    returns, back = draw_returns(
        key.of("returns"), orders, lines, ppm=plan.returned_ppm, last_day=calendar.last
    )
    is_fixed = orders["is_cancelled"] | orders.index.isin(returns["original"])
    placed = pd.DataFrame({"month": month_number(orders["day"].to_numpy()), "is_fixed": is_fixed})
    lines = plant_rules(key.of("rules"), plan.rules, lines, products=products, orders=placed)
    return Shop(calendar, customers, orders, lines, returns, back, contacts)


def _draw_customers(key: Key, plan: ShopPlan, calendar: Calendar, n: int) -> pd.DataFrame:
    opening = draw_chance(key.of("opening"), plan.opening * 10_000, n)
    early, late = calendar.weights.copy(), calendar.weights.copy()
    early[OPENING_DAYS:] = 0
    late[:OPENING_DAYS] = 0
    late[-day(plan.last) + day(plan.last[:8] + "01") - 1 :] *= plan.new_last_month
    late[: len(late) - (day(plan.last) - day(plan.last[:8] + "01") + 1)] *= 100
    first = np.where(
        opening,
        calendar.draw(key.of("early"), n, early),
        calendar.draw(key.of("late"), n, late // 100),
    )
    delay = draw_below(key.of("delay"), 12, n) * draw_below(key.of("at once"), 2, n)
    home = draw_weighted(key.of("home"), plan.home, n)
    enters = home == plan.channels.index(plan.drop_channel)
    elsewhere, there = plan.decoy_ppm
    customers = pd.DataFrame(
        {
            "created_day": np.maximum(first - delay, calendar.first),
            "first_day": first,
            "home": home,
            "first_discounted": draw_chance(key.of("offer"), 330_000, n),
            "enters": enters,
            "is_young": draw_chance(key.of("young"), np.where(enters, there, elsewhere), n),
            "mails": draw_chance(key.of("mails"), 720_000, n),
            "is_prospect": draw_chance(key.of("prospect"), plan.prospects * 10_000, n),
        }
    )
    return customers.sort_values(["created_day", "first_day"], kind="stable", ignore_index=True)


def _simulate_known(
    key: Key, plan: ShopPlan, calendar: Calendar, customers: pd.DataFrame
) -> pd.DataFrame:
    buyers = customers[~customers["is_prospect"]]
    percent = np.where(buyers["enters"], plan.drop_channel_percent, 100)
    percent = percent * np.where(buyers["first_discounted"], plan.drop_discount_percent, 100) // 100
    orders = simulate_purchases(
        key.of("buying"),
        calendar,
        buyers["first_day"].to_numpy(),
        plan=plan.buying,
        drop_percent=percent,
    )
    orders["customer"] = buyers.index.to_numpy()[orders["customer"]]
    return orders.assign(is_first=~orders["customer"].duplicated())


def _complete_orders(
    key: Key, plan: ShopPlan, calendar: Calendar, known: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Add guests, cancelled orders, channels, times and amounts; number the orders by time."""
    days = draw_guest_days(
        key.of("guests"), known["day"].to_numpy(), calendar=calendar, percent=plan.guests
    )
    void = known.iloc[draw_below(key.of("void"), len(known), len(known) * CANCELLED_PERCENT // 100)]
    guests = pd.DataFrame({"customer": -1, "day": days, "is_first": False})
    void = void.assign(is_first=False, is_cancelled=True)
    orders = pd.concat([known, guests, void], ignore_index=True)
    n = len(orders)
    cancelled = orders["is_cancelled"].eq(True)  # noqa: FBT003
    channel = _draw_channels(key, plan, orders, customers)
    late = orders["day"].to_numpy() >= day(plan.last[:8] + "01")
    ppm = np.where(late, plan.discounted_last_ppm, plan.discounted_ppm)
    who = orders["customer"].to_numpy()
    orders = orders.assign(
        channel=channel,
        minute=draw_minutes(key.of("time"), n),
        is_cancelled=cancelled,
        amount=draw_amounts(key.of("amount"), who, plan=plan.buying),
        is_discounted=np.where(
            orders["is_first"],
            customers["first_discounted"].to_numpy()[who],
            draw_chance(key.of("discount"), ppm, n),
        ),
    )
    return orders.sort_values(["day", "minute", "customer"], kind="stable", ignore_index=True)


def _draw_channels(key: Key, plan: ShopPlan, orders: pd.DataFrame, customers: pd.DataFrame) -> Ints:
    n = len(orders)
    who = orders["customer"].to_numpy()
    home = customers["home"].to_numpy()[who]
    stays = orders["is_first"].to_numpy() | draw_chance(key.of("stay"), SAME_CHANNEL_PPM, n)
    other = draw_weighted(key.of("other"), plan.home, n)
    guest = draw_weighted(key.of("guest"), plan.guest_home, n)
    chosen: Ints = np.where(who < 0, guest, np.where(stays, home, other))
    return chosen
