"""Orders per customer and the average order, split: who bought (mix), and what each did (rate).

The change of each mean is split into mix and rate (`analysis.mix_rate`) by every grouping that the
unit knows: new and returning, the year of the first order, channel, segment. Both figures are
those of page one, so the change that is split is the change that is printed there. Channels and
segments are those of today, for the period before as well: what a customer was called then is not
kept. Shares of other customers each time (churn, bought again, the net promoter score) are split in
`analysis.rate_study`, by what was so of them before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.mix_rate import MixRate, bound_parts, split_change, sum_groups
from rapport.analysis.mix_study import describe_customers, find_starts, merge_small
from rapport.analysis.resampling import Interval
from rapport.analysis.small_groups import UNKNOWN

GROUPINGS = ("newness", "cohort", "main_channel", "segment")
# By what parts of any figure are told apart, those of `analysis.rate_study` too.
EVERY_GROUPING = (*GROUPINGS, "acquisition_channel", "place")
OF_THE_OUTCOME = "segment"
# Of a customer and period: what is summed, and what it is divided by.
MEANS = {"frequency": ("n_orders", "buys"), "aov": ("net", "n_orders")}
COLUMNS = (
    "figure", "unit", "grouping", "n_groups", "change", "mix", "mix_low", "mix_high", "rate",
    "rate_low", "rate_high",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The change of one key figure, split by one grouping."""

    figure: str
    unit: str
    grouping: str
    split: MixRate
    bounds: Mapping[str, Interval] | None


def study_changes(
    figures: Sequence[KeyFigure], flows: pd.DataFrame | None, periods: pd.DataFrame,
    customers: pd.DataFrame, *, min_count: int = 10, confidence: float = 0.95,
) -> list[Part]:  # fmt: skip
    """Split the change of each mean among the key figures by each grouping of two groups or more.

    Parameters
    ----------
    figures : the key figures, of which only those are split that are compared with `previous`
    flows : `customer_periods`: `window`, `customer_id`, `n_orders`, `net` (Decimal)
    periods : `period_measures`: `window`, `starts_on`, `is_comparable`
    customers : as `name_groups` gives them
    min_count : customers; groups that would tell of fewer, then or now, are put into one

    Returns
    -------
    figures in the order given, groupings in the order of `GROUPINGS`; the two parts of each add up
    to its change
    """
    starts = find_starts(periods)
    wanted = [f for f in figures if f.name in MEANS and "previous" in f.against]
    if flows is None or not starts or not wanted or customers.empty:
        return []
    rows = _describe(flows, customers, starts)
    found = []
    named = {name: merge_small(rows.assign(group=rows[name]), min_count) for name in GROUPINGS}
    for figure in wanted:
        for grouping, merged in named.items():
            if merged["group"].nunique() < 2:
                continue
            part = _split(figure, grouping, merged, confidence)
            if part is not None:
                found.append(part)
    return found


def name_groups(
    customers: pd.DataFrame | None, habits: pd.DataFrame | None, segments: pd.DataFrame | None
) -> pd.DataFrame:
    """Give a row per customer with what they are told apart by; none where nobody is known.

    Parameters
    ----------
    customers : rows of `customer_measures` of the window `current`
    habits : rows of `customer_habits`, likewise
    segments : one row per customer: `customer_id`, `segment`; None where the unit has none
    """
    if customers is None or habits is None:
        return pd.DataFrame(columns=["customer_id", "first_ordered_on"])
    known = customers[["customer_id", "first_ordered_on"]]
    for table, column in ((habits, "main_channel"), (segments, "segment")):
        if table is None:
            known = known.assign(**{column: None})
        else:
            known = known.merge(table[["customer_id", column]], on="customer_id", how="left")
    return known


def _describe(
    flows: pd.DataFrame, customers: pd.DataFrame, starts: Mapping[str, Any]
) -> pd.DataFrame:
    """Give a row per customer of either period: what is summed, and a column per grouping."""
    kept = flows[flows["window"].isin(list(starts))].reset_index(drop=True)
    rows = describe_customers(kept, customers, starts).reset_index(drop=True)
    known = kept[["customer_id", "n_orders", "net"]].merge(customers, on="customer_id", how="left")
    years = pd.to_datetime(known["first_ordered_on"]).dt.year
    groups = {
        "cohort": years.map(lambda year: UNKNOWN if pd.isna(year) else str(int(year))),
        "main_channel": known["main_channel"].fillna(UNKNOWN),
        "segment": known["segment"].fillna(UNKNOWN),
    }
    orders = known["n_orders"].astype(int).astype(object)
    buys = (known["n_orders"] > 0).astype(int)
    return rows.assign(n_orders=orders, net=known["net"], buys=buys, **groups)


def _split(
    figure: KeyFigure, grouping: str, merged: pd.DataFrame, confidence: float
) -> Part | None:
    total, weight = MEANS[figure.name]
    rows = merged.assign(value=merged[total], counts=merged[weight].astype(int))
    split = split_change(sum_groups(rows))
    if split is None:
        return None
    bounds = bound_parts(rows, split, confidence=confidence)
    return Part(figure.name, figure.now.unit, grouping, split, bounds)


def list_parts(parts: Sequence[Part]) -> pd.DataFrame:
    """Give a row per figure and grouping: `COLUMNS`."""
    rows = []
    for part in parts:
        found: dict[str, Any] = {
            "figure": part.figure, "unit": part.unit, "grouping": part.grouping,
            "n_groups": len(part.split.groups), "change": float(part.split.change),
        }  # fmt: skip
        for name in ("mix", "rate"):
            low, high = part.bounds[name].ends if part.bounds else (None, None)
            found |= {
                name: float(getattr(part.split, name)),
                f"{name}_low": low,
                f"{name}_high": high,
            }
        rows.append(found)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def choose_part(parts: Sequence[Part], figures: Sequence[KeyFigure]) -> Part | None:
    """Choose the split to speak of: of the first figure that changed clearly, the largest mix.

    Segments are made of what customers did up to today: a shift between them is the change itself
    in other words, so it stands in the table and leads no sentence.
    """
    clear = [
        f.name for f in figures
        if "previous" in f.against and f.against["previous"].change.case in ("up", "down")
    ]  # fmt: skip
    named = [part for name in clear for part in parts if part.figure == name]
    same = [p for p in named if p.figure == named[0].figure and p.grouping != OF_THE_OUTCOME]
    return max(
        same,
        key=lambda part: (abs(part.split.mix), -EVERY_GROUPING.index(part.grouping)),
        default=None,
    )


def measure_part(part: Part | None) -> list[Measured]:
    """Name the figure that is spoken of, what it is split by, its change and both parts."""
    if part is None:
        return []
    found = [
        Measured("changed.figure", part.figure, "label", "key_figure"),
        Measured("changed.grouping", part.grouping, "label", "grouping"),
    ]
    for name in ("change", "mix", "rate"):
        value: Decimal = getattr(part.split, name)
        ends = part.bounds[name].ends if part.bounds and name != "change" else None
        found.append(Measured(f"changed.{name}", value, "estimator", part.unit, interval=ends))
    return found


def agrees(parts: Sequence[Part], figures: Sequence[KeyFigure]) -> bool:
    """Say whether what is split is what page one prints, and the parts add up to it."""
    shown = {f.name: f for f in figures}
    return all(
        abs(float(part.split.now) - float(str(shown[part.figure].now.value))) < 1e-6
        and part.split.mix + part.split.rate == part.split.change
        for part in parts
    )
