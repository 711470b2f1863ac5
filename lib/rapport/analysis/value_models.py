"""Whether the orders allow a model of value, and which parts of it can be believed.

No model under 200 customers or 50 who repeated, under twelve weeks of days, or where nobody differs
from anybody. Drop-out that the data do not show, amounts that go with frequency and a horizon
longer than the data bear are each told beside the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rapport.analysis.bgnbd import BgNbd, fit_bgnbd
from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.bgnbd_predict import chance_there
from rapport.analysis.gamma_gamma import (
    GammaGamma,
    expect_amount,
    fit_gamma_gamma,
    rank_correlation,
)
from rapport.analysis.value_buyers import FEWEST_DAYS, Buyers

FEWEST_CUSTOMERS, FEWEST_REPEATING = 200, 50
MONTH_DAYS = 365.25 / 12
GAPS_OBSERVED = 3
TOGETHER = 0.3
DRAWS = 200
MANY = 5_000  # customers above whom intervals are made by the parameters' covariance


@dataclass(frozen=True)
class ValueRules:
    """What the parameters ask of the models: money a month ahead, and how sure."""

    spend: str = "net"
    discount: float = 0.10
    horizon_months: int = 12
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True, eq=False)
class ValueModel:
    """Models of the orders and of the amounts of `buyers`, or the reason why there are none.

    `reason`: None, or "no_customers", "too_few_customers", "too_few_repeating", "too_short",
    "all_alike". `spending` is None where the amounts allow no model; orders are then expected
    and no money. `correlation` of repeats and amounts (Spearman), None where it cannot be had.
    `horizon_months` is what the data bear, at most what was asked for.
    """

    buyers: Buyers
    reason: str | None
    orders: BgNbd | None = None
    spending: GammaGamma | None = None
    correlation: float | None = None
    horizon_months: int = 0

    @property
    def has_money(self) -> bool:
        """Whether there is a model of both orders and amounts."""
        return self.orders is not None and self.spending is not None

    @property
    def goes_together(self) -> bool:
        """Whether amounts go with frequency more than the model of amounts allows."""
        return self.correlation is not None and abs(self.correlation) > TOGETHER

    def amounts(self) -> Floats:
        """Give the mean amount expected of an order of each customer."""
        assert self.spending is not None
        frame = self.buyers.frame
        return expect_amount(np.exp(self.spending.logs), frame["x"], frame["m"])

    def chances(self) -> Floats:
        """Give each customer's chance of being there; empty where x is 0 or none is seen to go."""
        assert self.orders is not None
        there = chance_there(self.orders, self.buyers.histories)[self.buyers.histories.row]
        is_told = (self.buyers.frame["x"] > 0) & self.orders.sees_drop_out
        return np.where(is_told, there, np.nan)


def fit_value(buyers: Buyers, *, n_days: int, horizon_months: int) -> ValueModel:
    """Fit what the data allow.

    Parameters
    ----------
    buyers : everybody who had bought by the last day observed
    n_days : days observed, from first to last
    horizon_months : months that value should look ahead
    """
    model = ValueModel(buyers, _refuse(buyers, n_days))
    if model.reason is not None:
        return model
    orders = fit_bgnbd(buyers.histories)
    if not orders.sees_spread:
        return replace(model, reason="all_alike")
    months = _bear(buyers, n_days, horizon_months)
    repeats = buyers.frame[buyers.frame["is_positive"]]
    spending = None
    if len(repeats) >= FEWEST_REPEATING:
        found = fit_gamma_gamma(repeats["x"], repeats["m"])
        spending = found if found.has_mean and found.covariance is not None else None
    together = rank_correlation(repeats["x"], repeats["m"])
    return replace(model, orders=orders, spending=spending, correlation=together,
                   horizon_months=months)  # fmt: skip


def _refuse(buyers: Buyers, n_days: int) -> str | None:
    if buyers.n == 0:
        return "no_customers"
    if n_days < FEWEST_DAYS:
        return "too_short"
    if buyers.n < FEWEST_CUSTOMERS:
        return "too_few_customers"
    if buyers.histories.n_repeating < FEWEST_REPEATING:
        return "too_few_repeating"
    return None


def median_gap(buyers: Buyers) -> float:
    """Give the median, over customers who repeated, of their mean days between order days."""
    repeats = buyers.frame[buyers.frame["x"] > 0]
    return float((repeats["t_x"] / repeats["x"]).median())


def _bear(buyers: Buyers, n_days: int, asked: int) -> int:
    """Give the months that can be looked ahead: not beyond the days observed if gaps are long."""
    if n_days >= GAPS_OBSERVED * median_gap(buyers):
        return asked
    return min(asked, int(n_days // MONTH_DAYS))
