"""What contracts are still to bring: renewals of those that run, by shifted beta-geometric.

Contracts are modelled apart by the months between two renewals, since a year's renewal is not a
month's. One that ended between renewals counts as ended at the next. Of a unit of which it is
known that contracts ended and not when, those that ended earlier may be missing from the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from rapport.analysis.bgnbd import STEP
from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.clv import Margin
from rapport.analysis.sbg import Sbg, fit_sbg
from rapport.analysis.value_models import FEWEST_CUSTOMERS, FEWEST_REPEATING, ValueRules

COLUMNS = ("customer_id", "order_key", "x", "expected_orders", "mean_spend", "clv")


@dataclass(frozen=True)
class Asked:
    """What is asked of contracts; a price is of one renewal or of one month."""

    rules: ValueRules
    margin: Margin
    price_per: str = "renewal"


@dataclass(frozen=True, eq=False)
class ContractValue:
    """Renewals and money expected, by the months between renewals and by customer.

    `groups`: one row per length that could be modelled: `renewal_months`, `n`, `n_running`,
    `renews_first`, `renews_fifth` (share of contracts that renew, at the first and the fifth
    renewal; `_low` and `_high` their intervals, of the parameters alone), `renewals_each`
    (expected within the horizon of one that runs), `clv`, `has_spread` (whether customers differ
    in how readily they end).
    `customers`: one row per customer with a running contract of these: COLUMNS. `n_left_out`:
    running contracts without a price, or of lengths that allow no model. `money_ends`: interval
    of the sum. `reason`: None or "too_few_contracts".
    """

    reason: str | None
    groups: pd.DataFrame
    customers: pd.DataFrame
    n_running: int
    n_left_out: int
    money_ends: tuple[float, float] | None = None

    @property
    def outcome(self) -> str:
        """Why there is no value, else contracts, or contracts_alike: the first length's."""
        if self.reason is not None:
            return self.reason
        return "contracts" if bool(self.groups["has_spread"].iloc[0]) else "contracts_alike"


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


def value_contracts(contracts: pd.DataFrame, asked: Asked) -> ContractValue:
    """Fit every length of contract that allows it, and expect its renewals.

    Parameters
    ----------
    contracts : the mart `customer_contracts`
    """
    counted = count_periods(contracts)
    is_running = ~counted["has_ended"].astype(bool)
    n_running = int(is_running.sum())
    found = [
        _value_length(rows, asked)
        for _, rows in counted.groupby("renewal_months", sort=True)
        if allows_model(rows)
    ]
    if not found:
        nothing = pd.DataFrame(columns=list(COLUMNS))
        return ContractValue("too_few_contracts", pd.DataFrame(), nothing, n_running, n_running)
    valued = pd.concat([one.valued for one in found])
    customers = valued.groupby(["order_key", "customer_id"], as_index=False).agg(
        x=("x", "max"), expected_orders=("expected_orders", "sum"),
        mean_spend=("mean_spend", "sum"), clv=("clv", "sum"),
    )  # fmt: skip
    total, half = float(customers["clv"].sum()), stats.norm.ppf((1 + asked.rules.confidence) / 2)
    reach = half * float(np.sqrt(sum(one.variance for one in found)))
    return ContractValue(
        None, pd.DataFrame([one.row for one in found]), customers[list(COLUMNS)], n_running,
        n_running - len(valued), (max(total - reach, 0.0), total + reach),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Length:
    row: dict[str, float]
    valued: pd.DataFrame
    variance: float


def allows_model(rows: pd.DataFrame) -> bool:
    """Say whether contracts of one length are enough to model: rows with `period`, `has_ended`."""
    has_ended = rows["has_ended"].astype(bool)
    # A contract that ended at its first renewal has passed none.
    n_renewed = int((rows["period"] > has_ended).sum())
    few = min(int(has_ended.sum()), n_renewed) < FEWEST_REPEATING
    return len(rows) >= FEWEST_CUSTOMERS and not few


def _value_length(rows: pd.DataFrame, asked: Asked) -> _Length:
    """Value the contracts of one length."""
    table = rows.groupby(["period", "has_ended"]).size().reset_index(name="n")
    fitted = fit_sbg(table["period"], table["has_ended"], table["n"])
    priced = rows[~rows["has_ended"].astype(bool) & rows["price"].notna()]
    valued = _expect(priced, fitted.logs, asked)
    # How the sum moves with each parameter, carried by their covariance.
    slopes = []
    for step in STEP * np.eye(2):
        ends = [_expect(priced, fitted.logs + way, asked) for way in (step, -step)]
        slopes.append(float(ends[0]["clv"].sum() - ends[1]["clv"].sum()) / (2 * STEP))
    variance = float(np.array(slopes) @ fitted.covariance @ np.array(slopes))
    row = _describe(rows, fitted, valued) | _bound(fitted, asked.rules.confidence)
    return _Length(row, valued, variance)


def _bound(fitted: Sbg, confidence: float) -> dict[str, float]:
    """Give the intervals of the shares that renew: Wald on the logit, by the covariance."""
    half = float(stats.norm.ppf((1 + confidence) / 2))
    found: dict[str, float] = {}
    for name, passed in (("renews_first", 0), ("renews_fifth", 4)):
        steps = STEP * np.eye(2)
        ways = [[_logit_renews(fitted.logs + way * s, passed) for way in (1, -1)] for s in steps]
        slopes = np.array([(up - down) / (2 * STEP) for up, down in ways])
        reach = half * float(np.sqrt(slopes @ fitted.covariance @ slopes))
        middle = _logit_renews(fitted.logs, passed)
        low, high = special.expit([middle - reach, middle + reach])
        found |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return found


def _logit_renews(logs: Floats, passed: int) -> float:
    # Of contracts that have passed so many renewals (beta + t) to alpha renew.
    alpha, beta = np.exp(logs)
    return float(np.log((beta + passed) / alpha))


def _expect(running: pd.DataFrame, logs: Floats, asked: Asked) -> pd.DataFrame:
    """Expect the renewals within the horizon of each running contract, and what they bring."""
    months, place = np.unique(running["n_months"].to_numpy(np.int64), return_inverse=True)
    length = int(running["renewal_months"].iloc[0]) if len(running) else 1
    found = [_renewals(logs, int(age), length, asked) for age in months]
    orders, worth = np.array(found).reshape(-1, 2).T
    price = running["price"].astype(float).to_numpy()
    return running[["customer_id", "order_key"]].assign(
        x=running["period"].to_numpy(), expected_orders=orders[place], mean_spend=price,
        clv=worth[place] * price * asked.margin.share,
    )  # fmt: skip


def _renewals(logs: Floats, age: int, length: int, asked: Asked) -> tuple[float, float]:
    """Give the renewals expected, and the discounted payments of one unit of price each."""
    alpha, beta = np.exp(logs)
    first = length - age % length  # months until the next renewal, 1 or more
    months = np.arange(1, asked.rules.horizon_months + 1)
    passed = np.where(months >= first, (months - first) // length + 1, 0)
    renewals = age // length + np.arange(passed[-1])
    stays = np.concatenate([[1.0], np.cumprod((beta + renewals) / (alpha + beta + renewals))])
    pays = (months % length == first % length) if asked.price_per == "renewal" else months > 0
    weights: Floats = (1 + asked.rules.discount) ** (-(months - 0.5) / 12)
    return float(stays[1:].sum()), float((stays[passed] * pays) @ weights)


def _describe(rows: pd.DataFrame, fitted: Sbg, valued: pd.DataFrame) -> dict[str, float]:
    whole = fitted.alpha + fitted.beta
    return {
        "renewal_months": int(rows["renewal_months"].iloc[0]), "n": len(rows),
        "n_running": int((~rows["has_ended"].astype(bool)).sum()),
        "renews_first": fitted.beta / whole, "renews_fifth": (fitted.beta + 4) / (whole + 4),
        "renewals_each": float(valued["expected_orders"].mean()) if len(valued) else np.nan,
        "clv": float(valued["clv"].sum()), "has_spread": fitted.sees_spread,
    }  # fmt: skip
