"""Whether one customer or one order makes a change: said where it makes more than a tenth.

The contribution of a customer is what its own net moved between two windows; of an order, its
amount in the later window, or less its amount in the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

NOTABLE = Decimal("0.1")  # of the change: docs/methods.md, section 1.3


@dataclass(frozen=True)
class Largest:
    """The largest contribution in the direction of a change.

    `share` of the change (above 1 if others moved the other way); `is_notable` above a tenth.
    """

    amount: Decimal
    share: float
    is_notable: bool


def share_of_largest(contributions: pd.Series) -> Largest | None:
    """Find how much of a change the largest single contribution makes.

    Parameters
    ----------
    contributions : one amount (Decimal) per customer or order, which sum to the change

    Returns
    -------
    the largest in the direction of the change, or None where nothing changed

    Examples
    --------
    >>> share_of_largest(pd.Series([Decimal(60), Decimal(50), Decimal(-10)]))
    Largest(amount=Decimal('60'), share=0.6, is_notable=True)
    """
    amounts = [Decimal(amount) for amount in contributions]
    change = sum(amounts, Decimal(0))
    if change == 0:
        return None
    largest = max(amounts) if change > 0 else min(amounts)
    return Largest(largest, float(largest / change), largest / change > NOTABLE)


def customer_changes(customer_periods: pd.DataFrame) -> pd.Series:
    """Give what each customer's net moved from the previous window to the current one.

    Parameters
    ----------
    customer_periods : one row per window and customer: `window`, `customer_id`, `net` (Decimal)

    Returns
    -------
    one change (Decimal) per customer of either window, indexed by `customer_id`, sorted

    Examples
    --------
    >>> rows = pd.DataFrame({"window": ["current", "previous"], "customer_id": ["a", "a"],
    ...                      "net": [Decimal(5), Decimal(3)]})
    >>> customer_changes(rows).to_dict()
    {'a': Decimal('2')}
    """
    signs = customer_periods["window"].map({"current": 1, "previous": -1})
    kept = customer_periods[signs.notna()]
    moved = [
        amount if sign > 0 else -amount
        for amount, sign in zip(kept["net"], signs.dropna(), strict=True)
    ]
    changes = pd.Series(moved, index=kept["customer_id"], dtype=object)
    return changes.groupby(level=0, sort=True).agg(lambda amounts: sum(amounts, Decimal(0)))
