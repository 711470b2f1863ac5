"""The profile's first page: who bought, how often, for how much, and whether they came back.

Customers of the period are those with a sale in it; new ones had their first sale of these data in
it, the others had bought before. Ratios are of identified customers, since nobody else can be
counted. What page one says of the same measures is the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rapport.analysis.change import compare_ratios, mark_active
from rapport.analysis.influence import Largest, customer_changes, share_of_largest
from rapport.analysis.intervals import ratio_of_sums, wilson
from rapport.analysis.key_figures import (
    EARLIER,
    Comparison,
    KeyFigure,
    KeyTables,
    Rules,
    list_key_figures,
)
from rapport.analysis.measured import Measured, share
from rapport.analysis.profiling_windows import choose_days, hide_parts
from rapport.analysis.resampling import Interval

FIRST = ("active", "frequency", "aov", "spend_per_customer", "repurchase")
INSTEAD = ("return_rate", "top_share", "identified_share")
REPURCHASE_DAYS = 90


def gather(
    periods: pd.DataFrame, buyers: pd.DataFrame | None, repurchase: pd.DataFrame | None
) -> KeyTables:
    """Put together what the key figures are made from; a unit may know no customer at all."""
    columns = ["window", "customer_id", "n_orders", "gross", "returns", "net"]
    known = pd.DataFrame({name: [] for name in columns}) if buyers is None else buyers
    return KeyTables(periods, known, repurchase)


def list_profile(tables: KeyTables, *, rules: Rules, most: int = 5) -> list[KeyFigure]:
    """Give the five key figures of the profile that this unit can have, in order.

    Parameters
    ----------
    tables, rules : as for the key figures of page one, whose numbers they are
    most : how many

    Returns
    -------
    active customers, orders each, average order, spend each, bought again within 90 days; what is
    missing is replaced by the return rate, the share of the top, the identified share
    """
    if not tables.periods.set_index("window")["n_active"]["current"]:
        return []
    found = {figure.name: figure for figure in list_key_figures(tables, rules=rules, most=99)}
    found |= {figure.name: figure for figure in _spend_each(tables, rules)}
    return [found[name] for name in (*FIRST, *INSTEAD) if name in found][:most]


def _spend_each(tables: KeyTables, rules: Rules) -> list[KeyFigure]:
    periods, customers = tables.periods.set_index("window"), mark_active(tables.buyers)
    values = {
        str(window): float(row["identified_net"]) / row["n_active"] if row["n_active"] else None
        for window, row in periods.iterrows()
    }
    if values["current"] is None:
        return []
    name, unit, ratio = "spend_per_customer", rules.currency, ("net", "is_active")
    drawn = {"confidence": rules.confidence, "seed": rules.seed}
    rows = customers[customers["window"] == "current"]
    interval = ratio_of_sums(rows["net"], rows["is_active"], **drawn)  # type: ignore[arg-type]
    against = {}
    for window in EARLIER:
        if values.get(window) is not None and bool(periods["is_comparable"][window]):
            pair = customers[customers["window"].isin(["current", window])]
            pair = pair.assign(window=pair["window"].replace({window: "previous"}))
            change = compare_ratios(pair, ratio=ratio, min_change=rules.min_change, **drawn)  # type: ignore[arg-type]
            before = Measured(f"{name}.{window}", values[window], "ratio", unit)
            against[window] = Comparison(before, change)
    n, ends = int(rows["is_active"].sum()), None if interval is None else interval.ends
    now = Measured(name, values["current"], "ratio", unit, n=n, interval=ends)
    return [KeyFigure(name, now, against, _history(periods, values))]


def _history(periods: pd.DataFrame, values: dict[str, Any]) -> tuple[float | None, ...]:
    past = periods[periods.index.str.startswith("history-")].sort_values("position", kind="stable")
    return tuple(
        values[str(window)] if seen else None for window, seen in past["is_comparable"].items()
    )


def choose_outcome(figures: Sequence[KeyFigure], periods: pd.DataFrame) -> str:
    """Choose what the headline may say of the customers of the period.

    Returns
    -------
    up, down, level (of active customers against the period before), with `year_` before them
    against last year where the period before had more or fewer weeks, or alone (nothing to compare
    with), with `part_` before them in a period that has not ended; `nobody` (no known customer
    bought), `unsold` (no order at all in the data so far)
    """
    windows = periods.set_index("window")
    current = windows.loc["current"]
    if not figures:
        sold = periods["n_orders"].sum() > 0
        return "nobody" if sold else "unsold"
    active = next((figure for figure in figures if figure.name == "active"), None)
    against = active.against if active else {}
    window = next((window for window in EARLIER if window in against), "previous")
    earlier = against.get(window)
    moved = {"up": "up", "down": "down"}
    is_sized = earlier is not None and earlier.change.relative is not None
    case = moved.get(earlier.change.case, "level") if earlier and is_sized else "alone"
    if window == "last_year" and case != "alone":
        case = f"year_{case}"
    return case if bool(current["is_whole"]) else f"part_{case}"


def describe_customers(measured: Sequence[Measured], outcome: str, *, min_count: int) -> str:
    """Say of whom the first sentence tells: both new and returning, each of all, few, or nobody."""
    if outcome in ("nobody", "unsold"):
        return outcome
    known = {one.name: one.value for one in measured}
    active = known["n_active"]
    if isinstance(active, int) and active < min_count:
        return "few"
    return "each" if known["new"] is None else "both"


def describe_orders(periods: pd.DataFrame) -> str:
    """Say of the orders of the period: some without a customer, all with one, or none."""
    current = periods.set_index("window").loc["current"]
    if not current["n_orders"]:
        return "none"
    return "all" if current["n_orders"] == current["identified_orders"] else "some"


def list_clear(figures: Sequence[KeyFigure]) -> list[str]:
    """Name the ratios that changed clearly against the period before."""
    return [
        figure.name for figure in figures
        if figure.name != "active" and "previous" in figure.against
        and figure.against["previous"].change.case in ("up", "down")
    ]  # fmt: skip


def bound_spend(figures: Sequence[KeyFigure]) -> Interval | None:
    """Give the interval of the change of spend per customer, where there is one."""
    for figure in figures:
        if figure.name == "spend_per_customer" and "previous" in figure.against:
            change = figure.against["previous"].change
            if change.low is not None and change.high is not None:
                return Interval(change.low, change.high)
    return None


def list_changes(figures: Sequence[KeyFigure], tables: KeyTables) -> list[tuple[str, str | None]]:
    """List the sentences on what has changed, each with its case.

    Returns
    -------
    `days` of a period that has not ended; `moved` where an earlier period can be compared; and
    `largest` where one customer made more than a tenth of the change of net
    """
    windows = tables.periods.set_index("window")
    found: list[tuple[str, str | None]] = []
    days = choose_days(tables.periods) if figures else None
    if days is not None:
        found.append(("days", days))
    if any("previous" in figure.against for figure in figures):
        part = "" if bool(windows["is_whole"]["current"]) else "same_days_"
        found.append(("moved", part + ("clear" if list_clear(figures) else "level")))
        largest = _find_largest(tables.buyers)
        if largest is not None and largest.is_notable:
            found.append(("largest", None))
    return found


def list_again(
    measured: Sequence[Measured], figures: Sequence[KeyFigure], *, min_n: int
) -> list[str]:
    """List the case of the sentence on repurchase: both shares, that of all so far, or few.

    Nothing is said where nobody has ever ordered.
    """
    ever = next(one.value for one in measured if one.name == "ever")
    if not isinstance(ever, int) or not ever:
        return []
    if any(figure.name == "repurchase" for figure in figures):
        return ["both"]
    return ["all" if ever >= min_n else "few"]


def measure_customers(
    tables: KeyTables, customers: pd.DataFrame | None, *, rules: Rules, min_count: int = 10
) -> list[Measured]:
    """Measure what the sentences of the first page say besides the key figures.

    Parameters
    ----------
    tables : as `gather` gives them
    customers : `customer_measures` of the window `current`; None in a unit that knows no customer

    Returns
    -------
    new and returning customers (None where one of the two is too small to be told), orders and net
    of the period; customers with a sale so far and the share of them with sales on two days or
    more; and the largest customer's part of the change of net
    """
    current: Any = tables.periods.set_index("window").loc["current"]
    bought = None if customers is None else customers[customers["n_orders"] > 0]
    again = 0 if bought is None else int((bought["n_order_days"] >= 2).sum())
    n = 0 if bought is None else len(bought)
    ends = wilson(again, n, confidence=rules.confidence).ends if n >= rules.min_n else None
    largest = _find_largest(tables.buyers)
    parts = hide_parts(int(current["n_new"]), int(current["n_returning"]), min_count)
    return [
        Measured("new", parts[0], "count", "customers"),
        Measured("returning", parts[1], "count", "customers"),
        Measured("n_active", int(current["n_active"]), "count", "customers"),
        Measured("orders", int(current["n_orders"]), "count", "orders"),
        Measured("guest_orders", int(current["n_orders"] - current["identified_orders"]), "count",
                 "orders"),
        Measured("net", current["net"], "money", rules.currency),
        Measured("ever", n, "count", "customers"),
        share("repurchase_all", again, n, interval=ends),
        Measured("largest.share", largest.share if largest else None, "ratio", "share"),
        Measured("repurchase_days", REPURCHASE_DAYS, "count", "days"),
    ]  # fmt: skip


def _find_largest(buyers: pd.DataFrame) -> Largest | None:
    pair = buyers[buyers["window"].isin(["current", "previous"])]
    # Without a period before there is no change that a customer could have made.
    return share_of_largest(customer_changes(pair)) if pair["window"].nunique() == 2 else None
