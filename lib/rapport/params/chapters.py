"""Which chapters a unit can have, and what it would have to deliver for the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from rapport.params.model import UnitParams

# Of each chapter the tables of which its unit must deliver one, the usual one first; a chapter
# that is not here needs none.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "profiling": ("orders", "order_lines", "interactions"),
    "segmentation": ("orders", "order_lines"),
    "lifecycle": ("orders", "order_lines", "subscriptions"),
    "value": ("orders", "order_lines", "subscriptions"),
    "churn": ("orders", "order_lines", "subscriptions"),
    "satisfaction": ("surveys",),
    "campaigns": ("campaign_contacts",),
    "recommendation": ("order_lines",),
}
# What a chapter cannot do without, whichever of those it has.
BESIDES: Mapping[str, tuple[str, ...]] = {"campaigns": ("campaigns",)}
# Chapters that say something of a draw of lines, too: both sides of a comparison are drawn alike.
OF_DRAWS = ("campaigns", "recommendation")
# Chapters that baskets without customers suffice for.
OF_BASKETS = ("recommendation",)

Reason = Literal["undelivered", "undated", "drawn"]
"""No table; baskets without customers and days; lines that are drawn and make no whole order."""


class Lack(NamedTuple):
    """A chapter that a unit cannot have."""

    chapter: str
    reason: Reason
    tables: tuple[str, ...]
    """Any of them would do, the usual one first."""
    besides: tuple[str, ...] = ()
    """All of them are needed, too."""


def can_have(chapter: str, unit: UnitParams) -> bool:
    """Say whether a unit delivers what a chapter needs: one of the tables that `NEEDS` lists."""
    lacks = list_lacks(
        unit.tables, baskets_only=unit.baskets_only, is_drawn=unit.lines_are_a_sample
    )
    return chapter not in {lack.chapter for lack in lacks}


def list_lacks(tables: Collection[str], *, baskets_only: bool, is_drawn: bool) -> list[Lack]:
    """Name the chapters that a unit cannot have, in the order of the report, and why.

    Parameters
    ----------
    tables : that it delivers
    baskets_only : its orders have neither customer nor day
    is_drawn : its order lines are a sample
    """
    found = []
    for chapter, needed in NEEDS.items():
        besides = BESIDES.get(chapter, ())
        # Without customers, or of a draw of lines, nobody can be seen to come back.
        if set(needed).isdisjoint(tables) or not set(besides) <= set(tables):
            found.append(Lack(chapter, "undelivered", needed, besides))
        elif baskets_only and chapter not in OF_BASKETS:
            found.append(Lack(chapter, "undated", needed))
        elif is_drawn and chapter not in OF_DRAWS:
            found.append(Lack(chapter, "drawn", needed))
    return found
