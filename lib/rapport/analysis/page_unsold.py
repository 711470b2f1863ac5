"""Page one of a unit that delivers no sales: what it does deliver is counted instead.

A unit of clicks has visitors, one of contracts that were looked at once has the share that ended,
one of baskets without days, customers or amounts has baskets. Nothing is said of sales, because a
sum of 0 would be read as one that was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.analysis.change import compare_totals
from rapport.analysis.intervals import wilson
from rapport.analysis.key_figures import EARLIER, Comparison, KeyFigure, Rules
from rapport.analysis.measured import Measured


@dataclass(frozen=True)
class Delivered:
    """What a unit delivers besides sales; None where it delivers no such table."""

    contacts: pd.DataFrame | None = None
    """`interaction_measures`, one row per window."""
    contracts: pd.DataFrame | None = None
    """`subscription_durations`: `event_observed`, `n`."""
    value: Measured | None = None
    """What running contracts are expected to bring in twelve months."""
    has_baskets: bool = False
    """Orders without days, customers or amounts."""


def list_unsold(snapshot: pd.DataFrame, delivered: Delivered, *, rules: Rules) -> list[KeyFigure]:
    """Give the key figures of a unit without sales; none for a unit that has or could have them.

    Parameters
    ----------
    snapshot : one row: `n_customers`, `n_orders`
    delivered : its other tables
    rules : confidence and thresholds

    Returns
    -------
    the figures in order, the first one being what the headline says: `baskets`, `ended` and
        `contracts`, `value`, `visitors` and `contacts`, `customers`; none where orders were
        delivered, or nothing at all
    """
    row = snapshot.iloc[0]
    if delivered.has_baskets:
        return [_count("baskets", int(row["n_orders"]), "baskets")]
    if int(row["n_orders"]) or not int(row["n_customers"]):
        return []
    figures = _ended(delivered.contracts, rules)
    if delivered.value is not None:
        figures.append(KeyFigure("value", delivered.value, {}, ()))
    figures += _reach(delivered.contacts, rules)
    return [*figures, _count("customers", int(row["n_customers"]), "customers")]


def _count(name: str, n: int, unit: str) -> KeyFigure:
    return KeyFigure(name, Measured(name, n, "count", unit), {}, ())


def _ended(contracts: pd.DataFrame | None, rules: Rules) -> list[KeyFigure]:
    if contracts is None:
        return []
    n = int(contracts["n"].sum())
    found = [_count("contracts", n, "contracts")]
    if n < rules.min_n:
        return found
    ended = int(contracts.loc[contracts["event_observed"].astype(bool), "n"].sum())
    ends = wilson(ended, n, confidence=rules.confidence).ends
    share = Measured("ended", ended / n, "ratio", "share", n=n, interval=ends)
    return [KeyFigure("ended", share, {}, ()), *found]


def _reach(contacts: pd.DataFrame | None, rules: Rules) -> list[KeyFigure]:
    if contacts is None:
        return []
    rows = contacts.set_index("window")
    return [
        _flow("visitors", rows, ("n_visitors", "customers"), rules),
        _flow("contacts", rows, ("n_contacts", "contacts"), rules),
    ]


def _flow(name: str, rows: pd.DataFrame, of: tuple[str, str], rules: Rules) -> KeyFigure:
    column, unit = of
    counts: Mapping[str, int] = {str(w): int(n) for w, n in rows[column].items()}
    against = {}
    for window in EARLIER:
        if window in counts and bool(rows["is_comparable"][window]):
            before = Measured(f"{name}.{window}", counts[window], "count", unit)
            change = compare_totals(counts["current"], counts[window], min_change=rules.min_change)
            against[window] = Comparison(before, change)
    past: Any = rows[rows.index.str.startswith("history-")].sort_values("position", kind="stable")
    history = tuple(
        float(counts[str(w)]) if bool(past["is_comparable"][w]) else None for w in past.index
    )
    return KeyFigure(name, Measured(name, counts["current"], "count", unit), against, history)
