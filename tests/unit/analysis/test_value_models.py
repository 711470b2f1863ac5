import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.value_buyers import (
    find_span,
    list_buyers,
    list_first_buyers,
    sum_rest,
)
from rapport.analysis.value_models import ValueRules, fit_value, median_gap
from rapport.analysis.value_totals import sum_up
from unit.analysis.value_shops import CUT, FIRST, LAST, draw_shop


def transactions(**columns):
    row = {
        "customer_id": "a", "order_key": 1, "first_ordered_on": dt.date(2024, 1, 1),
        "last_ordered_on": dt.date(2024, 3, 1), "n_order_days": 3, "gross": Decimal("90"),
        "returns": Decimal("-30"), "first_gross": Decimal("30"),
        "cut_last_ordered_on": dt.date(2024, 1, 21), "cut_order_days": 2,
        "cut_gross": Decimal("50"), "cut_returns": Decimal("-5"),
    }  # fmt: skip
    return pd.DataFrame([row | columns])


def test_returns_are_taken_off_repeats_in_proportion():
    (row,) = list_buyers(transactions(), until=dt.date(2024, 3, 31), spend="net").frame.to_dict(
        "records"
    )

    # 60 on two repeat days, of which 60 / 90 is kept: 20 a day.
    assert (row["x"], row["t_x"], row["T"]) == (2, 60, 90)
    assert row["m"] == pytest.approx(20.0)
    assert row["spend"] == 60.0


def test_gross_leaves_returns_where_they_are():
    frame = list_buyers(transactions(), until=dt.date(2024, 3, 31), spend="gross").frame

    assert frame[["m", "spend"]].to_numpy().tolist() == [[30.0, 90.0]]


def test_up_to_the_cut_nothing_later_is_known():
    buyers = list_first_buyers(transactions(), cut=dt.date(2024, 1, 31), spend="net")

    (row,) = buyers.frame.to_dict("records")
    assert (row["x"], row["t_x"], row["T"]) == (1, 20, 30)
    assert row["m"] == pytest.approx(20 * 45 / 50)
    assert (row["rest_days"], row["rest_spend"]) == (1, 40 - 25)
    assert sum_rest(transactions(), spend="net") == Decimal(15)


def test_who_gave_back_everything_has_no_amount_and_stays():
    buyers = list_buyers(
        transactions(returns=Decimal("-120")), until=dt.date(2024, 3, 31), spend="net"
    )

    assert buyers.frame["m"].tolist() == [0.0]
    assert buyers.n_not_positive == 1


def test_the_cut_parts_the_days_and_needs_four_weeks_after_it():
    assert find_span(FIRST, LAST, holdout_share=0.5).cut == CUT
    assert find_span(FIRST, FIRST + dt.timedelta(110), holdout_share=0.5).cut is None
    assert find_span(FIRST, FIRST + dt.timedelta(111), holdout_share=0.5).n_rest == 28
    assert find_span(None, None, holdout_share=0.5) is None


def fit(shop, *, n_days=547, horizon_months=12):
    buyers = list_buyers(shop, until=LAST, spend="net")
    return fit_value(buyers, n_days=n_days, horizon_months=horizon_months)


def test_enough_customers_get_both_models():
    model = fit(draw_shop())

    assert (model.reason, model.has_money, model.horizon_months) == (None, True, 12)


@pytest.mark.parametrize(
    ("shop", "n_days", "reason"),
    [
        (draw_shop(n=0), 547, "no_customers"),
        (draw_shop(n=1), 547, "too_few_customers"),
        (draw_shop(n=199), 547, "too_few_customers"),
        (draw_shop(), 83, "too_short"),
        (draw_shop(r=0.001), 547, "too_few_repeating"),
    ],
)
def test_a_model_is_refused_with_its_reason(shop, n_days, reason):
    model = fit(shop, n_days=n_days)

    assert model.reason == reason
    assert model.orders is None


def test_customers_who_are_all_equal_get_no_model():
    shop = draw_shop(n=300).assign(
        first_ordered_on=pd.Timestamp(FIRST), last_ordered_on=pd.Timestamp("2024-08-01"),
        n_order_days=6,
    )  # fmt: skip

    assert fit(shop).reason == "all_alike"


def test_amounts_that_never_differ_leave_orders_without_money():
    model = fit(draw_shop(amounts=False))

    assert model.reason is None
    assert model.orders is not None
    assert not model.has_money


def test_one_order_of_a_million_millions_breaks_nothing():
    shop = draw_shop()
    rich = shop.index[shop["n_order_days"] > 3][0]
    shop.loc[rich, "gross"] = Decimal(10) ** 12

    model = fit(shop)

    assert model.spending is None or np.isfinite(model.amounts()).all()
    if model.spending is not None:
        assert np.isfinite(sum_up(model, ValueRules(), days=365.0).money)


def test_a_chance_of_being_there_is_told_of_those_who_repeated_alone():
    model = fit(draw_shop())
    repeats = model.buyers.frame["x"].to_numpy() > 0

    chances = model.chances()

    assert np.isnan(chances[~repeats]).all()
    assert ((chances[repeats] > 0) & (chances[repeats] < 1)).all()


def test_no_chance_is_told_where_no_drop_out_is_seen():
    model = fit(draw_shop(a=1e-9, b=1.0))

    assert not model.orders.sees_drop_out
    assert np.isnan(model.chances()).all()


def test_amounts_that_go_with_frequency_are_told():
    shop = draw_shop()
    gross = [Decimal(10) + Decimal(int(days) ** 3) for days in shop["n_order_days"]]

    assert fit(shop.assign(gross=gross)).goes_together
    assert not fit(shop).goes_together


def test_value_looks_no_further_than_the_data_if_gaps_are_long():
    model = fit(draw_shop())
    gap = median_gap(model.buyers)

    short = fit(draw_shop(), n_days=int(2.9 * gap) if 2.9 * gap > 84 else 84)

    assert short.horizon_months == min(12, int(max(int(2.9 * gap), 84) // 30.4375))


def test_intervals_hold_their_totals_and_narrow_with_less_confidence():
    model = fit(draw_shop())

    wide = sum_up(model, ValueRules(), days=365.0)
    slim = sum_up(model, ValueRules(confidence=0.8), days=365.0)

    for total, ends, inner in (
        (wide.orders, wide.orders_ends, slim.orders_ends),
        (wide.money, wide.money_ends, slim.money_ends),
    ):
        assert ends[0] < inner[0] < total < inner[1] < ends[1]


def test_the_covariance_gives_nearly_the_interval_of_the_draws(monkeypatch):
    model = fit(draw_shop())
    drawn = sum_up(model, ValueRules(), days=365.0)
    monkeypatch.setattr("rapport.analysis.value_totals.MANY", 10)

    carried = sum_up(model, ValueRules(), days=365.0)

    assert carried.orders == drawn.orders
    for one, other in ((carried.orders_ends, drawn.orders_ends),
                       (carried.money_ends, drawn.money_ends)):  # fmt: skip
        assert one[1] - one[0] == pytest.approx(other[1] - other[0], rel=0.25)


def test_a_total_that_is_not_known_to_a_factor_of_a_thousand_has_no_ends(monkeypatch):
    monkeypatch.setattr("rapport.analysis.value_totals.MANY", 10)
    model = fit(draw_shop())
    far = replace(model, orders=replace(model.orders, covariance=1e7 * model.orders.covariance))

    found = sum_up(far, ValueRules(), days=365.0)

    assert found.orders > 0
    assert (found.orders_ends, found.money_ends) == (None, None)


def test_the_seed_and_nothing_else_moves_an_interval():
    model = fit(draw_shop())
    shuffled = fit(draw_shop().sample(frac=1.0, random_state=3))
    rules = ValueRules()

    first = sum_up(model, rules, days=365.0)

    assert sum_up(shuffled, rules, days=365.0) == first
    assert sum_up(model, replace(rules, seed=1), days=365.0).orders_ends != first.orders_ends
