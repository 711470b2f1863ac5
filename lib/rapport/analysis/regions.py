"""Places: how many customers buy where, for how much each, and what changed.

Counts and money are complete, so they have no interval; spend per customer has one. Places with few
customers, now or in the period before, are put together as `other`, so that neither a row nor a
change tells what one of them spent. Customers without a place are `unknown`, sales without a
customer `unidentified`; all rows add up to the total. Where customers live is as known at ingest:
nobody moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.resampling import interval_of, ratio_estimator, to_floats
from rapport.analysis.small_groups import APART, GUESTS, OTHER, UNKNOWN, hide_small

LAST = {OTHER: 1, UNKNOWN: 2, GUESTS: 3}
MOST_ROWS = 14
COLUMNS = (
    "place", "n_customers", "net", "share", "per_customer", "low", "high", "n_before",
    "net_before", "change", "is_few",
)  # fmt: skip
Outcome = Literal["places", "one", "none"]


@dataclass(frozen=True)
class Places:
    """What each place brought; `kept` are the names that have a row of their own.

    `table` : one row per place by falling net, then `other`, `unknown`, `unidentified`: `place`
    (code), `n_customers` (with a sale), `net` (Decimal), `share` (of all net; empty unless that is
    positive), `per_customer` with `low` and `high` (empty where there is no customer),
    `n_before`, `net_before`, `change` (relative, of net), `is_few` (under `min_n` customers).
    """

    dimension: Literal["region", "country"]
    table: pd.DataFrame
    kept: frozenset[str]
    has_before: bool

    @property
    def outcome(self) -> Outcome:
        """Whether there are places to speak of, only one, or none."""
        n = len(self.kept)
        return "places" if n > 1 else "one" if n else "none"


def sum_places(
    groups: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    has_before: bool,
    min_count: int = 10,
    min_n: int = 30,
) -> Places:
    """Sum up the places of a period and of the one before.

    Parameters
    ----------
    groups : rows of `profile_groups`: `window`, `dimension`, `name` (empty: unknown),
        `n_customers`, `net` (Decimal). Regions are taken where customers live in two or more of
        them, else countries
    periods : rows of `period_measures`: `window`, `unidentified_net` (Decimal)
    has_before : the window `previous` can be compared with
    min_count : customers under which a place is put into `other`, now or before
    min_n : customers under which a place is marked as few

    Returns
    -------
    places whose money adds up to all of it; without rows where fewer than `min_count` customers
    are known at all
    """
    n_regions, n_countries = (_count_names(groups, name) for name in ("region", "country"))
    dimension: Literal["region", "country"] = (
        "region" if n_regions > 1 or n_regions > n_countries else "country"
    )
    guests = dict(zip(periods["window"], periods["unidentified_net"], strict=True))
    now = _sum(groups, dimension, "current", guests)
    before = _sum(groups, dimension, "previous", guests) if has_before else now.iloc[:0]
    names = sorted(set(now.index) | set(before.index))
    sums = pd.DataFrame(
        {"n_customers": now["n"].reindex(names, fill_value=0),
         "n_before": before["n"].reindex(names, fill_value=0),
         "net": _money(now, names), "net_before": _money(before, names)}, index=names,
    )  # fmt: skip
    merged = _merge(sums, min_count)
    rows = _add_up(sums.groupby(merged.reindex(names).to_numpy()))
    if int(rows["n_customers"].sum()) < min_count or not len(rows):
        return Places(dimension, pd.DataFrame(columns=list(COLUMNS)), frozenset(), has_before)
    kept = frozenset(str(name) for name in rows.index) - set(APART)
    return Places(dimension, _describe(rows, has_before, min_n), kept, has_before)


def _count_names(groups: pd.DataFrame, dimension: str) -> int:
    rows = groups[(groups["window"] == "current") & (groups["dimension"] == dimension)]
    return int(rows.loc[rows["n_customers"] > 0, "name"].nunique())


def _sum(
    groups: pd.DataFrame, dimension: str, window: str, guests: Mapping[str, Decimal]
) -> pd.DataFrame:
    rows = groups[(groups["window"] == window) & (groups["dimension"] == dimension)]
    named = rows["name"].astype(object).where(rows["name"].notna() & (rows["name"] != ""), UNKNOWN)
    grouped = rows.groupby(named.to_numpy())
    table = pd.DataFrame({"n": grouped["n_customers"].sum()})
    sums = {str(name): sum(part, Decimal(0)) for name, part in grouped["net"]}
    table["net"] = pd.Series(sums, dtype=object)
    unidentified = Decimal(guests.get(window, 0))
    if unidentified == 0:
        return table
    # The group without a name holds customers without a place, and sales without a customer.
    known = sums.get(UNKNOWN, Decimal(0)) - unidentified
    n_unknown = int(table["n"].get(UNKNOWN, 0))
    cells = {name: (int(n), sums[str(name)]) for name, n in table["n"].items() if name != UNKNOWN}
    cells |= {GUESTS: (0, unidentified)}
    cells |= {UNKNOWN: (n_unknown, known)} if n_unknown or known else {}
    return pd.DataFrame(list(cells.values()), index=list(cells), columns=["n", "net"], dtype=object)


def _money(table: pd.DataFrame, names: list[str]) -> pd.Series[Any]:
    known = dict(zip(table.index, table["net"], strict=True))
    return pd.Series([known.get(name, Decimal(0)) for name in names], names, dtype=object)


def _merge(sums: pd.DataFrame, min_count: int) -> pd.Series[Any]:
    """Say under which name each place stands; `other` itself holds enough customers, or nobody."""
    merged = pd.Series(sums.index, sums.index, dtype=object)
    hidden = hide_small(sums, min_count)
    floats = sums["net"].astype(float).drop([*hidden, *APART], errors="ignore")
    by_net = floats.sort_index().sort_values(ascending=False, kind="stable").index
    # A long tail of places that are large enough goes, too, if it is more than one.
    if len(by_net) > MOST_ROWS + 1:
        hidden += [str(name) for name in by_net[MOST_ROWS:]]
    merged[merged.index.isin(hidden)] = OTHER
    return merged


def _add_up(grouped: Any) -> pd.DataFrame:
    rows = grouped[["n_customers", "n_before"]].sum()
    for name in ("net", "net_before"):
        sums = {group: sum(part, Decimal(0)) for group, part in grouped[name]}
        rows[name] = pd.Series([sums[group] for group in rows.index], rows.index, dtype=object)
    return pd.DataFrame(rows)


def _describe(rows: pd.DataFrame, has_before: bool, min_n: int) -> pd.DataFrame:  # noqa: FBT001
    total = sum(rows["net"], Decimal(0))
    table = rows.rename_axis("place").reset_index()
    net, before = table["net"].astype(float), table["net_before"].astype(float)
    table["share"] = net / float(total) if total > 0 else np.nan
    counted = table["n_customers"].where(table["n_customers"] > 0).astype(float)
    table["per_customer"] = net / counted
    table[["low", "high"]] = np.nan
    # Of a place that brought nothing, or was not there, no relative change can be said.
    table["change"] = (net / before.where(before > 0) - 1) if has_before else np.nan
    table["is_few"] = table["n_customers"] < min_n
    last = table["place"].map(LAST).fillna(0)
    ranked = table.assign(last=last, rank=-net).sort_values(["last", "rank", "place"])
    return ranked.reset_index(drop=True)[list(COLUMNS)]


def name_customers(customers: pd.DataFrame | None, places: Places) -> dict[str, str]:
    """Give every customer the name of the row that they stand in, by `customer_id`.

    Parameters
    ----------
    customers : one row per customer: `customer_id`, `region`, `country`; None where there is none
    """
    if customers is None:
        return {}
    known = customers[places.dimension].astype(object)
    named = known.where(known.notna() & (known != ""), UNKNOWN)
    has_unknown = bool((places.table["place"] == UNKNOWN).any())
    held = {*places.kept, *({UNKNOWN} if has_unknown else set())}
    stands = named.where(named.isin(held), OTHER)
    return dict(zip(customers["customer_id"], stands, strict=True))


def bound_places(
    places: Places, flows: pd.DataFrame | None, names: Mapping[str, str], *,
    confidence: float = 0.95, seed: int = 0,
) -> Places:  # fmt: skip
    """Give spend per customer its interval, place by place.

    Parameters
    ----------
    flows : one row per window and customer: `window`, `customer_id`, `n_orders`, `net` (Decimal);
        None where no customer is known
    names : place by `customer_id`, as `name_customers` gives it

    Returns
    -------
    the places with `low` and `high`: empty under `min_n` customers (`is_few`)
    """
    if flows is None:
        return places
    table = places.table.copy()
    now = flows[flows["window"] == "current"]
    parts = dict(list(now.groupby(now["customer_id"].map(names))))
    for row in table.to_dict("records"):
        part = parts.get(row["place"])
        if part is None or row["is_few"]:
            continue
        matrix = np.column_stack([to_floats(part["net"]), (part["n_orders"] > 0).astype(float)])
        ordered = matrix[np.lexsort(matrix.T)]
        interval = interval_of(ratio_estimator(ordered), confidence=confidence, seed=seed)
        if interval is not None:
            table.loc[table["place"] == row["place"], ["low", "high"]] = interval.ends
    return Places(places.dimension, table, places.kept, places.has_before)


def measure_places(places: Places, *, currency: str) -> list[Measured]:
    """Name the leading place's numbers, and those of the place that moved the total most."""
    if places.outcome == "none":
        return []
    named = places.table[places.table["place"].isin(places.kept)]
    lead: dict[str, Any] = named.to_dict("records")[0]  # type: ignore[assignment]
    n = int(lead["n_customers"])
    per_customer = None if lead["is_few"] else float(lead["per_customer"])
    ends = None if pd.isna(lead["low"]) else (float(lead["low"]), float(lead["high"]))
    share = None if pd.isna(lead["share"]) else float(lead["share"])
    found = [
        Measured("places.n", len(places.kept), "count", "groups"),
        Measured("places.lead.name", str(lead["place"]), "label", "place"),
        Measured("places.lead.net", lead["net"], "money", currency),
        Measured("places.lead.customers", n, "count", "customers"),
        Measured("places.lead.share", share, "ratio", "share", n),
        Measured("places.lead.per_customer", per_customer, "ratio", currency, n, ends),
    ]
    return [*found, *_measure_mover(named, currency)] if places.has_before else found


def _measure_mover(named: pd.DataFrame, currency: str) -> list[Measured]:
    row = _find_mover(named)
    change = None if pd.isna(row["change"]) else float(row["change"])
    return [
        Measured("places.mover.name", str(row["place"]), "label", "place"),
        Measured("places.mover.change", row["net"] - row["net_before"], "money", currency),
        Measured("places.mover.relative", change, "ratio", "change", int(row["n_customers"])),
    ]


def _find_mover(named: pd.DataFrame) -> dict[str, Any]:
    """Give the row whose money changed most, the first of equals."""
    rows: list[dict[str, Any]] = named.to_dict("records")  # type: ignore[assignment]
    return max(rows, key=lambda row: abs(row["net"] - row["net_before"]))


def list_change(places: Places, *, min_change: float = 0.02) -> list[str]:
    """Say how the place that moved most did, as none or one: up or down."""
    if not places.has_before or places.outcome != "places":
        return []
    row = _find_mover(places.table[places.table["place"].isin(places.kept)])
    step, before = row["net"] - row["net_before"], abs(row["net_before"])
    if pd.isna(row["change"]) or abs(step) <= Decimal(str(min_change)) * before:
        return []
    return ["up" if step > 0 else "down"]


def sums_to(places: Places, net: Any) -> bool:
    """Say whether the rows sum to all net sales; true where too few customers leave no row."""
    return places.table.empty or sum(places.table["net"], Decimal(0)) == Decimal(net)
