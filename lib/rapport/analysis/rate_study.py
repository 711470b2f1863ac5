"""Bought again, churned and the net promoter score, split: who was counted, and what each did.

Each is a mean over the customers whom it counts, so its change has the two parts of
`analysis.mix_rate`. They are told apart by what was so before they did it: the year and channel of
the first order, and where they live. Segments and stages are left out: they are made of the very
orders that are counted. The customers of two periods are others, or nearly so (who has churned is
not counted again), so each counts as a draw of its own in the intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pandas as pd

from rapport.analysis.change_study import Part
from rapport.analysis.key_figures import KeyFigure
from rapport.analysis.mix_rate import bound_parts, split_change
from rapport.analysis.small_groups import OTHER, UNKNOWN, hide_small

# Each figure's unit, and how many points are one of it.
SHARES = {"repurchase": ("pp", 100), "churn": ("pp", 100), "nps": ("nps", 1)}
GROUPINGS = ("cohort", "acquisition_channel", "place")


def study_rates(
    figures: Sequence[KeyFigure], counted: pd.DataFrame | None, *, min_count: int = 10,
    confidence: float = 0.95,
) -> list[Part]:  # fmt: skip
    """Split the change of each share among the key figures by each grouping of two groups or more.

    Parameters
    ----------
    figures : the key figures, of which only those are split that are compared with `previous`
    counted : `rate_groups`: `window`, `figure`, `cohort`, `acquisition_channel`, `region`,
        `country`, `points` (of each customer), `n` (customers); None where there is none
    min_count : customers; groups that would tell of fewer, then or now, are put into one

    Returns
    -------
    figures in the order given; none of a figure that counts others than the mart does (churn of
    contracts)
    """
    if counted is None:
        return []
    rows = _name_groups(counted)
    found = []
    for figure in figures:
        if figure.name not in SHARES or "previous" not in figure.against:
            continue
        mine = rows[rows["figure"] == figure.name]
        mine = mine.assign(value=mine["points"].astype(int) // SHARES[figure.name][1])
        if _counts_alike(mine, figure):
            found += list(_split(figure, mine, min_count, confidence))
    return found


def _name_groups(counted: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with a column per grouping; what is not known is `unknown`."""
    has_regions = len(set(counted["region"].dropna())) > 1
    places = counted["region" if has_regions else "country"].astype(object)
    years = counted["cohort"].astype(object)
    channels = counted["acquisition_channel"].astype(object)
    return counted.assign(
        is_now=counted["window"] == "current",
        cohort=years.map(lambda year: UNKNOWN if pd.isna(year) else str(int(year))),
        acquisition_channel=channels.where(channels.notna(), UNKNOWN),
        place=places.where(places.notna(), UNKNOWN),
    )


def _counts_alike(rows: pd.DataFrame, figure: KeyFigure) -> bool:
    now = rows[rows["is_now"]]
    n, shown = int(now["n"].sum()), figure.now
    if not n or n != shown.n:
        return False
    mean = float((now["value"] * now["n"]).sum()) / n
    return abs(mean - float(str(shown.value))) < 1e-6


def _split(
    figure: KeyFigure, rows: pd.DataFrame, min_count: int, confidence: float
) -> Iterator[Part]:
    for grouping in GROUPINGS:
        merged = _merge_small(rows.assign(group=rows[grouping]), min_count)
        if merged["group"].nunique() < 2:
            continue
        split = split_change(_sum(merged))
        if split is not None:
            bounds = bound_parts(merged.assign(counts=1), split, confidence=confidence)
            yield Part(figure.name, SHARES[figure.name][0], grouping, split, bounds)


def _sum(rows: pd.DataFrame) -> pd.DataFrame:
    names = sorted(set(rows["group"]))
    sums = pd.DataFrame(index=pd.Index(names, name="group", dtype=object))
    for when, is_now in (("then", False), ("now", True)):
        part = rows[rows["is_now"] == is_now]
        totals = (part["value"] * part["n"]).groupby(part["group"]).sum()
        sums[f"n_{when}"] = part.groupby("group")["n"].sum().reindex(names, fill_value=0)
        sums[f"total_{when}"] = totals.reindex(names, fill_value=0)
    return sums.astype(int).astype(object)


def _merge_small(rows: pd.DataFrame, min_count: int) -> pd.DataFrame:
    sums = _sum(rows)
    nobody = [Decimal(0)] * len(sums)
    sizes = pd.DataFrame(
        {"n_customers": sums["n_now"], "n_before": sums["n_then"], "net": nobody,
         "net_before": nobody},
        index=sums.index, dtype=object,
    )  # fmt: skip
    hidden = hide_small(sizes, min_count)
    merged = rows.assign(group=rows["group"].where(~rows["group"].isin(hidden), OTHER))
    smallest = _sum(merged)[["n_then", "n_now"]].to_numpy(dtype=int)
    # Those put together may still be too few: then this grouping tells nothing.
    is_told = not ((smallest > 0) & (smallest < min_count)).any()
    return merged if is_told else rows.iloc[:0].assign(group=[])
