import numpy as np
import pytest
from scipy.special import hyp2f1

from rapport.ingest.sample.days import Calendar, day, lay_calendar
from rapport.ingest.sample.draws import Key
from rapport.ingest.sample.purchases import (
    BuyingPlan,
    draw_amounts,
    draw_guest_days,
    simulate_purchases,
)

PLAN = BuyingPlan(r=0.9, alpha=5, a=0.75, b=2.8, p=6.0, q=5.0, gamma=30)
KEY = Key((5,)).of("purchases")
WEEKS = 60
FLAT = Calendar(0, np.full(7 * WEEKS + 1, 100))


@pytest.fixture(scope="module")
def repeats():
    n = 12_000
    orders = simulate_purchases(
        KEY, FLAT, np.zeros(n, dtype=np.int64), plan=PLAN, drop_percent=np.full(n, 100)
    )
    return np.bincount(orders["customer"], minlength=n) - 1


def test_repeat_orders_are_as_many_as_bg_nbd_expects(repeats):
    r, alpha, a, b, t = PLAN.r, PLAN.alpha, PLAN.a, PLAN.b, WEEKS
    # Fader, Hardie & Lee (2005), equation 9.
    fades = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
    expected = (a + b - 1) / (a - 1) * (1 - fades)

    assert abs(repeats.mean() / expected - 1) < 0.03


def test_customers_without_a_repeat_are_as_many_as_bg_nbd_expects(repeats):
    share = (PLAN.alpha / (PLAN.alpha + WEEKS)) ** PLAN.r

    assert abs((repeats == 0).mean() - share) < 0.01


def test_nobody_buys_before_the_first_day_or_after_the_last():
    first = np.array([3, 50, 400])

    orders = simulate_purchases(KEY, FLAT, first, plan=PLAN, drop_percent=np.array([100, 100, 100]))

    assert orders.groupby("customer")["day"].min().tolist() == first.tolist()
    assert orders["day"].max() <= FLAT.last


def test_a_greater_percentage_makes_customers_drop_out_sooner():
    n = 4_000
    first = np.zeros(n, dtype=np.int64)

    stays = simulate_purchases(KEY, FLAT, first, plan=PLAN, drop_percent=np.full(n, 100))
    goes = simulate_purchases(KEY, FLAT, first, plan=PLAN, drop_percent=np.full(n, 200))

    assert len(goes) < 0.85 * len(stays)


def test_a_month_of_double_weight_has_twice_the_orders():
    months = [100] * 11 + [200]
    calendar = lay_calendar(day("2025-01-01"), day("2025-12-31"), months=months, weekdays=[100] * 7)
    n = 12_000
    steady = BuyingPlan(r=50.0, alpha=500, a=0.01, b=100.0, p=1, q=2, gamma=1)

    orders = simulate_purchases(
        KEY,
        calendar,
        np.full(n, calendar.first),
        plan=steady,
        drop_percent=np.full(n, 100),
    )

    repeat = orders[orders["customer"].duplicated()]["day"]
    november = repeat.between(day("2025-11-01"), day("2025-11-30")).sum() / 30
    december = repeat.between(day("2025-12-01"), day("2025-12-31")).sum() / 31
    assert abs(december / november - 2) < 0.1


def test_amounts_have_the_mean_of_gamma_gamma():
    customers = np.repeat(np.arange(30_000), 3)

    amounts = draw_amounts(KEY, customers, plan=PLAN)

    expected = 100 * PLAN.p * PLAN.gamma / (PLAN.q - 1)
    assert abs(amounts.mean() / expected - 1) < 0.02


def test_amounts_of_one_customer_are_alike_and_guests_are_each_their_own():
    known = draw_amounts(KEY, np.repeat(np.arange(5_000), 2), plan=PLAN).reshape(-1, 2)
    guests = draw_amounts(KEY, np.full(10_000, -1), plan=PLAN).reshape(-1, 2)

    assert np.corrcoef(np.log(known.T))[0, 1] > 0.3
    assert abs(np.corrcoef(np.log(guests.T))[0, 1]) < 0.05


def test_guests_are_the_planned_share_and_buy_when_others_do():
    days = np.repeat([100, 200], [900, 100])

    guests = draw_guest_days(KEY, days, calendar=FLAT, percent=18)

    assert len(guests) == 180
    assert set(guests.tolist()) <= {*range(93, 108), *range(193, 208)}
