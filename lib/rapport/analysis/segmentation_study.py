"""The segmentation chapter's first questions put to RFM: who brings what, and what has moved.

Segments are rules on scores, so they are described and never tested on the measures that made
them. Their sizes are compared over time by the cut points of one fixed day only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from rapport.analysis.change import compare_shares
from rapport.analysis.intervals import ratio_of_sums, wilson
from rapport.analysis.measured import Measured
from rapport.analysis.rfm import assign_segments, count_levels, rfm_cuts, take_window
from rapport.analysis.segments import segment_table, sizes_between

BEST, KEEP, TOTAL = "high_value", "must_keep", "total"
SAID = ("ok", "other")
N_LEVELS = 5
# Of `customer_measures`: what the chapter looks at, and no other rows are held.
WINDOWS = ("current", "cut", "previous")


@dataclass(frozen=True)
class SegmentRules:
    """What segments are made by: day, spend (net or gross) and the least numbers."""

    as_of: date
    spend: str = "net"
    new_days: int = 30
    min_n: int = 30
    min_count: int = 10
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class Segmentation:
    """Customers of the window, their scores and segments, and what may be said of them.

    `customers` and `scores` have a row per customer, `table` one per segment. `outcome`: "ok",
    "other" (the segment `lead` brings most, not the high-value one), or why nothing is said:
    "nobody", "too_few", "small" (no segment has `min_n`), "alike" (all score the same),
    "no_spend". `n_outside`: customers known by
    as_of who bought nothing inside the window.
    """

    customers: pd.DataFrame
    scores: pd.DataFrame
    table: pd.DataFrame
    outcome: str
    lead: str | None
    n_outside: int

    @property
    def is_shown(self) -> bool:
        """Whether segments say anything: not where nobody, too few or only equals bought."""
        return self.outcome not in ("nobody", "too_few", "alike")


def study_segments(measures: pd.DataFrame, rules: SegmentRules) -> Segmentation:
    """Score the customers of the window, name their segments and sum these up.

    Parameters
    ----------
    measures : `customer_measures`, one row per window and customer
    """
    customers = take_window(measures, spend=rules.spend)
    scores = assign_segments(customers, new_days=rules.new_days, as_of=rules.as_of)
    table = segment_table(scores["segment"], customers, min_n=rules.min_n)
    n_known = int((measures["window"] == "current").sum())
    outcome = _outcome(scores, table, rules.min_n)
    lead = _lead(table, rules.min_n) if outcome in SAID else None
    return Segmentation(customers, scores, table, outcome, lead, n_known - len(customers))


def _lead(table: pd.DataFrame, min_n: int) -> str | None:
    large = table[(table["n_customers"] >= min_n) & table["share_spend"].notna()]
    if large.empty or BEST in large.index:
        return BEST if BEST in large.index else None
    return str(large["share_spend"].astype(float).idxmax())


def _outcome(scores: pd.DataFrame, table: pd.DataFrame, min_n: int) -> str:
    if scores.empty:
        return "nobody"
    if len(scores) < min_n:
        return "too_few"
    if max(count_levels(scores).values()) == 1:
        return "alike"
    if sum(table["spend"]) <= 0:
        return "no_spend"
    lead = _lead(table, min_n)
    if lead is None:
        return "small"
    return "ok" if lead == BEST else "other"


def measure_segments(found: Segmentation, rules: SegmentRules, *, currency: str) -> list[Measured]:
    """Name the numbers of the segments: how many, what share, what spend, levels in use.

    `best.*` are of the segment that the headline names, `keep.*` of must_keep where it has
    `min_n` customers or more.
    """
    scores, customers = found.scores, found.customers
    spend = customers["rfm_spend"]
    values = [
        count_or_hide("n", len(scores), rules.min_count),
        count_or_hide("n_outside", found.n_outside, rules.min_count),
        count_or_hide("n_not_positive", int((spend <= 0).sum()), rules.min_count),
    ]
    if values[0].value is not None:
        values.append(Measured("spend", sum(spend, Decimal(0)), "money", currency))
    for name, level in count_levels(scores).items():
        values.append(Measured(f"levels.{name[0]}", level, "count", "count"))
    if found.lead is not None:
        values += _measure_one("best", found.lead, found, rules)
        values.append(Measured("best.spend", found.table["spend"][found.lead], "money", currency))
        if found.table["n_customers"][KEEP] >= rules.min_n:
            values += _measure_one("keep", KEEP, found, rules)
            days = float(found.table["days_since_median"][KEEP])
            values.append(Measured("keep.days", days, "count", "days"))
    return values


def count_or_hide(name: str, n: int, min_count: int) -> Measured:
    """Name a count of customers; a small one has no value, for a record is read by everybody."""
    return Measured(name, None if 0 < n < min_count else n, "count", "customers")


def _measure_one(
    name: str, segment: str, found: Segmentation, rules: SegmentRules
) -> list[Measured]:
    row, n = found.table.loc[segment], len(found.scores)
    size = int(row["n_customers"])
    members = (found.scores["segment"] == segment).to_numpy()
    spend = found.customers["rfm_spend"].astype(float).to_numpy()
    # The borders of the segment are taken as given; only who buys is drawn again.
    of_spend = ratio_of_sums(spend * members, spend, confidence=rules.confidence, seed=rules.seed)
    of_all = wilson(size, n, confidence=rules.confidence).ends
    return [
        Measured(f"{name}.n", size, "count", "customers"),
        Measured(f"{name}.share", size / n, "ratio", "share", n, of_all),
        Measured(
            f"{name}.spend_share", float(row["share_spend"]), "ratio", "share", n,
            None if of_spend is None else of_spend.ends,
        ),
    ]  # fmt: skip


def describe_data(
    found: Segmentation, snapshot: pd.DataFrame, rules: SegmentRules, *, rfm_days: int
) -> str:
    """Say whether the data reach back over the whole window, whole or short; or few, or nobody."""
    if len(found.scores) < rules.min_count:
        return "few" if len(found.scores) else "nobody"
    first = pd.Timestamp(rules.as_of) - pd.Timedelta(days=rfm_days - 1)
    return "whole" if (snapshot["data_from"] <= first).all() else "short"


def describe_levels(found: Segmentation, *, min_n: int) -> str:
    """Say how many levels are in use: all, some, or few customers to say it of."""
    if len(found.scores) < min_n:
        return "few"
    return "all" if min(count_levels(found.scores).values()) == N_LEVELS else "some"


def list_remarks(
    found: Segmentation, rules: SegmentRules, *, has_contracts: bool
) -> list[tuple[str, str]]:
    """Name what else must be said, with its case: some, or few where the number is hidden."""
    n_low = int((found.customers["rfm_spend"] <= 0).sum())
    is_keep = found.outcome in SAID and found.table["n_customers"][KEEP] >= rules.min_n
    counts = {
        "keep": rules.min_count if is_keep else 0,
        "outside": found.n_outside,
        "not_positive": n_low,
        "contracts": rules.min_count if has_contracts and len(found.scores) else 0,
    }
    return [(name, "few" if n < rules.min_count else "some") for name, n in counts.items() if n]


def take_sizes(found: Segmentation) -> pd.DataFrame | None:
    """Give the table of segments where it says anything."""
    return found.table if found.is_shown else None


def add_total(found: Segmentation) -> pd.DataFrame:
    """Give segments by falling spend, then all customers (`total`); no rows if not shown."""
    if not found.is_shown:
        return found.table.iloc[:0]
    everyone = pd.Series(TOTAL, found.scores.index, dtype=object)
    total = segment_table(everyone, found.customers, order=[TOTAL])
    ranked = found.table.sort_values("spend", ascending=False, kind="stable")
    # A share of nothing, or an AOV of nobody, is empty in one table and absent in none.
    return pd.concat([ranked.astype(object), total.astype(object)]).rename_axis("segment")


def compare_sizes(
    measures: pd.DataFrame, periods: pd.DataFrame, rules: SegmentRules
) -> pd.DataFrame | None:
    """Count the segments at the cut day and now, both by the cut points of the cut day.

    Parameters
    ----------
    periods : the table of windows; without a row `cut` the data reach back too short

    Returns
    -------
    one row per segment as `sizes_between` gives it, or None where there is no cut day
    """
    days = periods.loc[periods["window"] == "cut", "ends_on"]
    if days.empty:
        return None
    then = take_window(measures, window="cut", spend=rules.spend)
    now = take_window(measures, spend=rules.spend)
    cuts, cut_day = rfm_cuts(then), pd.Timestamp(days.iloc[0]).date()
    earlier = assign_segments(then, new_days=rules.new_days, as_of=cut_day, cuts=cuts)
    later = assign_segments(now, new_days=rules.new_days, as_of=rules.as_of, cuts=cuts)
    return sizes_between(earlier["segment"], later["segment"])


def describe_sizes(sizes: pd.DataFrame | None, *, min_n: int = 30, min_change: float = 0.02) -> str:
    """Say how the share of high-value customers moved: up, down, unclear, none, few, or late.

    "late": there is no earlier day to compare with; "few": fewer than `min_n` on one of the days.
    """
    if sizes is None:
        return "late"
    then, now = (_count_best(sizes, when) for when in ("earlier", "later"))
    if min(then[0], now[0]) < min_n:
        return "few"
    # Most customers are counted on both days, so the interval of two samples is wide rather
    # than narrow.
    return compare_shares(now, then, min_change=min_change).case


def measure_sizes(
    sizes: pd.DataFrame | None, case: str, *, confidence: float = 0.95
) -> list[Measured]:
    """Name the share of high-value customers at both days, unless `case` is few or late."""
    if sizes is None or case == "few":
        return []
    found = []
    for when in ("earlier", "later"):
        best, n = _count_best(sizes, when)
        found.append(Measured(f"sizes.n_{when}", n, "count", "customers"))
        ends = wilson(best, n, confidence=confidence).ends
        found.append(Measured(f"sizes.{when}", best / n, "ratio", "share", n, ends))
    return found


def _count_best(sizes: pd.DataFrame, when: str) -> tuple[int, int]:
    counts = {str(name): int(n) for name, n in sizes[f"n_{when}"].items()}
    return counts[BEST], sum(counts.values())
