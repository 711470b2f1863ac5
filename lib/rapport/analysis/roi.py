"""What a campaign brought for what it cost, from an estimate of what it added.

The interval is that of the addition, carried through; cost is taken as known. Sales in the
window that would have come anyway are not earned by a campaign: the attributed figure counts
them all and is only ever shown beside the other, as not incremental.
"""

from __future__ import annotations

from rapport.analysis.experiment import Difference
from rapport.analysis.resampling import Interval


def estimate_roi(
    added: Difference, *, n_customers: int, margin: float, cost: float, times: float = 1.0
) -> Difference | None:
    """Give (added margin - cost) / cost with its interval; None without a cost.

    Parameters
    ----------
    added : net spend added per customer (and week), currency
    n_customers : contacted customers
    margin : share of sales that stays, 0 to 1
    cost : of the campaign, currency
    times : weeks, where `added` is per week

    Examples
    --------
    >>> added = Difference(2.0, Interval(1.0, 3.0))
    >>> estimate_roi(added, n_customers=100, margin=0.5, cost=50.0).interval.ends
    (0.0, 2.0)
    """
    if cost <= 0:
        return None
    scale = n_customers * margin * times / cost
    low, high = (end * scale - 1 for end in added.interval.ends)
    return Difference(added.value * scale - 1, Interval(low, high))


def attribute_roi(sales: float, *, margin: float, cost: float) -> float | None:
    """Give the same of all sales in the window, which is not incremental; None without a cost.

    Examples
    --------
    >>> attribute_roi(300.0, margin=0.5, cost=100.0)
    0.5
    """
    return (sales * margin - cost) / cost if cost > 0 else None
