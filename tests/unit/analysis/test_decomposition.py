from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.analysis.decomposition import split_revenue

MONEY = st.decimals(-10_000, 100_000, places=4)
ROWS = st.fixed_dictionaries(
    {
        "identified_net": MONEY, "unidentified_net": MONEY, "n_active": st.integers(0, 500),
        "identified_orders": st.integers(0, 900),
    }
)  # fmt: skip


def row(net, customers, orders, unidentified=0):
    return {
        "identified_net": Decimal(net), "unidentified_net": Decimal(unidentified),
        "n_active": customers, "identified_orders": orders,
    }  # fmt: skip


def test_one_factor_that_moves_takes_the_whole_change():
    split = split_revenue(row(200, 20, 40), row(100, 10, 20))

    assert (split.customers, split.frequency, split.aov) == (100, 0, 0)


def test_two_factors_that_grow_alike_share_the_change():
    # Customers and orders each both double: net rises fourfold from 100, 150 apiece.
    split = split_revenue(row(400, 20, 80), row(100, 10, 20))

    assert split.customers == pytest.approx(Decimal(150))
    assert split.frequency == pytest.approx(Decimal(150))
    assert split.aov == 0


def test_factors_that_cancel_have_parts_that_cancel():
    split = split_revenue(row(100, 20, 40), row(100, 10, 20))

    assert split.customers == pytest.approx(Decimal("69.3147"))  # 100 ln 2
    assert split.customers == -split.aov
    assert split.total == 0


def test_sales_of_nobody_known_are_a_part_of_their_own():
    split = split_revenue(row(100, 10, 20, "50.5"), row(100, 10, 20, "20.25"))

    assert split.unidentified == Decimal("30.25")
    assert split.identified == 0


@given(now=ROWS, then=ROWS)
@settings(deadline=None, max_examples=150)
def test_the_parts_sum_to_the_change_exactly(now, then):
    split = split_revenue(now, then)

    net = [window["identified_net"] + window["unidentified_net"] for window in (now, then)]
    assert split.total == net[0] - net[1]


@given(now=ROWS, then=ROWS)
@settings(deadline=None, max_examples=100)
def test_a_change_turned_round_has_its_parts_turned_round(now, then):
    forward, backward = split_revenue(now, then), split_revenue(then, now)

    assert forward.method == backward.method
    for part in ("customers", "frequency", "aov", "unidentified"):
        assert getattr(forward, part) == pytest.approx(
            -getattr(backward, part), abs=Decimal("0.0003")
        )


@pytest.mark.parametrize("nobody", [row(0, 0, 0), row(-5, 0, 0)])
def test_where_nobody_bought_the_change_is_one_of_customers(nobody):
    split = split_revenue(row(80, 4, 8), nobody)

    assert split.method == "entry"
    assert split.customers == split.identified == 80 - nobody["identified_net"]


def test_nothing_at_all_has_parts_of_nothing():
    assert split_revenue(row(0, 0, 0), row(0, 0, 0)).total == 0


def test_returns_that_outweigh_sales_are_split_without_logarithms():
    split = split_revenue(row(100, 10, 20), row(-100, 10, 20))

    assert split.method == "shapley"
    assert (split.customers, split.frequency, split.aov) == (0, 0, 200)
