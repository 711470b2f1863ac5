"""Campaigns: who was chosen, what they did with the message, and the orders it won.

An experiment draws its control group at random and wins `lift_ppm` extra orders within seven
days; a broadcast goes to all who agreed to mail, has no control group and wins nothing. One with
`assigned_control_percent` breaks its own plan: another share than the planned one is held out. A
targeted campaign goes to those who bought much long before, who buy more in any week, and wins
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rapport.ingest.sample.days import OPENS_AT, day
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_order

WINDOW_DAYS = 7
# A targeted campaign chooses by what was bought before the weeks that it is compared with: nearer
# orders would make those chosen fall back to their usual weeks, which is no effect either.
CHOSEN_BEFORE_DAYS = 84


@dataclass(frozen=True)
class CampaignPlan:
    """One campaign; shares in millionths."""

    campaign_id: str
    name: str
    design: Literal["experiment", "targeted", "broadcast"]
    channel: str
    goal: str
    starts_on: str
    ends_on: str
    cost_per_contact: int  # cents
    fixed_cost: int  # cents
    control_percent: int
    lift_ppm: int
    opened_ppm: int
    clicked_ppm: int
    assigned_control_percent: int | None = None  # where the split is broken
    bought_before: int = 0  # orders up to 12 weeks before that choose who is targeted


def draw_contacts(
    key: Key,
    campaigns: tuple[CampaignPlan, ...],
    customers: pd.DataFrame,
    *,
    last_day: int,
    bought: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the contacts of all campaigns and the orders that they won.

    Parameters
    ----------
    customers : one row per customer, indexed 0, 1, ...
        `created_day`, `mails` (agreed to mail), `is_prospect`.
    bought : one row per order, without those that campaigns won: `customer`, `day`; needed by
        targeted campaigns alone

    Returns
    -------
    contacts : one row per campaign and customer
        `campaign` (position), `customer`, `day`, `minute`, `is_control`, `is_delivered`,
        `is_opened`, `is_clicked`, `is_unsubscribed`.
    won : one row per extra order: `customer`, `day`, `is_first` (False).
    """  # fmt: skip
    parts = [
        _draw_one(key.of(plan.campaign_id), plan, _fits(plan, customers, bought), position)
        for position, plan in enumerate(campaigns)
    ]
    contacts = pd.concat(parts, ignore_index=True)
    lifts = np.array([plan.lift_ppm for plan in campaigns])[contacts["campaign"]]
    acts = draw_chance(key.of("won"), lifts, len(contacts)) & ~contacts["is_control"]
    later = contacts["day"] + 1 + draw_below(key.of("when"), WINDOW_DAYS - 1, len(contacts))
    acts &= later <= last_day
    won = pd.DataFrame(
        {"customer": contacts["customer"][acts], "day": later[acts], "is_first": False}
    )
    return contacts, won


def _fits(plan: CampaignPlan, customers: pd.DataFrame, bought: pd.DataFrame | None) -> Ints:
    fits = customers["mails"] & (customers["created_day"] < day(plan.starts_on))
    if plan.design != "broadcast":  # who never ordered has no order to win
        fits &= ~customers["is_prospect"]
    if bought is not None and plan.bought_before:
        early = bought["customer"][bought["day"] <= day(plan.starts_on) - CHOSEN_BEFORE_DAYS]
        fits &= np.bincount(early, minlength=len(customers)) >= plan.bought_before
    return np.flatnonzero(fits)


def _draw_one(key: Key, plan: CampaignPlan, who: Ints, position: int) -> pd.DataFrame:
    n = len(who)
    # Exactly the share, drawn without replacement.
    percent = plan.assigned_control_percent
    percent = plan.control_percent if percent is None else percent
    control = draw_order(key.of("control"), n) < n * percent // 100
    delivered = ~control & draw_chance(key.of("delivered"), 970_000, n)
    opened = delivered & draw_chance(key.of("opened"), plan.opened_ppm, n)
    clicked = opened & draw_chance(key.of("clicked"), plan.clicked_ppm, n)
    return pd.DataFrame(
        {
            "campaign": position,
            "customer": who,
            "day": day(plan.starts_on),
            "minute": OPENS_AT + draw_below(key.of("minute"), 120, n),
            "is_control": control,
            "is_delivered": delivered,
            "is_opened": opened,
            "is_clicked": clicked,
            "is_unsubscribed": opened & draw_chance(key.of("leaves"), 8_000, n),
        }
    )
