"""Sales by calendar month, each beside the same month of the year before.

A month is whole if the data reach from its first day to its last. One that is not is shown as far
as it goes and compared with nothing. A month without an order is a month of 0, not a gap. A month
of fewer customers than may be told of is one: its sales would be their spending (`analysis.few`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd

from rapport.analysis.measured import Measured

YEAR = 12
MOST = 13
COLUMNS = ("net", "n_orders", "n_active", "n_new")
OF_KNOWN = ("identified_orders", "identified_returns")


def list_months(
    months: pd.DataFrame, *, data_from: dt.date | None, as_of: dt.date | None, min_count: int
) -> pd.DataFrame:
    """Give every calendar month from the first day of the data to the last day observed.

    Parameters
    ----------
    months : `profile_months`, one row per month with an order or return
    data_from, as_of : first and last day; None in a unit without days
    min_count : customers that may be told of; orders without a number count as one customer each

    Returns
    -------
    one row per month, oldest first
        `month_no`, `period` (2026-06), `net` (Decimal; None of too few customers), `n_orders`,
        `n_active`, `n_new`, `is_whole`, `net_before` (Decimal, of the same month a year before;
        None where that month is not whole in the data, or of too few customers)
    """
    columns = ["month_no", "period", *COLUMNS, "is_whole", "net_before"]
    if data_from is None or as_of is None or months.empty:
        return pd.DataFrame({name: [] for name in columns})
    first, last = (day.year * YEAR + day.month - 1 for day in (data_from, as_of))
    rows = months.set_index("month_no").reindex(range(first, last + 1))
    counts = rows[[*COLUMNS[1:], *OF_KNOWN]].fillna(0).astype("int64")
    net = rows["net"].map(lambda amount: amount if isinstance(amount, Decimal) else Decimal(0))
    net = net.astype(object).mask(_are_few(counts, min_count), None)
    is_whole = pd.Series(data=True, index=rows.index)
    is_whole[first] = data_from.day == 1
    is_whole[last] &= (as_of + dt.timedelta(days=1)).day == 1
    before = net[is_whole].reindex(rows.index - YEAR).to_numpy()
    made = counts.assign(net=net, is_whole=is_whole, period=[_code(no) for no in rows.index])
    made["net_before"] = [None if pd.isna(amount) else amount for amount in before]
    return made.rename_axis("month_no").reset_index()[columns]


def _are_few(counts: pd.DataFrame, min_count: int) -> pd.Series[bool]:
    # Who only returned something is not counted; that there is somebody is enough.
    has_known = (counts["n_active"] > 0) | (counts["identified_returns"] > 0)
    n_others = counts["n_orders"] - counts["identified_orders"]
    return has_known & (counts["n_active"] + n_others < min_count)


def _code(month_no: int) -> str:
    return f"{month_no // YEAR:04}-{month_no % YEAR + 1:02}"


def list_latest(months: pd.DataFrame, *, most: int = MOST) -> pd.DataFrame:
    """Give the last months, a year and one: the width of the figure."""
    return months.tail(most).reset_index(drop=True)


def choose_trend(months: pd.DataFrame) -> str:
    """Say what may be told of the months.

    Returns
    -------
    none (fewer than two), few (each of too few customers), alone (no month a year before) or
    compared
    """
    if len(months) < 2:
        return "none"
    if list_latest(months)["net"].isna().all():
        return "few"
    return "compared" if len(_pairs(months)) else "alone"


def list_gaps(months: pd.DataFrame, *, case: str) -> list[str]:
    """Name the remark on months that the figure leaves out, if it is drawn and has such."""
    return ["trend_gaps"] if case != "few" and list_latest(months)["net"].isna().any() else []


def measure_trend(months: pd.DataFrame, *, currency: str) -> list[Measured]:
    """Measure how the months stand against those a year before; whole months only.

    Returns
    -------
    months compared, how many of them were higher, net of the months that can be compared, of the
    same months a year before, and the relative change; nothing where there is nothing to compare
    """
    pairs = _pairs(list_latest(months, most=YEAR))
    if pairs.empty:
        return []
    now, before = (sum(pairs[name], Decimal(0)) for name in ("net", "net_before"))
    higher = int((pairs["net"] > pairs["net_before"]).sum())
    relative = float((now - before) / abs(before)) if before else None
    return [
        Measured("trend.months", len(pairs), "count", "months"),
        Measured("trend.higher", higher, "count", "months"),
        Measured("trend.net", now, "money", currency),
        Measured("trend.net_before", before, "money", currency),
        Measured("trend.change", relative, "ratio", "change"),
    ]


def _pairs(months: pd.DataFrame) -> pd.DataFrame:
    is_told = months["net"].notna() & months["net_before"].notna()
    is_paired = months["is_whole"].astype(bool) & is_told
    return months[is_paired]


def whole_months(months: pd.DataFrame) -> pd.DataFrame:
    """Give the longest run of whole months that ends last: what a forecast may learn from.

    It begins after the last month of too few customers.
    """
    kept = months[months["is_whole"].astype(bool)]
    n_gaps_ahead = kept["net"].isna().astype(int)[::-1].cumsum()[::-1]
    return kept.loc[n_gaps_ahead == 0].reset_index(drop=True)


def hide_small(months: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Give the months as they may be published: customers too few to be told are empty."""
    active, new = months["n_active"], months["n_new"]
    few = (active > 0) & (active < min_count)
    parts = few | ((new > 0) & (new < min_count))
    rest = active - new
    parts |= (rest > 0) & (rest < min_count)
    shown = months.astype({"n_active": "Int64", "n_new": "Int64"})
    return shown.assign(n_active=shown["n_active"].mask(few), n_new=shown["n_new"].mask(parts))
