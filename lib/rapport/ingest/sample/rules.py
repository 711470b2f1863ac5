"""What is bought together: rules and a bundle, planted in baskets by exchanging lines' products.

Two lines exchange their products where one stands beside the rule's first product and the other
does not. Both belong to one category and month, with one quantity, and neither order is cancelled
or brought back: amounts, categories, margins and each product's pieces sold stay what they were,
only what lies beside what is another. Besides what is planted here products go together by price
alone, because the lines of an order share its amount and dear orders come from the same customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.ingest.sample.draws import Flags, Ints, Key, draw_below, draw_chance


@dataclass(frozen=True)
class RulePlan:
    """One rule, or a bundle of three: products by noun, each in its first variant.

    `taken_ppm` is the share, in millionths, of the baskets with the first product and a line that
    could be exchanged in which the others are put, as far as such lines are found.
    """

    products: tuple[str, ...]
    taken_ppm: int


def plant_rules(
    key: Key,
    plans: tuple[RulePlan, ...],
    lines: pd.DataFrame,
    *,
    products: pd.DataFrame,
    orders: pd.DataFrame,
) -> pd.DataFrame:
    """Give the lines with the products of each rule beside one another more often.

    Parameters
    ----------
    lines : one row per line: `order`, `line`, `product` (position in `products`), `quantity`
    products : one row per product, by price: `noun`, `category`
    orders : one row per order
        `month` (any label), `is_fixed` (cancelled or brought back: its lines stay).

    Returns
    -------
    `lines` with `product` exchanged between some of them
    """  # fmt: skip
    places = [
        tuple(int(np.flatnonzero(products["noun"] == noun)[0]) for noun in plan.products)
        for plan in plans
    ]
    kept = {place for bundle in places for place in bundle}
    category = pd.factorize(products["category"])[0]
    product = lines["product"].to_numpy(copy=True)
    frozen = orders["is_fixed"].to_numpy()[lines["order"]]
    group = pd.factorize(
        orders["month"].to_numpy()[lines["order"]] * 1_000 + lines["quantity"].to_numpy()
    )[0]
    for plan, bundle in zip(plans, places, strict=True):
        here = key.of("-".join(plan.products))
        chosen = draw_chance(here.of("taken"), plan.taken_ppm, len(orders))[lines["order"]]
        basket = lines["order"].to_numpy()
        for partner in bundle[1:]:
            beside = np.isin(basket, basket[(product == bundle[0]) & ~frozen])
            has = np.isin(basket, basket[product == partner])
            free = ~frozen & (category[product] == category[partner])
            takes = free & chosen & beside & ~has & ~np.isin(product, list(kept))
            takes &= ~pd.Series(basket).where(takes).duplicated().to_numpy()
            gives = free & ~beside & (product == partner)
            product = _exchange(here.of(partner), product, group, takes=takes, gives=gives)
    return lines.assign(product=product)


def _exchange(key: Key, product: Ints, group: Ints, *, takes: Flags, gives: Flags) -> Ints:
    """Exchange products between lines that take and lines that give, within their group."""
    taker, giver = np.flatnonzero(takes), np.flatnonzero(gives)
    giver = giver[np.argsort(draw_below(key, 1 << 31, len(giver)), kind="stable")]
    sides = [
        pd.DataFrame({"group": group[side], "line": side}).assign(
            turn=lambda rows: rows.groupby("group").cumcount()
        )
        for side in (taker, giver)
    ]
    pairs = sides[0].merge(sides[1], on=["group", "turn"], suffixes=("_takes", "_gives"))
    one, other = pairs["line_takes"].to_numpy(), pairs["line_gives"].to_numpy()
    exchanged = product.copy()
    exchanged[one], exchanged[other] = product[other], product[one]
    return exchanged
