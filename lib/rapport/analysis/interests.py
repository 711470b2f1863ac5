"""Interests: groups of customers who buy alike things, by K-means on shares of categories.

What customers buy stands for what they like; nobody is asked. The same rules hold as for groups by
behaviour (`clusters`): a number of groups is kept only if they come back in other samples. Shares
of the eight categories that sell most are standardised, so that a small category weighs as much as
a large one. Customers of few order lines have no share that says anything and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.clusters import Clustering, ClusterSettings, fit_clusters
from rapport.analysis.measured import Measured
from rapport.analysis.segmentation_groups import name_groups

MOST_CATEGORIES = 8
LEAST_CATEGORIES = 2
ALL = "gross"


@dataclass(frozen=True)
class Interests:
    """Groups by what customers buy, or why there are none.

    `outcome`: kinds, continuum (as of groups by behaviour), unstable, none_eligible,
    too_few_customers, all_alike, or `none` (no categories, or one alone). `groups` has a row per
    group: `cluster` (1 spends most each), `n`, `share`, `share_of_spend`, `category` that it leans
    to most, `share_in` (of its sales), `share_of_all` (of all sales of those grouped).
    """

    outcome: str
    groups: pd.DataFrame
    measured: tuple[Measured, ...]


COLUMNS = ("cluster", "n", "share", "share_of_spend", "category", "share_in", "share_of_all")


def study_interests(
    bought: pd.DataFrame | None, *, customers: Sequence[str], k_min: int = 3,
    min_count: int = 10, seed: int = 0,
) -> Interests:  # fmt: skip
    """Seek groups of customers by what they buy.

    Parameters
    ----------
    bought : `interest_shares`, one row per customer: `gross`, `gross_1` to `gross_8` of the
        categories `name_1` to `name_8`; None without categories
    customers : those who may be told of, of the window

    Returns
    -------
    the groups with what each leans to
    """
    rows = None if bought is None else bought[bought["customer_id"].isin(customers)]
    names = [] if rows is None or rows.empty else _list_categories(rows)
    if rows is None or len(names) < LEAST_CATEGORIES:
        return Interests("none", pd.DataFrame(columns=list(COLUMNS)), ())
    shares = take_shares(rows, len(names))
    taken = tuple(f"share_{place}" for place in range(1, len(names) + 1))
    settings = ClusterSettings(taken, ALL, k_min=k_min, min_count=min_count, seed=seed)
    found = fit_clusters(shares, settings)
    groups = _describe(found, shares, names)
    return Interests(name_groups(found), groups, tuple(_measure(found, len(rows), len(customers))))


def take_shares(rows: pd.DataFrame, n_categories: int) -> pd.DataFrame:
    """Give each customer's share of the sales of each category, exact sums divided once.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["a"], "order_key": [1], "gross": [8],
    ...                      "gross_1": [6], "gross_2": [2]})
    >>> take_shares(rows, 2)[["share_1", "share_2"]].to_numpy().tolist()
    [[0.75, 0.25]]
    """
    gross = rows[ALL].astype(float)
    shares = {
        f"share_{place}": rows[f"gross_{place}"].astype(float) / gross
        for place in range(1, n_categories + 1)
    }
    named = {"customer_id": rows["customer_id"], "order_key": rows["order_key"], ALL: gross}
    return pd.DataFrame(named | shares).reset_index(drop=True)


def _list_categories(rows: pd.DataFrame) -> list[str]:
    first = rows.iloc[0]
    known = [first[f"name_{place}"] for place in range(1, MOST_CATEGORIES + 1)]
    return [str(name) for name in known if pd.notna(name)]


def _describe(found: Clustering, shares: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Give what each group is and the category whose share of its sales lies highest above all."""
    if found.k is None:
        return pd.DataFrame(columns=list(COLUMNS))
    taken = [f"share_{place}" for place in range(1, len(names) + 1)]
    money = shares[taken].mul(shares[ALL], axis=0)
    totals = money.groupby(found.labels).sum().div(shares[ALL].groupby(found.labels).sum(), axis=0)
    whole = money.sum() / shares[ALL].sum()
    leans = totals - whole
    rows = found.profile[["cluster", "n", "share", "share_of_spend"]].copy()
    # Of equals the category that sells most, which stands first.
    most = [int(leans.loc[cluster].to_numpy().argmax()) for cluster in rows["cluster"]]
    inside = [float(totals.loc[c].iloc[at]) for c, at in zip(rows["cluster"], most, strict=True)]
    return rows.assign(
        category=[names[at] for at in most], share_in=inside,
        share_of_all=[float(whole.iloc[at]) for at in most],
    )  # fmt: skip


def _measure(found: Clustering, n: int, n_all: int) -> list[Measured]:
    measured = [Measured("interests.n", n, "count", "customers", n_all)]
    if len(found.diagnostics):
        of = found.diagnostics[found.diagnostics["reason"] != "below_k_min"]
        most = float(of["rand"].max())
        measured.append(Measured("interests.most_rand", most, "iterative", "ratio", n))
    if found.k is None:
        return measured
    row = found.diagnostics[found.diagnostics["is_chosen"]].iloc[0]
    return [
        *measured,
        Measured("interests.k", found.k, "count", "groups", n),
        Measured("interests.rand", float(row["rand"]), "iterative", "ratio", n),
        Measured("interests.silhouette", float(row["silhouette"]), "iterative", "ratio", n),
        Measured("interests.null", float(row["null_silhouette"]), "iterative", "ratio", n),
    ]
