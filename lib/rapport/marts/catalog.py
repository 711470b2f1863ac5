"""The marts: what each reads, and of what it has one row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from rapport.marts import listed_more as more
from rapport.marts import listed_orders as of_orders
from rapport.marts.mart import Mart

__all__ = ["MARTS", "Mart", "list_buildable"]

MARTS: Mapping[str, Mart] = MappingProxyType(
    {mart.name: mart for mart in (*of_orders.LISTED, *more.LISTED)}
)


def list_buildable(canonical: Collection[str]) -> list[str]:
    """Name the marts that can be made from these canonical tables, each after what it reads.

    Examples
    --------
    >>> list_buildable(["snapshot", "subscriptions"])
    ['settings', 'periods', 'funnel_steps', 'subscription_months', 'subscription_durations']
    """
    there = set(canonical)
    names = []
    for mart in MARTS.values():
        if there.issuperset(mart.reads):
            there.add(mart.name)
            names.append(mart.name)
    return names
