"""Cohorts by the month of the first order: who was back later, and who soon.

Retention is the share of a cohort that ordered in its k-th month; a customer may be back later
and is not lost by missing one. The first order in the data need not be a customer's first: the
cohorts of the first days that may hide earlier orders are marked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.lifecycle import month_code


@dataclass(frozen=True)
class Share:
    """A share of customers with its interval: `k` of `n`."""

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.k / self.n


def tabulate_retention(cohorts: pd.DataFrame, *, n_cohorts: int = 13) -> pd.DataFrame:
    """Give the retention of the newest cohorts, month by month, zeros filled in.

    Parameters
    ----------
    cohorts : `lifecycle_cohorts`
        `cohort_month`, `months_since`, `n_customers` (who ordered), `as_of_month`,
        `last_month` (the last whole one), `observable_month`

    Returns
    -------
    one row per cohort and month since its first, oldest cohort first
        `cohort` (period's code), `months_since` (0 and up), `n_customers`, `size`, `share`,
        `is_whole` (False in the month of as_of that is not over), `is_mixed` (the cohort may
        hold customers who had ordered before the data begin)
    """
    if cohorts.empty:
        names = ["cohort", "months_since", "n_customers", "size", "share", "is_whole", "is_mixed"]
        return pd.DataFrame(columns=names)
    last, whole, observable = (
        int(cohorts[name].iloc[0]) for name in ("as_of_month", "last_month", "observable_month")
    )
    counts = cohorts.set_index(["cohort_month", "months_since"])["n_customers"]
    months = sorted(m for m in cohorts["cohort_month"].unique() if m > last - n_cohorts)
    grid = [(month, since) for month in months for since in range(last - month + 1)]
    index = pd.MultiIndex.from_tuples(grid, names=counts.index.names)
    table = counts.reindex(index, fill_value=0).reset_index()
    sizes = table["cohort_month"].map(counts.xs(0, level="months_since"))
    return table.assign(
        cohort=table["cohort_month"].map(month_code),
        size=sizes,
        share=table["n_customers"] / sizes,
        is_whole=table["cohort_month"] + table["months_since"] <= whole,
        is_mixed=table["cohort_month"] < observable,
    )[["cohort", "months_since", "n_customers", "size", "share", "is_whole", "is_mixed"]]


def pool_retention(
    table: pd.DataFrame, *, months_since: int, confidence: float = 0.95
) -> Share | None:
    """Pool the retention in one month since the first order, over cohorts that are not mixed.

    Parameters
    ----------
    table : as `tabulate_retention` gives it

    Returns
    -------
    the share of customers, each counted once, or None where no cohort has come that far

    Examples
    --------
    >>> table = pd.DataFrame({"months_since": [1, 1], "n_customers": [30, 20], "size": [100, 100],
    ...                       "is_whole": True, "is_mixed": False})
    >>> pool_retention(table, months_since=1).value
    0.25
    """
    rows = table[(table["months_since"] == months_since) & table["is_whole"].astype(bool)]
    rows = rows[~rows["is_mixed"].astype(bool)]
    return _share(int(rows["n_customers"].sum()), int(rows["size"].sum()), confidence)


def _share(k: int, n: int, confidence: float) -> Share | None:
    if n == 0:
        return None
    interval = wilson(k, n, confidence=confidence)
    return Share(k, n, interval.low, interval.high)


def tabulate_activation(
    cohorts: pd.DataFrame, *, n_months: int = 13, min_n: int = 30, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the share of newcomers with a second order soon, by the month of the first.

    Parameters
    ----------
    cohorts : `lifecycle_cohorts`: also `n_watched` (first orders that many days old), `n_again`
    min_n : a month of fewer newcomers has no share

    Returns
    -------
    one row per month whose first orders were all watched long enough and are no mixed cohort,
    oldest first
        `cohort_month`, `period`, `n_at_start` (newcomers), `n_again`, `rate`, `low`, `high`
    """
    own = cohorts[cohorts["months_since"] == 0].sort_values("cohort_month", kind="stable")
    own = own[(own["n_watched"] == own["n_customers"]) & (own["n_watched"] > 0)]
    own = own[own["cohort_month"] >= own["observable_month"]].tail(n_months)
    shares = [
        _share(int(k), int(n), confidence) if n >= min_n else None
        for k, n in zip(own["n_again"], own["n_watched"], strict=True)
    ]
    return pd.DataFrame(
        {
            "cohort_month": own["cohort_month"].astype("int64").to_numpy(),
            "period": [month_code(int(month)) for month in own["cohort_month"]],
            "n_at_start": own["n_watched"].astype("int64").to_numpy(),
            "n_again": own["n_again"].astype("int64").to_numpy(),
            "rate": [np.nan if share is None else share.value for share in shares],
            "low": [np.nan if share is None else share.low for share in shares],
            "high": [np.nan if share is None else share.high for share in shares],
        }
    )


def pool_activation(
    table: pd.DataFrame, *, n_months: int = 12, confidence: float = 0.95
) -> Share | None:
    """Pool the newest months of a table of activation; None without any."""
    newest = table.tail(n_months)
    return _share(int(newest["n_again"].sum()), int(newest["n_at_start"].sum()), confidence)
