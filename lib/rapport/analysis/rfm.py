"""RFM: customers scored by when, how often and for how much they bought, and named by scores.

R is days since the last order (few is good), F distinct days with an order, M spend, all inside
the last `rfm_days`. A score is 1 plus the number of cut points strictly below the value, and cut
points are values that occur: customers who tie score the same, and levels may stay empty (say how
many are in use). Quintiles are relative: the size of a segment hardly moves by construction, so
sizes are compared over time with fixed cuts only. Not for customers with contracts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rapport.analysis.resampling import Floats, to_floats
from rapport.errors import DataError

MEASURES = {"r": "rfm_days_since", "f": "rfm_order_days", "m": "rfm_spend"}
SEGMENTS = ("high_value", "must_keep", "new", "potential", "general", "at_risk", "dormant")
ABSENT = "absent"


@dataclass(frozen=True)
class Cuts:
    """Cut points of each measure, rising; those of `r` are of days since the order, negated."""

    r: tuple[float, ...]
    f: tuple[float, ...]
    m: tuple[float, ...]


def take_window(
    customer_measures: pd.DataFrame, *, window: str = "current", spend: str = "net"
) -> pd.DataFrame:
    """Take the customers that RFM scores: those with an order inside `rfm_days` of a window.

    Parameters
    ----------
    customer_measures : one row per window and customer (the mart)
    window : `current`, `previous`, `cut` ...
    spend : net or gross, the unit's parameter

    Returns
    -------
    one row per customer, indexed by `customer_id`, in the order of `order_key`
        the mart's columns, and `rfm_spend` (Decimal, `rfm_net` or `rfm_gross`); day and order
        counts as whole numbers

    Raises
    ------
    DataError
        `spend` is neither net nor gross.
    """
    if spend not in {"net", "gross"}:
        raise DataError(f"spend: {spend!r} is neither net nor gross. Correct the parameter.")
    inside = (customer_measures["window"] == window) & (customer_measures["rfm_order_days"] > 0)
    customers = (
        customer_measures[inside].sort_values("order_key", kind="stable").set_index("customer_id")
    )
    whole = ["rfm_days_since", "rfm_order_days", "tenure_days", "days_since_last_order"]
    counts = dict.fromkeys((name for name in whole if name in customers), "int64")
    return customers.astype(counts).assign(rfm_spend=customers[f"rfm_{spend}"])


def rfm_cuts(customers: pd.DataFrame, *, n_groups: int = 5) -> Cuts:
    """Find the values that part customers into groups as equal in size as ties allow.

    Parameters
    ----------
    customers : one row per customer: `rfm_days_since`, `rfm_order_days`, `rfm_spend`
    n_groups : number of groups; 5 gives quintiles

    Returns
    -------
    the inverted-CDF quantiles at 1/n_groups, 2/n_groups ... of each measure; none without
    customers

    Examples
    --------
    >>> rfm_cuts(pd.DataFrame(
    ...     {"rfm_days_since": [1, 21], "rfm_order_days": [2, 1], "rfm_spend": [30.0, 5.0]}),
    ...     n_groups=2)
    Cuts(r=(-21.0,), f=(1.0,), m=(5.0,))
    """
    r, f, m = (_cut(_measure(customers, letter), n_groups) for letter in MEASURES)
    return Cuts(r, f, m)


def score_rfm(
    customers: pd.DataFrame, *, n_groups: int = 5, cuts: Cuts | None = None
) -> pd.DataFrame:
    """Score every customer from 1 (worst) to `n_groups` (best) on each measure.

    Parameters
    ----------
    customers : one row per customer, indexed by `customer_id`
        `rfm_days_since` (whole days, >= 0), `rfm_order_days` (>= 1), `rfm_spend` (currency of
        the business unit), all inside the window that ends at as_of
    n_groups : number of groups, as equal in size as ties allow; 5 gives quintiles
    cuts : cut points found elsewhere (`rfm_cuts` of a fixed day); by default these customers' own

    Returns
    -------
    one row per customer, in the order given
        `r_score`, `f_score`, `m_score` (1 to `n_groups`). Customers who tie score the same, so
        some scores may be empty.

    Raises
    ------
    DataError
        A customer has no order in the window.

    References
    ----------
    Hughes, A. M. (1994), Strategic Database Marketing, Probus.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"rfm_days_since": [1, 21], "rfm_order_days": [2, 1], "rfm_spend": [30.0, 5.0]},
    ...     index=["a", "b"])
    >>> score_rfm(customers, n_groups=2).loc["a"].tolist()
    [2, 2, 2]
    """
    _check(customers)
    own = rfm_cuts(customers, n_groups=n_groups) if cuts is None else cuts
    scores = {
        f"{letter}_score": _score(_measure(customers, letter), getattr(own, letter))
        for letter in MEASURES
    }
    return pd.DataFrame(scores, index=customers.index)


def name_segments(
    scores: pd.DataFrame, customers: pd.DataFrame, *, new_days: int, as_of: date
) -> pd.Series:
    """Name every customer's segment, the first rule that fits.

    Parameters
    ----------
    scores : `r_score`, `f_score`, `m_score` of 1 to 5 (`score_rfm`)
    customers : the same customers in the same order: `rfm_first_on`, the first order inside
        the window (a customer who comes back after more than `rfm_days` is new again)
    new_days : days after the first order in which a customer is new
    as_of : last day of the window

    Returns
    -------
    one of `SEGMENTS` per customer, named `segment`

    Examples
    --------
    >>> scores = pd.DataFrame({"r_score": [5, 1], "f_score": [5, 1], "m_score": [4, 3]})
    >>> customers = pd.DataFrame({"rfm_first_on": pd.to_datetime(["2010-01-05", "2010-02-01"])})
    >>> name_segments(scores, customers, new_days=30, as_of=date(2010, 11, 30)).tolist()
    ['high_value', 'dormant']
    """
    r, f, m = (scores[f"{letter}_score"] for letter in MEASURES)
    first_on = pd.to_datetime(customers["rfm_first_on"])
    is_new = (pd.Timestamp(as_of) - first_on).dt.days < new_days
    rules = [
        (r >= 4) & (f >= 4) & (m >= 4),
        (r <= 2) & ((f >= 4) | (m >= 4)),
        is_new.set_axis(scores.index),
        (r >= 3) & ((f >= 3) | (m >= 3)),
        r >= 3,
        r == 2,
    ]
    names = np.select([rule.to_numpy(dtype=bool) for rule in rules], SEGMENTS[:-1], SEGMENTS[-1])
    return pd.Series(names, scores.index, dtype=object, name="segment")


def assign_segments(
    customers: pd.DataFrame, *, new_days: int, as_of: date, cuts: Cuts | None = None
) -> pd.DataFrame:
    """Score customers in quintiles and name their segments: the two steps in one.

    Returns
    -------
    one row per customer: `r_score`, `f_score`, `m_score`, `segment`
    """
    scores = score_rfm(customers, cuts=cuts)
    named = name_segments(scores, customers, new_days=new_days, as_of=as_of)
    return scores.assign(segment=named)


def count_levels(scores: pd.DataFrame) -> dict[str, int]:
    """Count the levels in use of each score.

    Examples
    --------
    >>> count_levels(pd.DataFrame({"r_score": [1, 5], "f_score": [2, 2], "m_score": [3, 4]}))
    {'r_score': 2, 'f_score': 1, 'm_score': 2}
    """
    return {f"{letter}_score": int(scores[f"{letter}_score"].nunique()) for letter in MEASURES}


def count_scores(scores: pd.DataFrame, *, n_groups: int = 5) -> pd.DataFrame:
    """Count the customers in every level of every score.

    Returns
    -------
    one row per level, 1 to `n_groups`; `r_score`, `f_score`, `m_score` (customers)
    """
    levels = range(1, n_groups + 1)
    counts = {
        name: scores[name].value_counts().reindex(levels, fill_value=0)
        for name in (f"{letter}_score" for letter in MEASURES)
    }
    return pd.DataFrame(counts, index=pd.Index(levels, name="level"))


def _measure(customers: pd.DataFrame, letter: str) -> Floats:
    values = to_floats(customers[MEASURES[letter]])
    return -values if letter == "r" else values


def _cut(values: Floats, n_groups: int) -> tuple[float, ...]:
    # Cut points are values that occur (inverted CDF), so customers who tie score the same.
    # Average ranks were rejected: with many single orders nobody would score 2. The places are
    # whole numbers: n * share in floats falls beside them.
    ordered = np.sort(values)
    if len(ordered) == 0:
        return ()
    places = [-(-len(ordered) * group // n_groups) - 1 for group in range(1, n_groups)]
    return tuple(float(ordered[place]) for place in places)


def _score(values: Floats, cuts: Sequence[float]) -> np.ndarray:
    return 1 + np.searchsorted(np.asarray(cuts, dtype=np.float64), values, side="left")


def _check(customers: pd.DataFrame) -> None:
    n_empty = int((customers[list(MEASURES.values())].isna().any(axis=1)).sum())
    n_without = int((customers["rfm_order_days"] < 1).sum())
    if n_empty or n_without:
        raise DataError(
            f"customers: {max(n_empty, n_without)} of {len(customers)} have no order in the RFM "
            "window. Take them out before scoring (take_window)."
        )
