"""Goods that one has once: declared categories of which nothing owned is offered again."""

from __future__ import annotations

import pandas as pd


def read_durables(text: str) -> tuple[str, ...]:
    """Read the categories of goods that one has once.

    Examples
    --------
    >>> read_durables("Furniture, Lamps"), read_durables("")
    (('Furniture', 'Lamps'), ())
    """
    return tuple(word.strip() for word in text.split(",") if word.strip())


def find_once(
    rows: pd.DataFrame, items: pd.DataFrame, durables: tuple[str, ...], *, offer_again: bool
) -> pd.Series[bool]:
    """Say of each row whether its product is not offered again to who has it.

    Parameters
    ----------
    rows : one row per customer and product: `item_no`
    items : one row per product: `item_no`, `category` (the first one)
    durables : categories of goods that one has once
    offer_again : other goods are used up; without it every product is bought once

    Examples
    --------
    >>> items = pd.DataFrame({"item_no": [1, 2], "category": ["Lamps", "Soap"]})
    >>> rows = pd.DataFrame({"item_no": [2, 1]})
    >>> find_once(rows, items, ("Lamps",), offer_again=True).tolist()
    [False, True]
    >>> find_once(rows, items, (), offer_again=False).tolist()
    [True, True]
    """
    if not offer_again:
        return rows["item_no"].gt(0)
    return rows["item_no"].isin(items.loc[items["category"].isin(durables), "item_no"])


def count_durables(
    items: pd.DataFrame, durables: tuple[str, ...], *, offer_again: bool
) -> list[int]:
    """Count the products that are durables; nothing where none is declared or all goods are.

    A declared category without a product counts 0, which is how a wrong name shows.

    Examples
    --------
    >>> items = pd.DataFrame({"item_no": [1, 2], "category": ["Lamps", "Soap"]})
    >>> count_durables(items, ("Lamp",), offer_again=True)
    [0]
    """
    if not durables or not offer_again or items.empty:
        return []
    return [int(items["category"].isin(durables).sum())]
