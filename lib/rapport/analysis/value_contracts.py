"""What contracts are still to bring: renewals expected of those that run, by shifted beta-geometric.

Contracts are modelled apart by the months between two renewals, since a year's renewal is not a
month's. One that ended between renewals counts as ended at the next. Of a unit of which it is
known that contracts ended and not when, those that ended earlier may be missing from the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.clv import Margin
from rapport.analysis.sbg import Sbg, fit_sbg, project_survival
from rapport.analysis.value_models import FEWEST_CUSTOMERS, FEWEST_REPEATING, ValueRules

COLUMNS = ("customer_id", "order_key", "x", "expected_orders", "mean_spend", "clv")


@dataclass(frozen=True, eq=False)
class ContractValue:
    """Renewals and money expected, by the months between renewals and by customer.

    `groups`: one row per length that could be modelled: `renewal_months`, `n`, `n_running`,
    `alpha`, `beta`, `renews_first`, `renews_fifth` (share of contracts that renew, at the first
    and fifth renewal), `renewals_each` (expected within the horizon of one that runs), `clv`.
    `customers`: one row per customer with a running contract of these: COLUMNS. `n_left_out`:
    running contracts of lengths that allow no model. `reason`: None or "too_few_contracts".
    """

    reason: str | None
    groups: pd.DataFrame
    customers: pd.DataFrame
    n_running: int
    n_left_out: int


def count_periods(contracts: pd.DataFrame) -> pd.DataFrame:
    """Add `period` to contracts: the renewal at which one ended, or the renewals it has passed.

    Examples
    --------
    >>> contracts = pd.DataFrame({"n_months": [0, 13, 13], "renewal_months": [1, 12, 12],
    ...                           "has_ended": [True, True, False]})
    >>> count_periods(contracts)["period"].tolist()
    [1, 2, 1]
    """
    months = contracts["n_months"].to_numpy(np.int64)
    length = contracts["renewal_months"].to_numpy(np.int64)
    ended = np.maximum(-(-months // length), 1)
    return contracts.assign(period=np.where(contracts["has_ended"], ended, months // length))


def value_contracts(contracts: pd.DataFrame, rules: ValueRules, margin: Margin) -> ContractValue:
    """Fit every length of contract that allows it, and expect its renewals.

    Parameters
    ----------
    contracts : the mart `customer_contracts`; `price` is of one renewal
    """
    counted = count_periods(contracts)
    groups, parts = [], []
    for length, rows in counted.groupby("renewal_months", sort=True):
        n_ended = int(rows["has_ended"].sum())
        n_renewed = int((rows["period"] > rows["has_ended"]).sum())
        if len(rows) < FEWEST_CUSTOMERS or min(n_ended, n_renewed) < FEWEST_REPEATING:
            continue
        table = rows.groupby(["period", "has_ended"]).size().reset_index(name="n")
        fitted = fit_sbg(table["period"], table["has_ended"], table["n"])
        if fitted.covariance is None:
            continue
        running = rows[~rows["has_ended"].astype(bool)]
        parts.append(_expect(running, fitted, rules, margin))
        groups.append(_describe(int(length), len(rows), fitted, parts[-1]))
    running = int((~counted["has_ended"].astype(bool)).sum())
    if not groups:
        return ContractValue("too_few_contracts", pd.DataFrame(), pd.DataFrame(), running, running)
    valued = pd.concat(parts)
    customers = valued.groupby(["order_key", "customer_id"], as_index=False).agg(
        x=("x", "max"), expected_orders=("expected_orders", "sum"),
        mean_spend=("mean_spend", "sum"), clv=("clv", "sum"),
    )  # fmt: skip
    left = running - len(valued)
    return ContractValue(None, pd.DataFrame(groups), customers[list(COLUMNS)], running, left)


def _expect(running: pd.DataFrame, fitted: Sbg, rules: ValueRules, margin: Margin) -> pd.DataFrame:
    """Expect the renewals within the horizon of each running contract, and what they bring."""
    length = running["renewal_months"].to_numpy(np.int64)
    months = running["n_months"].to_numpy(np.int64)
    codes, place = np.unique(months, return_inverse=True)
    found = [_renewals(fitted, int(age), int(length[0]), rules) for age in codes]
    orders, worth = (np.array(part)[place] for part in zip(*found, strict=True))
    price = running["price"].astype(float).to_numpy()
    return running[["customer_id", "order_key"]].assign(
        x=running["period"].to_numpy(), expected_orders=orders, mean_spend=price,
        clv=worth * price * margin.share,
    )  # fmt: skip


def _renewals(fitted: Sbg, age: int, length: int, rules: ValueRules) -> tuple[float, float]:
    passed = age // length
    first = length - age % length  # months until the next renewal, 1 or more
    at = np.arange(first, rules.horizon_months + 1, length)
    if not len(at):
        return 0.0, 0.0
    stays = project_survival(fitted, passed + 1 + np.arange(len(at)), passed=passed)
    weights: Floats = (1 + rules.discount) ** (-(at - 0.5) / 12)
    return float(stays.sum()), float(stays @ weights)


def _describe(length: int, n: int, fitted: Sbg, valued: pd.DataFrame) -> dict[str, float]:
    whole = fitted.alpha + fitted.beta
    return {
        "renewal_months": length, "n": n, "n_running": len(valued), "alpha": fitted.alpha,
        "beta": fitted.beta, "renews_first": fitted.beta / whole,
        "renews_fifth": (fitted.beta + 4) / (whole + 4),
        "renewals_each": float(valued["expected_orders"].mean()) if len(valued) else np.nan,
        "clv": float(valued["clv"].sum()),
    }  # fmt: skip
