"""Customers as a model of value sees them: repeats, days, amounts; of all days or the first part.

Returns are taken off a customer's repeat amounts in proportion, since few of them name the order
that they belong to; with `spend` gross they are left where they are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from rapport.analysis.bgnbd_histories import Histories, collapse
from rapport.analysis.measures import Floats, sort_by_key, to_floats

FEWEST_DAYS = 84  # of the first part: twelve weeks
FEWEST_REST = 28


@dataclass(frozen=True)
class Span:
    """The days observed: first and last, and the last of the part that the test is fitted on.

    `cut` is None where the days are too few to be parted.
    """

    first: dt.date
    last: dt.date
    cut: dt.date | None

    @property
    def n_days(self) -> int:
        """Days from first to last, both included."""
        return (self.last - self.first).days + 1

    @property
    def n_rest(self) -> int:
        """Days after the cut."""
        return 0 if self.cut is None else (self.last - self.cut).days


@dataclass(frozen=True, eq=False)
class Buyers:
    """One row per customer who had bought by `until`, in the order of `order_key`.

    `frame`: `customer_id`, `order_key`, `x` (repeat order days), `t_x`, `T` (days), `m` (mean
    amount of the repeat days, not below 0; 0 where there are none), `is_positive` (repeats whose
    amount is above 0), `spend` (all amounts).
    """

    frame: pd.DataFrame
    histories: Histories

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.frame)

    @property
    def n_not_positive(self) -> int:
        """Customers with repeats, of whose amounts nothing is left."""
        return int(((self.frame["x"] > 0) & ~self.frame["is_positive"]).sum())

    def floats(self, name: str) -> Floats:
        """Give a column as floats."""
        return self.frame[name].to_numpy(float)


def find_span(first: dt.date | None, last: dt.date | None, *, holdout_share: float) -> Span | None:
    """Find the days of the test: the first part holds `holdout_share`, at least twelve weeks.

    Returns
    -------
    None in a unit without days. The cut is None if less than four weeks would follow it.

    Examples
    --------
    >>> find_span(dt.date(1997, 1, 1), dt.date(1998, 6, 30), holdout_share=0.5).cut
    datetime.date(1997, 9, 30)
    """
    if first is None or last is None:
        return None
    n_days = (last - first).days + 1
    n_first = max(int(np.floor(holdout_share * n_days)), FEWEST_DAYS)
    cut = first + dt.timedelta(days=n_first - 1)
    return Span(first, last, cut if n_days - n_first >= FEWEST_REST else None)


def list_buyers(transactions: pd.DataFrame, *, until: dt.date | None, spend: str) -> Buyers:
    """Give everybody who had bought by the last day observed.

    Parameters
    ----------
    transactions : the mart `customer_transactions`, one row per customer
    until : the last day observed; None in a unit without days, where nobody is dated
    spend : net or gross
    """
    parts = {
        "last_on": "last_ordered_on", "n_days": "n_order_days", "gross": "gross",
        "returns": "returns",
    }  # fmt: skip
    return _list(sort_by_key(transactions), parts, until, spend)


def list_first_buyers(transactions: pd.DataFrame, *, cut: dt.date, spend: str) -> Buyers:
    """Give everybody who had bought by the cut, as known then; `rest_days`, `rest_spend` after."""
    known = sort_by_key(transactions[transactions["cut_order_days"] > 0])
    parts = {
        "last_on": "cut_last_ordered_on", "n_days": "cut_order_days", "gross": "cut_gross",
        "returns": "cut_returns",
    }  # fmt: skip
    buyers = _list(known, parts, cut, spend)
    money = to_floats(known, ["gross", "cut_gross", "returns", "cut_returns"]).to_numpy().T
    back = money[2] - money[3] if spend == "net" else 0.0
    rest = buyers.frame.assign(
        rest_days=(known["n_order_days"] - known["cut_order_days"]).to_numpy(float),
        rest_spend=money[0] - money[1] + back,
    )
    return Buyers(rest, buyers.histories)


def sum_rest(transactions: pd.DataFrame, *, spend: str) -> Decimal:
    """Add up exactly what everybody known by the cut spent after it."""
    known = transactions[transactions["cut_order_days"] > 0]
    names = ["gross", "returns"] if spend == "net" else ["gross"]
    parts = [sum(known[name], Decimal(0)) - sum(known[f"cut_{name}"], Decimal(0)) for name in names]
    return sum(parts, Decimal(0))


def _list(rows: pd.DataFrame, parts: dict[str, str], until: dt.date | None, spend: str) -> Buyers:
    first = pd.to_datetime(rows["first_ordered_on"])
    x = rows[parts["n_days"]].to_numpy(np.int64) - 1
    t_x = (pd.to_datetime(rows[parts["last_on"]]) - first).dt.days.to_numpy(np.int64)
    T = (pd.Timestamp(until or "1970-01-01") - first).dt.days.to_numpy(np.int64)
    money = to_floats(rows, [parts["gross"], parts["returns"], "first_gross"]).to_numpy().T
    gross, returns, first_gross = money
    kept = gross + returns if spend == "net" else gross
    repeated = np.maximum(gross - first_gross, 0.0)
    share = np.divide(kept, gross, out=np.zeros(len(rows)), where=gross > 0)
    m = np.maximum(repeated / np.maximum(x, 1) * np.where(x > 0, share, 0.0), 0.0)
    frame = rows[["customer_id", "order_key"]].reset_index(drop=True)
    frame = frame.assign(x=x, t_x=t_x, T=T, m=m, is_positive=(x > 0) & (m > 0), spend=kept)
    return Buyers(frame, collapse(x, t_x, T))
