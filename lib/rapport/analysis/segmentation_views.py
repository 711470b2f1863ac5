"""The other views of the segmentation chapter: high-value customers by place, age and gender.

Attributes are those known at ingest. Rows describe; none is called different from another.
"""

from __future__ import annotations

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.segmentation_study import BEST, Segmentation, SegmentRules

# A place is the region where customers live in several, else the country.
VIEWS = {
    "place": ("region", "country"), "age": ("age_band",), "gender": ("gender",),
    "category": ("top_category",), "channel": ("main_channel",),
}  # fmt: skip
OTHER, UNKNOWN = "other", "unknown"
MOST_ROWS = 12
COLUMNS = (
    "name", "n_customers", "share_customers", "share_spend", "n_best", "share_best", "low", "high",
)  # fmt: skip


def list_views(
    found: Segmentation, rules: SegmentRules, joined: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Give a table per view that the unit has attributes for: `place`, `age`, `gender`, ...

    `joined`: the customers of `found` in their order, with their habits: `top_category` and
    `main_channel` are two views more.

    Returns
    -------
    one row per value, by falling spend (age by age), `other` and `unknown` last
        `name`, `n_customers`, `share_customers`, `share_spend` (0 to 1), `n_best` (high value),
        `share_best` (of the row's customers) with `low` and `high`. Values of fewer than `min_n`
        customers, or fewer than `min_count` of high value, are put together as `other`; no table
        where fewer than two are left.
    """
    if found.lead is None:
        return {}
    tables = {}
    for view, columns in VIEWS.items():
        for column in columns:
            known = found.customers if joined is None else joined
            if column not in known:
                continue
            names = _merge(known[column], _is_best(found), rules)
            if len(set(names) - {OTHER, UNKNOWN}) > 1:
                by_name, confidence = view == "age", rules.confidence
                tables[view] = _view(names, found, by_name=by_name, confidence=confidence)
                break
    return tables


def _is_best(found: Segmentation) -> pd.Series:
    return (found.scores["segment"] == BEST).set_axis(found.customers.index)


def _merge(values: pd.Series, best: pd.Series, rules: SegmentRules) -> pd.Series:
    known = values.astype(object).where(values.notna() & (values != ""), UNKNOWN)
    sizes = best.groupby(known).agg(["size", "sum"]).drop([OTHER, UNKNOWN], errors="ignore")
    # A share of few among a printed number tells who the few are.
    large = sizes[(sizes["size"] >= rules.min_n) & (sizes["sum"] >= rules.min_count)]
    ranked = large.sort_index().sort_values("size", ascending=False, kind="stable")
    return known.where(known.isin({*ranked.index[:MOST_ROWS], UNKNOWN}), OTHER)


def _view(
    names: pd.Series, found: Segmentation, *, by_name: bool, confidence: float
) -> pd.DataFrame:
    spend = found.customers["rfm_spend"].astype(float)
    best = _is_best(found)
    rows = pd.DataFrame(
        {"n_customers": names.groupby(names).size(), "spend": spend.groupby(names).sum(),
         "n_best": best.groupby(names).sum()}
    )  # fmt: skip
    rows["share_customers"] = rows["n_customers"] / len(names)
    rows["share_spend"] = rows["spend"] / spend.sum()
    rows["share_best"] = rows["n_best"] / rows["n_customers"]
    ends = [
        wilson(int(k), int(n), confidence=confidence).ends
        for k, n in zip(rows["n_best"], rows["n_customers"], strict=True)
    ]
    rows[["low", "high"]] = ends
    last = rows.index.map({OTHER: 1, UNKNOWN: 2}).fillna(0)
    ranked = rows.assign(last=last, rank=-rows["spend"], name=rows.index.astype(str))
    order = ["last", "name"] if by_name else ["last", "rank", "name"]
    return ranked.sort_values(order, ignore_index=True)[list(COLUMNS)]


def list_missing(
    views: dict[str, pd.DataFrame],
    *,
    interests: str = "none",
    declared: str = "none",
    attitudes: str = "none",
) -> list[str]:
    """Name the views that are not measured, for nothing of the kind is delivered or asked for.

    `interests`, `declared`, `attitudes`: what became of the groups by what is bought, by interests
    named, and by attitudes; `none` where they were not looked for.
    """
    missing = [view for view in VIEWS if view not in views]
    if declared == "none":
        missing.append("interests" if interests == "none" else "declared")
    return [*missing, *(["attitudes"] if attitudes == "none" else [])]
