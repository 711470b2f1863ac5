"""What customers of each answer bought in the ninety days before it and after.

An association: who is asked after an order has one before the answer, so all classes fall, and the
content were good customers before. Classes are compared with one another, never before with after.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rapport.analysis.intervals import mean_interval, welch
from rapport.analysis.satisfaction import CLASSES, class_of

MEASURES = ("n_orders_before", "n_orders_after", "net_before", "net_after")
COLUMNS = (
    "nps_class", "n", "orders_before", "orders_after", "spend_before", "spend_after",
    "low", "high", "share_again",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Link:
    """Orders and spend a customer by class, and promoters less detractors after the answer.

    `difference`: of spend after the answer; None where either class has fewer than `min_n`.
    `change_difference`: the same of the change (after less before), which takes off what the
    classes differed in before.
    """

    table: pd.DataFrame
    difference: float | None
    ends: tuple[float, float] | None
    change_difference: float | None
    change_ends: tuple[float, float] | None


def link_answers(
    answers: pd.DataFrame, *, min_n: int, confidence: float = 0.95, seed: int = 0
) -> Link:
    """Compare classes of answers by what followed.

    Parameters
    ----------
    answers : the mart `answer_orders`: one row per customer, `nps`, orders and net (Decimal) in
        the ninety days before and after
    min_n : customers below which a class is compared with none

    Examples
    --------
    >>> rows = pd.DataFrame({"nps": [10] * 40 + [2] * 40, "n_orders_before": 1,
    ...                      "n_orders_after": [2] * 40 + [1] * 40, "net_before": 5.0,
    ...                      "net_after": [9.0] * 40 + [4.0] * 40})
    >>> link_answers(rows, min_n=30).difference
    5.0
    """
    rows = answers.astype(dict.fromkeys(MEASURES, float))
    rows = rows.assign(nps_class=class_of(rows["nps"]))
    found = []
    for name in CLASSES[::-1]:
        own = rows[rows["nps_class"] == name]
        if len(own) == 0:
            continue
        ends = mean_interval(own["net_after"], confidence=confidence, seed=seed)
        means = [float(own[column].mean()) for column in MEASURES]
        low, high = (None, None) if ends is None else ends.ends
        again = float((own["n_orders_after"] > 0).mean())
        found.append((name, len(own), *means, low, high, again))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(("low", "high"), float))
    change = rows["net_after"] - rows["net_before"]
    after = _compare(rows["net_after"], rows["nps_class"], min_n, confidence)
    moved = _compare(change, rows["nps_class"], min_n, confidence)
    return Link(table, *after, *moved)


def _compare(
    values: pd.Series, classes: pd.Series, min_n: int, confidence: float
) -> tuple[float | None, tuple[float, float] | None]:
    high, low = (values[classes == name] for name in ("promoter", "detractor"))
    if min(len(high), len(low)) < min_n:
        return None, None
    ends = welch(high, low, confidence=confidence)
    return float(high.mean() - low.mean()), None if ends is None else ends.ends
