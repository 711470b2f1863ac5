"""What the satisfaction chapter says of drivers, tickets and what followed its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.analysis.answer_link import Link, link_answers
from rapport.analysis.drivers import Drivers
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.nonresponse import find_unasked
from rapport.analysis.satisfaction_study import StudyRules
from rapport.analysis.tickets import (
    Reply,
    Volume,
    Wait,
    compare_replies,
    count_volume,
    tabulate_topics,
    time_tickets,
)


@dataclass(frozen=True, eq=False)
class Tickets:
    """Tickets of the year: how many, waits, topics, and satisfaction after quick replies.

    `now`, `before`: volume of the period and of the one before, None where not known.
    """

    n: int
    now: Volume | None
    before: Volume | None
    ratio: tuple[float, float, float] | None
    reply: Wait
    close: Wait
    topics: pd.DataFrame
    after: Reply | None


def study_tickets(
    times: pd.DataFrame | None, windows: pd.DataFrame | None, answers: pd.DataFrame,
    *, min_n: int, confidence: float = 0.95,
) -> Tickets | None:  # fmt: skip
    """Count and time the tickets of the year; None where the unit has none.

    Parameters
    ----------
    times, windows : the marts `ticket_times` and `ticket_windows`
    answers : one row per customer: `customer_id`, `answered_at`, `csat`
    min_n : tickets below which nothing is told
    """
    if times is None or windows is None:
        return None
    rows = windows.set_index("window")
    known = {
        name: count_volume(int(row["n_tickets"]), int(row["n_customers"]), confidence=confidence)
        for name in ("current", "previous")
        if name in rows.index and bool((row := rows.loc[name])["is_comparable"])
    }
    now, before = known.get("current"), known.get("previous")
    reply = time_tickets(times, until="first_reply_at", confidence=confidence)
    close = time_tickets(times, until="closed_at", confidence=confidence)
    after = compare_replies(times, answers, min_n=min_n, confidence=confidence)
    topics = tabulate_topics(times, confidence=confidence)
    ratio = _compare_volumes(now, before, confidence)
    return Tickets(len(times), now, before, ratio, reply, close, topics, after)


def _compare_volumes(
    now: Volume | None, before: Volume | None, confidence: float
) -> tuple[float, float, float] | None:
    """Give the ratio of two volumes and its interval, from the share that came now."""
    if now is None or before is None or not (now.n_tickets and before.n_tickets):
        return None
    ends = wilson(now.n_tickets, now.n_tickets + before.n_tickets, confidence=confidence)
    scale = before.n_customers / now.n_customers
    low, high = (share / (1 - share) * scale for share in ends.ends)
    return now.rate / before.rate, low, high


def name_tickets(found: Tickets | None, *, min_n: int) -> str:
    """Name the wording of tickets: none, few, waiting (half have no reply or no end), told."""
    if found is None:
        return "none"
    if found.n < min_n:
        return "few"
    return "waiting" if None in (found.reply.median, found.close.median) else "told"


def list_volumes(found: Tickets | None, *, min_n: int) -> list[str]:
    """Name the wording of the volume: up, down, unclear, alone; nothing of few tickets."""
    if found is None or found.n < min_n or found.now is None:
        return []
    if found.ratio is None:
        return ["alone"]
    _, low, high = found.ratio
    if low <= 1 <= high:
        return ["unclear"]
    return ["up" if low > 1 else "down"]


def list_replies(found: Tickets | None) -> list[str]:
    """Name the wording of satisfaction by reply: better (after a quick one), worse, unclear."""
    if found is None or found.after is None:
        return []
    if found.after.low <= 0 <= found.after.high:
        return ["unclear"]
    return ["better" if found.after.low > 0 else "worse"]


def measure_tickets(found: Tickets | None, *, min_n: int) -> list[Measured]:
    """Name the numbers of tickets."""
    if found is None or found.n < min_n:
        return []
    told = [Measured("tickets", found.n, "count", "tickets")]
    for name, volume in (("tickets.now", found.now), ("tickets.before", found.before)):
        if volume is not None:
            ends = (volume.low, volume.high)
            told.append(
                Measured(name, volume.rate, "estimator", "tickets", volume.n_customers, ends)
            )
    for name, wait in (("reply", found.reply), ("close", found.close)):
        if wait.median is not None:
            span = None if wait.low is None or wait.high is None else (wait.low, wait.high)
            told.append(Measured(f"{name}.hours", wait.median, "estimator", "hours", wait.n, span))
    if found.after is not None:
        after = found.after
        told += [
            Measured("quick.hours", after.hours, "estimator", "hours"),
            Measured("quick.csat", after.quick, "ratio", "share", after.n_quick),
            Measured("slow.csat", after.slow, "ratio", "share", after.n_slow),
            Measured("quick.gap", after.quick - after.slow, "ratio", "pp",
                     after.n_quick + after.n_slow, (after.low, after.high)),
        ]  # fmt: skip
    return told


def take_topics(found: Tickets | None, *, min_n: int, min_count: int) -> pd.DataFrame | None:
    """Give the topics of tickets that enough customers asked about; None without any."""
    if found is None or found.n < min_n:
        return None
    rows = found.topics[found.topics["n_customers"] >= min_count].reset_index(drop=True)
    return rows if len(rows) else None


def name_drivers(found: Drivers) -> str:
    """Name the wording of drivers, or why there is nothing.

    `fix`: one that matters is liked less than the others by more than chance; `keep`: the first
    is liked more; `matters`: it matters, and chance cannot tell how it is liked; `weak`: none
    holds an even share; `no_driver`.
    """
    if found.reason is not None:
        return found.reason
    places = list_attributes(found)
    if "first" not in places:
        return "no_driver"
    return next((name for name in ("fix", "keep", "matters") if name in places), "weak")


def list_driver_notes(found: Drivers) -> list[str]:
    """Name what must be known beside drivers: halo always; uneven, left_out, reversed."""
    if found.reason is not None:
        return []
    table = found.table
    said = {
        "halo": True,
        "uneven": bool((~table["is_even"].astype(bool)).any()),
        "left_out": bool(found.left_out),
        "reversed": bool((table["is_driver"] & (table["coefficient"] < 0)).any()),
    }
    return [name for name, holds in said.items() if holds]


def measure_drivers(found: Drivers) -> list[Measured]:
    """Name the numbers of drivers: answers, what is explained, the strongest, which to mend."""
    told = [
        Measured("drivers.n", found.n, "count", "customers"),
        Measured("drivers.needed", found.needed, "count", "customers"),
    ]
    if found.reason is not None or found.r_squared is None:
        return told
    table = found.table
    told += [
        Measured("drivers.explained", found.r_squared, "estimator", "share", found.n),
        Measured("drivers.attributes", len(table), "count", "count"),
        Measured("drivers.found", int(table["is_driver"].sum()), "count", "count"),
        Measured("drivers.together", found.spread, "estimator", "ratio", found.n),
    ]
    for name, attribute in list_attributes(found).items():
        row = table[table["attribute"] == attribute].to_dict("records")[0]
        told += _measure_attribute(f"drivers.{name}", row)
    return told


def _measure_attribute(name: str, row: Mapping[Any, Any]) -> list[Measured]:
    n = int(row["n"])
    return [
        Measured(f"{name}.coefficient", float(row["coefficient"]), "iterative", "ratio", n,
                 (float(row["low"]), float(row["high"]))),
        Measured(f"{name}.share", float(row["share"]), "simulated", "share", n,
                 (float(row["share_low"]), float(row["share_high"]))),
        Measured(f"{name}.performance", float(row["performance"]), "ratio", "share", n,
                 (float(row["performance_low"]), float(row["performance_high"]))),
    ]  # fmt: skip


def list_attributes(found: Drivers) -> dict[str, str]:
    """Give the attributes that sentences name, by their place: first, fix, keep, matters."""
    ours = found.table[found.table["is_driver"].astype(bool) & (found.table["coefficient"] > 0)]
    apart, first = ours["is_apart"].astype(bool), ours.head(1)
    places = {
        "first": first,
        "fix": ours[(ours["field"] == "fix_first") & apart & (ours["gap"] < 0)],
        "keep": first[
            (first["field"] == "keep") & first["is_apart"].astype(bool) & (first["gap"] > 0)
        ],
        "matters": first[first["field"].isin(["fix_first", "keep"])],
    }
    return {name: str(rows["attribute"].iloc[0]) for name, rows in places.items() if len(rows)}


def study_link(bought: pd.DataFrame, *, doubted: tuple[str, ...], rules: StudyRules) -> Link | None:
    """Compare classes by what they bought after; None where nothing is known, or NPS in doubt.

    Parameters
    ----------
    bought : the mart `answer_orders`, of customers who are looked at
    """
    if bought.empty or "nps" in doubted:
        return None
    return link_answers(bought, min_n=rules.min_n, confidence=rules.confidence, seed=rules.seed)


def take_link(found: Link | None) -> pd.DataFrame | None:
    """Give the classes side by side; None without any."""
    return None if found is None else found.table


def adds_up(found: Drivers) -> bool:
    """Whether shares of importance add up to one, and the fit is at its maximum."""
    if found.table.empty:
        return True
    whole = abs(float(found.table["share"].sum()) - 1) < 1e-9
    return whole and found.gradient is not None and found.gradient < 1e-3


def name_link(found: Link | None) -> str:
    """Name the wording of what followed: more, less, unclear (promoters), few or none."""
    if found is None or found.table.empty:
        return "none"
    if found.ends is None:
        return "few"
    if found.ends[0] <= 0 <= found.ends[1]:
        return "unclear"
    return "more" if found.ends[0] > 0 else "less"


def measure_link(found: Link | None, *, currency: str) -> list[Measured]:
    """Name the numbers of what followed the answers."""
    if found is None or found.table.empty:
        return []
    n = int(found.table["n"].sum())
    told = [Measured("followed", n, "count", "customers")]
    for row in found.table.to_dict("records"):
        ends = None if pd.isna(row["low"]) else (float(row["low"]), float(row["high"]))
        told.append(Measured(f"after.{row['nps_class']}", float(row["spend_after"]), "estimator",
                             currency, int(row["n"]), ends))  # fmt: skip
    if found.difference is not None:
        told.append(Measured("after.difference", found.difference, "estimator", currency, n,
                             found.ends))  # fmt: skip
    if found.change_difference is not None:
        told.append(Measured("moved.difference", found.change_difference, "estimator", currency,
                             n, found.change_ends))  # fmt: skip
    return told


def list_warnings(reach: pd.DataFrame | None, answers: pd.DataFrame, *, min_n: int) -> list[str]:
    """Name what the survey itself leaves open: returners_only, mixed (occasions)."""
    found = [] if find_unasked(reach, min_n=min_n) != "returners_only" else ["returners_only"]
    occasions = answers["touchpoint"].dropna().nunique() if len(answers) else 0
    return [*found, "mixed"] if occasions > 1 else found
