"""Spend per customer against the period before: whether each spends more, or others buy.

One change is split by every grouping that the unit knows. No grouping is the right one: each says
how much of the change goes with a shift between its groups. The grouping with the largest mix
leads; one in which every group moved against the whole (Simpson's paradox) leads before all, if
both moves are more than chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.mix_rate import MixRate, bound_parts, split_change, sum_groups
from rapport.analysis.resampling import Interval
from rapport.analysis.small_groups import OTHER, UNKNOWN, hide_small

GROUPINGS = (
    "newness", "main_channel", "place", "loyalty_tier", "acquisition_channel", "age_band", "gender",
)  # fmt: skip
Outcome = Literal["simpson", "outweighed", "agree", "unclear", "none"]
GROUP_COLUMNS = (
    "group", "n_then", "n_now", "weight_then", "weight_now", "rate_then", "rate_now", "mix", "rate",
)  # fmt: skip


@dataclass(frozen=True)
class MixStudy:
    """The change of spend per customer, split by each grouping; `lead` names the one to speak of.

    `splits` and `bounds` go by grouping; `n_now` and `n_then` are customers who bought.
    """

    splits: Mapping[str, MixRate]
    bounds: Mapping[str, Mapping[str, Interval] | None]
    lead: str | None
    n_now: int
    n_then: int

    @property
    def outcome(self) -> Outcome:
        """What to say: of a pair, of the parts, that nothing is clear, or nothing at all."""
        if self.lead is None:
            return "none"
        return _name_outcome(self.splits[self.lead], self.bounds[self.lead])


def _name_outcome(split: MixRate, bounds: Mapping[str, Interval] | None) -> Outcome:
    if bounds is None or bounds["change"].holds(0.0):
        return "unclear"
    # That groups moved against the whole is said only where both moves are more than chance.
    return "agree" if bounds["rate"].holds(0.0) else split.pair


def gather_customers(
    customers: pd.DataFrame | None, habits: pd.DataFrame | None, places: Mapping[str, str]
) -> pd.DataFrame:
    """Give a row per customer with what they can be grouped by; none where there is no customer.

    Parameters
    ----------
    customers : rows of `customer_measures` of the window `current`
    habits : rows of `customer_habits`
    places : the row that a customer stands in, by `customer_id`
    """
    if customers is None or habits is None:
        return pd.DataFrame(columns=["customer_id", "first_ordered_on"])
    now = habits.loc[habits["window"] == "current", ["customer_id", "main_channel"]]
    known = customers.merge(now, on="customer_id", how="left")
    return known.assign(place=known["customer_id"].map(places))


def find_starts(periods: pd.DataFrame) -> dict[str, Any]:
    """Give the first day of the period and of the one before; none that cannot be compared.

    Parameters
    ----------
    periods : rows of `period_measures`: `window`, `starts_on`, `is_comparable`
    """
    rows = periods.set_index("window")
    if "previous" not in rows.index or not bool(rows.loc["previous", "is_comparable"]):
        return {}
    return {window: rows.loc[window, "starts_on"] for window in ("current", "previous")}


def describe_customers(
    flows: pd.DataFrame | None, customers: pd.DataFrame, starts: Mapping[str, Any]
) -> pd.DataFrame:
    """Give a row per customer of either period with what they are grouped by.

    Parameters
    ----------
    flows : one row per window and customer: `window`, `customer_id`, `n_orders`, `net` (Decimal);
        None where there is no customer
    customers : one row per customer: `customer_id`, `first_ordered_on`, and of the groupings the
        columns that the unit knows (`place` and `main_channel` among them)
    starts : first day of each of the two windows; none where there is nothing to compare

    Returns
    -------
    `customer_id`, `is_now`, `value`, `counts` (1 with a sale, else 0), and a column per grouping;
    what is not known of a customer is `unknown`. Whether a customer is new is asked of each period
    by itself
    """
    if flows is None:
        return pd.DataFrame(columns=["customer_id", "is_now", "value", "counts"])
    taken = ["customer_id", "first_ordered_on", *(n for n in GROUPINGS if n in customers)]
    looked_at = flows[flows["window"].isin(list(starts))]
    rows = looked_at.merge(customers[taken], on="customer_id", how="left")
    is_now = rows["window"] == "current"
    table = pd.DataFrame(
        {"customer_id": rows["customer_id"], "is_now": is_now, "value": rows["net"],
         "counts": (rows["n_orders"] > 0).astype(int)}
    )  # fmt: skip
    first = pd.to_datetime(rows["first_ordered_on"])
    since = pd.to_datetime(rows["window"].map(starts))
    table["newness"] = (first >= since).map({True: "new", False: "returning"})
    for name in GROUPINGS[1:]:
        if name in rows:
            known = rows[name].astype(object)
            table[name] = known.where(known.notna() & (known != ""), UNKNOWN)
    return table


def study_mix(
    rows: pd.DataFrame, *, whole: Interval | None = None, min_count: int = 10,
    confidence: float = 0.95,
) -> MixStudy:  # fmt: skip
    """Split the change of spend per customer by every grouping with two groups or more.

    Parameters
    ----------
    rows : as `describe_customers` gives them
    whole : interval of the whole change where the key figures give one, so that a chapter says the
        same of it twice; else the linearised one
    min_count : customers; groups that would tell of fewer, then or now, are put into `other`
    """
    counted = rows.groupby("is_now")["counts"].sum()
    n_now, n_then = int(counted.get(True, 0)), int(counted.get(False, 0))
    splits: dict[str, MixRate] = {}
    bounds: dict[str, dict[str, Interval] | None] = {}
    for name in GROUPINGS if min(n_now, n_then) >= min_count else ():
        named = rows.assign(group=rows[name]) if name in rows else rows.iloc[:0].assign(group="")
        merged = merge_small(named, min_count)
        if merged["group"].nunique() < 2:
            continue
        split = split_change(sum_groups(merged))
        if split is not None:
            splits[name] = split
            ends = bound_parts(merged, split, confidence=confidence)
            bounds[name] = ends if ends is None or whole is None else {**ends, "change": whole}
    return MixStudy(splits, bounds, _choose(splits, bounds), n_now, n_then)


def merge_small(rows: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Put small groups together; no rows where what is left has money of nobody who bought.

    Parameters
    ----------
    rows : as `analysis.mix_rate.sum_groups` takes them
    min_count : customers; groups that would tell of fewer, then or now, are put into `other`
    """
    if rows.empty:
        return rows
    sums = sum_groups(rows)
    sums.columns = pd.Index(["n_before", "net_before", "n_customers", "net"])
    hidden = {*hide_small(sums, min_count), *_list_lone(sums)}
    if not hidden:
        return rows
    merged = rows.assign(group=rows["group"].where(~rows["group"].isin(hidden), OTHER))
    again = sum_groups(merged)
    again.columns = sums.columns
    return rows.iloc[:0] if _list_lone(again) else merged


def _list_lone(sums: pd.DataFrame) -> list[str]:
    pairs = (("n_customers", "net"), ("n_before", "net_before"))
    is_lone = [(sums[n] == 0) & (sums[money] != 0) for n, money in pairs]
    return [str(name) for name in sums.index[is_lone[0] | is_lone[1]]]


def _choose(
    splits: Mapping[str, MixRate], bounds: Mapping[str, Mapping[str, Interval] | None]
) -> str | None:
    order = {"simpson": 0, "outweighed": 1}
    ranked = sorted(
        splits,
        key=lambda name: (
            order.get(_name_outcome(splits[name], bounds[name]), 2),
            -abs(splits[name].mix),
            GROUPINGS.index(name),
        ),
    )
    return ranked[0] if ranked else None


def list_splits(study: MixStudy) -> pd.DataFrame:
    """Give a row per grouping: `grouping`, `n_groups`, `mix` and `rate` with intervals, `pair`."""
    rows = []
    for name, split in study.splits.items():
        found: dict[str, Any] = {"grouping": name, "n_groups": len(split.groups)}
        for part in ("mix", "rate"):
            bounds = study.bounds[name]
            low, high = bounds[part].ends if bounds else (None, None)
            value = float(getattr(split, part))
            found |= {part: value, f"{part}_low": low, f"{part}_high": high}
        rows.append(found | {"pair": split.pair})
    names = ["grouping", "n_groups", "mix", "mix_low", "mix_high", "rate", "rate_low", "rate_high",
             "pair"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def list_groups(study: MixStudy, *, min_n: int = 30) -> pd.DataFrame:
    """Give the groups of the leading grouping, the largest now first, `other` and `unknown` last.

    A mean over fewer than `min_n` customers is left empty. No rows where the change is not clear:
    its parts by grouping are enough then.
    """
    if study.lead is None or study.outcome == "unclear":
        return pd.DataFrame(columns=list(GROUP_COLUMNS))
    table = study.splits[study.lead].groups.rename_axis("group").reset_index()
    for when in ("then", "now"):
        is_few = table[f"n_{when}"] < min_n
        table[f"rate_{when}"] = table[f"rate_{when}"].mask(is_few)
    last = table["group"].map({OTHER: 1, UNKNOWN: 2}).fillna(0)
    ranked = table.assign(last=last, rank=-table["n_now"]).sort_values(["last", "rank", "group"])
    return ranked.reset_index(drop=True)[list(GROUP_COLUMNS)]


def measure_mix(study: MixStudy, *, currency: str) -> list[Measured]:
    """Name spend per customer then and now, its change, and the parts of the leading grouping."""
    if study.lead is None:
        return []
    split, bounds = study.splits[study.lead], study.bounds[study.lead]
    found = [
        Measured("mix.now", split.now, "ratio", currency, study.n_now),
        Measured("mix.then", split.then, "ratio", currency, study.n_then),
        Measured("mix.grouping", study.lead, "label", "grouping"),
        Measured("mix.groups", len(split.groups), "count", "groups"),
    ]
    for name in ("change", "mix", "rate"):
        value: Decimal = getattr(split, name)
        ends = bounds[name].ends if bounds else None
        found.append(Measured(f"mix.part.{name}", value, "estimator", currency, study.n_now, ends))
    return found


def adds_up(study: MixStudy) -> bool:
    """Say whether the parts of every split sum to its change, to the last decimal."""
    return all(split.mix + split.rate == split.change for split in study.splits.values())
