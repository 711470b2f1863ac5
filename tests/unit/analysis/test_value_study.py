import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from rapport.analysis.clv import Margin
from rapport.analysis.value_buyers import Span
from rapport.analysis.value_measures import (
    list_bands,
    list_groups,
    list_parameters,
    measure_bands,
    measure_test,
    measure_value,
    name_groups,
    summarise_past,
    take_backtest,
    take_customers,
)
from rapport.analysis.value_models import ValueRules
from rapport.analysis.value_study import (
    find_days,
    is_sound,
    keep_whole,
    last_stages,
    list_errors_beside,
    list_further_tests,
    list_margins,
    list_tests,
    list_warnings,
    name_data,
    name_headline,
    name_outcome,
    study_contracts,
    study_value,
    take_repeats,
    take_track,
)
from unit.analysis.test_value_contracts import ASKED, draw_contracts
from unit.analysis.value_shops import FIRST, LAST, draw_days, draw_shop

SALES = Margin(1.0, "sales")
SNAPSHOT = pd.DataFrame({"data_from": [pd.Timestamp(FIRST)]})


def study(shop, *, until=LAST):
    span = find_days(SNAPSHOT, until, holdout_share=0.5)
    return study_value(shop, draw_days(shop), span, ValueRules(), SALES)


@pytest.fixture(scope="module")
def found():
    return study(draw_shop(n=1_200))


def values(measured):
    return {one.name: one.value for one in measured}


def test_a_shop_has_value_in_money_and_a_test(found):
    assert (name_outcome(found), name_headline(found, SALES)) == ("money", "money_sales")
    assert name_headline(found, Margin(0.3, "cost")) == "money_margin"
    assert name_data(found, min_count=10) == "orders"
    assert list_margins(found, SALES) == ["sales"]
    assert list_tests(found)[0] in ("near", "over", "under")
    assert list_errors_beside(found) == ["money"]
    assert [sentence for sentence, _ in list_further_tests(found)] == ["tested_money", "ranking"]
    assert is_sound(found)


def test_customers_who_are_all_alike_have_a_headline_of_their_own(found):
    alike = replace(found, clv=None, model=replace(found.model, reason="all_alike"))

    assert name_headline(alike, SALES) == name_outcome(alike) == "all_alike"


@pytest.mark.parametrize(("error", "case"), [(1.09, "near"), (1.11, "over"), (0.89, "under")])
def test_a_test_that_is_off_by_more_than_a_tenth_is_told_with_its_way(found, error, case):
    totals = replace(found.test.totals, orders=found.test.orders * error)

    assert list_tests(replace(found, test=replace(found.test, totals=totals))) == [case]


def test_numbers_carry_their_ids_units_and_intervals(found):
    measured = {one.name: one for one in measure_value(found, SALES, currency="GBP", asked=12)}

    assert measured["clv"].unit == "GBP"
    assert measured["clv"].interval[0] < measured["clv"].value < measured["clv"].interval[1]
    assert measured["clv.each"].value == pytest.approx(measured["clv"].value / 1_200)
    assert measured["bgnbd.r"].n == measured["customers"].value == 1_200
    tested = values(measure_test(found, currency="GBP"))
    assert tested["holdout.error"] == pytest.approx(
        tested["holdout.predicted"] / tested["holdout.observed"] - 1
    )
    assert {"bgnbd.holdout.r", "holdout.capture.model", "holdout.money.error"} <= tested.keys()


def test_parameters_have_the_intervals_that_are_asked_for(found):
    def width(name, confidence):
        measured = measure_value(found, SALES, currency="GBP", asked=12, confidence=confidence)
        tested = measure_test(found, currency="GBP", confidence=confidence)
        (ends,) = [one.interval for one in [*measured, *tested] if one.name == name]
        return ends[1] - ends[0]

    for name in ("bgnbd.r", "gamma_gamma.p", "bgnbd.holdout.r"):
        assert width(name, 0.8) < width(name, 0.95)


def test_the_test_shows_no_number_of_repeats_of_fewer_customers_than_the_unit_allows():
    shop = draw_shop(n=400)
    span = find_days(SNAPSHOT, LAST, holdout_share=0.5)
    wide = study_value(shop, draw_days(shop), span, ValueRules(), SALES, min_count=40)

    assert wide.test.by_x["n"].min() >= 40


def test_a_model_that_ranks_no_better_than_the_past_is_used_for_totals(found):
    worse = replace(found.test, capture_money=(0.5, 0.6))

    assert dict(list_further_tests(replace(found, test=worse)))["ranking"] == "money_past"
    assert not worse.ranks_better


def test_tables_of_value_hold_all_of_it(found):
    bands = list_bands(found, min_count=10)
    total = found.clv.totals.money
    groups = pd.DataFrame({"customer_id": ["c00001"], "segment": ["new"]})

    assert bands["clv"].iloc[-1] == pytest.approx(total)
    fifth = bands.set_index("band").loc["top_20", "share"]
    assert values(measure_bands(bands))["top_share"] == fifth
    by_segment = list_groups(found, groups, name="segment")
    assert by_segment["clv"].sum() == pytest.approx(total)
    assert name_groups(by_segment, None) == "both"
    assert name_groups(None, None) == "none"


def test_what_is_published_has_a_row_for_each_customer_and_no_spend(found):
    customers = take_customers(found)

    assert list(customers.columns) == [
        "customer_id", "order_key", "x", "t_x", "T", "expected_orders", "p_alive", "mean_spend",
        "clv",
    ]  # fmt: skip
    assert customers["customer_id"].is_unique
    assert len(take_backtest(found)) == len(take_repeats(found))


def test_parameters_stand_with_those_of_the_test(found):
    rows = list_parameters(found, confidence=0.95).set_index("parameter")

    assert list(rows.index) == ["r", "alpha", "a", "b", "p", "q", "v"]
    assert rows.loc["r", "low"] < rows.loc["r", "whole"] < rows.loc["r", "high"]
    assert rows["first"].notna().all()


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_customers_get_a_sentence_and_no_number_of_a_model(n):
    few = study(draw_shop(n=n))

    assert name_outcome(few) == ("too_few_customers" if n else "no_customers")
    assert name_data(few, min_count=10) == ("few" if n else "none")
    assert (list_tests(few), list_errors_beside(few), list_margins(few, SALES)) == ([], [], [])
    assert list(list_further_tests(few)) == []
    assert values(measure_value(few, SALES, currency="GBP", asked=12))["customers"] == n
    assert measure_test(few, currency="GBP") == []
    assert (take_customers(few), list_bands(few, min_count=10), take_track(few)) == (None,) * 3
    assert list_parameters(few, confidence=0.95).empty
    assert is_sound(few)
    past = summarise_past(few)
    assert past is None if n == 0 else past["n_customers"].sum() == n


def test_a_unit_without_days_has_no_customers_to_value():
    undated = study(draw_shop(n=0), until=None)

    assert name_outcome(undated) == "no_customers"


def test_warnings_say_what_the_numbers_cannot_carry(found):
    assert list(list_warnings(found, asked=12, min_count=10)) == []
    assert list(list_warnings(found, asked=24, min_count=10)) == ["short_horizon"]
    stays = study(draw_shop(a=1e-9, b=1.0, amounts=False))
    assert list(list_warnings(stays, asked=12, min_count=10)) == ["no_drop_out", "no_amounts"]
    assert name_outcome(stays) == "orders"
    assert list_errors_beside(stays) == ["orders"]
    assert is_sound(stays)


def test_contracts_have_a_value_and_no_test_of_orders():
    found = study_contracts(draw_contracts(), ASKED, None)

    assert (name_outcome(found), name_headline(found, SALES)) == ("contracts", "contracts_sales")
    assert (name_data(found, min_count=10), list_tests(found)) == (
        "contracts", ["renewals_no_rest"],
    )  # fmt: skip
    measured = values(measure_value(found, SALES, currency="EUR", asked=12))
    assert measured["clv"] == pytest.approx(found.contracts.customers["clv"].sum())
    assert measured["renews.first"] < measured["renews.fifth"]
    assert list_bands(found, min_count=10)["band"].iloc[-1] == "all"
    assert summarise_past(found) is None
    assert take_customers(found)["customer_id"].is_unique
    assert list(list_warnings(found, asked=12, min_count=10)) == []


def test_contracts_are_tested_and_the_error_stands_beside_their_value():
    contracts = draw_contracts().assign(started_on=dt.date(2024, 3, 5))
    span = Span(dt.date(2024, 3, 1), dt.date(2025, 1, 31), dt.date(2024, 8, 31))

    found = study_contracts(contracts, ASKED, span)

    assert list_tests(found) == ["renewals_near"]
    assert list_errors_beside(found) == ["renewals"]
    assert "renewals.error" in values(measure_test(found, currency="EUR"))
    snapshot = study_contracts(contracts, ASKED, span, is_snapshot=True)
    assert (list_tests(snapshot), list_errors_beside(snapshot)) == (
        ["renewals_snapshot"], ["untested"],
    )  # fmt: skip


def test_too_few_contracts_have_none():
    found = study_contracts(draw_contracts(20), ASKED, None)

    assert name_headline(found, SALES) == name_outcome(found) == "too_few_contracts"
    assert (list_tests(found), take_customers(found), list_bands(found, min_count=10)) == (
        [], None, None,
    )  # fmt: skip
    assert "clv" not in values(measure_value(found, SALES, currency="EUR", asked=12))


def test_days_are_drawn_for_all_customers_or_not_at_all():
    days = pd.DataFrame({"ordered_on": [1], "n_order_days": [2]})

    assert len(keep_whole(days, [])) == 1
    assert len(keep_whole(days, [12])) == 0


def test_a_stage_is_that_of_the_last_month_end():
    stages = pd.DataFrame({"customer_id": ["a", "a"], "month": [1, 2], "stage": ["new", "loyal"]})

    assert last_stages(stages)["stage"].tolist() == ["loyal"]
    assert last_stages(None) is None
