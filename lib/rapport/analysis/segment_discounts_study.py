"""How much of the buying of each segment goes with a discount.

Descriptive, and no advice on prices: who is offered a discount is nobody's accident.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rapport.analysis.intervals import clustered_share
from rapport.analysis.measured import Measured
from rapport.analysis.rfm import SEGMENTS
from rapport.analysis.segmentation_study import Segmentation, SegmentRules
from rapport.privacy import suppress_small

COLUMNS = ("segment", "n_orders", "share", "low", "high")
GIVEN, ALL = "n_discounted_orders", "total"


def study_discounts(found: Segmentation, joined: pd.DataFrame, rules: SegmentRules) -> pd.DataFrame:
    """Give the share of orders with a discount of every segment, and of all (`total`, last).

    Parameters
    ----------
    joined : the customers of `found` with their habits: `n_orders`, `n_discounted_orders` so far

    Returns
    -------
    one row per segment of `min_n` customers or more: `segment`, `n_orders`, `share` with `low` and
        `high` (customers are drawn, for one has several orders), empty where so few customers had
        a discount, or would be told by the others. No rows where the unit delivers no discounts,
        gives none or to fewer than `min_count`, or fewer than two segments can be shown
    """
    empty = pd.DataFrame(columns=list(COLUMNS))
    if not found.is_shown or GIVEN not in joined or not joined[GIVEN].notna().all():
        return empty
    parts = {name: joined[(found.scores["segment"] == name).to_numpy()] for name in SEGMENTS}
    large = {name: part for name, part in parts.items() if len(part) >= rules.min_n}
    with_one = {name: int((part[GIVEN] > 0).sum()) for name, part in large.items()}
    if len(large) < 2 or int((joined[GIVEN] > 0).sum()) < rules.min_count:
        return empty
    hidden = suppress_small(list(with_one.values()), rules.min_count)
    rows = [
        _row(name, part, rules, is_hidden=away)
        for (name, part), away in zip(large.items(), hidden, strict=True)
    ]
    return pd.DataFrame([*rows, _row(ALL, joined, rules)], columns=list(COLUMNS))


def _row(
    name: str, part: pd.DataFrame, rules: SegmentRules, *, is_hidden: bool = False
) -> dict[str, Any]:
    given, orders = part[GIVEN].astype(int), part["n_orders"].astype(int)
    row: dict[str, Any] = {"segment": name, "n_orders": int(orders.sum())}
    span = clustered_share(given, orders, confidence=rules.confidence, seed=rules.seed)
    if is_hidden or span is None:
        return row
    return row | {"share": int(given.sum()) / row["n_orders"], "low": span.low, "high": span.high}


def name_discounts(discounts: pd.DataFrame) -> list[str]:
    """Say whether segments are apart or close in orders with a discount; nothing without two."""
    known = _rank(discounts)
    if len(known) < 2:
        return []
    # Beyond doubt only where the two intervals lie apart.
    return ["apart" if known["low"].iloc[-1] > known["high"].iloc[0] else "close"]


def measure_discounts(discounts: pd.DataFrame) -> list[Measured]:
    """Name the share of all orders with a discount, and the segments of least and most."""
    known = _rank(discounts)
    if len(known) < 2:
        return []
    found = [_measure("discounts.share", discounts.iloc[-1])]
    for name, row in (("least", known.iloc[0]), ("most", known.iloc[-1])):
        found.append(Measured(f"discounts.{name}", str(row["segment"]), "label", "segment"))
        found.append(_measure(f"discounts.{name}.share", row))
    return found


def _rank(discounts: pd.DataFrame) -> pd.DataFrame:
    known = discounts[discounts["share"].notna() & (discounts["segment"] != ALL)]
    return known.sort_values(["share", "segment"], kind="stable")


def _measure(name: str, row: pd.Series[Any]) -> Measured:
    ends = (float(row["low"]), float(row["high"]))
    return Measured(name, float(row["share"]), "ratio", "share", int(row["n_orders"]), ends)
