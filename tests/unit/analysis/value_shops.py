"""Shops as the mart customer_transactions gives them, drawn from known parameters."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
from tests.planted.buyers import DAYS, draw_amounts, draw_buyers

FIRST = dt.date(2024, 1, 1)
LAST = FIRST + dt.timedelta(days=DAYS)
CUT = dt.date(2024, 9, 29)


def draw_shop(seed=0, n=900, *, amounts=True, **parameters):
    """Draw a shop of 547 days; the cut after half of them lies on its own 273rd day."""
    x, t_x, T, _ = draw_buyers(seed, n, **parameters)
    m = draw_amounts(seed, x) if amounts else np.full(n, 10.0)
    first = pd.Timestamp(FIRST) + pd.to_timedelta(DAYS - T, unit="D")
    last = first + pd.to_timedelta(t_x, unit="D")
    # What came before the cut is not drawn day by day: the share of a history that lies there.
    cut_days = (pd.Timestamp(CUT) - first).days.to_numpy()
    known = cut_days >= 0
    part = np.clip(cut_days / np.maximum(t_x, 1), 0, 1)
    cut_x = np.where(known, np.minimum(np.floor(x * part), np.maximum(cut_days, 0)), 0).astype(int)
    cut_t = np.where(cut_x > 0, np.minimum(t_x, cut_days), 0)
    cut_t = np.maximum(cut_t, cut_x)
    cut_last = (first + pd.to_timedelta(cut_t, unit="D")).where(known)
    money = np.round(m, 2)
    return pd.DataFrame({
        "customer_id": [f"c{k:05}" for k in range(n)], "order_key": range(n),
        "first_ordered_on": first, "last_ordered_on": last, "n_order_days": x + 1,
        "gross": [Decimal(str(round(v, 2))) for v in 10 + money * x],
        "returns": [Decimal(0)] * n, "first_gross": [Decimal(10)] * n,
        "cut_last_ordered_on": cut_last, "cut_order_days": np.where(known, cut_x + 1, 0),
        "cut_gross": [Decimal(str(round(v, 2))) for v in np.where(known, 10 + money * cut_x, 0)],
        "cut_returns": [Decimal(0)] * n,
    })  # fmt: skip


def draw_days(shop):
    """Give holdout_days of a shop: all that came after the cut on its last day."""
    known = shop[shop["cut_order_days"] > 0]
    n = int((known["n_order_days"] - known["cut_order_days"]).sum())
    return pd.DataFrame({"ordered_on": [pd.Timestamp(LAST)], "n_order_days": [n]})
