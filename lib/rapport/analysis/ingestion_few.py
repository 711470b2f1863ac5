"""A delivery of few customers: what the ingestion chapter does not tell of its money.

A sum of sales is the spending of whoever bought, here as on page one (`analysis.few`): where 1 to
`min_count` - 1 known customers bought, what they bought is withheld, and where hardly anybody else
did either, so is every sum. Orders without a customer number count as one customer each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from rapport.analysis.measured import Measured

Few = Literal["nobody", "known", "anybody"]
OF_KNOWN = frozenset(
    ["net.identified", "gross.identified", "identified.share", "unidentified.share"]
)
OF_ANYBODY = OF_KNOWN | {
    "net", "gross", "duplicates.money", "broken.money", "largest.money", "late.money",
}  # fmt: skip


def find_few(facts: Mapping[str, Any], *, min_count: int) -> Few:
    """Say who is too few: nobody, the known customers, or all who bought.

    Parameters
    ----------
    facts : `orders`, and where customers are known `customers_buying`, `orders_identified`
    min_count : customers that may be told of

    Examples
    --------
    >>> find_few({"customers_buying": 3, "orders": 10, "orders_identified": 10}, min_count=10)
    'anybody'
    >>> find_few({"customers_buying": 3, "orders": 90, "orders_identified": 10}, min_count=10)
    'known'
    """
    n_known = int(facts.get("customers_buying", 0))
    if not 0 < n_known < min_count:
        return "nobody"
    n_others = int(facts["orders"]) - int(facts.get("orders_identified", 0))
    return "anybody" if n_known + n_others < min_count else "known"


def withhold(measured: Sequence[Measured], few: Few) -> list[Measured]:
    """Leave out the sums of too few, and the shares that would give them."""
    away = {"nobody": frozenset[str](), "known": OF_KNOWN, "anybody": OF_ANYBODY}[few]
    return [one for one in measured if one.name not in away]


def withhold_rows(rows: pd.DataFrame, few: Few) -> pd.DataFrame:
    """Empty the `money` of a table where all who bought are too few."""
    return rows.assign(money=None) if few == "anybody" else rows


def choose_case(case: str, few: Few, *, of: Few = "anybody") -> str:
    """Choose how a sentence with sums is said: as it is, or without them.

    Parameters
    ----------
    case : what it would be
    of : `known` where the sentence tells of known customers alone

    Examples
    --------
    >>> choose_case("some", "known"), choose_case("some", "known", of="known")
    ('some', 'few')
    >>> choose_case("none", "anybody")
    'none'
    """
    has_sums = case in ("some", "filled", "late", "known", "unknown")
    is_few = few == "anybody" or (few == "known" and of == "known")
    return "few" if has_sums and is_few else case
