"""Cohorts of contracts by the quarter in which they began: how many of them still run.

Contracts end once, so a cohort only shrinks, and its share says what a cohort of orders cannot: who
stays. Quarters, because most units begin too few contracts in a month. Ends that nobody chose
count as ends. A source that forgets contracts which ended long ago makes old cohorts look loyal.
Not for a snapshot, of which it is not known when contracts ended.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from rapport.analysis.cohorts import pool_retention
from rapport.analysis.lifecycle_study import Stages
from rapport.analysis.measured import Measured

N_COHORTS = 12
LOOKS = (1, 2, 4)
COLUMNS = ("cohort", "months_since", "n_customers", "size", "share", "is_whole", "is_mixed")


def select_contracts(contracts: pd.DataFrame | None, stages: Stages) -> pd.DataFrame:
    """Give the contracts of a unit that lives by them and knows when they ended; else none."""
    columns = ["started_on", "n_months", "has_ended"]
    is_dated = stages.kind == "contracts" and stages.months is not None
    if contracts is None or not is_dated:
        return pd.DataFrame(columns=columns)
    return contracts[columns]


def tabulate_contract_cohorts(
    contracts: pd.DataFrame, *, as_of: dt.date, n_cohorts: int = N_COHORTS
) -> pd.DataFrame:
    """Give the share of each quarter's contracts that still runs at the end of later quarters.

    Parameters
    ----------
    contracts : one row per contract begun by `as_of`, as the mart `customer_contracts` has them:
        `started_on`, `n_months` (calendar months to its end, or to as_of), `has_ended`

    Returns
    -------
    one row per cohort and quarter since its first, oldest cohort first, of the newest `n_cohorts`:
        `cohort` (2026-Q1), `months_since` (quarters, 0 and up), `n_customers` (contracts still
        running), `size`, `share`, `is_whole` (False in the quarter of as_of that is not over),
        `is_mixed` (False: when a contract began is known)

    References
    ----------
    Fader, P. S. & Hardie, B. G. S. (2007), Journal of Interactive Marketing 21(1), 76-90 (what a
    cohort of contracts tells, and that its share rises with its age).

    Examples
    --------
    >>> contracts = pd.DataFrame({"started_on": pd.to_datetime(["2026-01-05", "2026-02-10"]),
    ...                           "n_months": [4, 3], "has_ended": [False, True]})
    >>> found = tabulate_contract_cohorts(contracts, as_of=dt.date(2026, 6, 30))
    >>> found[["cohort", "months_since", "share", "is_whole"]].to_numpy().tolist()
    [['2026-Q1', 0, 1.0, True], ['2026-Q1', 1, 0.5, True]]
    """
    if contracts.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    began = pd.to_datetime(contracts["started_on"])
    start_month = began.dt.year * 12 + began.dt.month - 1
    first = start_month // 3
    # A contract that has not ended runs on beyond every quarter looked at.
    ended = contracts["has_ended"].astype(bool)
    lasted = ((start_month + contracts["n_months"]) // 3 - first).where(ended, 10**6)
    last = (as_of.year * 12 + as_of.month - 1) // 3
    is_over = (as_of + dt.timedelta(days=1)).month % 3 == 1 and (as_of + dt.timedelta(1)).day == 1
    rows = []
    for cohort in sorted(quarter for quarter in first.unique() if quarter > last - n_cohorts):
        own = lasted[first == cohort]
        for since in range(int(last - cohort) + 1):
            n = len(own) if since == 0 else int((own > since).sum())
            is_whole = cohort + since < last or is_over
            rows.append((_code(int(cohort)), since, n, len(own), n / len(own), is_whole, False))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _code(quarter: int) -> str:
    return f"{quarter // 4:04}-Q{quarter % 4 + 1}"


def measure_contract_cohorts(table: pd.DataFrame, *, confidence: float = 0.95) -> list[Measured]:
    """Name the share that still ran one, two and four quarters on, over the cohorts shown."""
    found = []
    for since in LOOKS:
        share = pool_retention(table, months_since=since, confidence=confidence)
        if share is not None:
            ends = (share.low, share.high)
            name = f"contract_retention.{since}"
            found.append(Measured(name, share.value, "ratio", "share", share.n, ends))
    return found
