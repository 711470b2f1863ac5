"""Service tickets: how many, how soon they are answered and closed, about what, and what for.

Times are Kaplan-Meier's: tickets still open count for as long as they were watched, and leaving
them out would make a queue look quick. A ticket opened again is open until its last closing; which
were is told only where a source says when.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.intervals import clustered_share, newcombe, poisson_rate, wilson
from rapport.analysis.measured import Measured
from rapport.analysis.measures import Floats

SECONDS = 3600.0
BEFORE_DAYS = 60
GOOD = 4


@dataclass(frozen=True)
class Wait:
    """How long until half of the tickets are answered or closed, in hours.

    `median` is None where half were not within the time watched; either end may be, too.
    """

    median: float | None
    low: float | None
    high: float | None
    n: int
    n_waiting: int


@dataclass(frozen=True)
class Volume:
    """Tickets per 1,000 customers with orders in a year, with the exact Poisson interval."""

    rate: float
    low: float
    high: float
    n_tickets: int
    n_customers: int


@dataclass(frozen=True)
class Reply:
    """Satisfaction after a quick and a slow first reply: shares, n, and the difference."""

    hours: float
    quick: float
    slow: float
    n_quick: int
    n_slow: int
    low: float
    high: float


def time_tickets(tickets: pd.DataFrame, *, until: str, confidence: float = 0.95) -> Wait:
    """Estimate the median hours from a ticket to its first reply or closing.

    Parameters
    ----------
    tickets : one row per ticket: `occurred_at`, the column `until` (empty = not yet),
        `seen_until`
    until : first_reply_at or closed_at

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958), JASA 53, 457-481; Brookmeyer, R. & Crowley, J. (1982),
    Biometrics 38, 29-41 (the interval of the median, on the scale of log(-log S)).

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-01 08:00"] * 3)
    >>> rows = pd.DataFrame({"occurred_at": at, "closed_at": at + pd.to_timedelta([1, 2, 3], "h"),
    ...                      "seen_until": pd.Timestamp("2026-02-01")})
    >>> time_tickets(rows, until="closed_at").median
    2.0
    """
    ended = tickets[until].notna().to_numpy(bool)
    end = tickets[until].where(tickets[until].notna(), tickets["seen_until"])
    hours = _to_hours(end - tickets["occurred_at"]).clip(min=0)
    n, n_waiting = len(hours), int((~ended).sum())
    if n == 0 or not ended.any():
        return Wait(None, None, None, n, n_waiting)
    times, curve, low, high = _fit_curve(hours, ended, confidence)
    return Wait(_cross(times, curve), _cross(times, low), _cross(times, high), n, n_waiting)


def _to_hours(spans: pd.Series) -> Floats:
    return np.asarray(pd.to_timedelta(spans).dt.total_seconds().to_numpy(float) / SECONDS)


def _fit_curve(hours: np.ndarray, ended: np.ndarray, confidence: float) -> tuple[np.ndarray, ...]:
    times = np.unique(hours[ended])
    ordered = np.sort(hours)
    at_risk = len(hours) - np.searchsorted(ordered, times, side="left")
    events = np.unique(hours[ended], return_counts=True)[1]
    curve = np.cumprod(1 - events / at_risk)
    inner = (curve > 0) & (curve < 1)
    with_rest = at_risk > events
    steps = np.where(with_rest, events / (at_risk * np.where(with_rest, at_risk - events, 1)), 0.0)
    logs = np.log(np.where(inner, curve, 0.5))
    spread = np.sqrt(np.cumsum(steps)) / np.abs(logs)
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * spread
    low = np.where(inner, np.exp(-np.exp(np.log(-logs) + half)), curve)
    high = np.where(inner, np.exp(-np.exp(np.log(-logs) - half)), curve)
    return times, curve, low, high


def _cross(times: np.ndarray, curve: np.ndarray) -> float | None:
    # A half that is a product of fractions may come out a hair above it.
    below = np.flatnonzero(curve <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else None


def count_volume(n_tickets: int, n_customers: int, *, confidence: float = 0.95) -> Volume | None:
    """Give tickets per 1,000 customers; None without customers.

    Examples
    --------
    >>> round(count_volume(20, 800).rate, 1)
    25.0
    """
    if n_customers == 0:
        return None
    ends = poisson_rate(n_tickets, n_customers / 1000, confidence=confidence)
    rate = 1000 * n_tickets / n_customers
    return Volume(rate, ends.low, ends.high, n_tickets, n_customers)


def tabulate_topics(tickets: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Give each topic's tickets, share and hours, the most frequent first.

    Returns
    -------
    one row per topic: `topic`, `n`, `n_customers`, `share`, `low`, `high`, `reply_hours`,
    `close_hours` (empty where half are still waiting)
    """
    words = tickets["ticket_topic"].fillna("unknown").astype(str)
    found = []
    for topic, n in words.value_counts().sort_index().items():
        own = tickets[words == topic]
        ends = wilson(int(n), len(tickets), confidence=confidence)
        hours = [time_tickets(own, until=name).median for name in ("first_reply_at", "closed_at")]
        askers = int(own["customer_id"].nunique())
        found.append((topic, int(n), askers, n / len(tickets), ends.low, ends.high, *hours))
    columns = ["topic", "n", "n_customers", "share", "low", "high", "reply_hours", "close_hours"]
    table = pd.DataFrame(found, columns=columns)
    table = table.astype(dict.fromkeys(columns[3:], float))
    return table.sort_values(["n", "topic"], ascending=[False, True], ignore_index=True)


def compare_replies(
    tickets: pd.DataFrame, answers: pd.DataFrame, *, min_n: int, confidence: float = 0.95
) -> Reply | None:
    """Compare satisfaction after a first reply quicker and slower than half of those looked at.

    Parameters
    ----------
    tickets : as in `time_tickets`, with `customer_id`; of a customer the last ticket replied to
        in the sixty days before the answer
    answers : one row per customer: `customer_id`, `answered_at`, `csat` (1 to 5)

    Returns
    -------
    shares content (4 and 5) and quick less slow with Newcombe's interval; None where either side
    has fewer than `min_n` customers. Association: hard questions take longer.
    """
    replied = tickets[tickets["first_reply_at"].notna() & tickets["customer_id"].notna()]
    scored = answers[answers["csat"].notna()][["customer_id", "answered_at", "csat"]]
    both = replied.merge(scored, on="customer_id")
    gap = both["answered_at"] - both["first_reply_at"]
    both = both[(gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=BEFORE_DAYS))]
    last = both.sort_values(["occurred_at", "interaction_id"]).drop_duplicates("customer_id", keep="last")  # fmt: skip  # noqa: E501
    if len(last) < 2 * min_n:
        return None
    hours = _to_hours(last["first_reply_at"] - last["occurred_at"])
    middle = float(np.quantile(hours, 0.5, method="inverted_cdf"))
    good = last["csat"] >= GOOD
    sides = [good[hours <= middle], good[hours > middle]]
    if min(len(side) for side in sides) < min_n:
        return None
    (k, n), (j, m) = ((int(side.sum()), len(side)) for side in sides)
    ends = newcombe(k, n, j, m, confidence=confidence)
    return Reply(middle, k / n, j / m, n, m, ends.low, ends.high)


@dataclass(frozen=True)
class Reopened:
    """Share of tickets opened again, of those that had been closed, by drawing customers."""

    value: float
    low: float
    high: float
    n_closed: int


def count_reopened(
    tickets: pd.DataFrame | None, *, min_n: int, min_count: int, confidence: float, seed: int = 0
) -> list[Reopened]:
    """Give the share of closed tickets that were opened again; nothing where no source tells it.

    Parameters
    ----------
    tickets : one row per ticket: `interaction_id`, `customer_id`, `closed_at`, `reopened_at` (empty
        = never, as far as is known)
    min_n : closed tickets below which nothing is told
    min_count : customers with a ticket opened again below which nothing is told

    Returns
    -------
    one, or none: a ticket opened again and not closed since had been closed, too

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-02")
    >>> rows = pd.DataFrame({"interaction_id": range(40), "customer_id": range(40),
    ...                      "closed_at": day, "reopened_at": [day] * 10 + [pd.NaT] * 30})
    >>> found, = count_reopened(rows, min_n=30, min_count=10, confidence=0.95)
    >>> found.value, found.n_closed
    (0.25, 40)
    """
    if tickets is None or not tickets["reopened_at"].notna().any():
        return []
    again = tickets["reopened_at"].notna()
    closed = tickets[tickets["closed_at"].notna() | again]
    # Who is not known asked for himself alone.
    who = closed["customer_id"].where(closed["customer_id"].notna(), closed["interaction_id"])
    of_each = again[closed.index].groupby(who.astype(str), sort=True).agg(["sum", "count"])
    if len(closed) < min_n or int((of_each["sum"] > 0).sum()) < min_count:
        return []
    ends = clustered_share(of_each["sum"], of_each["count"], confidence=confidence, seed=seed)
    assert ends is not None
    return [Reopened(float(again.sum() / len(closed)), ends.low, ends.high, len(closed))]


def measure_reopened(found: Reopened) -> list[Measured]:
    """Name the share opened again, and of how many."""
    return [
        Measured("reopened.of", found.n_closed, "count", "tickets"),
        Measured("reopened.share", found.value, "ratio", "share", found.n_closed,
                 (found.low, found.high)),
    ]  # fmt: skip
