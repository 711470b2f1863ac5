"""How groups of customers differ: where the median customer of each stands among all customers.

A percentile says how many of all customers have less: it puts money, days and counts on one scale
that outliers do not stretch. It describes; groups that were made from these measures differ on
them by construction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

FEWEST_AXES, MOST_AXES, MOST_GROUPS = 5, 8, 3
COLUMNS = ("group", "measure", "percentile", "median", "n")


def profile_groups(
    customers: pd.DataFrame, groups: pd.Series, *, measures: Sequence[str], min_n: int = 30
) -> pd.DataFrame:
    """Place the median of each group among all customers, measure by measure.

    Parameters
    ----------
    customers : one row per customer, in the order of `groups`; `measures` among its columns, of
        which empty cells are left out
    groups : the group of every customer; empty for those of none, who count among all customers
    measures : names of columns, the order of the axes
    min_n : a group of fewer customers with a value has no row for that measure

    Returns
    -------
    one row per group and measure, groups by falling number of customers
        `group`, `measure`, `percentile` (0 to 100: customers with less, and half of those with
        as much), `median`, `n` (customers of the group with a value)

    Examples
    --------
    >>> people = pd.DataFrame({"n_orders": range(100)})
    >>> groups = pd.Series(["few"] * 50 + ["many"] * 50)
    >>> profile_groups(people, groups, measures=["n_orders"])["percentile"].tolist()
    [25.0, 75.0]
    """
    labels = pd.Series(groups.to_numpy(), index=customers.index, dtype=object)
    sizes = labels.value_counts()
    order = sorted(sizes.index, key=lambda name: (-sizes[name], str(name)))
    rows = []
    for group in order:
        for measure in measures:
            values = customers[measure].astype(float)
            row = _place(values, values[labels == group].dropna(), min_n)
            rows += [{"group": group, "measure": measure, **row}] if row else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _place(values: pd.Series[Any], own: pd.Series[Any], min_n: int) -> dict[str, Any] | None:
    if len(own) < min_n:
        return None
    known, median = values.dropna().to_numpy(), float(own.median())
    below = float(np.mean(known < median) + np.mean(known == median) / 2)
    return {"percentile": 100 * below, "median": median, "n": len(own)}


def choose_radar(profile: pd.DataFrame) -> pd.DataFrame:
    """Keep what a radar can show: at most 3 groups, and 5 to 8 measures that each of them has.

    Groups and measures are kept in the order given; the measures that one of the groups kept
    lacks go. A measure on which all of them stand alike is kept: that is a finding, too.

    Returns
    -------
    the rows kept; none where fewer than two groups or five measures are left
    """
    groups = list(dict.fromkeys(profile["group"]))[:MOST_GROUPS]
    rows = profile[profile["group"].isin(groups)]
    counts = rows.groupby("measure", sort=False)["group"].nunique()
    whole = [name for name in counts.index if counts[name] == len(groups)][:MOST_AXES]
    if len(groups) < 2 or len(whole) < FEWEST_AXES:
        return profile.iloc[:0]
    return rows[rows["measure"].isin(whole)].reset_index(drop=True)
