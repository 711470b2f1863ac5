"""Tags of customers: how many carry each, how that changed, and which go together.

Who carries a tag was decided by its condition; here customers are counted. Tags overlap, so their
counts add up to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.consent import Consenting, keep_consenting
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured, share

COLUMNS = (
    "tag", "n_customers", "share", "low", "high", "n_before", "change", "with_tag", "share_with",
)  # fmt: skip


@dataclass(frozen=True)
class TagCounts:
    """What there is to say of tags.

    `table` : one row per tag by falling number of customers: `tag`, `n_customers`, `share` (of all
    customers) with `low` and `high`, `n_before` (at the end of the period before), `change` (of
    the share, empty without a period before), `with_tag` (that most of its customers carry, too)
    and `share_with` (how many of them), empty where no overlap may be told.
    """

    table: pd.DataFrame
    n_all: int
    n_tagged: int
    has_before: bool

    @property
    def outcome(self) -> str:
        """Whether there are tags to speak of: some, unheld (nobody carries one), or none."""
        if self.table.empty:
            return "none"
        return "some" if self.n_tagged else "unheld"


def find_agreed(
    customers: pd.DataFrame | None, consents: pd.DataFrame | None, *, default: Mapping[str, str]
) -> Consenting:
    """Give the customers who agreed to be profiled; nobody where the unit has no customers."""
    known = pd.DataFrame(columns=["window", "customer_id"]) if customers is None else customers
    return keep_consenting(known, consents, purpose="profiling", default=default)


def count_tags(
    held: pd.DataFrame | None, customers: pd.DataFrame, names: Sequence[str], *,
    min_count: int = 10, confidence: float = 0.95,
) -> TagCounts:  # fmt: skip
    """Count the customers of each tag.

    Parameters
    ----------
    held : one row per window (current, previous), customer and tag that holds: `window`,
        `customer_id`, `tag`; None where nobody carries any
    customers : all customers of both windows: `window`, `customer_id`; who is not among them is
        not counted. No row of `previous`: there is nothing to compare with
    names : every tag, also those that nobody carries
    min_count : customers under which no overlap is told
    """
    held = _or_empty(held)
    sizes = customers["window"].value_counts()
    n_all, n_before = int(sizes.get("current", 0)), int(sizes.get("previous", 0))
    matrix = _cross(held, customers, names, "current")
    before = _cross(held, customers, names, "previous").sum(axis=0)
    counts = matrix.sum(axis=0).astype(int)
    table = pd.DataFrame(
        {"tag": list(names), "n_customers": counts, "n_before": before.astype(int)}
    )
    has_all = n_all > 0
    table["share"] = counts / n_all if has_all else np.nan
    ends = [wilson(int(k), n_all, confidence=confidence).ends if has_all else (np.nan, np.nan)
            for k in counts]  # fmt: skip
    table[["low", "high"]] = np.array(ends, dtype=float).reshape(len(names), 2)
    table["change"] = counts / n_all - before / n_before if has_all and n_before else np.nan
    partners = _find_partners(matrix, names, min_count)
    table["with_tag"] = pd.Series([name for name, _ in partners], dtype=object)
    table["share_with"] = pd.Series([part for _, part in partners], dtype=float)
    ranked = table.assign(rank=-table["n_customers"]).sort_values(["rank", "tag"])
    n_tagged = int(matrix.any(axis=1).sum())
    rows = ranked.reset_index(drop=True)[list(COLUMNS)]
    return TagCounts(rows, n_all, n_tagged, has_before=n_before > 0)


def _or_empty(held: pd.DataFrame | None) -> pd.DataFrame:
    return pd.DataFrame(columns=["window", "customer_id", "tag"]) if held is None else held


def _cross(
    held: pd.DataFrame, customers: pd.DataFrame, names: Sequence[str], window: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give customers by tags, 1 where the tag holds."""
    people = pd.Index(customers.loc[customers["window"] == window, "customer_id"])
    rows = held[held["window"] == window]
    at = people.get_indexer(pd.Index(rows["customer_id"]))
    tag = pd.Index(names).get_indexer(pd.Index(rows["tag"]))
    matrix = np.zeros((len(people), len(names)))
    known = (at >= 0) & (tag >= 0)
    matrix[at[known], tag[known]] = 1.0
    return matrix


def _find_partners(
    matrix: np.ndarray[Any, np.dtype[np.float64]], names: Sequence[str], min_count: int
) -> list[tuple[str | None, float | None]]:
    both = matrix.T @ matrix
    found: list[tuple[str | None, float | None]] = []
    for row in range(len(names)):
        n, best = both[row, row], -1
        for column in range(len(names)):
            k = both[row, column]
            # Of the rest, too: that all but two of a group do something tells of the two.
            is_told = column != row and k >= min_count and (k == n or n - k >= min_count)
            if is_told and (best < 0 or k > both[row, best]):
                best = column
        found.append((names[best], float(both[row, best] / n)) if best >= 0 else (None, None))
    return found


def measure_tags(counts: TagCounts, *, confidence: float = 0.95) -> list[Measured]:
    """Name how many tags there are, and how many customers carry at least one."""
    if counts.outcome == "none":
        return []
    lead = counts.table.iloc[0]
    n_lead = int(lead["n_customers"])
    return [
        Measured("tags.n", len(counts.table), "count", "count"),
        Measured("tags.tagged", counts.n_tagged, "count", "customers", counts.n_all),
        _share("tags.share", counts.n_tagged, counts.n_all, confidence),
        _share("tags.lead.share", n_lead, counts.n_all, confidence),
    ]


def _share(name: str, part: int, whole: int, confidence: float) -> Measured:
    ends = wilson(part, whole, confidence=confidence).ends if whole else None
    return share(name, part, whole, interval=ends)


def find_days(windows: pd.DataFrame) -> date | None:
    """Give the last day of the period before, None where there is none.

    Parameters
    ----------
    windows : rows of `period_measures`, by window
    """
    if "previous" not in windows.index:
        return None
    (day,) = pd.to_datetime(windows["ends_on"]).loc[["previous"]]
    return None if pd.isna(day) else day.date()


def list_tags(
    held: pd.DataFrame | None, customers: pd.DataFrame, *, as_of: date | None, before: date | None
) -> pd.DataFrame:
    """Give the table that others read: who carries which tag, by what, and since when at least.

    Parameters
    ----------
    held, customers : as in `count_tags`: who is not among the customers is not listed
    as_of, before : last day of the period, and of the one before

    Returns
    -------
    one row per customer and tag that holds now, by `customer_id` and `tag`
        `source` (rule), `since`: the day of the two that it was last looked at from which it has
        held each time
    """
    rows = _or_empty(held)
    agreed = rows[rows["customer_id"].isin(customers["customer_id"])]
    now, earlier = (agreed[agreed["window"] == window] for window in ("current", "previous"))
    known = pd.MultiIndex.from_frame(earlier[["customer_id", "tag"]])
    held_then = pd.MultiIndex.from_frame(now[["customer_id", "tag"]]).isin(known)
    since = [before if was and before is not None else as_of for was in held_then]
    listed = now[["customer_id", "tag"]].assign(
        source="rule", since=pd.Series(since, now.index, dtype=object)
    )
    return listed.sort_values(["customer_id", "tag"]).reset_index(drop=True)
