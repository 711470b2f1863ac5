"""Tables of the lifecycle chapter: how long stages last, who has just gone quiet, who is where."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pandas as pd

from rapport.analysis.lifecycle import QUIET, STAGES, month_code
from rapport.analysis.measured import Measured
from rapport.analysis.survival import estimate_median, fit_survival, survival_at


def tabulate_dwell(
    spells: pd.DataFrame, *, kind: str, min_n: int, confidence: float
) -> pd.DataFrame:
    """Give how long customers stay in each stage, from those who were seen to enter it.

    Parameters
    ----------
    spells : `lifecycle_dwell` of one kind: `stage`, `duration_months`, `event_observed`, `n`

    Returns
    -------
    one row per stage of at least `min_n` spells, the stage `new` left out, which is one month by
    definition
        `stage`, `n`, `one`, `three` (share still in it so many months on), `low`, `high` (of the
        second), `median` (months; empty where not reached)
    """
    rows = []
    for stage in STAGES[kind]:
        mine = spells[spells["stage"] == stage].rename(columns={"duration_months": "duration"})
        if stage == "new" or mine["n"].sum() < min_n:
            continue
        curve = fit_survival(mine, confidence=confidence)
        at = survival_at(curve, [1, 3])
        rows.append(
            {"stage": stage, "n": curve.n, "one": at["survival"][0], "three": at["survival"][1],
             "low": at["low"][1], "high": at["high"][1], "median": estimate_median(curve).value}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["stage", "n", "one", "three", "low", "high", "median"])


def tabulate_entered(now: pd.DataFrame, *, kind: str, spend: str) -> pd.DataFrame:
    """Give who went quiet in the last month, by the stage that they left.

    Parameters
    ----------
    now : one row per customer: `stage`, `from_month`, `month_no`, `stage_before`, `net_12m`,
        `gross_12m`
    spend : net or gross

    Returns
    -------
    one row per stage left (its index), largest spend first, and `total`; empty where nobody did
        `n_customers`, `spend` (of twelve months), `spend_per_customer`, `share_spend`
    """
    entered = now[is_entered(now, kind=kind)]
    if entered.empty:
        return pd.DataFrame(columns=["n_customers", "spend", "spend_per_customer", "share_spend"])
    by = entered.groupby("stage_before", sort=True)[f"{spend}_12m"]
    table = pd.DataFrame({"n_customers": by.size(), "spend": by.agg(sum)})
    table = table.sort_values("spend", ascending=False, kind="stable")
    table.loc["total"] = [len(entered), sum(entered[f"{spend}_12m"])]
    total = table.loc["total", "spend"]
    return table.assign(
        spend_per_customer=[
            float(s) / n for s, n in zip(table["spend"], table["n_customers"], strict=True)
        ],
        share_spend=[float(s / total) if total > 0 else None for s in table["spend"]],
    )


def is_entered(now: pd.DataFrame, *, kind: str) -> pd.Series[bool]:
    """Say of each customer whether the quiet stage was entered in the last month."""
    return (now["stage"] == QUIET[kind]) & (now["from_month"] == now["month_no"])


def measure_entered(table: pd.DataFrame, *, kind: str, currency: str) -> list[Measured]:
    """Name how many went quiet in the month, what they had spent, and the part of the best."""
    if table.empty:
        return []
    total = table.loc["total"]
    found = [
        Measured("entered.n", int(total["n_customers"]), "count", "customers"),
        Measured("entered.spend", Decimal(total["spend"]), "money", currency),
    ]
    best = "loyal" if kind == "orders" else "active"
    if best in table.index and total["spend"] > 0:
        row = table.loc[best]
        found.append(Measured("entered.best.n", int(row["n_customers"]), "count", "customers"))
        found.append(
            Measured("entered.best.share", float(row["share_spend"]), "ratio", "share",
                     int(total["n_customers"]))
        )  # fmt: skip
    return found


def name_entered(known: Collection[str], *, kind: str) -> str:
    """Name the wording of the warning list: with the part of the best, plain, or none."""
    if "entered_n" not in known:
        return "none"
    return f"{kind}_best" if "entered_best_share" in known else f"{kind}_plain"


def list_stages(now: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Give the table that later chapters read: the stage of every customer.

    Returns
    -------
    one row per customer, by `order_key`
        `customer_id`, `order_key`, `month` (the month end, as a period's code), `stage`,
        `stage_before` (empty of the first), `since` (first month end in the stage),
        `is_entered` (the quiet stage was entered in this month)
    """
    rows = now.sort_values("order_key", kind="stable").reset_index(drop=True)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "order_key": rows["order_key"],
            "month": [month_code(int(month)) for month in rows["month_no"]],
            "stage": rows["stage"],
            "stage_before": rows["stage_before"],
            "since": [month_code(int(month)) for month in rows["from_month"]],
            "is_entered": is_entered(rows, kind=kind),
        }
    )
