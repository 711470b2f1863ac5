"""Bands of spend: how many customers spend how much, and what each band brings.

Edges are round amounts (1, 2 and 5 times a power of ten), so that a band can be remembered and is
the same in the next report; bands of too few customers are joined with the one below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rapport.analysis.measured import Measured

STEPS = (Decimal(1), Decimal(2), Decimal(5))
MOST_BANDS = 7


@dataclass(frozen=True)
class Bands:
    """Bands of spend, lowest first.

    `outcome`: ok, few (under twice `min_n` customers), or alike (no round amount parts them into
    bands of `min_n`). `table`: one row a band: `low`, `high` (from, and below which; None in the
    first and the last), `customers`, `share_customers`, `spend`, `share_spend` (None where the sum
    of all is not above 0), `per_customer`.
    """

    outcome: str
    table: pd.DataFrame
    measured: tuple[Measured, ...] = ()


def measure_bands(
    customers: pd.DataFrame | None, *, spend: str, currency: str, min_n: int = 30
) -> Bands:
    """Part customers by what they have spent so far.

    Parameters
    ----------
    customers : as for the Lorenz curve: `total_spend`, `gross`, `n_orders`, one row a customer;
        None in a unit that knows no customer
    spend : net (of every customer with a sale or return) or gross (of those with a sale)
    min_n : customers that a band holds at least

    Returns
    -------
    the bands; and of the one with most customers and the one that brings most, customers and spend
    with their shares, where the sum of all is above 0
    """
    if customers is None:
        return Bands("few", _tabulate(pd.Series(dtype=object), []))
    kept = customers[customers["n_orders"] > 0] if spend == "gross" else customers
    spent = kept["gross" if spend == "gross" else "total_spend"]
    if len(spent) < 2 * min_n:
        return Bands("few", _tabulate(spent[:0], []))
    edges = choose_edges(spent.astype(float).to_numpy(), min_n=min_n)
    if not edges:
        return Bands("alike", _tabulate(spent[:0], []))
    table = _tabulate(spent, edges)
    is_told = bool(table["share_spend"].notna().all())
    return Bands("ok", table, tuple(_measure(table, currency)) if is_told else ())


def choose_edges(spent: npt.ArrayLike, *, min_n: int, most: int = MOST_BANDS) -> list[Decimal]:
    """Choose round amounts that part spends into bands of `min_n` customers or more.

    Where there would be more than `most` bands, the smallest is joined with the one below (the
    lowest with the one above), again and again.

    Examples
    --------
    >>> [int(edge) for edge in choose_edges(range(1, 101), min_n=10)]
    [20, 50]
    """
    # As floats: rounding moves no amount across an edge, for it keeps the order of both.
    ordered = np.sort(np.asarray(spent, dtype=float))
    if not len(ordered) or ordered[-1] <= 0:
        return []
    edges: list[Decimal] = []
    end = len(ordered)
    # From the top, where customers are few and amounts far apart.
    for edge in reversed(_ladder(float(ordered[ordered > 0][0]), float(ordered[-1]))):
        begin = int(np.searchsorted(ordered, float(edge)))
        if end - begin >= min_n and begin >= min_n:
            edges.insert(0, edge)
            end = begin
    while len(edges) >= most:
        smallest = int(np.bincount(_place(ordered, edges)).argmin())
        edges.pop(max(smallest - 1, 0))
    return edges


def _ladder(low: float, high: float) -> list[Decimal]:
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    rungs = [step.scaleb(power) for power in powers for step in STEPS]
    # Cents part nobody from anybody.
    return [rung for rung in rungs if rung >= 1 and low < rung <= high]


def _place(amounts: npt.ArrayLike, edges: list[Decimal]) -> npt.NDArray[np.intp]:
    given = np.asarray(amounts, dtype=float)
    return np.searchsorted(np.array([float(edge) for edge in edges]), given, side="right")


def _tabulate(spent: pd.Series, edges: list[Decimal]) -> pd.DataFrame:
    total, rows = sum(spent, Decimal(0)), []
    ends: list[Decimal | None] = [None, *edges, None]
    places = _place(spent.astype(float).to_numpy(), edges)
    # The sums of money are exact; amounts are placed as floats.
    for place, held in spent.groupby(places, sort=True):
        brought, at = sum(held, Decimal(0)), int(str(place))
        rows.append((
            ends[at], ends[at + 1], len(held), len(held) / len(spent), brought,
            float(brought / total) if total > 0 else None, float(brought) / len(held),
        ))  # fmt: skip
    columns = ["low", "high", "customers", "share_customers", "spend", "share_spend",
               "per_customer"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"low": object, "high": object})


def _measure(table: pd.DataFrame, currency: str) -> list[Measured]:
    n = int(table["customers"].sum())
    found = []
    for name, by in (("most", "customers"), ("richest", "spend")):
        band = table.iloc[int(table[by].astype(float).argmax())]
        found += [
            Measured(f"bands.{name}.customers", int(band["customers"]), "count", "customers"),
            Measured(f"bands.{name}.share", float(band["share_customers"]), "ratio", "share", n=n),
            Measured(f"bands.{name}.spend", band["spend"], "money", currency),
            Measured(f"bands.{name}.share_spend", float(band["share_spend"]), "ratio", "share"),
        ]
    return found


def list_bands(found: Bands) -> list[str]:
    """Name the case of the sentence on bands: the same brings most (one) or another (two)."""
    if not found.measured:
        return []
    places = {int(found.table[by].astype(float).argmax()) for by in ("customers", "spend")}
    return ["one" if len(places) == 1 else "two"]
