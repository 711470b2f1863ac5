"""The other views of the segmentation chapter: high-value customers by place, age and gender.

Attributes are those known at ingest. Rows describe; none is called different from another.
"""

from __future__ import annotations

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.segmentation_study import BEST, Segmentation

# A place is the region where customers live in several, else the country.
VIEWS = {"place": ("region", "country"), "age": ("age_band",), "gender": ("gender",)}
OTHER, UNKNOWN = "other", "unknown"
MOST_ROWS = 12
COLUMNS = (
    "name", "n_customers", "share_customers", "share_spend", "share_best", "low", "high",
)  # fmt: skip


def list_views(
    found: Segmentation, *, min_n: int = 30, confidence: float = 0.95
) -> dict[str, pd.DataFrame]:
    """Give a table per view that the unit has attributes for: `place`, `age`, `gender`.

    Returns
    -------
    one row per value, by falling spend (age by age), `other` (values of fewer than `min_n`
    customers, and those beyond twelve) and `unknown` last
        `name`, `n_customers`, `share_customers`, `share_spend` (0 to 1), `share_best` (of the
        row's customers, high value) with `low` and `high`; no table where customers have fewer
        than two values of `min_n`
    """
    if found.outcome not in ("ok", "other"):
        return {}
    tables = {}
    for view, columns in VIEWS.items():
        for column in columns:
            if column not in found.customers:
                continue
            names = _merge(found.customers[column], min_n)
            if len(set(names) - {OTHER, UNKNOWN}) > 1:
                tables[view] = _view(names, found, by_name=view == "age", confidence=confidence)
                break
    return tables


def _merge(values: pd.Series, min_n: int) -> pd.Series:
    known = values.astype(object).where(values.notna() & (values != ""), UNKNOWN)
    sizes = known[~known.isin([OTHER, UNKNOWN])].value_counts()
    named = sizes[sizes >= min_n].sort_index().sort_values(ascending=False, kind="stable")
    kept = {*named.index[:MOST_ROWS], UNKNOWN}
    return known.where(known.isin(kept), OTHER)


def _view(
    names: pd.Series, found: Segmentation, *, by_name: bool, confidence: float
) -> pd.DataFrame:
    spend = found.customers["rfm_spend"].astype(float)
    best = (found.scores["segment"] == BEST).set_axis(names.index)
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


def list_missing(views: dict[str, pd.DataFrame]) -> list[str]:
    """Name the views that are not measured; attitudes never are in this version."""
    return [*(view for view in VIEWS if view not in views), "attitudes"]
