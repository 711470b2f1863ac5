"""What an order holds: products of the price list that come near the amount drawn for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rapport.ingest.sample.draws import Ints, Key, draw_below, draw_chance, draw_weighted

LINES = (38, 29, 18, 10, 5)  # orders of 1, 2, ... 5 lines
QUANTITIES = (76, 17, 7)
NEIGHBOURS = 3  # products up to so many places dearer or cheaper are as good
DISCOUNT_PERCENT = 10


def list_products(words: Mapping[str, Any], *, prefix: str) -> pd.DataFrame:
    """List the catalogue, one row per product, by price.

    `product_id`, `name`, `category`, `price` and `cost` (cents).
    """
    rows = [
        (category, noun, variant, price * factor // 100, percent)
        for category, nouns in words["catalogue"].items()
        for noun, (price, percent) in nouns.items()
        for variant, factor in words["variants"]
    ]
    products = pd.DataFrame(rows, columns=["category", "noun", "variant", "price", "percent"])
    products["product_id"] = [f"{prefix}{number:04d}" for number in range(1001, 1001 + len(rows))]
    products["cost"] = products["price"] * products["percent"] // 100
    return products.sort_values(["price", "product_id"], ignore_index=True)


def fill_baskets(key: Key, orders: pd.DataFrame, *, prices: Ints, single: Ints) -> pd.DataFrame:
    """Fill each order with 1 to 5 lines whose list prices come near its `amount`.

    Parameters
    ----------
    orders : one row per order, indexed 0, 1, ...
        `amount` (cents before discount), `is_discounted`, `channel`.
    prices : list prices in cents, rising
    single : channels that sell one product an order

    Returns
    -------
    one row per line, by order and line
        `order`, `line` (from 1), `product` (position in `prices`), `quantity`, `amount` and
        `discount` (cents; amount is what is left after it).
    """
    n = len(orders)
    counts = 1 + draw_weighted(key.of("lines"), LINES, n)
    counts[np.isin(orders["channel"], single)] = 1
    order = np.repeat(np.arange(n), counts)
    starts = np.cumsum(counts) - counts
    parts = 1 + draw_below(key.of("part"), 4, len(order))
    whole = np.add.reduceat(parts, starts)[order]
    target = orders["amount"].to_numpy()[order] * parts // whole
    quantity = 1 + draw_weighted(key.of("quantity"), QUANTITIES, len(order))
    nearest = np.searchsorted(prices, target // quantity)
    step = draw_below(key.of("step"), 2 * NEIGHBOURS + 1, len(order)) - NEIGHBOURS
    product = np.clip(nearest + step, 0, len(prices) - 1)
    # The dearest product alone cannot carry a large order: more pieces of it do.
    quantity = np.maximum(quantity, target // prices[-1])
    full = prices[product] * quantity
    cut = np.where(orders["is_discounted"].to_numpy()[order], full * DISCOUNT_PERCENT // 100, 0)
    return pd.DataFrame(
        {
            "order": order,
            "line": np.arange(len(order)) - starts[order] + 1,
            "product": product,
            "quantity": quantity,
            "amount": full - cut,
            "discount": cut,
        }
    )


def draw_returns(
    key: Key, orders: pd.DataFrame, lines: pd.DataFrame, *, ppm: int, last_day: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw which orders come back in part or whole, 2 to 45 days later, if by `last_day`.

    Returns
    -------
    returns : one row per return document, indexed 0, 1, ... by day
        `original` (order), `day`, `minute`, `amount` (cents, below 0).
    return lines : one row per line brought back
        like `lines`, quantities and amounts below 0, `order` = position in returns.
    """
    n = len(orders)
    day = orders["day"].to_numpy() + 2 + draw_below(key.of("delay"), 44, n)
    chosen = draw_chance(key.of("chosen"), ppm, n) & (day <= last_day)
    chosen &= ~orders["is_cancelled"].to_numpy()
    original = np.flatnonzero(chosen)
    original = original[np.lexsort((original, day[original]))]
    whole = draw_chance(key.of("whole"), 450_000, n)
    # In part: the first line alone, so that every document has a line.
    position = pd.Series(np.arange(len(original)), index=original)
    back = lines[lines["order"].isin(original) & (whole[lines["order"]] | (lines["line"] == 1))]
    back = back.assign(
        order=position.loc[back["order"]].to_numpy(),
        quantity=-back["quantity"],
        amount=-back["amount"],
        discount=0,
    ).sort_values(["order", "line"], ignore_index=True)
    returns = pd.DataFrame(
        {
            "original": original,
            "day": day[original],
            "minute": 9 * 60 + draw_below(key.of("minute"), 600, len(original)),
            "amount": back.groupby("order")["amount"].sum().to_numpy(),
        }
    )
    return returns, back
