import numpy as np
import pandas as pd
import pytest

from rapport.analysis.holdout import _by_repeats, capture, hold_out
from rapport.analysis.value_buyers import Span, find_span
from rapport.analysis.value_models import ValueRules
from unit.analysis.value_shops import CUT, FIRST, LAST, draw_days, draw_shop

SPAN = find_span(FIRST, LAST, holdout_share=0.5)


@pytest.fixture(scope="module")
def shop():
    return draw_shop(n=1_200)


@pytest.fixture(scope="module")
def tested(shop):
    return hold_out(shop, draw_days(shop), SPAN, ValueRules())


def test_the_test_knows_those_who_had_bought_by_the_cut(shop, tested):
    known = shop[shop["cut_order_days"] > 0]

    assert tested.span.cut == CUT
    assert tested.model.buyers.n == len(known)
    assert tested.orders == (known["n_order_days"] - known["cut_order_days"]).sum()


def test_the_fit_knows_nothing_after_the_cut(shop, tested):
    later = shop.assign(n_order_days=shop["n_order_days"] + 7, gross=shop["gross"] * 3)

    again = hold_out(later, draw_days(shop), SPAN, ValueRules())

    assert again.totals == tested.totals
    assert again.orders > tested.orders


def test_errors_are_those_of_the_totals(tested):
    predicted, came = tested.totals.orders, tested.orders

    assert tested.orders_error == pytest.approx(predicted / came - 1)
    assert tested.mae > 0


def test_numbers_of_repeats_add_up_to_all(tested):
    by_x = tested.by_x

    assert (by_x["n"] >= 10).all()
    assert by_x["is_or_more"].iloc[-1]
    assert (by_x["n"] * by_x["predicted"]).sum() == pytest.approx(tested.totals.orders, rel=0.02)


def test_few_customers_of_a_number_of_repeats_are_put_with_the_fewer():
    x = np.array([0] * 50 + [1] * 30 + [2] * 6 + [3] * 5)
    rows = _by_repeats(x, np.ones(91), np.zeros(91), 10)

    assert rows[["x", "n", "is_or_more"]].to_numpy().tolist() == [
        [0, 50, False], [1, 30, False], [2, 11, True],
    ]  # fmt: skip


def test_the_track_begins_at_nothing_and_ends_at_the_totals(tested):
    first, last = tested.track.iloc[0], tested.track.iloc[-1]

    assert first.tolist() == [0, 0, 0]
    assert last["predicted"] == pytest.approx(tested.totals.orders)
    assert last["observed"] == tested.orders
    assert (tested.track["predicted"].diff().dropna() >= 0).all()


@pytest.mark.parametrize(
    ("score", "outcome", "share", "held"),
    [
        ([3, 2, 1, 0], [4, 3, 2, 1], 0.25, 0.4),
        ([1, 1, 1, 1], [4, 3, 2, 1], 0.25, 0.25),
        ([2, 1, 1, 0], [0, 6, 2, 2], 0.5, 0.4),
        ([3, 2, 1, 0], [0, 0, 0, 0], 0.25, 0.0),
        ([1], [5], 0.2, 1.0),
    ],
)
def test_those_who_tie_at_the_border_share_what_they_hold(score, outcome, share, held):
    assert capture(np.array(score, float), np.array(outcome, float), share=share) == pytest.approx(
        held
    )


def test_without_a_rest_nothing_is_tested(shop):
    for span in (None, Span(FIRST, LAST, None)):
        found = hold_out(shop, draw_days(shop), span, ValueRules())

        assert (found.reason, found.orders_error, found.ranks_better) == ("no_rest", None, False)


def test_a_first_part_of_too_few_is_told(shop):
    found = hold_out(shop.iloc[:150], draw_days(shop), SPAN, ValueRules())

    assert found.reason == "too_few_customers"


def test_a_rest_in_which_nobody_came_has_no_relative_error(shop):
    ended = shop.assign(
        n_order_days=shop["cut_order_days"].where(shop["cut_order_days"] > 0, 1),
        gross=shop["cut_gross"].where(shop["cut_order_days"] > 0, shop["first_gross"]),
    )

    found = hold_out(ended, pd.DataFrame({"ordered_on": [], "n_order_days": []}), SPAN,
                     ValueRules())  # fmt: skip

    assert (found.orders, found.orders_error, found.money_error) == (0, None, None)
    assert not found.ranks_better
