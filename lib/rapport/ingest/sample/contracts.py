"""Subscriptions that end by a monthly hazard with two true drivers and one decoy.

An account without onboarding and one without integrations leave sooner; its size does nothing
but goes with both, so it looks like a driver until they are held fixed. Annual contracts can
only end at a renewal. Payment failures end contracts whatever the account is like.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import Calendar, add_months
from rapport.ingest.sample.draws import Flags, Ints, Key, draw_chance, draw_weighted


@dataclass(frozen=True)
class ContractPlan:
    """Everything that is planted; probabilities in millionths, factors in percent."""

    first: str
    last: str
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    last_month: int  # percent of new accounts in the last month
    opening: int  # percent of accounts that start in the first 90 days
    annual_ppm: int
    onboarded_ppm: int
    integrated_ppm: int
    small_ppm: tuple[int, int, int]  # by how many of the two drivers hold
    hazard_ppm: int  # a month, with onboarding and integrations
    no_onboarding_percent: int
    no_integration_percent: int
    renewal_factor: int  # monthly hazards that an annual renewal counts for
    failed_ppm: int  # a month
    failed_last_ppm: int  # in the last month
    returns_ppm: int  # who ended comes back within the year
    tiers: tuple[str, ...]
    tier_weights: tuple[int, ...]
    prices: tuple[int, ...]  # cents a seat and month


def draw_accounts(key: Key, plan: ContractPlan, calendar: Calendar, n: int) -> pd.DataFrame:
    """Draw accounts, by start: `started`, `is_annual`, `tier`, `seats` and the attributes."""
    early = np.where(np.arange(len(calendar.weights)) < 90, calendar.weights, 0)
    opens = draw_chance(key.of("opens"), plan.opening * 10_000, n)
    started = np.where(
        opens, calendar.draw(key.of("early"), n, early), calendar.draw(key.of("late"), n)
    )
    onboarded = draw_chance(key.of("onboarded"), plan.onboarded_ppm, n)
    integrated = draw_chance(key.of("integrated"), plan.integrated_ppm, n)
    n_drivers = 2 - onboarded.astype(np.int64) - integrated
    small = draw_chance(key.of("small"), np.array(plan.small_ppm)[n_drivers], n)
    accounts = pd.DataFrame(
        {
            "started": started,
            "is_annual": draw_chance(key.of("annual"), plan.annual_ppm, n),
            "tier": draw_weighted(key.of("tier"), plan.tier_weights, n),
            "seats": 1 + draw_weighted(key.of("seats"), (30, 22, 15, 10, 7, 5, 4, 3, 2, 2), n),
            "is_onboarded": onboarded,
            "is_integrated": integrated,
            "is_small": small,
        }
    )
    return accounts.sort_values("started", kind="stable", ignore_index=True)


def run_contracts(
    key: Key, plan: ContractPlan, accounts: pd.DataFrame, last_day: int
) -> pd.DataFrame:
    """Run every account's contract to its end or to `last_day`, and the second of who came back.

    Returns
    -------
    one row per contract, by start and account
        `account`, `started`, `months` (whole months run, the end's included), `ended` (day,
        -1 = running), `reason` (0 = own wish, 1 = payment, -1 = running).
    """
    first = accounts.assign(account=np.arange(len(accounts)))
    one = _run(key.of("first"), plan, first, last_day)
    comes = draw_chance(key.of("comes"), plan.returns_ppm, len(one))
    comes &= one["ended"].to_numpy() >= 0
    gap = 1 + draw_weighted(key.of("gap"), (3, 4, 3, 2, 1, 1), len(one))
    again = add_months(one["started"].to_numpy(), one["months"].to_numpy() + gap)
    comes &= again <= last_day - 31
    second = first.loc[one["account"][comes]].assign(started=again[comes])
    two = _run(key.of("second"), plan, second, last_day)
    both = pd.concat([one, two])
    return both.sort_values(["started", "account"], ignore_index=True)


def _run(key: Key, plan: ContractPlan, accounts: pd.DataFrame, last_day: int) -> pd.DataFrame:
    n = len(accounts)
    started = accounts["started"].to_numpy()
    hazard = _hazards(plan, accounts)
    annual = accounts["is_annual"].to_numpy()
    ended, reason = np.full(n, -1), np.full(n, -1)
    months = np.zeros(n, dtype=np.int64)
    runs = np.ones(n, dtype=bool)
    number = 0
    while runs.any():
        number += 1
        here = key.of(f"month {number}")
        turn = add_months(started, np.full(n, number))
        runs &= turn <= last_day
        wish = draw_chance(here.of("wish"), _due(plan, hazard, annual, number), n)
        failed = _fails(here.of("failed"), plan, turn, last_day)
        ends = runs & (wish | failed)
        ended[ends], months[ends] = turn[ends], number
        reason[ends] = np.where(wish[ends], 0, 1)
        months[runs & ~ends] = number
        runs &= ~ends
    return pd.DataFrame(
        {
            "account": accounts["account"].to_numpy(),
            "started": started,
            "months": months,
            "ended": ended,
            "reason": reason,
        }
    )


def _hazards(plan: ContractPlan, accounts: pd.DataFrame) -> Ints:
    first = np.where(accounts["is_onboarded"], 100, plan.no_onboarding_percent)
    second = np.where(accounts["is_integrated"], 100, plan.no_integration_percent)
    hazards: Ints = plan.hazard_ppm * first * second // 10_000
    return hazards


def _due(plan: ContractPlan, hazard: Ints, annual: Flags, number: int) -> Ints:
    renewal = hazard * plan.renewal_factor if number % 12 == 0 else 0 * hazard
    return np.where(annual, renewal, hazard)


def _fails(key: Key, plan: ContractPlan, turn: Ints, last_day: int) -> Flags:
    # The last month holds 30 days: June.
    ppm = np.where(turn > last_day - 30, plan.failed_last_ppm, plan.failed_ppm)
    return draw_chance(key, ppm, len(turn))


def bill_contracts(key: Key, contracts: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Bill each contract at its start and every month or year after, until it ends.

    Returns
    -------
    one row per invoice, by day
        `account`, `day`, `minute`, `cycle` (months billed).
    """
    cycle = np.where(accounts["is_annual"].to_numpy()[contracts["account"]], 12, 1)
    ran = contracts["months"].to_numpy()
    # The month in which a contract ends is not billed; a running one is billed on its day.
    counts = np.where(contracts["ended"] >= 0, (ran - 1) // cycle, ran // cycle) + 1
    contract = np.repeat(np.arange(len(contracts)), counts)
    number = np.arange(len(contract)) - np.repeat(np.cumsum(counts) - counts, counts)
    day = add_months(contracts["started"].to_numpy()[contract], number * cycle[contract])
    invoices = pd.DataFrame(
        {
            "account": contracts["account"].to_numpy()[contract],
            "day": day,
            "minute": 9 * 60 + draw_weighted(key.of("minute"), (1,) * 60, len(contract)),
            "cycle": cycle[contract],
        }
    )
    return invoices.sort_values(["day", "minute", "account"], kind="stable", ignore_index=True)
