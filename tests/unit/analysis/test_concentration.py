from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.analysis import concentration, resampling
from rapport.analysis.concentration import (
    count_of_top,
    gini,
    gini_interval,
    lorenz,
    share_of_top,
    share_of_top_interval,
)

SPEND = st.lists(st.integers(0, 10_000), min_size=1, max_size=60).filter(any)


@pytest.mark.parametrize(
    ("n", "share", "count"),
    [(0, 0.2, 0), (1, 0.2, 1), (5, 0.2, 1), (6, 0.2, 2), (10, 0.3, 3), (4310, 0.2, 862)],
)
def test_the_top_is_rounded_up_from_the_share_as_written(n, share, count):
    assert count_of_top(n, share) == count


def test_the_share_of_the_top_fifth_is_what_its_customers_spent():
    assert share_of_top([50, 10, 10, 10, 20]) == 0.5


def test_returns_may_take_the_share_of_the_top_above_one():
    assert share_of_top([120, -10, -10, 0, 0]) == 1.2


@pytest.mark.parametrize("values", [[], [0, 0], [5, -5], [-1, -2]])
def test_nothing_spent_in_all_has_no_share(values):
    assert share_of_top(values) is None
    assert gini(values) is None
    assert lorenz(values).empty
    assert gini_interval(values) is None


def test_the_gini_coefficient_of_four_as_worked_out_by_hand():
    # Lorenz heights .1 .3 .6 1: area = (.1/2 + .2 + .45 + .8) / 4 = .375; 1 - 2 * .375 = .25
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)


def test_amounts_may_be_decimals():
    assert gini([Decimal("1.5"), Decimal("4.5")]) == pytest.approx(0.25)


@given(values=SPEND)
@settings(deadline=None, max_examples=60)
def test_equal_or_scaled_spend_keeps_the_coefficient_in_its_range(values):
    coefficient = gini(values)

    assert -1e-12 <= coefficient < 1
    assert gini([7 * value for value in values]) == pytest.approx(coefficient)
    assert gini([value for value in values for _ in range(3)]) == pytest.approx(coefficient)


@given(values=SPEND, share=st.sampled_from([0.01, 0.1, 0.2, 0.5, 1.0]))
@settings(deadline=None, max_examples=60)
def test_the_top_has_at_least_its_share(values, share):
    assert share_of_top(values, share=share) >= share - 1e-12


@given(values=SPEND)
@settings(deadline=None, max_examples=40)
def test_the_curve_rises_from_nobody_to_everybody_and_bends_down(values):
    curve = lorenz(values, n_points=21)

    steps = np.diff(curve["share_spend"])
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert (steps >= -1e-12).all()
    assert (np.diff(steps) <= 1e-12).all()


def test_drawing_a_customer_twice_is_having_two_such_customers():
    ordered = np.array([9.0, 4.0, 1.0])
    weights = np.array([[2.0, 0.0, 3.0]])

    drawn = concentration._weighted_gini(ordered, weights)[0]
    top = concentration._weighted_top(ordered, weights, 0.2)[0]

    assert drawn == pytest.approx(gini([9, 9, 1, 1, 1]))
    assert top == pytest.approx(share_of_top([9, 9, 1, 1, 1]))


def test_intervals_hold_the_estimate_and_need_thirty_customers():
    values = np.random.default_rng(0).lognormal(4, 1, 400)

    assert share_of_top_interval(values).holds(share_of_top(values))
    assert gini_interval(values).holds(gini(values))
    assert gini_interval(values[:29]) is None
    assert gini_interval(values[:30]).approximate


def test_the_linearised_intervals_are_as_wide_as_the_drawn_ones(monkeypatch):
    values = np.random.default_rng(0).lognormal(4, 0.8, 3000)
    drawn = [share_of_top_interval(values), gini_interval(values)]

    monkeypatch.setattr(resampling, "MANY", 1000)
    linear = [share_of_top_interval(values), gini_interval(values)]

    for one, other in zip(drawn, linear, strict=True):
        assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.12)
        assert one.ends == pytest.approx(other.ends, abs=0.006)


def test_customers_who_all_spend_the_same_have_no_width():
    assert gini_interval([3] * 40).ends == pytest.approx((0, 0), abs=1e-12)
    assert share_of_top_interval([3] * 40).ends == pytest.approx((0.2, 0.2))


def test_the_order_of_customers_moves_nothing():
    values = np.random.default_rng(0).lognormal(4, 1, 50)

    assert share_of_top_interval(values) == share_of_top_interval(values[::-1])
    assert gini(values) == gini(values[::-1])
