"""Customer lifetime value: what customers are expected to bring within a horizon, today's worth.

Month by month: orders expected in it, times the mean amount expected of an order, times the margin,
discounted from the middle of the month. It holds no season, no cost of keeping a customer and
nobody who has yet to come. Formula: docs/methods.md, 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.bgnbd_likelihood import UNIT_DAYS
from rapport.analysis.bgnbd_predict import expect_orders
from rapport.analysis.value_models import MONTH_DAYS, ValueModel, ValueRules
from rapport.analysis.value_totals import Totals, sum_up

BANDS = {"top_1": 0.01, "top_5": 0.05, "top_20": 0.20, "top_50": 0.50, "all": 1.0}
COLUMNS = (
    "customer_id", "order_key", "x", "t_x", "T", "expected_orders", "p_alive", "mean_spend", "clv",
    "spend",
)  # fmt: skip


@dataclass(frozen=True)
class Margin:
    """The share of sales that stays, and where it is from: parameter, cost, or sales (1)."""

    share: float
    source: str


@dataclass(frozen=True, eq=False)
class Clv:
    """What every customer is expected to bring, and all of them together.

    `customers`: one row per customer: `customer_id`, `order_key`, `x`, `t_x`, `T` (weeks),
    `expected_orders`, `p_alive` (empty where it may not be told), `mean_spend`, `clv` (both empty
    without a model of amounts), `spend` so far. `totals` of orders and of money.
    """

    customers: pd.DataFrame
    totals: Totals
    margin: Margin
    horizon_months: int


def find_margin(parameter: float, lines: pd.DataFrame | None) -> Margin:
    """Find the margin: the parameter if given, else from costs of what was sold, else all of it.

    Parameters
    ----------
    parameter : share of sales, 0 if it is not given
    lines : the mart `line_margins`, None in a unit without lines or products; it counts if costs
        are known for at least half of the sales, and these brought more than they cost

    Examples
    --------
    >>> find_margin(0.0, None)
    Margin(share=1.0, source='sales')
    """
    if parameter > 0:
        return Margin(parameter, "parameter")
    if lines is not None and len(lines):
        row = lines.iloc[0]
        gross, known, cost = (float(row[name]) for name in ("gross", "gross_with_cost", "cost"))
        if known > 0 and known >= gross / 2 and 0 < cost < known:
            return Margin(1 - cost / known, "cost")
    return Margin(1.0, "sales")


def month_weights(n_months: int, discount: float) -> Floats:
    """Give what a unit of money is worth today that comes in each month to come.

    Examples
    --------
    >>> month_weights(2, 0.10).round(4).tolist()
    [0.996, 0.9882]
    """
    middles = np.arange(n_months) + 0.5
    return np.asarray((1 + discount) ** (-middles / 12))


def estimate_clv(model: ValueModel, rules: ValueRules, margin: Margin) -> Clv | None:
    """Estimate the value of every customer; None where there is no model or no horizon."""
    months = model.horizon_months
    if model.orders is None or months < 1:
        return None
    histories, frame = model.buyers.histories, model.buyers.frame
    ends = [MONTH_DAYS * month for month in range(1, months + 1)]
    expected = expect_orders(model.orders, histories, ends)
    gained = np.diff(expected, axis=1, prepend=0.0)
    discounted = gained @ month_weights(months, rules.discount)
    # What an order within the horizon is worth on average, by how early it is to be expected.
    whole = expected[:, -1]
    worth = margin.share * np.divide(discounted, whole, out=np.ones(len(whole)), where=whole > 0)
    totals = sum_up(model, rules, days=ends[-1], worth=worth)
    amounts = model.amounts() if model.spending else np.full(model.buyers.n, np.nan)
    orders = whole[histories.row]
    customers = frame.assign(
        t_x=frame["t_x"] / UNIT_DAYS, T=frame["T"] / UNIT_DAYS, expected_orders=orders,
        p_alive=model.chances(), mean_spend=amounts, clv=orders * worth[histories.row] * amounts,
    )  # fmt: skip
    return Clv(customers[list(COLUMNS)], totals, margin, months)


def sum_bands(customers: pd.DataFrame, *, by: str, min_count: int) -> pd.DataFrame:
    """Give what the first 1, 5, 20, 50 and 100 % of customers are expected to bring.

    Parameters
    ----------
    customers : `order_key`, `clv`, and the column `by` that ranks them; ties by `order_key`
    min_count : bands of fewer customers are left out

    Returns
    -------
    one row per band, each holding those above it: `band`, `n_customers`, `clv`, `share`,
        `clv_each`
    """
    ranked = customers.sort_values([by, "order_key"], ascending=[False, True], kind="stable")
    value = np.cumsum(ranked["clv"].to_numpy(float))
    rows = []
    for band, share in BANDS.items():
        n = int(np.ceil(share * len(ranked) - 1e-9))
        if n >= min_count:
            total = float(value[n - 1])
            part = total / float(value[-1]) if value[-1] > 0 else np.nan
            rows.append((band, n, total, part, total / n))
    return pd.DataFrame(rows, columns=["band", "n_customers", "clv", "share", "clv_each"])


def sum_groups(
    customers: pd.DataFrame, groups: pd.DataFrame | None, *, name: str, rest: str
) -> pd.DataFrame | None:
    """Give what each group of customers is expected to bring, the largest sum first.

    Parameters
    ----------
    customers : `customer_id`, `expected_orders`, `clv`
    groups : one row per customer: `customer_id` and the column `name`; None gives None
    rest : the name of those whom `groups` does not hold

    Returns
    -------
    one row per group: `name`, `n_customers`, `share_customers`, `orders_each`, `clv`,
        `clv_each`, `share_clv`
    """
    if groups is None or customers.empty:
        return None
    of = groups.drop_duplicates("customer_id").set_index("customer_id")[name]
    named = customers["customer_id"].map(of).fillna(rest).astype(str)
    summed = customers.groupby(named.rename(name)).agg(
        n_customers=("clv", "size"), orders=("expected_orders", "sum"), clv=("clv", "sum")
    )
    total = float(summed["clv"].sum())
    table = summed.assign(
        share_customers=summed["n_customers"] / len(customers),
        orders_each=summed["orders"] / summed["n_customers"],
        clv_each=summed["clv"] / summed["n_customers"],
        share_clv=summed["clv"] / total if total > 0 else np.nan,
    ).reset_index()
    return table.sort_values(["clv", name], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )
