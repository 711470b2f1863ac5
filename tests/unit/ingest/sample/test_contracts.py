import dataclasses

import numpy as np
import pytest

from rapport.ingest.sample.contracts import bill_contracts, draw_accounts, run_contracts
from rapport.ingest.sample.days import day, lay_calendar, spell_dates
from rapport.ingest.sample.draws import Key
from rapport.ingest.sample.saas_plan import PLAN

KEY = Key((11,)).of("contracts")
LAST = day(PLAN.last)


@pytest.fixture(scope="module")
def accounts():
    calendar = lay_calendar(day(PLAN.first), LAST, months=PLAN.months, weekdays=PLAN.weekdays)
    return draw_accounts(KEY, PLAN, calendar, 8_000)


@pytest.fixture(scope="module")
def contracts(accounts):
    return run_contracts(KEY, PLAN, accounts, LAST)


def rate_of(contracts, accounts, holds):
    """Ends of own wish per month run, monthly contracts of accounts for which something holds."""
    chosen = contracts[(holds & ~accounts["is_annual"]).to_numpy()[contracts["account"]]]
    return (chosen["reason"] == 0).sum() / chosen["months"].sum()


def test_each_driver_multiplies_the_hazard_as_planned(contracts, accounts):
    both = accounts["is_onboarded"] & accounts["is_integrated"]
    no_onboarding = ~accounts["is_onboarded"] & accounts["is_integrated"]
    no_integration = accounts["is_onboarded"] & ~accounts["is_integrated"]
    base = rate_of(contracts, accounts, both)

    assert abs(base - 0.013) < 0.001
    assert abs(rate_of(contracts, accounts, no_onboarding) / base - 2.2) < 0.25
    assert abs(rate_of(contracts, accounts, no_integration) / base - 1.8) < 0.25


def test_the_decoy_does_nothing_once_the_drivers_are_held_fixed(contracts, accounts):
    both = accounts["is_onboarded"] & accounts["is_integrated"]
    small = rate_of(contracts, accounts, both & accounts["is_small"])
    large = rate_of(contracts, accounts, both & ~accounts["is_small"])

    assert abs(small / large - 1) < 0.2


def test_the_decoy_looks_like_a_driver_until_then(contracts, accounts):
    small = rate_of(contracts, accounts, accounts["is_small"])
    large = rate_of(contracts, accounts, ~accounts["is_small"])

    assert small / large > 1.2


def test_an_annual_contract_ends_of_own_wish_at_a_renewal_only(contracts, accounts):
    annual = contracts[accounts["is_annual"].to_numpy()[contracts["account"]]]
    ended = annual[annual["reason"] == 0]

    assert len(ended) > 100
    assert (ended["months"] % 12 == 0).all()


def test_payments_fail_in_the_last_month_as_planned(contracts):
    june = contracts["ended"] >= day("2026-06-01")
    ends = june & (contracts["reason"] == 1)
    at_risk = (contracts["ended"] < 0) | june

    assert abs(ends.sum() / at_risk.sum() - 0.035) < 0.008


def test_nothing_happens_after_the_last_day(contracts):
    assert (contracts["ended"] <= LAST).all()
    assert (contracts["started"] <= LAST).all()


def test_a_second_contract_begins_after_the_first_has_ended(contracts):
    first = contracts[~contracts["account"].duplicated()].set_index("account")
    second = contracts[contracts["account"].duplicated()].set_index("account")

    assert len(second) > 50
    assert (second["started"] > first["ended"].loc[second.index]).all()


def test_a_contract_is_billed_from_its_start_until_the_month_before_its_end(accounts):
    monthly = accounts.head(2).assign(is_annual=[False, True], started=day("2025-01-31"))
    contracts = run_contracts(KEY, NEVER, monthly, day("2026-04-30"))

    invoices = bill_contracts(KEY, contracts, monthly)

    of_first = invoices[invoices["account"] == 0]["day"].to_numpy()
    assert spell_dates(of_first)[:3] == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert len(of_first) == 16
    assert spell_dates(invoices[invoices["account"] == 1]["day"].to_numpy()) == [
        "2025-01-31",
        "2026-01-31",
    ]


NEVER = dataclasses.replace(PLAN, hazard_ppm=0, failed_ppm=0, failed_last_ppm=0)


def test_an_ended_contract_is_not_billed_for_the_month_it_ends_in(accounts):
    always = dataclasses.replace(PLAN, hazard_ppm=1_000_000, returns_ppm=0)
    monthly = accounts.head(5).assign(is_annual=False, started=day("2025-01-10"))
    contracts = run_contracts(KEY, always, monthly, LAST)

    invoices = bill_contracts(KEY, contracts, monthly)

    assert spell_dates(np.unique(contracts["ended"])) == ["2025-02-10"]
    assert spell_dates(np.unique(invoices["day"])) == ["2025-01-10"]
    assert len(invoices) == 5
