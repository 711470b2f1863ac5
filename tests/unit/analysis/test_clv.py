import numpy as np
import pandas as pd
import pytest

from rapport.analysis.bgnbd_predict import expect_orders
from rapport.analysis.clv import (
    Margin,
    estimate_clv,
    find_margin,
    month_weights,
    sum_bands,
    sum_groups,
)
from rapport.analysis.value_buyers import list_buyers
from rapport.analysis.value_models import MONTH_DAYS, ValueRules, fit_value
from support import table
from unit.analysis.value_shops import LAST, draw_shop


@pytest.fixture(scope="module")
def model():
    return fit_value(list_buyers(draw_shop(), until=LAST, spend="net"), n_days=547,
                     horizon_months=12)  # fmt: skip


def lines(gross, known, cost):
    return pd.DataFrame([{"gross": gross, "gross_with_cost": known, "cost": cost}])


@pytest.mark.parametrize(
    ("parameter", "rows", "margin"),
    [
        (0.3, lines(100, 100, 60), Margin(0.3, "parameter")),
        (0.0, lines(100, 80, 60), Margin(0.25, "cost")),
        (0.0, lines(100, 49, 10), Margin(1.0, "sales")),
        (0.0, lines(100, 80, 90), Margin(1.0, "sales")),
        (0.0, lines(0, 0, 0), Margin(1.0, "sales")),
        (0.0, None, Margin(1.0, "sales")),
    ],
)
def test_the_margin_is_the_parameter_else_from_costs_else_all_of_sales(parameter, rows, margin):
    assert find_margin(parameter, rows) == margin


def test_without_discount_a_month_is_worth_what_it_brings():
    assert month_weights(3, 0.0).tolist() == [1, 1, 1]


def test_value_is_the_sum_over_months_of_the_definition(model):
    rules, margin = ValueRules(discount=0.12), Margin(0.4, "parameter")

    found = estimate_clv(model, rules, margin)

    one = model.buyers.histories.row[17]
    ends = [MONTH_DAYS * k for k in range(13)]
    expected = expect_orders(model.orders, model.buyers.histories, ends)[one]
    by_month = sum(
        (expected[k] - expected[k - 1]) * 1.12 ** (-(k - 0.5) / 12) for k in range(1, 13)
    )
    row = found.customers.iloc[17]
    assert row["clv"] == pytest.approx(by_month * row["mean_spend"] * 0.4, rel=1e-9)
    assert row["expected_orders"] == pytest.approx(expected[-1], rel=1e-9)


def test_customers_add_up_to_the_totals(model):
    found = estimate_clv(model, ValueRules(), Margin(1.0, "sales"))

    assert found.customers["clv"].sum() == pytest.approx(found.totals.money, rel=1e-9)
    assert found.customers["expected_orders"].sum() == pytest.approx(found.totals.orders, rel=1e-9)
    assert found.totals.money_ends[0] < found.totals.money < found.totals.money_ends[1]
    assert (found.customers["t_x"] <= found.customers["T"]).all()
    assert ((found.customers["x"] == 0) == (found.customers["t_x"] == 0)).all()


def test_a_margin_moves_value_in_proportion_and_a_discount_lowers_it(model):
    whole = estimate_clv(model, ValueRules(discount=0.0), Margin(1.0, "sales")).totals
    half = estimate_clv(model, ValueRules(discount=0.0), Margin(0.5, "parameter")).totals
    late = estimate_clv(model, ValueRules(discount=0.3), Margin(1.0, "sales")).totals

    assert half.money == pytest.approx(whole.money / 2)
    assert half.money_ends == pytest.approx([end / 2 for end in whole.money_ends])
    assert whole.money / 1.3 < late.money < whole.money
    assert late.orders == whole.orders


RANKED = """
    customer_id  order_key  expected_orders  clv  spend
    a            1          4                50   9
    b            2          2                30   2
    c            3          2                20   3
    d            4          0                0    5
"""


def test_a_band_holds_those_above_it_and_small_bands_are_left_out():
    bands = sum_bands(table(RANKED), by="clv", min_count=2).set_index("band")

    assert list(bands.index) == ["top_50", "all"]
    assert bands.loc["top_50", ["n_customers", "clv", "share"]].tolist() == [2, 80, 0.8]


def test_bands_can_be_ranked_by_what_was_spent():
    bands = sum_bands(table(RANKED), by="spend", min_count=1).set_index("band")

    assert bands.loc["top_50", "clv"] == 50


def test_ties_are_ranked_by_their_key_whatever_the_order_of_rows():
    tied = table(RANKED).assign(clv=[1, 2, 3, 4], spend=1)

    for rows in (tied, tied.iloc[::-1]):
        assert sum_bands(rows, by="spend", min_count=1)["clv"].tolist() == [1, 1, 1, 3, 10]


def test_groups_come_with_the_largest_first_and_the_rest_under_a_name():
    groups = table("""
        customer_id  segment
        a            new
        b            old
        d            old
    """)

    found = sum_groups(table(RANKED), groups, name="segment", rest="outside")

    assert found["segment"].tolist() == ["new", "old", "outside"]
    assert found["clv_each"].tolist() == [50, 15, 20]
    assert found["share_clv"].sum() == pytest.approx(1)
    assert sum_groups(table(RANKED), None, name="segment", rest="outside") is None


def test_nothing_to_come_has_no_share():
    nothing = table(RANKED).assign(clv=0.0)

    assert sum_bands(nothing, by="clv", min_count=1)["share"].isna().all()
    assert np.isfinite(sum_bands(nothing, by="clv", min_count=1)["clv"]).all()
