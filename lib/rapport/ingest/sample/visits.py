"""What customers do besides buying: sessions on the web and in the app, and service tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rapport.ingest.sample.draws import (
    Ints,
    Key,
    draw_below,
    draw_chance,
    draw_from,
    draw_weighted,
    tabulate_gamma,
)

STEPS = ("visit", "search", "cart", "checkout")
MINUTES_BEFORE = (24, 19, 7, 2)
TICKET_TOPICS = ("delivery", "return", "product", "invoice")
TOPIC_WEIGHTS = (34, 30, 24, 12)
LATE_WEIGHTS = (72, 24, 20, 12)
AGAIN_PPM = 140_000
"""Tickets that are opened a second time before they are closed for good, in millionths."""
REACH = ((1_000_000, 450_000, 1_000_000, 1_000_000), (1_000_000, 480_000, 210_000, 60_000))


def draw_visits(
    key: Key, orders: pd.DataFrame, *, seen_ppm: int, first_day: int, last_day: int
) -> pd.DataFrame:
    """Draw the sessions that led to orders, and as many again that led to none.

    Parameters
    ----------
    orders : one row per online order of a known customer: `customer`, `day`, `minute`, `channel`
    seen_ppm : share of the orders whose session was recorded, in millionths
    first_day : the log keeps no older days

    Returns
    -------
    one row per event, by time
        `session`, `customer`, `day`, `minute`, `channel`, `step` (position in `STEPS`),
        `seconds`.
    """
    seen = orders[draw_chance(key.of("seen"), seen_ppm, len(orders))]
    n = len(seen)
    idle = seen.assign(
        day=seen["day"] + draw_below(key.of("later"), 40, n),
        minute=9 * 60 + draw_below(key.of("minute"), 12 * 60, n),
    )
    sessions = pd.concat([seen.assign(is_idle=0), idle.assign(is_idle=1)])
    sessions = sessions[sessions["day"].between(first_day, last_day)]
    sessions = sessions.sort_values(["day", "minute", "customer"], kind="stable", ignore_index=True)
    m = len(sessions)
    ppm = np.array(REACH)[sessions["is_idle"]]
    reached = [draw_chance(key.of(step), ppm[:, j], m) for j, step in enumerate(STEPS)]
    reached[3] &= reached[2]  # nobody pays for an empty cart
    parts = [
        sessions[reached[j]].assign(
            session=np.flatnonzero(reached[j]),
            step=j,
            minute=sessions["minute"][reached[j]] - MINUTES_BEFORE[j],
        )
        for j in range(len(STEPS))
    ]
    events = pd.concat(parts).sort_values(["day", "minute", "session", "step"], ignore_index=True)
    seconds = draw_from(key.of("seconds"), tabulate_gamma(1.5), len(events)) * 60 // 10_000 + 3
    return events.assign(seconds=seconds)


def draw_tickets(
    key: Key, orders: pd.DataFrame, *, ppm: int, last_day: int, late_from: int
) -> pd.DataFrame:
    """Draw service tickets, one to four days after an order.

    From `late_from` on they are half as many again, and more of them are about delivery.

    Returns
    -------
    one row per ticket, by time
        `customer`, `day`, `minute`, `topic` (position in `TICKET_TOPICS`), `reply`, `again`
        (opened a second time, if it was) and `close` (the last time), in minutes after the
        ticket; -1 = not yet, or never.
    """
    late = (orders["day"] >= late_from).to_numpy()
    asks = draw_chance(key.of("asks"), np.where(late, ppm * 3 // 2, ppm), len(orders))
    day = orders["day"].to_numpy() + 1 + draw_below(key.of("delay"), 4, len(orders))
    asks &= day <= last_day
    n = int(asks.sum())
    usual = draw_weighted(key.of("topic"), TOPIC_WEIGHTS, n)
    pressed = draw_weighted(key.of("topic late"), LATE_WEIGHTS, n)
    tickets = pd.DataFrame(
        {
            "customer": orders["customer"].to_numpy()[asks],
            "day": day[asks],
            "minute": 8 * 60 + draw_below(key.of("minute"), 12 * 60, n),
            "topic": np.where(late[asks], pressed, usual),
        }
    )
    reply = draw_from(key.of("reply"), tabulate_gamma(1.2), n) * 7 * 60 // 10_000 + 4
    close = reply + draw_from(key.of("close"), tabulate_gamma(1.1), n) * 26 * 60 // 10_000 + 9
    ends = (last_day + 1) * 1440 - tickets["day"] * 1440 - tickets["minute"]
    # Between the first reply and the last closing, so that neither time depends on it.
    again = reply + (close - reply) * (2 + draw_below(key.of("again at"), 7, n)) // 10
    again = np.where(draw_chance(key.of("again"), AGAIN_PPM, n), again, -1)
    tickets = tickets.assign(
        reply=_until(reply, ends), again=_until(again, ends), close=_until(close, ends)
    )
    return tickets.sort_values(["day", "minute", "customer"], kind="stable", ignore_index=True)


def _until(minutes: Ints, ends: pd.Series) -> Ints:
    return np.where(minutes < ends.to_numpy(), minutes, -1)
