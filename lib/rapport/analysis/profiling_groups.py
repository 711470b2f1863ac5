"""Sales by channel and category: each a table whose rows sum to the whole.

What carries no name is `_unknown` and has a row of its own; groups of few customers are put
together as `_other` before anything else is computed, so that no later hiding is needed. Customers
can be in several channels or categories: their column does not add up, money does.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured, share

# Underscored, for a unit may have a category called "other" of its own.
OTHER, UNKNOWN, TOTAL, NOT_LISTED = "_other", "_unknown", "_total", "_not_itemised"
LAST = {OTHER: 1, NOT_LISTED: 2, UNKNOWN: 3}
MOST_ROWS = 12
COLUMNS = (
    "name", "n_customers", "net", "share_net", "per_customer", "return_rate", "net_previous",
    "change", "net_last_year", "change_year",
)  # fmt: skip
MONEY = ("gross", "returns", "net")


def list_groups(
    groups: pd.DataFrame, *, active: int, min_count: int, most: int = MOST_ROWS
) -> pd.DataFrame:
    """Give one table of sales by group.

    Parameters
    ----------
    groups : one row per window (current, previous, last_year) and group: `window`, `name` (None
        is unknown), `n_customers` with a sale, `gross`, `returns`, `net` (Decimal)
    active : customers with a sale in the period, in whatever group
    min_count : a group of fewer customers in the period is put into `_other`

    Returns
    -------
    one row per group by falling net, then `_other`, `_not_itemised`, `_unknown`, and `_total`
        `name`, `n_customers` (None of `_other`, see there, and of `_total` beside it), `net`,
        `share_net`, `per_customer`, `return_rate`, `net_previous`, `change` (relative),
        `net_last_year`, `change_year`; None where there is nothing to compare or divide by.
        No row where nothing was sold in the period.
    """
    current = groups[groups["window"] == "current"]
    if current.empty:
        return pd.DataFrame({name: [] for name in COLUMNS})
    named = groups.assign(name=_merge(groups, current, min_count, most))
    sums = {
        window: rows.groupby("name")[list(MONEY)].agg(_add)
        for window, rows in named.groupby("window")
    }
    table = sums["current"].copy()
    counts = current.assign(name=named["name"]).groupby("name")["n_customers"].sum()
    table["n_customers"] = counts.astype("Int64")
    small = (table["n_customers"] > 0) & (table["n_customers"] < min_count)
    # In several of the groups put together a customer would count several times.
    hidden = small | (table.index == OTHER)
    table["n_customers"] = table["n_customers"].mask(hidden)
    n_active = None if hidden.any() else active
    table = pd.concat([_rank(table), _total(table, n_active)])
    for window, tail in (("previous", ""), ("last_year", "_year")):
        before = sums[window]["net"].reindex(table.index) if window in sums else None
        if before is not None:
            before[TOTAL] = sum(sums[window]["net"], Decimal(0))
        table[f"net_{window}"] = before
        table[f"change{tail}"] = _relative(table["net"], before)
    return _finish(table)


def list_dimension(
    groups: pd.DataFrame, dimension: str, *, active: int, min_count: int
) -> pd.DataFrame:
    """Give one table of sales by one dimension, as `list_groups` does."""
    rows = groups[groups["dimension"] == dimension]
    return list_groups(rows, active=active, min_count=min_count)


def choose_groups(table: pd.DataFrame) -> str:
    """Say whether two groups or more are told apart: ok or none."""
    return "ok" if len(_named(table)) > 1 else "none"


def choose_channels(table: pd.DataFrame) -> str:
    """Say whether channels are told apart: ok, one, or unknown."""
    n = len(_named(table))
    return "ok" if n > 1 else "one" if n else "unknown"


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table["name"].isin([*LAST, TOTAL])]


def sums_to(table: pd.DataFrame, net: Decimal) -> bool:
    """Say whether the rows of a table of groups, its total apart, sum to all net sales."""
    parts = table[table["name"] != TOTAL]["net"]
    return table.empty or sum(parts, Decimal(0)) == net


def _merge(groups: pd.DataFrame, current: pd.DataFrame, min_count: int, most: int) -> pd.Series:
    known = current[current["name"].notna()].sort_values("name", kind="stable")
    ranked = known.sort_values("net", ascending=False, kind="stable")
    special = ranked["name"].isin([NOT_LISTED])
    kept = ranked[(ranked["n_customers"] >= min_count) | special]["name"].head(most)
    names = groups["name"].astype(object)
    merged = names.where(names.isin(kept) | names.isna(), OTHER)
    # A lone small group would be told by the total less the rest: it takes the smallest along.
    lone = known[~known["name"].isin(kept)]
    if len(lone) == 1 and len(kept) > 1 and lone["n_customers"].iloc[0] < min_count:
        merged = merged.where(merged != kept.iloc[-1], OTHER)
    return merged.where(names.notna(), UNKNOWN)


def _add(amounts: pd.Series) -> Decimal:
    return sum(amounts, Decimal(0))


def _rank(table: pd.DataFrame) -> pd.DataFrame:
    last = pd.Series(table.index.map(lambda name: LAST.get(name, 0)), table.index)
    ranked = pd.DataFrame({"last": last, "rank": -table["net"].astype(float)}).sort_index()
    return table.loc[ranked.sort_values(["last", "rank"], kind="stable").index]


def _total(table: pd.DataFrame, active: int | None) -> pd.DataFrame:
    sums = {name: [sum(table[name], Decimal(0))] for name in MONEY}
    return pd.DataFrame({**sums, "n_customers": pd.array([active], "Int64")}, index=[TOTAL])


def _relative(now: pd.Series, before: pd.Series | None) -> list[float | None]:
    if before is None:
        return [None] * len(now)
    pairs = zip(now, before, strict=True)
    return [
        float((a - b) / abs(b)) if isinstance(b, Decimal) and b else None for a, b in pairs
    ]  # fmt: skip


def _finish(table: pd.DataFrame) -> pd.DataFrame:
    whole = table["net"][TOTAL]
    has_whole = whole > 0
    table["share_net"] = [float(a / whole) if has_whole else None for a in table["net"]]
    table["return_rate"] = [
        float(-b / a) if a else None for a, b in zip(table["gross"], table["returns"], strict=True)
    ]
    table["per_customer"] = [
        float(a) / int(n) if pd.notna(n) and n else None
        for a, n in zip(table["net"], table["n_customers"], strict=True)
    ]
    return table.rename_axis("name").reset_index()[list(COLUMNS)]


def add_difference(categories: pd.DataFrame | None, windows: pd.DataFrame) -> pd.DataFrame:
    """Add what orders hold beyond their lines, so that categories sum to all sales.

    Parameters
    ----------
    categories : `profile_categories`: `window`, `category`, `n_customers`, three sums of money;
        None in a unit without order lines
    windows : `period_measures`: `window`, `gross`, `returns`, `net` of all orders

    Returns
    -------
    the rows with `name` for `category`, and a row `_not_itemised` per window whose lines do not sum
    to its orders: orders delivered without lines, or amounts that differ
    """
    if categories is None:
        return pd.DataFrame({name: [] for name in ("window", "name", "n_customers", *MONEY)})
    rows = categories.rename(columns={"category": "name"})
    whole = windows.set_index("window")
    added = []
    for window, part in rows.groupby("window"):
        rest = {name: whole[name][window] - sum(part[name], Decimal(0)) for name in MONEY}
        if any(rest.values()):
            added.append({"window": window, "name": NOT_LISTED, "n_customers": 0, **rest})
    return pd.concat([rows, pd.DataFrame(added, columns=rows.columns)], ignore_index=True)


def measure_channels(
    mix: pd.DataFrame, *, min_n: int, confidence: float
) -> tuple[pd.DataFrame, list[Measured]]:
    """Measure by which channels customers buy.

    Parameters
    ----------
    mix : `profile_channels`: `channel` (main; None is unknown), `n_channels`, `n_customers`

    Returns
    -------
    one row per main channel by falling number: `name`, `n_customers`, `share`, `low`, `high`
    (Wilson), and the numbers: customers, those with two channels or more and their share. No
    shares of fewer than `min_n` customers.
    """
    names = mix["channel"].astype(object).where(mix["channel"].notna(), UNKNOWN)
    counts = mix.groupby(names)["n_customers"].sum()
    n = int(counts.sum())
    several = int(mix.loc[mix["n_channels"] > 1, "n_customers"].sum())
    ends = wilson(several, n, confidence=confidence).ends if n >= min_n else None
    measured = [
        Measured("channels.n", n, "count", "customers"),
        Measured("channels.several", several, "count", "customers"),
        share("multichannel_share", several, n, interval=ends),
    ]
    table = counts.rename("n_customers").rename_axis("name").reset_index()
    table = table.sort_values(["n_customers", "name"], ascending=[False, True], ignore_index=True)
    if n < min_n:
        return table.assign(share=None, low=None, high=None).iloc[:0], measured
    spans = [wilson(int(k), n, confidence=confidence) for k in table["n_customers"]]
    return table.assign(
        share=table["n_customers"] / n, low=[s.low for s in spans], high=[s.high for s in spans]
    ), measured


def measure_lead(table: pd.DataFrame, name: str, *, currency: str) -> list[Measured]:
    """Give the numbers of the first row of a table of groups: its net and its share of all."""
    shown = _named(table)
    if shown.empty:
        return []
    first = shown.iloc[0]
    return [
        Measured(f"{name}.net", first["net"], "money", currency),
        Measured(f"{name}.share", first["share_net"], "ratio", "share"),
        Measured(f"{name}.n", len(shown), "count", "groups"),
    ]
