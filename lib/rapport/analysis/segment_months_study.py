"""Sizes of segments month end by month end, all by the cut points of one day.

With each day's own cut points a segment's size hardly moves, for a fifth is a fifth. With fixed
ones it does, and with the season, too: a month is held against the same month of the year before.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.rfm import SEGMENTS
from rapport.analysis.segmentation_study import BEST, SegmentRules
from rapport.privacy import protect_cells

FEWEST_MONTHS = 3
ALL = "all"
COLUMNS = ("period", "segment", "n_all", "share", "low", "high")


def study_months(counted: pd.DataFrame | None, rules: SegmentRules) -> pd.DataFrame:
    """Give the share of every segment at every month end, as far as it may be shown.

    Parameters
    ----------
    counted : `segment_months`, one row per month end and segment that has customers: `month_no`,
        `segment`, `n_customers`; None without

    Returns
    -------
    one row per month end, oldest first, and segment
        `period` (code of the month), `segment`, `n_all` (customers of the month end), `share` with
        `low` and `high`, all three empty where the count is too small, or would tell of one that
        is. A month end is left out if `min_n` customers are not there, or where the number of
        high-value customers would have to go, which a sentence prints. No rows under three month
        ends: two are compared by themselves
    """
    empty = pd.DataFrame(columns=list(COLUMNS))
    if counted is None:
        return empty
    sizes = counted.pivot_table(
        index="month_no", columns="segment", values="n_customers", aggfunc="sum", fill_value=0
    ).reindex(columns=list(SEGMENTS), fill_value=0)
    sizes = sizes[sizes.sum(axis=1) >= rules.min_n].sort_index().astype("int64")
    hidden = {month: _hide(sizes.loc[month], rules.min_count) for month in sizes.index}
    months = [month for month, away in hidden.items() if not away & {BEST, ALL}]
    if len(months) < FEWEST_MONTHS:
        return empty
    rows = [row for month in months for row in _tell(sizes.loc[month], hidden[month], rules)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _hide(sizes: pd.Series[int], min_count: int) -> set[str]:
    # All customers of a month end are told, what a segment adds up to over month ends is not.
    whole = [*sizes.astype(int), int(sizes.sum())]
    cells = protect_cells([[n] for n in whole], min_count, has_total_row=True)
    return {name for name, (away,) in zip([*SEGMENTS, ALL], cells, strict=True) if away}


def _tell(
    sizes: pd.Series[int], hidden: set[str], rules: SegmentRules
) -> Iterator[dict[str, object]]:
    month, n_all = int(str(sizes.name)), int(sizes.sum())
    for name in SEGMENTS:
        n = int(sizes[name])
        low, high = wilson(n, n_all, confidence=rules.confidence).ends
        told = {} if name in hidden else {"share": n / n_all, "low": low, "high": high}
        period = f"{month // 12:04}-{month % 12 + 1:02}"
        yield {"period": period, "segment": name, "n_all": n_all, **told}


def list_months(months: pd.DataFrame) -> pd.DataFrame:
    """Give the table of sizes: a row per month end, the share of every segment, all customers last.

    Examples
    --------
    >>> rows = [("2026-06", name, 70, 1 / 7, 0.1, 0.2) for name in SEGMENTS]
    >>> list_months(pd.DataFrame(rows, columns=list(COLUMNS)))[["period", "n_all"]].to_dict("list")
    {'period': ['2026-06'], 'n_all': [70]}
    """
    if months.empty:
        return pd.DataFrame(columns=["period", *SEGMENTS, "n_all"])
    told = months.astype({"share": float})
    shares = told.pivot_table(
        index="period", columns="segment", values="share", aggfunc="first", dropna=False
    )
    whole = months.groupby("period")["n_all"].first()
    table = shares[list(SEGMENTS)].assign(n_all=whole)
    return table.rename_axis(columns=None).reset_index()
