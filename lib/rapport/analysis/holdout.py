"""The test of a model of value: fitted on the first part of the days, held against the rest.

Nothing after the cut is known to the fit. Customers whose first order came later are no part of
it. Two rankings are compared by how much of what came was held by the fifth of customers that
they put first; customers who tie share what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from rapport.analysis.bgnbd_histories import Floats
from rapport.analysis.bgnbd_predict import expect_orders
from rapport.analysis.value_buyers import Span, list_first_buyers, sum_rest
from rapport.analysis.value_models import ValueModel, ValueRules, fit_value
from rapport.analysis.value_totals import Totals, sum_up

TOP = 0.2
MOST_REPEATS = 7  # 7 stands for seven or more
POINTS = 13
LARGE_ERROR = 0.10
BETTER = 0.005  # half a point more of what came: less would not be seen in print


@dataclass(frozen=True, eq=False)
class HoldOut:
    """What was expected of the rest, and what came.

    `reason` why nothing could be tested: "no_rest", or that of the model; else None.
    `by_x`: one row per number of repeats (the last stands for as many or more): `x`, `n`,
    `predicted`, `observed` (order days a customer). `track`: `day` after the cut, `predicted`,
    `observed` (order days of all, added up). `capture_*`: share of what came that the top fifth
    held, ranked by the model and by the past.
    """

    reason: str | None
    model: ValueModel | None = None
    span: Span | None = None
    totals: Totals | None = None
    orders: int = 0
    money: Decimal = Decimal(0)
    mae: float = 0.0
    naive_mae: float = 0.0
    capture_orders: tuple[float, float] | None = None
    capture_money: tuple[float, float] | None = None
    by_x: pd.DataFrame | None = None
    track: pd.DataFrame | None = None

    @property
    def orders_error(self) -> float | None:
        """Predicted order days against those that came, relative; None where none came."""
        if self.totals is None or not self.orders:
            return None
        return self.totals.orders / self.orders - 1

    @property
    def money_error(self) -> float | None:
        """Predicted money against what came, relative; None where there is no model of money."""
        if self.totals is None or self.totals.money is None or self.money <= 0:
            return None
        return self.totals.money / float(self.money) - 1

    @property
    def ranks_better(self) -> bool:
        """Whether the model's fifth held more than the fifth that had spent or ordered most."""
        captures = self.capture_money or self.capture_orders
        return captures is not None and captures[0] - captures[1] >= BETTER


def hold_out(
    transactions: pd.DataFrame, days: pd.DataFrame, span: Span | None, rules: ValueRules,
    *, min_count: int = 10,
) -> HoldOut:  # fmt: skip
    """Fit on the first part, predict the rest, and count what came.

    Parameters
    ----------
    transactions : the mart `customer_transactions`
    days : the mart `holdout_days`: `ordered_on`, `n_order_days`
    span : the days observed and the cut
    min_count : customers that a number of repeats must have to stand by itself
    """
    if span is None or span.cut is None:
        return HoldOut("no_rest")
    buyers = list_first_buyers(transactions, cut=span.cut, spend=rules.spend)
    n_first = span.n_days - span.n_rest
    model = fit_value(buyers, n_days=n_first, horizon_months=rules.horizon_months)
    if model.orders is None:
        return HoldOut(model.reason, model, span)
    frame = buyers.frame
    came, paid = frame["rest_days"].to_numpy(), frame["rest_spend"].to_numpy()
    steps = np.unique(np.linspace(0, span.n_rest, POINTS + 1).astype(int))
    expected = expect_orders(model.orders, buyers.histories, list(steps))
    own = expected[buyers.histories.row, -1]
    past = (frame["x"] + 1).to_numpy(float)
    rate = frame["x"] / np.maximum(frame["T"], 1) * span.n_rest
    money = None
    if model.spending is not None:
        worth = own * model.amounts()
        money = (capture(worth, paid), capture(frame["spend"].to_numpy(), paid))
    return HoldOut(
        None, model, span, sum_up(model, rules, days=span.n_rest), int(came.sum()),
        sum_rest(transactions, spend=rules.spend), float(np.abs(own - came).mean()),
        float(np.abs(rate - came).mean()),
        (capture(own, came), capture(past, came)), money,
        _by_repeats(frame["x"].to_numpy(), own, came, min_count),
        _track(buyers.histories.n @ expected, steps, days, span),
    )  # fmt: skip


def capture(score: Floats, outcome: Floats, *, share: float = TOP) -> float:
    """Give the share of an outcome that the customers with the highest scores hold.

    Customers who tie at the border each count in part, so no order of rows matters.

    Examples
    --------
    >>> capture(np.array([3.0, 1.0, 1.0, 0.0]), np.array([5.0, 2.0, 0.0, 3.0]), share=0.5)
    0.6
    """
    total = float(outcome.sum())
    if total <= 0:
        return 0.0
    wanted = int(np.ceil(share * len(score)))
    border = np.sort(score)[len(score) - wanted]
    above, tied = score > border, score == border
    part = (wanted - above.sum()) / tied.sum()
    return float((outcome[above].sum() + part * outcome[tied].sum()) / total)


def _by_repeats(x: np.ndarray, own: Floats, came: Floats, min_count: int) -> pd.DataFrame:
    last = MOST_REPEATS
    while last > 0 and (x >= last).sum() < min_count:
        last -= 1
    group = np.minimum(x, last)
    n = np.bincount(group, minlength=last + 1)
    kept = np.flatnonzero(n >= min_count)
    sums = [np.bincount(group, weights=part, minlength=last + 1) for part in (own, came)]
    return pd.DataFrame(
        {"x": kept, "n": n[kept], "predicted": (sums[0] / np.maximum(n, 1))[kept],
         "observed": (sums[1] / np.maximum(n, 1))[kept], "is_or_more": kept == last}
    )  # fmt: skip


def _track(expected: Floats, steps: np.ndarray, days: pd.DataFrame, span: Span) -> pd.DataFrame:
    assert span.cut is not None
    after = (pd.to_datetime(days["ordered_on"]) - pd.Timestamp(span.cut)).dt.days.to_numpy()
    counts = days["n_order_days"].to_numpy(float)
    observed = [int(counts[after <= step].sum()) for step in steps]
    return pd.DataFrame({"day": steps, "predicted": expected, "observed": observed})
