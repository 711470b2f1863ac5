from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.clv import Margin
from rapport.analysis.value_contracts import Asked, _renewals, count_periods, value_contracts
from rapport.analysis.value_models import ValueRules

ASKED = Asked(ValueRules(), Margin(1.0, "sales"))
ALIKE = np.log([0.1e9, 0.9e9])  # nine in ten renew, every time


def draw_contracts(n=800, *, length=1, seed=0, last=10):
    random = np.random.default_rng(seed)
    ends = random.geometric(np.maximum(random.beta(0.7, 3.8, n), 1e-9))
    ended = ends <= last
    return pd.DataFrame({
        "customer_id": [f"c{length}-{k}" for k in range(n)], "order_key": np.arange(n) + n * length,
        "renewal_months": length, "n_months": np.where(ended, ends, last) * length,
        "has_ended": ended, "price": [Decimal("20.00")] * n,
    })  # fmt: skip


def test_an_end_between_renewals_counts_at_the_next():
    drawn = pd.DataFrame({
        "n_months": [0, 1, 12, 13, 11, 12, 25], "renewal_months": 12,
        "has_ended": [True, True, True, True, False, False, False],
    })  # fmt: skip

    assert count_periods(drawn)["period"].tolist() == [1, 1, 1, 2, 0, 1, 2]


def test_a_year_is_paid_when_it_renews():
    # Seven months old: the renewal comes with the fifth month, once in twelve.
    renewals, worth = _renewals(ALIKE, 7, 12, ASKED)

    assert renewals == pytest.approx(0.9)
    assert worth == pytest.approx(0.9 * 1.1 ** (-4.5 / 12))


def test_a_price_by_the_month_is_paid_until_the_renewal_and_after_it():
    monthly = Asked(ValueRules(discount=0.0), Margin(1.0, "sales"), "month")

    renewals, worth = _renewals(ALIKE, 7, 12, monthly)

    assert renewals == pytest.approx(0.9)
    assert worth == pytest.approx(4 + 0.9 * 8)


def test_a_contract_that_renews_beyond_the_horizon_brings_nothing():
    short = Asked(ValueRules(horizon_months=3), Margin(1.0, "sales"))

    assert _renewals(ALIKE, 0, 12, short) == (0.0, 0.0)


def test_every_length_has_its_own_model_and_few_contracts_have_none():
    drawn = pd.concat(
        [draw_contracts(), draw_contracts(length=12, seed=1), draw_contracts(n=150, length=24)]
    )

    found = value_contracts(drawn, ASKED)

    assert found.groups["renewal_months"].tolist() == [1, 12]
    assert found.n_left_out == (~drawn["has_ended"] & (drawn["renewal_months"] == 24)).sum()
    assert found.n_running == (~drawn["has_ended"]).sum()
    assert len(found.customers) == found.n_running - found.n_left_out
    assert found.customers["clv"].sum() == pytest.approx(found.groups["clv"].sum())
    assert found.money_ends[0] < found.customers["clv"].sum() < found.money_ends[1]


def test_shares_that_renew_have_the_interval_of_a_chance_where_all_are_alike():
    # Old contracts end no less readily than new ones, so nobody is likelier to stay.
    n_at = [55, 52, 50, 48, 45, 42, 40, 38]
    months = np.r_[np.repeat(np.arange(1, 9), n_at), np.full(600 - sum(n_at), 8)]
    ended = np.arange(600) < sum(n_at)
    drawn = draw_contracts(600).assign(n_months=months, has_ended=ended)

    row = value_contracts(drawn, ASKED).groups.iloc[0]

    # Every contract may end at each renewal that it comes to.
    n_ended, n_asked = int(ended.sum()), int(months.sum())
    error = 1.96 * (n_asked / (n_ended * (n_asked - n_ended))) ** 0.5
    middle = np.log((n_asked - n_ended) / n_ended)
    wanted = [1 / (1 + np.exp(-(middle + way * error))) for way in (-1, 1)]
    assert not row["has_spread"]
    assert row[["renews_first_low", "renews_first_high"]].tolist() == pytest.approx(
        wanted, abs=1e-3
    )


def test_shares_that_renew_of_unlike_contracts_hold_the_truth():
    row = value_contracts(draw_contracts(3_000), ASKED).groups.iloc[0]

    assert row["renews_first_low"] < 3.8 / 4.5 < row["renews_first_high"]
    assert row["renews_fifth_low"] < 7.8 / 8.5 < row["renews_fifth_high"]


def test_old_contracts_are_worth_more_than_new_ones():
    drawn = draw_contracts()
    fresh = drawn.assign(n_months=drawn["n_months"].where(drawn["has_ended"], 0))

    found = value_contracts(pd.concat([drawn, fresh]), ASKED)

    by_age = found.customers.groupby("x")["clv"].max()
    assert by_age.is_monotonic_increasing
    assert found.outcome == "contracts"


def test_a_contract_without_a_price_is_left_out():
    drawn = draw_contracts().assign(price=None)

    assert value_contracts(drawn, ASKED).customers["clv"].sum() == 0


@pytest.mark.parametrize("n", [0, 1, 199])
def test_few_contracts_have_no_value(n):
    found = value_contracts(draw_contracts(n), ASKED)

    assert (found.reason, found.outcome) == ("too_few_contracts", "too_few_contracts")
    assert len(found.customers) == 0
    assert found.n_left_out == found.n_running
