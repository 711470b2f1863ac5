"""Tables of the lifecycle chapter: how long stages last, who has just gone quiet, who is where."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pandas as pd

from rapport.analysis.lifecycle import QUIET, STAGES, month_code
from rapport.analysis.measured import Measured
from rapport.analysis.survival import fit_survival
from rapport.analysis.survival_reading import estimate_median, survival_at

OTHER, TOTAL = "other", "total"
BEST = {"orders": "loyal", "contracts": "active"}
SHORTEST = 2  # rows of a table with one stage: that stage, and the total


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


def tabulate_entered(
    now: pd.DataFrame, *, kind: str, spend: str, min_count: int = 10
) -> pd.DataFrame:
    """Give who went quiet in the last month, by the stage that they left.

    Parameters
    ----------
    now : one row per customer: `stage`, `from_month`, `month_no`, `stage_before`, `net_12m`,
        `gross_12m`
    spend : net or gross
    min_count : stages that fewer customers left are counted together as `other`, with the next
        smallest if need be

    Returns
    -------
    one row per stage left (its index), largest spend first, and `total`; empty where nobody did
        `n_customers`, `spend` (of twelve months), `spend_per_customer`, `share_spend`
    """
    entered = now[is_entered(now, kind=kind)]
    names = ["n_customers", "spend", "spend_per_customer", "share_spend"]
    if entered.empty:
        return pd.DataFrame(columns=names)
    left = _join_small(entered["stage_before"].fillna(OTHER), min_count, keep=BEST[kind])
    by = entered.groupby(left, sort=True)[f"{spend}_12m"]
    table = pd.DataFrame({"n_customers": by.size(), "spend": by.sum()})
    table = table.sort_values("spend", ascending=False, kind="stable")
    counts = [*map(int, table["n_customers"]), len(entered)]
    spent = [*table["spend"], sum(entered[f"{spend}_12m"])]
    # Where returns outweigh what a stage bought, parts of the whole mean nothing.
    is_part = min(spent) >= 0 and spent[-1] > 0
    return pd.DataFrame(
        {
            "n_customers": counts,
            "spend": pd.Series(spent, dtype=object).to_numpy(),
            "spend_per_customer": [float(s) / n for s, n in zip(spent, counts, strict=True)],
            "share_spend": [float(s / spent[-1]) if is_part else None for s in spent],
        },
        index=pd.Index([*table.index, TOTAL], name="stage"),
    )


def _join_small(left: pd.Series[str], min_count: int, *, keep: str) -> pd.Series[str]:
    """Name the smallest stages `other` until that is no longer too small, `keep` the last."""
    sizes = [(int(n), str(stage)) for stage, n in left.value_counts().items()]
    if min(sizes)[0] >= min_count:
        return left
    sizes.sort(key=lambda size: (size[0] >= min_count and size[1] == keep, size))
    joined: list[str] = []
    n_joined = 0
    for n, stage in sizes:
        if n_joined >= min_count:
            break
        joined.append(stage)
        n_joined += n
    return left.where(~left.isin(joined), OTHER)


def is_entered(now: pd.DataFrame, *, kind: str) -> pd.Series[bool]:
    """Say of each customer whether the quiet stage was entered in the last month."""
    return (now["stage"] == QUIET[kind]) & (now["from_month"] == now["month_no"])


def measure_entered(
    table: pd.DataFrame, *, kind: str, currency: str, min_count: int = 10
) -> list[Measured]:
    """Name how many went quiet in the month, what they had spent, and the part of the best.

    Of fewer than `min_count` nothing is told, the money least of all.
    """
    if table.empty or int(table["n_customers"].iloc[-1]) < min_count:
        return []
    rows = table.to_dict("index")
    total, best = rows[TOTAL], rows.get(BEST[kind])
    found = [
        Measured("entered.n", int(total["n_customers"]), "count", "customers"),
        Measured("entered.spend", Decimal(total["spend"]), "money", currency),
    ]
    if best is not None and len(table) > SHORTEST and not pd.isna(best["share_spend"]):
        share, n = float(best["share_spend"]), int(total["n_customers"])
        found.append(Measured("entered.best.n", int(best["n_customers"]), "count", "customers"))
        found.append(Measured("entered.best.share", share, "ratio", "share", n))
    return found


def list_entered(
    table: pd.DataFrame, known: Collection[str], *, kind: str, n_customers: int
) -> list[str]:
    """Name the wording of the warning list: with the part of the best, plain, few or none.

    Nothing is said where there is no customer to place.
    """
    if n_customers == 0:
        return []
    if "entered_n" not in known:
        return ["none" if table.empty else "few"]
    return [f"{kind}_best" if "entered_best_share" in known else f"{kind}_plain"]


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
