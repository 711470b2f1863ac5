from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.few import (
    NOWHERE,
    Few,
    find_few,
    mind_few,
    withhold_actions,
    withhold_figures,
    withhold_story,
)
from rapport.analysis.key_figures import KeyTables, Rules, list_key_figures
from rapport.analysis.page_one import ActionFact, choose_headline, list_measured
from rapport.analysis.page_story import choose_lead, measure_story, split_change

WINDOWS = ("current", "previous", "last_year")


def periods(*, known=(2, 20, 20), others=(0, 0, 0)):
    """Three windows and their history; every known customer bought once for 10."""
    rows = []
    named = [*WINDOWS, *(f"history-{window}" for window in reversed(WINDOWS))]
    for place, window in enumerate(named):
        of = WINDOWS.index(window.removeprefix("history-"))
        rows.append({
            "window": window, "position": place, "period": window.removeprefix("history-"),
            "is_comparable": True, "is_whole": True, "trading_days": 30,
            "n_orders": known[of] + others[of], "identified_orders": known[of],
            "n_active": known[of], "n_new": known[of], "gross": Decimal(10 * known[of]),
            "net": Decimal(10 * (known[of] + others[of])), "returns": Decimal(0),
            "identified_net": Decimal(10 * known[of]),
            "unidentified_net": Decimal(10 * others[of]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def buyers(known=(2, 20, 20)):
    rows = [
        (window, f"c{at:02}", 1, Decimal(10))
        for window, n in zip(WINDOWS, known, strict=True)
        for at in range(n)
    ]
    return pd.DataFrame(rows, columns=["window", "customer_id", "n_orders", "net"])


def shop(known=(2, 20, 20), others=(0, 0, 0)):
    """The key figures of a shop, as they may be told, and the windows of too few."""
    told, bought = periods(known=known, others=others), buyers(known)
    few = find_few(told, bought, min_count=10)
    rules = Rules("GBP", min_n=5)
    figures = list_key_figures(KeyTables(told, bought), rules=rules, most=11)
    return {figure.name: figure for figure in withhold_figures(figures, few)}, few


@pytest.mark.parametrize(
    ("known", "others", "few", "anybody"),
    [
        ((2, 20, 20), (0, 0, 0), {"current"}, {"current"}),
        ((2, 20, 20), (8, 0, 0), {"current"}, set()),
        ((0, 9, 10), (0, 0, 0), {"previous"}, {"previous"}),
        ((10, 10, 10), (0, 0, 0), set(), set()),
    ],
)
def test_a_window_of_one_to_nine_customers_is_few(known, others, few, anybody):
    found = find_few(periods(known=known, others=others), buyers(known), min_count=10)

    assert found.known & set(WINDOWS) == few
    assert found.anybody & set(WINDOWS) == anybody
    assert {f"history-{window}" for window in few} == found.known - set(WINDOWS)


def test_who_only_returned_something_is_one_of_few():
    told = periods(known=(0, 20, 20))
    some = pd.concat([buyers((0, 20, 20)), buyers((1, 0, 0)).assign(n_orders=0)])

    assert "current" in find_few(told, some, min_count=10).anybody


def test_of_a_period_of_few_only_their_count_is_left():
    figures, few = shop()

    assert list(figures) == ["active"]
    assert (figures["active"].against, figures["active"].history) == ({}, ())
    assert choose_headline(list(figures.values()), None, is_whole=True) == "unsold_active"
    assert choose_lead(list(figures.values()), None, is_whole=True) == []
    assert not few.can_split


def test_with_a_period_of_few_nothing_is_compared():
    figures, few = shop(known=(20, 2, 20))

    for name in ("net", "active", "aov", "frequency"):
        assert set(figures[name].against) == {"last_year"}
        assert set(figures[name].past) == {"current", "last_year"}
        oldest, middle, newest = figures[name].history
        assert middle is None
        assert None not in (oldest, newest)
    assert not few.can_split


def test_sales_of_many_others_are_told_and_those_of_few_not_apart_from_them():
    figures, _ = shop(known=(2, 20, 20), others=(50, 50, 50))

    assert {"net", "active"} <= set(figures)
    assert set(figures["net"].against) == {"previous", "last_year"}
    assert not {"aov", "frequency", "identified_share", "top_share"} & set(figures)


def test_no_number_of_page_one_tells_what_few_spent():
    known, others = (2, 20, 20), (50, 50, 50)
    figures, few = shop(known, others)
    told, bought = periods(known=known, others=others), buyers(known)
    split = split_change(told, can_split=few.can_split)

    story = withhold_story(measure_story(told, bought, split, currency="GBP"), few)

    amounts = {float(str(one.value)) for one in [*list_measured(list(figures.values())), *story]
               if one.value is not None and one.unit in ("GBP", "share")}  # fmt: skip
    assert split is None
    assert amounts - {0.0} == {520.0, 700.0}


def test_the_day_of_few_is_compared_with_no_other_day():
    told, bought = periods(known=(20, 2, 20)), buyers((20, 2, 20))
    few = find_few(told, bought, min_count=10)

    story = withhold_story(measure_story(told, bought, None, currency="GBP"), few)

    assert {one.name for one in story} >= {"net.per_day.change_year"}
    assert "net.per_day.change" not in {one.name for one in story}


def test_the_action_that_tells_sales_without_a_customer_goes_with_them():
    facts = [ActionFact(name, None, Decimal(5), "counted") for name in ("ask_for_number", "a")]
    few = Few(frozenset(["current"]), frozenset())

    assert [fact.name for fact in withhold_actions(facts, few)] == ["a"]
    assert withhold_actions(facts, NOWHERE) == facts


@pytest.mark.parametrize(
    ("few", "minded"),
    [
        (Few(frozenset(["current"]), frozenset(["current"])), [("mind_few", "current")]),
        (Few(frozenset(["current"]), frozenset()), [("mind_few", "known")]),
        (
            Few(frozenset(["previous"]), frozenset()),
            [("mind_few", "previous"), ("mind_unidentified", "alone")],
        ),
        (NOWHERE, [("mind_unidentified", "alone")]),
    ],
)
def test_page_one_says_that_customers_were_too_few(few, minded):
    assert mind_few([("mind_unidentified", "alone")], few) == minded


def test_many_customers_lose_nothing():
    told, bought = periods(known=(20, 20, 20)), buyers((20, 20, 20))
    figures = list_key_figures(KeyTables(told, bought), rules=Rules("GBP", min_n=5), most=11)

    few = find_few(told, bought, min_count=10)

    assert few == replace(NOWHERE, past=few.past)
    assert withhold_figures(figures, few) == figures
    assert measure_story(told, bought, None, currency="GBP") == withhold_story(
        measure_story(told, bought, None, currency="GBP"), few
    )
