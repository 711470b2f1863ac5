"""Totals of a fitted model with their intervals: orders and money of the customers as they are.

Up to 5,000 customers both models are refitted on 200 draws of customers; above, ends come from the
covariance of the parameters. Either way an interval holds what the parameters do not know: not how
many will happen to order, nor a changed world. How early orders fall within the horizon is held as
fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from rapport.analysis.bgnbd import STEP, WIDEST
from rapport.analysis.bgnbd_draws import draw_customers, expect_of_draws, refit_bgnbd
from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.bgnbd_predict import expect_orders
from rapport.analysis.gamma_gamma import refit_gamma_gamma
from rapport.analysis.value_models import DRAWS, MANY, ValueModel, ValueRules

Ends = tuple[float, float]


@dataclass(frozen=True)
class Totals:
    """Orders and money expected of all customers in a span of days; an end may be unknown."""

    orders: float
    money: float | None
    orders_ends: Ends | None
    money_ends: Ends | None


def sum_up(
    model: ValueModel, rules: ValueRules, *, days: float, worth: Floats | None = None
) -> Totals:
    """Add up what is expected of all customers within `days`, with intervals.

    Parameters
    ----------
    worth : what a unit of money is worth when it comes, one per distinct history (margin and
        discount); None counts it in full
    """
    assert model.orders is not None
    histories = model.buyers.histories
    expected = expect_orders(model.orders, histories, [days])[:, 0]
    rows = _Rows(model, np.ones(len(expected)) if worth is None else worth, days)
    orders = float(histories.n @ expected)
    if model.spending is None:
        money = None
    else:
        money = float(_sum_money(rows, model.spending.logs[None, :], expected[None, :])[0])
    many = model.buyers.n > MANY
    orders_ends, money_ends = _wald_ends(rows, rules) if many else _draw_ends(rows, rules)
    return Totals(orders, money, orders_ends, money_ends)


@dataclass(frozen=True, eq=False)
class _Rows:
    model: ValueModel
    worth: Floats
    days: float


def _sum_money(rows: _Rows, spending: Floats, expected: Floats) -> Floats:
    p, q, v = np.exp(spending).T[:, :, None]
    buyers = rows.model.buyers
    histories = buyers.histories
    m = np.bincount(histories.row, weights=buyers.floats("m"), minlength=len(histories.x))
    # E[M] summed over the customers of a history: it is linear in their amounts.
    amounts = p * (histories.n * v + histories.x * m)
    amounts = amounts / np.maximum(p * histories.x + q - 1, 1e-9)
    return np.asarray((expected * rows.worth * amounts).sum(axis=1))


def _draw_ends(rows: _Rows, rules: ValueRules) -> tuple[Ends, Ends | None]:
    model = rows.model
    assert model.orders is not None
    histories, frame = model.buyers.histories, model.buyers.frame
    drawn = draw_customers(model.buyers.n, n_draws=DRAWS, seed=rules.seed)
    logs = refit_bgnbd(model.orders, histories, drawn)
    expected = expect_of_draws(logs, histories, rows.days)
    orders_ends = _quantiles(expected @ histories.n, rules)
    if model.spending is None:
        return orders_ends, None
    chosen = frame["is_positive"].to_numpy(bool)
    repeats = frame[chosen]
    spending = refit_gamma_gamma(model.spending, repeats["x"], repeats["m"], drawn[:, chosen])
    return orders_ends, _quantiles(_sum_money(rows, spending, expected), rules)


def _quantiles(totals: Floats, rules: ValueRules) -> Ends:
    tail = (1 - rules.confidence) / 2
    low, high = np.quantile(totals, [tail, 1 - tail])
    return float(low), float(high)


def _wald_ends(rows: _Rows, rules: ValueRules) -> tuple[Ends | None, Ends | None]:
    """Carry the covariance of the parameters to the logarithm of each total.

    A total that is not known to within a factor of a thousand gets no ends.
    """
    model = rows.model
    assert model.orders is not None and model.orders.covariance is not None
    histories = model.buyers.histories
    both = np.vstack([np.eye(4), -np.eye(4)]) * STEP
    expected = expect_of_draws(model.orders.logs + both, histories, rows.days)
    half = stats.norm.ppf((1 + rules.confidence) / 2)
    orders = expected @ histories.n
    orders_ends = _spread(orders, _variance(orders, model.orders.covariance), half)
    if model.spending is None:
        return orders_ends, None
    own = np.tile(model.spending.logs, (8, 1))
    money = _sum_money(rows, own, expected)
    variance = _variance(money, model.orders.covariance)
    both = np.vstack([np.eye(3), -np.eye(3)]) * STEP
    middle = expect_of_draws(model.orders.logs[None, :], histories, rows.days)
    amounts = _sum_money(rows, model.spending.logs + both, middle)
    assert model.spending.covariance is not None
    variance += _variance(amounts, model.spending.covariance)
    return orders_ends, _spread(money, variance, half)


def _variance(totals: Floats, covariance: Floats) -> float:
    n = len(totals) // 2
    slopes = (np.log(totals[:n]) - np.log(totals[n:])) / (2 * STEP)
    return float(slopes @ covariance @ slopes)


def _spread(totals: Floats, variance: float, half: float) -> Ends | None:
    if not np.sqrt(variance) <= WIDEST:
        return None
    middle, reach = float(np.log(totals).mean()), half * float(np.sqrt(variance))
    return float(np.exp(middle - reach)), float(np.exp(middle + reach))
