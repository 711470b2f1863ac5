"""How much of the buying goes with a discount, by how often customers buy.

Descriptive, and no advice on prices: who is offered a discount is nobody's accident, so orders with
and without one differ in much besides.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from rapport.analysis.intervals import clustered_share
from rapport.analysis.measured import Measured

BANDS = {"once": (1, 1), "some": (2, 3), "often": (4, 10**9)}
COLUMNS = (
    "band", "n_customers", "n_orders", "share_discounted", "low", "high", "aov_with", "aov_without",
)  # fmt: skip


def list_discounts(
    cells: pd.DataFrame, *, min_n: int, confidence: float, seed: int
) -> pd.DataFrame:
    """Give the share of orders with a discount by how often customers ordered.

    Parameters
    ----------
    cells : `profile_discounts`, one row per number of orders and of discounted ones: `n_orders`,
        `n_discounted` of a customer, `n_customers`, `n_known`, `gross`, `gross_discounted`

    Returns
    -------
    one row per band (once, some: two or three orders, often: four and more) and `total`
        customers, orders, share of the orders with a discount and its interval (drawing customers,
        for one has several orders), mean amount of an order with and without a discount. No rows
        where the unit delivers no discounts, gives none, or has fewer than `min_n` customers.
    """
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    n, known = int(cells["n_customers"].sum()), int(cells["n_known"].sum())
    if n < min_n or not known or not (cells["n_discounted"] > 0).any():
        return empty
    rows = []
    for band, (least, most) in {**BANDS, "total": (1, 10**9)}.items():
        part = cells[cells["n_orders"].between(least, most)]
        if len(part):
            rows.append(_row(band, part, min_n=min_n, confidence=confidence, seed=seed))
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    band: str, part: pd.DataFrame, *, min_n: int, confidence: float, seed: int
) -> dict[str, object]:
    customers = part["n_customers"].to_numpy()
    orders, with_one = (part[name].to_numpy() for name in ("n_orders", "n_discounted"))
    k, n, who = int(with_one @ customers), int(orders @ customers), int(customers.sum())
    given = (np.repeat(values, customers) for values in (with_one, orders))
    span = clustered_share(*given, confidence=confidence, seed=seed) if who >= min_n else None
    gross, reduced = (sum(part[name], Decimal(0)) for name in ("gross", "gross_discounted"))
    return {
        "band": band, "n_customers": who, "n_orders": n,
        "share_discounted": k / n if span else None,
        "low": span.low if span else None, "high": span.high if span else None,
        "aov_with": float(reduced) / k if k and span else None,
        "aov_without": float(gross - reduced) / (n - k) if n > k and span else None,
    }  # fmt: skip


def choose_discounts(table: pd.DataFrame) -> str:
    """Say whether there are discounts to speak of: ok or none."""
    return "none" if table.empty else "ok"


def measure_discounts(table: pd.DataFrame, cells: pd.DataFrame) -> list[Measured]:
    """Measure the share of all orders with a discount, and how deep discounts are."""
    if table.empty:
        return []
    whole = table[table["band"] == "total"].iloc[0]
    given, paid = (sum(cells[name], Decimal(0)) for name in ("discount", "gross_discounted"))
    depth = float(given / (given + paid)) if given + paid else None
    return [
        Measured("discounted.share", whole["share_discounted"], "ratio", "share",
                 n=int(whole["n_orders"]), interval=(whole["low"], whole["high"])),
        Measured("discounted.depth", depth, "ratio", "share"),
    ]  # fmt: skip
