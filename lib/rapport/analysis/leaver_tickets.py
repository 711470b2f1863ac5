"""Did customers who left ask for help before? Tickets of leavers against those of stayers.

Customers active one horizon ago are parted by whether they have ordered since, and both are asked
about the same sixty days before that day, so nobody had longer to open a ticket. Association: who
asks for help had trouble, or cares enough to ask. Not for contracts, whose ends carry reasons, and
not where tickets are kept for some customers alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.intervals import newcombe
from rapport.analysis.measured import Measured

EVERYBODY, ANY = "_all", "_any"
COLUMNS = ("topic", "n_left", "share_left", "n_stayed", "share_stayed", "difference", "low", "high",
           "is_found")  # fmt: skip


@dataclass(frozen=True)
class LeaverRules:
    """The parameters that the comparison follows: smallest groups, false discovery, confidence."""

    min_n: int = 30
    min_count: int = 10
    fdr: float = 0.05
    confidence: float = 0.95


@dataclass(frozen=True, eq=False)
class LeaverTickets:
    """Tickets of those who left and of those who stayed.

    `rows` : one row per topic that can be shown, the first being any ticket: `COLUMNS`; none where
    nothing may be said. `reason` is None, few (customers) or few_tickets.
    """

    rows: pd.DataFrame
    n_left: int
    n_stayed: int
    reason: str | None


def compare_leavers(counts: pd.DataFrame, rules: LeaverRules) -> LeaverTickets:
    """Compare the share with a ticket among those who left and those who stayed, by topic.

    Parameters
    ----------
    counts : the mart `leaver_tickets`: `topic`, `has_left` (0 or 1), `n_customers`
    rules : `min_n` customers on either side, or nothing is compared; `min_count` customers with a
        ticket of a topic on either side, or it is not shown

    Returns
    -------
    shares with Newcombe's interval of their difference; a difference is found where its test
    survives the family of all topics shown

    References
    ----------
    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890.

    Examples
    --------
    >>> counts = pd.DataFrame({"topic": ["_all", "_all", "_any", "_any"], "has_left": [0, 1] * 2,
    ...                        "n_customers": [400, 200, 40, 60]})
    >>> found = compare_leavers(counts, LeaverRules())
    >>> found.rows[["share_left", "share_stayed", "is_found"]].to_numpy().tolist()
    [[0.3, 0.1, True]]
    """
    wide = counts.pivot_table(
        index="topic", columns="has_left", values="n_customers", aggfunc="sum", fill_value=0
    ).reindex(columns=[0, 1], fill_value=0)
    stayed, left = (int(n) for n in wide.reindex([EVERYBODY], fill_value=0).iloc[0])
    none = pd.DataFrame(columns=list(COLUMNS))
    if min(left, stayed) < rules.min_n:
        return LeaverTickets(none, left, stayed, "few")
    shown = _keep_told(wide.drop(index=EVERYBODY), rules.min_count)
    if shown.empty:
        return LeaverTickets(none, left, stayed, "few_tickets")
    rows = [
        {"topic": str(topic), **_compare((int(k[1]), left), (int(k[0]), stayed), rules.confidence)}
        for topic, k in zip(shown.index, shown.to_numpy(), strict=True)
    ]
    table = pd.DataFrame(rows)
    is_found = adjust_p_values(table["p_value"]) <= rules.fdr
    return LeaverTickets(table.assign(is_found=is_found)[list(COLUMNS)], left, stayed, None)


def _keep_told(tickets: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Keep any ticket and topics of enough customers; none follows from what is left out."""
    any_ticket = tickets.reindex([ANY], fill_value=0)
    if int(any_ticket.to_numpy().min()) < min_count:
        return any_ticket.iloc[:0]
    topics = tickets.drop(index=ANY)
    topics = topics.assign(least=topics.min(axis=1), name=topics.index)
    topics = topics.sort_values(["least", "name"], ascending=[False, True])
    kept = topics[topics["least"] >= min_count][[0, 1]]
    hidden = topics[topics["least"] < min_count][[0, 1]]
    while len(kept) and len(hidden) and int(hidden.sum().min()) < min_count:
        hidden = pd.concat([hidden, kept.tail(1)])
        kept = kept.iloc[:-1]
    return pd.concat([any_ticket, kept])


def _compare(left: tuple[int, int], stayed: tuple[int, int], confidence: float) -> dict[str, float]:
    ends = newcombe(*left, *stayed, confidence=confidence)
    one, two = left[0] / left[1], stayed[0] / stayed[1]
    pooled = (left[0] + stayed[0]) / (left[1] + stayed[1])
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / left[1] + 1 / stayed[1])))
    p_value = float(2 * stats.norm.sf(abs(one - two) / error)) if error else 1.0
    return {"n_left": left[0], "share_left": one, "n_stayed": stayed[0], "share_stayed": two,
            "difference": one - two, "low": ends.low, "high": ends.high,
            "p_value": p_value}  # fmt: skip


def name_leavers(found: LeaverTickets) -> str:
    """Name what is said: more, less or unclear (of any ticket), or why nothing is."""
    if found.reason is not None:
        return found.reason
    first = found.rows.iloc[0]
    if not first["is_found"]:
        return "unclear"
    return "more" if first["difference"] > 0 else "less"


def study_leavers(
    counts: pd.DataFrame | None, rules: LeaverRules, *, is_of_orders: bool
) -> list[LeaverTickets]:
    """Compare, where customers are followed by their orders and a ticket is known; else nothing."""
    told = set() if counts is None else set(counts["topic"])
    if counts is None or not is_of_orders or not told.issuperset({EVERYBODY, ANY}):
        return []
    return [compare_leavers(counts, rules)]


def measure_leavers(found: LeaverTickets) -> list[Measured]:
    """Name the numbers of any ticket; nothing where nothing is compared."""
    if found.rows.empty:
        return []
    first = found.rows.iloc[0]
    return [
        Measured("asked.left", found.n_left, "count", "customers"),
        Measured("asked.stayed", found.n_stayed, "count", "customers"),
        Measured("asked.share_left", float(first["share_left"]), "ratio", "share", found.n_left),
        Measured("asked.share_stayed", float(first["share_stayed"]), "ratio", "share",
                 found.n_stayed),
        Measured("asked.difference", float(first["difference"]), "estimator", "pp",
                 found.n_left + found.n_stayed, (float(first["low"]), float(first["high"]))),
    ]  # fmt: skip
