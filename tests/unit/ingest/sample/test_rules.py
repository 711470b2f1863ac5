import numpy as np
import pandas as pd
import pytest

from rapport.ingest.sample.draws import Key, draw_below
from rapport.ingest.sample.rules import RulePlan, plant_rules

KEY = Key((3,)).of("rules")
N = 6_000
PRODUCTS = pd.DataFrame(
    {"noun": [f"n{j}" for j in range(20)], "category": [f"c{j % 2}" for j in range(20)]}
)
RULE, BUNDLE = RulePlan(("n1", "n3"), 800_000), RulePlan(("n5", "n7", "n8"), 1_000_000)


@pytest.fixture(scope="module")
def lines():
    return pd.DataFrame(
        {
            "order": np.repeat(np.arange(N), 3),
            "line": np.tile([1, 2, 3], N),
            "product": draw_below(KEY.of("product"), 20, 3 * N),
            "quantity": 1 + draw_below(KEY.of("quantity"), 2, 3 * N),
            "amount": 100 + draw_below(KEY.of("amount"), 900, 3 * N),
        }
    )


@pytest.fixture(scope="module")
def orders():
    return pd.DataFrame({"month": np.arange(N) % 6, "is_fixed": np.arange(N) % 10 == 0})


@pytest.fixture(scope="module")
def planted(lines, orders):
    return plant_rules(KEY, (RULE, BUNDLE), lines, products=PRODUCTS, orders=orders)


def count_together(lines, *products):
    baskets = [set(lines["order"][lines["product"] == product]) for product in products]
    return len(set.intersection(*baskets))


def test_a_rule_stands_in_many_more_baskets_than_chance_puts_it(lines, planted):
    assert count_together(planted, 1, 3) > 3 * count_together(lines, 1, 3)


def test_a_bundle_stands_together_whole(lines, planted):
    assert count_together(planted, 5, 7, 8) > 10 * count_together(lines, 5, 7, 8)


def test_products_without_a_rule_meet_as_often_as_before(lines, planted):
    pairs = [(one, other) for one in range(9, 20) for other in range(one + 1, 20)]
    before, after = (
        sum(count_together(table, *pair) for pair in pairs) for table in (lines, planted)
    )

    assert abs(after / before - 1) < 0.15


def test_only_products_are_exchanged_inside_category_month_and_quantity(lines, planted, orders):
    kept = ["order", "line", "quantity", "amount"]
    pd.testing.assert_frame_equal(planted[kept], lines[kept])
    assert (planted["product"] % 2 == lines["product"] % 2).all()
    sold = [
        table.groupby([orders["month"].to_numpy()[table["order"]], "product"])["quantity"].sum()
        for table in (lines, planted)
    ]
    pd.testing.assert_series_equal(*sold)


def test_orders_that_were_cancelled_or_brought_back_keep_their_lines(lines, planted, orders):
    fixed = orders["is_fixed"].to_numpy()[lines["order"]]

    assert (planted["product"] == lines["product"])[fixed].all()
    assert (planted["product"] != lines["product"])[~fixed].any()
