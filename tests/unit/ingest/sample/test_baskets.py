import numpy as np
import pandas as pd
import pytest

from rapport.ingest.sample.baskets import draw_returns, fill_baskets, list_products
from rapport.ingest.sample.draws import Key

KEY = Key((3,)).of("baskets")
PRICES = 100 + 7 * np.arange(60) ** 2 // 2  # 1.00 to 122.83
WORDS = {
    "catalogue": {"Bath": {"Towel": [1000, 40], "Soap": [300, 30]}},
    "variants": [["small", 100], ["large", 150]],
}


@pytest.fixture
def orders():
    n = 3_000
    return pd.DataFrame(
        {
            "day": np.arange(n) % 100,
            "amount": 1_000 + np.arange(n) * 7 % 9_000,
            "is_discounted": np.arange(n) % 4 == 0,
            "is_cancelled": np.arange(n) % 50 == 0,
            "channel": np.arange(n) % 3,
        }
    )


def test_products_are_listed_by_price_with_their_cost():
    products = list_products(WORDS, prefix="P")

    assert products["price"].tolist() == [300, 450, 1_000, 1_500]
    assert products["cost"].tolist() == [90, 135, 400, 600]
    assert products["product_id"].tolist() == ["P1003", "P1004", "P1001", "P1002"]


def test_baskets_come_near_the_amounts_drawn(orders):
    lines = fill_baskets(KEY, orders, prices=PRICES, single=np.array([2]))

    filled = (lines["amount"] + lines["discount"]).groupby(lines["order"]).sum()
    assert abs(filled.sum() / orders["amount"].sum() - 1) < 0.1
    assert np.corrcoef(filled, orders["amount"])[0, 1] > 0.8


def test_a_line_is_price_times_quantity_less_a_tenth_where_discounted(orders):
    lines = fill_baskets(KEY, orders, prices=PRICES, single=np.array([2]))

    full = PRICES[lines["product"]] * lines["quantity"]
    cut = np.where(orders["is_discounted"].to_numpy()[lines["order"]], full // 10, 0)
    assert (lines["amount"] == full - cut).all()
    assert (lines["discount"] == cut).all()


def test_every_order_has_lines_numbered_from_one(orders):
    lines = fill_baskets(KEY, orders, prices=PRICES, single=np.array([2]))

    assert lines["order"].nunique() == len(orders)
    assert (lines["line"] == lines.groupby("order").cumcount() + 1).all()


def test_a_single_channel_sells_one_product_an_order(orders):
    lines = fill_baskets(KEY, orders, prices=PRICES, single=np.array([2]))

    assert (lines[orders["channel"].to_numpy()[lines["order"]] == 2]["line"] == 1).all()


def test_returns_bring_back_what_was_sold_and_nothing_that_was_cancelled(orders):
    lines = fill_baskets(KEY, orders, prices=PRICES, single=np.array([2]))

    returns, back = draw_returns(KEY, orders, lines, ppm=80_000, last_day=120)

    share = len(returns) / (~orders["is_cancelled"]).sum()
    sold = lines.groupby("order")["amount"].sum().loc[returns["original"]].to_numpy()
    assert 0.05 < share < 0.08  # some of .08 would come after the last day
    assert (returns["day"] <= 120).all()
    assert (returns["day"] > orders["day"].loc[returns["original"]].to_numpy()).all()
    assert not orders["is_cancelled"].loc[returns["original"]].any()
    assert (-returns["amount"] <= sold).all()
    assert (back.groupby("order")["amount"].sum() == returns["amount"]).all()
    assert (back[["quantity", "amount"]] < 0).all(axis=None)
