"""Orders and returns of a shop as numbered documents, ready to be written by channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.ingest.sample.draws import Ints
from rapport.ingest.sample.shop import Shop


@dataclass(frozen=True)
class Documents:
    """`heads`: one row per order or return, by time; `items`: one per line, by head and line.

    heads: `number` (within its series), `series`, `kind` (sale, cancelled, return), `customer`,
    `day`, `minute`, `channel`, `amount`, `discount`, `tax`, `shipping` (cents), `original`
    (number within the same series, -1 = none).
    items: `head` (position), `line`, `product`, `quantity`, `amount`, `discount`.
    """

    heads: pd.DataFrame
    items: pd.DataFrame

    def of_series(self, series: int) -> Documents:
        """Take the documents of one series, with their lines; heads keep their positions."""
        heads = self.heads[self.heads["series"] == series]
        return Documents(heads, self.items[self.items["head"].isin(heads.index)])


def number_documents(
    shop: Shop, *, series: tuple[int, ...], tax_percent: int, shipping: tuple[int, int, int]
) -> Documents:
    """Give the orders and returns of a shop numbers by time, within each series of numbers.

    Parameters
    ----------
    series : for each channel the series of numbers that it uses
    tax_percent : tax on top of the amount
    shipping : cents of an order, the amount from which it is free, and the channel without
    """
    orders, returns = shop.orders, shop.returns
    n = len(orders)
    kind = np.where(orders["is_cancelled"], "cancelled", "sale")
    sold = orders.assign(kind=kind, original=-1, position=np.arange(n))
    back = orders.loc[returns["original"], ["customer", "channel"]].reset_index(drop=True)
    back = pd.concat([returns, back], axis=1).assign(
        kind="return", discount=0, position=n + np.arange(len(returns))
    )
    heads = pd.concat([sold, back], ignore_index=True)
    heads["series"] = np.array(series)[heads["channel"]]
    heads = heads.sort_values(["day", "minute", "position"], kind="stable", ignore_index=True)
    heads["number"] = heads.groupby("series").cumcount() + 1
    place = pd.Series(heads.index, index=heads["position"]).sort_index()
    heads["original"] = _find_originals(heads, place)
    heads["tax"] = _percent(heads["amount"].to_numpy(), tax_percent)
    heads["shipping"] = _price_shipping(heads, shipping)
    items = pd.concat([shop.lines, shop.return_lines.assign(order=shop.return_lines["order"] + n)])
    items = items.assign(head=place.loc[items["order"]].to_numpy()).drop(columns="order")
    return Documents(heads, items.sort_values(["head", "line"], ignore_index=True))


def _find_originals(heads: pd.DataFrame, place: pd.Series) -> Ints:
    known = heads["original"].to_numpy() >= 0
    at = place.loc[heads["original"].clip(lower=0)].to_numpy()
    originals: Ints = np.where(known, heads["number"].to_numpy()[at], -1)
    return originals


def _percent(cents: Ints, percent: int) -> Ints:
    # Half away from zero, so that a return carries exactly the tax of its sale.
    rounded: Ints = np.sign(cents) * ((np.abs(cents) * percent + 50) // 100)
    return rounded


def _price_shipping(heads: pd.DataFrame, shipping: tuple[int, int, int]) -> Ints:
    price, free_from, store = shipping
    pays = (heads["kind"] != "return") & (heads["amount"] < free_from)
    pays &= heads["channel"] != store
    return np.where(pays, price, 0)
