"""How unevenly spend lies among the customers so far: the Lorenz curve of the profile."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rapport.analysis.concentration import (
    count_of_top,
    gini,
    gini_interval,
    lorenz,
    share_of_top,
    share_of_top_interval,
)
from rapport.analysis.key_figures import Rules
from rapport.analysis.measured import Measured


@dataclass(frozen=True)
class Concentration:
    """How unevenly spend lies: `points` of the Lorenz curve, and the numbers of it.

    `outcome`: ok, few (under `min_n` customers), or no_spend (the total is not above 0).
    """

    outcome: str
    points: pd.DataFrame
    measured: tuple[Measured, ...]


def measure_concentration(customers: pd.DataFrame, *, spend: str, rules: Rules) -> Concentration:
    """Measure how much of all spend so far came from how few.

    Parameters
    ----------
    customers : `customer_measures` of the window `current`: `total_spend`, `gross`, `n_orders`;
        None in a unit that knows no customer
    spend : net (of every customer with a sale or return) or gross (of those with a sale)

    Returns
    -------
    share of the top fifth, Gini coefficient, customers, how many these are, and how many have a
    spend of 0 or less
    """
    if customers is None:
        return Concentration("few", lorenz([]), ())
    kept = customers[customers["n_orders"] > 0] if spend == "gross" else customers
    spent = kept["gross" if spend == "gross" else "total_spend"]
    n = len(kept)
    counts = (
        Measured("concentration.n", n, "count", "customers"),
        Measured("concentration.top", count_of_top(n), "count", "customers"),
        Measured("concentration.not_positive", int((spent <= 0).sum()), "count", "customers"),
    )
    top, coefficient = share_of_top(spent), gini(spent)
    if top is None or n < rules.min_n:
        empty = lorenz([])
        return Concentration("few" if n < rules.min_n else "no_spend", empty, counts)
    found = (
        share_of_top_interval(spent, confidence=rules.confidence, seed=rules.seed),
        gini_interval(spent, confidence=rules.confidence, seed=rules.seed),
    )
    ends = [None if one is None else one.ends for one in found]
    measured = (
        Measured("top_share", top, "ratio", "share", n=n, interval=ends[0]),
        Measured("gini", coefficient, "ratio", "ratio", n=n, interval=ends[1]),
    )
    return Concentration("ok", lorenz(spent), (*counts, *measured))


def list_remarks(found: Concentration) -> list[str]:
    """Name what is said beside the curve: how to read it, and that some spend nothing or less."""
    if found.outcome != "ok":
        return []
    is_some = any(one.name == "concentration.not_positive" and one.value for one in found.measured)
    return ["concentration_how", *(["not_positive"] if is_some else [])]
