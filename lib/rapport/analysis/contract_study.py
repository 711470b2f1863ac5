"""Contracts as rows that methods take: how long each ran, how it ended, and what is known of it.

Everything is as it stood at as_of: an end that was announced for a later day is not known yet.
An end that the customer did not choose (payment, death, fraud) is kept apart from one that was.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

INVOLUNTARY = ("involuntary", "payment", "death", "fraud")
PREFIX = "a_"
# What a customer's record may add to the terms of the contract.
ABOUT = (
    "acquisition_channel", "gender", "age_band", "country", "region", "is_business",
)  # fmt: skip
UNKNOWN, OTHER = "unknown", "other"
MOST_LEVELS = 7  # as many as there are segments
# Fewer distinct numbers than this are read as names: a senior is 0 or 1.
FEWEST_NUMBERS = 4


def prepare_contracts(
    subscriptions: pd.DataFrame, customers: pd.DataFrame | None, *, as_of: date
) -> pd.DataFrame:
    """Give the contracts that had begun by `as_of`, as they stood on that day.

    Parameters
    ----------
    subscriptions : one row per contract: `customer_id`, `plan`, `started_on`, `ended_on`,
        `renewal_months`, `price`, `end_reason` and the unit's own columns `a_*`
    customers : `customer_id`, `order_key` and what is known of each (`ABOUT`); None where the
        unit has no such table

    Returns
    -------
    one row per contract, by `order_key` and begin
        the columns given; `order_key` (unique); `ended_on`, `end_reason` (empty unless ended by
        `as_of`); `duration` (whole calendar months), `is_ended`, `is_involuntary`, and
        `event_observed` (ended by the customer's choice)
    """
    day = pd.Timestamp(as_of)
    begun = subscriptions[pd.to_datetime(subscriptions["started_on"]) <= day]
    ordered = _join_customers(begun, customers)
    started, ended = (pd.to_datetime(ordered[name]) for name in ("started_on", "ended_on"))
    ended = ended.where(ended <= day)
    reason = ordered["end_reason"].where(ended.notna())
    involuntary = reason.isin(INVOLUNTARY)
    return ordered.assign(
        order_key=np.arange(len(ordered)),
        started_on=started,
        ended_on=ended,
        end_reason=reason,
        duration=count_months(started, ended.fillna(day)),
        is_ended=ended.notna(),
        is_involuntary=involuntary,
        event_observed=ended.notna() & ~involuntary,
    )


def _join_customers(contracts: pd.DataFrame, customers: pd.DataFrame | None) -> pd.DataFrame:
    if customers is None:
        return contracts.sort_values(["started_on", "customer_id"], ignore_index=True)
    about = [name for name in ("customer_id", "order_key", *ABOUT) if name in customers]
    known = contracts.merge(customers[about], on="customer_id", how="left", validate="m:1")
    # By the customer's key, not by the pseudonym: another key of pseudonyms changes nothing.
    return known.sort_values(["order_key", "started_on"], ignore_index=True)


def count_months(first: pd.Series, last: pd.Series) -> pd.Series:
    """Count calendar months from one day to another, whatever the days of the month.

    Examples
    --------
    >>> days = [pd.Series(pd.to_datetime([day])) for day in ("2017-11-30", "2018-01-01")]
    >>> count_months(*days).tolist()
    [2]
    """
    months: pd.Series = (last.dt.year - first.dt.year) * 12 + last.dt.month - first.dt.month
    return months


def split_columns(contracts: pd.DataFrame, *, least: int) -> tuple[list[str], list[str]]:
    """Name the columns that tell contracts apart: numbers, and categories.

    A column of numbers is one without empty cells, above 0, with at least four values; a
    category has at least two values that `least` contracts share.
    """
    own = sorted(str(name) for name in contracts if str(name).startswith(PREFIX))
    numbers: list[str] = []
    categories: list[str] = []
    # Where each plan has one term, the term says nothing beside it.
    terms = contracts.groupby("plan")["renewal_months"].nunique().max() if len(contracts) else 0
    term = ["renewal_months"] if terms > 1 else []
    for name in [*own, *term, "price"]:
        if name not in contracts:
            continue
        read = pd.to_numeric(contracts[name], errors="coerce")
        if read.notna().all() and (read > 0).all() and read.nunique() >= FEWEST_NUMBERS:
            numbers.append(name)
        elif name != "price" and has_levels(contracts[name], least):
            categories.append(name)
    about = [name for name in ABOUT if name in contracts and has_levels(contracts[name], least)]
    plan = ["plan"] if has_levels(contracts["plan"], least) else []
    return numbers, [*plan, *about, *categories]


def has_levels(column: pd.Series, least: int) -> bool:
    """Say whether a column has two values or more that `least` rows share each."""
    return len(set(merge_levels(column, least))) > 1


def merge_levels(column: pd.Series, least: int) -> pd.Series:
    """Give a category's values as text: at most seven that `least` rows share, the rest `other`.

    Empty cells are `unknown`; values too rare to stand alone or together join the most frequent.

    Examples
    --------
    >>> merge_levels(pd.Series(["a", "a", "b", "b", "c", None]), 2).tolist()
    ['a', 'a', 'b', 'b', 'other', 'other']
    """
    words = column.astype(object).where(column.notna(), UNKNOWN).astype(str)
    words = words.where(words != "", UNKNOWN)
    sizes = words.value_counts()
    ranked = sizes.sort_index().sort_values(ascending=False, kind="stable")
    kept = list(ranked.index[ranked >= least][:MOST_LEVELS])
    merged = words.where(words.isin(kept), OTHER)
    is_rare = bool(kept) and int((merged == OTHER).sum()) < least
    return merged.where(merged != OTHER, kept[0]) if is_rare else merged
