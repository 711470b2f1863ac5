"""How often customers were contacted within thirty days, and what they did the more it was.

A description: those who are contacted more often were chosen for it, and no rate here is an
effect of the number of contacts. Customers, not contacts, are drawn for the intervals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rapport.analysis.intervals import share_of_cells
from rapport.analysis.resampling import Interval

MOST = 5
"""Contacts from which on they are put together."""


def summarise_pressure(
    cells: pd.DataFrame, *, measure: str, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Give the share that did something, by the number of contacts in thirty days.

    Parameters
    ----------
    cells : one row per `n_contacts` and kind of customer: `n_rows` (contacts of one customer),
        the column `measure` (of them, those that count), `n_customers` (customers like that)
    measure : `n_bought`, `n_redeemed` or `n_unsubscribed`

    Returns
    -------
    one row per number of contacts: `n_contacts` (the last holds all above it), `n` (contacts),
    `n_customers`, `share`, `low`, `high`

    Examples
    --------
    >>> cells = pd.DataFrame({"n_contacts": [1, 1], "n_rows": [1, 1], "n_bought": [0, 1],
    ...                       "n_customers": [60, 40]})
    >>> summarise_pressure(cells, measure="n_bought")[["n", "share"]].to_numpy().tolist()
    [[100.0, 0.4]]
    """
    grouped = cells.assign(n_contacts=cells["n_contacts"].clip(upper=MOST))
    rows = []
    for n_contacts, part in grouped.groupby("n_contacts", sort=True):
        n, share, interval = share_of_kinds(part, measure, confidence=confidence, seed=seed)
        rows.append(
            {
                "n_contacts": int(str(n_contacts)),
                "n": n,
                "n_customers": int(part["n_customers"].sum()),
                "share": share,
                "low": interval.low if interval else np.nan,
                "high": interval.high if interval else np.nan,
            }
        )
    names = ["n_contacts", "n", "n_customers", "share", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def share_of_kinds(
    cells: pd.DataFrame, measure: str, *, confidence: float = 0.95, seed: int = 0
) -> tuple[int, float, Interval | None]:
    """Give contacts, the share of them that count, and its interval by drawing customers.

    Parameters
    ----------
    cells : `n_rows`, the column `measure`, `n_customers`; at least one row
    """
    kinds = cells.groupby([measure, "n_rows"], sort=True)["n_customers"].sum().reset_index()
    pairs = kinds[[measure, "n_rows"]].to_numpy(dtype=np.int64)
    counts = kinds["n_customers"].to_numpy(dtype=np.int64)
    hits, n = (int(total) for total in (pairs * counts[:, None]).sum(axis=0))
    interval = share_of_cells(pairs, counts, confidence=confidence, seed=seed)
    return n, hits / n, interval


def find_typical(cells: pd.DataFrame, shares: tuple[float, ...] = (0.5, 0.95)) -> list[int]:
    """Give quantiles of the number of contacts in thirty days, over contacts.

    Examples
    --------
    >>> find_typical(pd.DataFrame({"n_contacts": [1, 2], "n_rows": [1, 1],
    ...                            "n_customers": [90, 10]}))
    [1, 2]
    """
    weights = (cells["n_rows"] * cells["n_customers"]).groupby(cells["n_contacts"]).sum()
    reached = weights.sort_index().cumsum().to_numpy(dtype=np.int64)
    # The least number that enough contacts do not exceed, in whole numbers (inverted CDF).
    places = [int(np.searchsorted(reached * 100, round(100 * share) * int(reached[-1])))
              for share in shares]  # fmt: skip
    numbers = weights.sort_index().index
    return [int(numbers[min(place, len(numbers) - 1)]) for place in places]
