"""Columns of the sheets that every sample unit delivers, in a fixed order.

A unit gives the headers, in its own language, and the words of its own files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample.campaigns import CampaignPlan
from rapport.ingest.sample.days import spell_dates, spell_times
from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance
from rapport.ingest.sample.files import (
    Columns,
    Sheet,
    keep_where,
    spell_flags,
    spell_ids,
    spell_money,
    take,
)
from rapport.ingest.sample.surveys import EFFECTS, TOPICS, pick_comments


def spell_text(values: Any) -> list[str]:
    """Write whole numbers or words as they are."""
    return [str(value) for value in values.tolist()]


def list_catalogue(products: pd.DataFrame) -> Columns:
    """List products: id, name, category, list price, cost."""
    products = products.sort_values("product_id")
    names = zip(products["noun"], products["variant"], strict=True)
    return [
        products["product_id"].tolist(),
        [f"{noun} ({variant})" for noun, variant in names],
        products["category"].tolist(),
        spell_money(products["price"]),
        spell_money(products["cost"]),
    ]


def list_surveys(key: Key, surveys: pd.DataFrame, words: Mapping[str, Any], form: str) -> Columns:
    """List invitations: id, customer, invited, answered, wave, NPS, CSAT, scores, text, language.

    `form` writes customer numbers. The two languages are `words["language"]`.
    """
    own, other = words["language"]
    texts, is_other = pick_comments(key, surveys, words=words, other_ppm=words["other_ppm"])
    answered = surveys["is_answered"].to_numpy()
    days, minutes = surveys["day"].to_numpy(), surveys["minute"].to_numpy()
    later = minutes + 1 + draw_below(key.of("later"), 1439 - 22 * 60, len(surveys))
    scores = [f"s_{j}" for j in range(len(EFFECTS))]
    return [
        spell_ids("Q{:05d}", np.arange(1, len(surveys) + 1)),
        spell_ids(form, surveys["customer"].to_numpy()),
        spell_times(days, minutes),
        keep_where(answered, spell_times(surveys["answer_day"].to_numpy(), later)),
        [date[:7] for date in spell_dates(days)],
        *(keep_where(answered, spell_text(surveys[name])) for name in ("nps", "csat", *scores)),
        texts,
        [
            (other if foreign else own) if text else ""
            for foreign, text in zip(is_other.tolist(), texts, strict=True)
        ],
    ]


def label_comments(key: Key, surveys: pd.DataFrame, words: Mapping[str, Any]) -> Sheet:
    """Label the comments that `list_surveys` writes with the same key: what each is about.

    The sheet `_comments.csv` is no source but the truth about them: survey, language, topic (one
    of `TOPICS`), sentiment (positive, negative).
    """
    own, other = words["language"]
    texts, is_other = pick_comments(key, surveys, words=words, other_ppm=words["other_ppm"])
    written = np.flatnonzero([bool(text) for text in texts])
    columns = [
        spell_ids("Q{:05d}", 1 + written),
        spell_flags(is_other[written], other, own),
        take(TOPICS, surveys["topic"].to_numpy()[written]),
        spell_flags(surveys["is_good"].to_numpy()[written], "positive", "negative"),
    ]
    return Sheet.of("_comments.csv", "survey|language|topic|sentiment", columns)


def list_campaigns(plans: Sequence[CampaignPlan]) -> Columns:
    """List campaigns: id, name, channel, goal, design, start, end, cost, planned share."""
    return [
        [plan.campaign_id for plan in plans],
        [plan.name for plan in plans],
        [plan.channel for plan in plans],
        [plan.goal for plan in plans],
        [plan.design for plan in plans],
        [f"{plan.starts_on} 08:00" for plan in plans],
        [f"{plan.ends_on} 22:00" for plan in plans],
        spell_money(plan.fixed_cost for plan in plans),
        [
            f"control={plan.control_percent / 100:.2f};mail={1 - plan.control_percent / 100:.2f}"
            if plan.design == "experiment"
            else ""
            for plan in plans
        ],
    ]


def list_contacts(contacts: pd.DataFrame, plans: Sequence[CampaignPlan], form: str) -> Columns:
    """List contacts: campaign, customer, variant, assigned, sent, delivered to left, cost."""
    day, minute = contacts["day"].to_numpy(), contacts["minute"].to_numpy()
    sent = ~contacts["is_control"].to_numpy()
    steps = [("is_delivered", 1), ("is_opened", 95), ("is_clicked", 97), ("is_unsubscribed", 99)]
    costs = np.array([plan.cost_per_contact for plan in plans])[contacts["campaign"]]
    return [
        take([plan.campaign_id for plan in plans], contacts["campaign"].to_numpy()),
        spell_ids(form, contacts["customer"].to_numpy()),
        spell_flags(sent, "mail", "control"),
        spell_times(day, np.full(len(day), 7 * 60)),
        keep_where(sent, spell_times(day, minute)),
        *(
            keep_where(contacts[name].to_numpy(), spell_times(day, minute + delay))
            for name, delay in steps
        ),
        keep_where(sent, spell_money(costs)),
    ]


def list_consents(key: Key, customers: pd.DataFrame, form: str, *, last_day: int) -> Columns:
    """List consents: customer, purpose, changed, state, source.

    Everybody agreed to analysis at registration, those that `mails` to marketing mail; a
    twentieth of these has withdrawn it since.
    """
    n = len(customers)
    registered = customers["created_day"].to_numpy()
    mails = np.flatnonzero(customers["mails"])
    since = registered + 30 + draw_below(key.of("since"), 600, n)
    leaves = customers["mails"] & draw_chance(key.of("leaves"), 50_000, n) & (since <= last_day)
    left = np.flatnonzero(leaves)
    who = np.concatenate([np.arange(n), mails, left])
    days = np.concatenate([registered, registered[mails], since[left]])
    purposes = ["analysis"] * n + ["marketing_email"] * (len(mails) + len(left))
    states = ["given"] * (n + len(mails)) + ["withdrawn"] * len(left)
    origins = ["registration"] * (n + len(mails)) + ["preference page"] * len(left)
    order = np.lexsort((days, who))
    return [
        spell_ids(form, who[order]),
        take(purposes, order),
        spell_times(days[order], np.full(len(order), 7 * 60 + 30)),
        take(states, order),
        take(origins, order),
    ]


def list_visits(
    visits: pd.DataFrame, form: str, *, channels: Sequence[str], words: Sequence[str]
) -> Columns:
    """List events: id, customer, session, time, channel, step, seconds."""
    return [
        spell_ids("E{:06d}", np.arange(1, len(visits) + 1)),
        spell_ids(form, visits["customer"].to_numpy()),
        spell_ids("S{:06d}", visits["session"].to_numpy() + 1),
        spell_times(visits["day"].to_numpy(), visits["minute"].to_numpy()),
        take(channels, visits["channel"].to_numpy()),
        take(words, visits["step"].to_numpy()),
        spell_text(visits["seconds"]),
    ]


def list_tickets(tickets: pd.DataFrame, form: str, topics: Sequence[str]) -> Columns:
    """List tickets: id, customer, opened, topic, first reply, closed, state, opened again."""
    day, minute = tickets["day"].to_numpy(), tickets["minute"].to_numpy()
    reply, close = tickets["reply"].to_numpy(), tickets["close"].to_numpy()
    again = tickets["again"].to_numpy()
    return [
        spell_ids("T{:05d}", np.arange(1, len(tickets) + 1)),
        spell_ids(form, tickets["customer"].to_numpy()),
        spell_times(day, minute),
        take(topics, tickets["topic"].to_numpy()),
        keep_where(reply >= 0, spell_times(day, minute + reply)),
        keep_where(close >= 0, spell_times(day, minute + close)),
        spell_flags(close >= 0, "closed", "open"),
        keep_where(again >= 0, spell_times(day, minute + again)),
    ]


def list_tiers(orders: pd.DataFrame, n: int, tiers: Sequence[str]) -> tuple[list[str], Ints]:
    """Give each customer a tier by orders (5, 12) and points, one per whole unit of currency."""
    known = orders[(orders["customer"] >= 0) & ~orders["is_cancelled"]]
    counts = np.bincount(known["customer"], minlength=n)
    points = np.zeros(n, dtype=np.int64)
    np.add.at(points, known["customer"].to_numpy(), known["amount"].to_numpy() // 100)
    return take(tiers, np.searchsorted((5, 12), counts, side="right")), points
