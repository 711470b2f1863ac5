"""What a mart is made of: by SELECTs alone, down to tables that are files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rapport.marts.catalog import MARTS, Mart


def is_select(table: str) -> bool:
    """Say whether a table is a mart that one SELECT makes."""
    return table in MARTS and MARTS[table].sql is not None


def walk(name: str) -> Iterator[Mart]:
    """Give the marts that a mart is made of by SELECTs alone, each after what it reads; it last.

    Examples
    --------
    >>> [mart.name for mart in walk("repurchase")]
    ['charged_orders', 'order_spells', 'repurchase']
    """
    yield from _walk(name, set())


def _walk(name: str, seen: set[str]) -> Iterator[Mart]:
    seen.add(name)
    for table in MARTS[name].reads:
        if is_select(table) and table not in seen:
            yield from _walk(table, seen)
    yield MARTS[name]


def list_leaves(name: str) -> tuple[set[str], set[str]]:
    """Name the tables that must be files for a mart to be made elsewhere; those it can lack apart.

    Examples
    --------
    >>> needed, used = list_leaves("repurchase")
    >>> sorted(needed), sorted(used)
    (['orders', 'periods', 'snapshot'], ['customers'])
    """
    needed: set[str] = set()
    used: set[str] = set()
    for mart in walk(name):
        needed |= {table for table in mart.reads if not is_select(table)}
        used |= set(mart.uses)
    return needed, used - needed


def list_fetched(marts: Collection[str], asked: Collection[str]) -> set[str]:
    """Name those of some marts that must be files: asked for, made by Python, or read by those.

    Examples
    --------
    >>> sorted(list_fetched(["settings", "charged_orders", "repurchase"], ["repurchase"]))
    ['repurchase', 'settings']
    """
    by_hand = {name for name in marts if not is_select(name)}
    read = {table for name in by_hand if name in MARTS for table in MARTS[name].reads}
    return by_hand | {name for name in marts if name in read or name in asked}
