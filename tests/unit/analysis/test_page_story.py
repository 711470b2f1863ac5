from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.change import Change
from rapport.analysis.decomposition import RevenueSplit
from rapport.analysis.findings import Finding, stake_of_sum
from rapport.analysis.key_figures import Comparison, KeyFigure
from rapport.analysis.measured import Measured
from rapport.analysis.page_one import ActionFact
from rapport.analysis.page_story import (
    choose_lead,
    choose_warnings,
    find_in_sales,
    measure_actions,
    measure_story,
    split_change,
)
from support import table

MONEY = ("net", "identified_net", "unidentified_net")
PERIODS = """
    window     is_comparable  net  identified_net  unidentified_net  n_active  n_new  identified_orders  trading_days
    current             True  300             225                75        20      5                 45            30
    previous            True  200             180                20        18      3                 36            25
    last_year           True  250             200                50        25      9                 50            20
"""  # noqa: E501
EMPTY = """
    window     is_comparable  net  identified_net  unidentified_net  n_active  n_new  identified_orders  trading_days
    current             True    0               0                 0         0      0                  0             0
    previous            True  200             180                20        18      3                 36            25
"""  # noqa: E501
BUYERS = """
    window    customer_id  net
    current   a             35
    previous  a             20
    current   b            190
    previous  b            160
"""


def drawn(text=PERIODS):
    frame = table(text)
    money = {
        name: [Decimal(str(amount)) for amount in frame[name]] for name in MONEY if name in frame
    }
    return frame.assign(**money)


def without_earlier(text=PERIODS):
    return drawn(text).assign(is_comparable=[True, False, False])


def told(periods=None, buyers=BUYERS):
    """What the story measures, by name."""
    periods = drawn() if periods is None else periods
    found = measure_story(periods, drawn(buyers), split_change(periods), currency="GBP")
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def figure(name, case=None, *, year=False, value=110, before=100):
    """A key figure that changed like its case; none where nothing is comparable."""
    change = Comparison(
        Measured(f"{name}.earlier", before, "money", "GBP"),
        Change(value - before, (value - before) / before if before else None, None, None, case),
    )
    earlier = {} if case is None else {"previous": change}
    both = earlier | {"last_year": change} if year else earlier
    return KeyFigure(name, Measured(name, value, "money", "GBP"), both, ())


def split(customers, frequency, aov, unidentified):
    parts = (Decimal(part) for part in (customers, frequency, aov, unidentified))
    return RevenueSplit(*parts, "lmdi")


def test_the_change_is_split_where_there_is_something_earlier():
    found = split_change(drawn())

    assert (found.total, found.unidentified, found.method) == (100, 55, "lmdi")
    # Net an order stays 5; customers and orders each share 45.
    assert found.aov == 0
    assert found.identified == 45


@pytest.mark.parametrize(
    "periods", [without_earlier(), drawn()[lambda rows: rows["window"] != "previous"]]
)
def test_without_a_comparable_period_there_is_no_split(periods):
    assert split_change(periods) is None


def test_the_story_names_what_the_sentences_ask_for():
    found = told()

    expected = {
        "new": 5, "repurchase.days": 90, "trading_days": 30, "unidentified": Decimal(75),
        "unidentified.share": 0.25, "identified.share": 0.75, "trading_days.previous": 25,
        "trading_days.last_year": 20, "identified.change": Decimal(45),
        "unidentified.change": Decimal(55), "active.difference": 2,
        "unidentified.share.previous": 0.1, "driver.share": 0.55, "known.share": 0.45,
    }  # fmt: skip
    assert {name: found[name].value for name in expected} == expected
    # 10 a day, after 8 in the period before and 12.50 a year ago.
    assert found["net.per_day.change"].value == pytest.approx(0.25)
    assert found["net.per_day.change_year"].value == pytest.approx(-0.2)


def test_money_of_the_story_is_in_the_currency_of_the_unit():
    periods = drawn()

    found = measure_story(periods, drawn(BUYERS), split_change(periods), currency="CNY")

    assert {one.unit for one in found if one.kind == "money"} == {"CNY"}


def test_without_a_split_the_story_tells_no_change():
    found = told(without_earlier())

    assert set(found) == {
        "new", "repurchase.days", "trading_days", "unidentified", "unidentified.share",
        "identified.share",
    }  # fmt: skip


def test_a_change_of_nothing_is_made_by_nobody():
    # Nobody known spent 100 more, everybody known 100 less.
    level = drawn().assign(
        identified_net=[Decimal(80), Decimal(180), Decimal(200)],
        unidentified_net=[Decimal(120), Decimal(20), Decimal(50)],
    )

    assert not {"driver.share", "known.share", "largest.share"} & set(told(level))


def test_an_empty_period_has_no_shares_and_sells_nothing_a_day():
    found = told(drawn(EMPTY), "window  customer_id  net\nprevious  a  180")

    assert "unidentified.share" not in found
    assert "identified.share" not in found
    assert "net.per_day.change" not in found
    assert found["trading_days"].value == 0
    assert found["identified.change"].value == -180
    assert found["unidentified.share.previous"].value == 0.1


def test_a_period_after_an_empty_one_has_no_change_a_day():
    turned = drawn(EMPTY).assign(window=["previous", "current"])

    found = told(turned, "window  customer_id  net\ncurrent  a  180")

    assert "net.per_day.change" not in found
    assert "unidentified.share.previous" not in found
    assert found["identified.change"].value == 180


def test_a_customer_who_made_more_than_a_tenth_of_the_change_is_told():
    found = told()

    # b brought 30 of the 100 that net sales rose by.
    assert found["largest.share"].value == 0.3
    assert "largest.amount" not in found


def test_a_single_customer_may_make_more_than_the_whole_change():
    found = told(buyers="window  customer_id  net\ncurrent  a  225\nprevious  a  75")

    assert found["largest.share"].value == 1.5


def test_a_tenth_of_what_known_customers_moved_is_not_a_tenth_of_the_change():
    rows = "window  customer_id  net\ncurrent  a  10\ncurrent  b  35"

    # a brought 10 of 45, but no more than a tenth of 100; b brought more.
    assert told(buyers=rows)["largest.share"].value == 0.35
    many = "\n".join(f"current  c{n}  9" for n in range(5))
    assert "largest.share" not in told(buyers=f"window  customer_id  net\n{many}")


def test_a_small_part_of_what_known_customers_moved_may_be_much_of_the_change():
    # Known customers rose by 225, 15 of them by 15 each; sales of nobody known fell by 125.
    periods = drawn().assign(
        identified_net=[Decimal(325), Decimal(100), Decimal(0)],
        unidentified_net=[Decimal(-25), Decimal(100), Decimal(0)],
    )
    rows = "\n".join(f"current  c{n}  15" for n in range(15))

    found = told(periods, f"window  customer_id  net\n{rows}")

    assert found["largest.share"].value == 0.15


def test_whoever_moved_against_the_change_made_no_part_of_it():
    rows = "window  customer_id  net\nprevious  a  50\ncurrent  b  5"

    assert "largest.share" not in told(buyers=rows)


def test_shuffled_rows_change_nothing_and_stay_as_they_were():
    periods, buyers = drawn(), drawn(BUYERS)
    sorts = {"frac": 1, "random_state": 1}

    usual = measure_story(periods, buyers, split_change(periods), currency="GBP")
    mixed = measure_story(
        periods.sample(**sorts), buyers.sample(**sorts), split_change(periods), currency="GBP"
    )

    assert mixed == usual
    pd.testing.assert_frame_equal(periods, drawn())
    pd.testing.assert_frame_equal(buyers, drawn(BUYERS))


def test_actions_name_their_customers_and_money():
    facts = [
        ActionFact("ask_for_number", None, Decimal("20.50"), "counted"),
        ActionFact("newcomers_once", 12, Decimal("99.90"), "observed"),
    ]

    found = {one.name: (one.value, one.unit) for one in measure_actions(facts, currency="GBP")}

    assert found == {
        "ask_for_number.customers": (None, "customers"),
        "ask_for_number.money": (Decimal("20.50"), "GBP"),
        "newcomers_once.customers": (12, "customers"),
        "newcomers_once.money": (Decimal("99.90"), "GBP"),
    }


def lead(figures, parts, *, is_whole=True):
    return choose_lead(figures, None if parts is None else split(*parts), is_whole=is_whole)


def test_the_lead_tells_known_customers_then_the_rest_and_churn():
    figures = [
        figure("net", "up"), figure("active", "up"), figure("frequency", "down"),
        figure("churn", "unclear"),
    ]  # fmt: skip

    assert lead(figures, (40, 0, 5, 55)) == [
        [("known", "up"), ("active", "up"), ("frequency", "down")],
        [("unknown", "up"), ("churn", "level")],
    ]


@pytest.mark.parametrize(
    ("parts", "case"),
    [
        ((40, 0, 0, 60), "up"), ((-40, 0, 0, -60), "down"), ((-40, 0, 0, 140), "down"),
        # Less than a twentieth of the change is about as much as before.
        ((4, 0, 0, 96), "level"), ((-4, 0, 0, 104), "level"), ((50, 0, -50, 100), "level"),
        # Known customers moved though all sales did not; and nothing moved at all.
        ((50, 0, 0, -50), "up"), ((0, 0, 0, 0), "level"), ((50, 0, -50, 0), "level"),
    ],
)  # fmt: skip
def test_known_customers_are_told_against_what_all_sales_moved(parts, case):
    assert lead([figure("net", "up")], parts)[0] == [("known", case)]


@pytest.mark.parametrize(
    ("unidentified", "case"), [(11, "up"), (-10, "down"), (10, None), (0, None)]
)
def test_sales_of_nobody_known_are_told_from_a_tenth_of_the_change(unidentified, case):
    # Of 100, or of 80 where they fell.
    second = lead([figure("net", "up")], (90, 0, 0, unidentified))[1:]

    assert second == ([[("unknown", case)]] if case else [])


@pytest.mark.parametrize(
    ("change", "case"), [("up", "up"), ("down", "down"), ("unclear", "level"), ("none", "level")]
)
def test_customers_orders_each_and_churn_move_or_stay_level(change, case):
    figures = [figure(name, change) for name in ("net", "active", "frequency", "churn")]

    first, second = lead(figures, (90, 0, 0, 0))

    assert first[1:] == [("active", case), ("frequency", case)]
    assert second == [("churn", case)]


def test_without_anything_earlier_customers_and_churn_stand_alone():
    figures = [figure(name) for name in ("net", "active", "frequency", "churn")]

    assert lead(figures, None) == [[("active", "alone")], [("churn", "alone")]]


def test_a_unit_that_never_sold_has_a_headline_and_no_more():
    figures = [figure("net", value=0), figure("active", value=0)]

    assert lead(figures, None) == []


def test_an_empty_period_has_no_orders_each_to_tell():
    figures = [figure("net", "down", value=0), figure("active", "down", value=0)]

    assert lead(figures, (-100, 0, 0, 0)) == [[("known", "down"), ("active", "down")]]


def test_a_period_that_has_not_ended_begins_with_its_days_and_splits_nothing():
    figures = [figure("net", "up"), figure("active", "up"), figure("churn", "up")]

    assert lead(figures, (10, 0, 0, 90), is_whole=False) == [
        [("days", "previous")], [("churn", "up")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("net", "case"),
    [
        (figure("net", "up", year=True), "year"),
        (figure("net", "up"), "previous"),
        (figure("net"), "alone"),
        # A change of nothing, or to nothing, has no size a day.
        (figure("net", "up", year=True, before=0), "previous"),
        (figure("net", "down", year=True, value=0), "previous"),
    ],
)
def test_the_days_are_compared_with_what_has_a_change_a_day(net, case):
    assert lead([net], (10, 0, 0, 0), is_whole=False)[0] == [("days", case)]


def test_the_days_of_a_first_period_are_followed_by_its_customers():
    figures = [figure("net"), figure("active")]

    assert lead(figures, None, is_whole=False) == [[("days", "alone"), ("active", "alone")]]


def warn(periods, *measured, has_surveys=True, is_whole=True):
    by_slot = {one.slot: one for one in measured}
    return choose_warnings(periods, by_slot, has_surveys=has_surveys, is_whole=is_whole)


def largest(share):
    return Measured("largest.share", share, "ratio", "share")


def test_data_without_faults_need_no_warning():
    assert warn(drawn().assign(unidentified_net=Decimal(0))) == []


def test_warnings_begin_with_the_weightiest():
    earlier = Measured("unidentified.share.previous", 0.1, "ratio", "share")

    found = warn(without_earlier(), earlier, largest(0.3), has_surveys=False, is_whole=False)

    assert found == [
        ("mind_unidentified", "compared"), ("mind_largest", "part"), ("mind_begin", None),
        ("mind_incomplete", None), ("mind_survey", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("amount", "warns"), [("15", True), ("14.9999", False), ("0", False)])
def test_sales_without_a_customer_are_minded_from_a_twentieth(amount, warns):
    periods = drawn().assign(unidentified_net=Decimal(amount))

    assert warn(periods) == ([("mind_unidentified", "alone")] if warns else [])


@pytest.mark.parametrize(
    ("share", "case"), [(0.11, "part"), (1.0, "part"), (1.01, "whole"), (3.0, "whole")]
)
def test_one_customer_made_a_part_or_more_than_the_whole(share, case):
    periods = drawn().assign(unidentified_net=Decimal(0))

    assert warn(periods, largest(share)) == [("mind_largest", case)]


def test_an_empty_period_has_no_share_to_mind():
    assert warn(drawn(EMPTY)) == []


def test_data_without_a_year_before_at_all_do_not_say_when_they_begin():
    periods = drawn(EMPTY).assign(is_comparable=False)

    assert warn(periods) == []


CURRENCY = {"currency": "GBP"}


def find(figures, *, is_whole=True, **values):
    known = {slot: Measured(slot, value, "ratio", "share") for slot, value in values.items()}
    for one in figures:
        known[one.name] = one.now
        for window, earlier in one.against.items():
            known[f"{one.name}_{window}"] = earlier.before
            tail = "change" if window == "previous" else "change_year"
            change = Measured("change", earlier.change.relative, "ratio", "change")
            known[f"{one.name}_{tail}"] = change
    return find_in_sales(figures, known, is_whole=is_whole, **CURRENCY)


def test_a_change_of_sales_is_at_stake_by_its_size_and_its_parts_are_no_findings():
    (found,) = find([figure("net", "down", value=90), figure("active", "down", value=80)])

    assert (found.name, found.case, found.money) == ("sales.change", "down", Decimal(10))
    assert [one.name for one in found.numbers] == ["net", "net_previous", "net_change"]


@pytest.mark.parametrize(
    "net",
    [
        figure("net", "none", value=101), figure("net", "unclear"), figure("net"),
        figure("net", "up", before=0), figure("net", "up", before=-5),
        figure("net", "down", value=-5),
    ],
)  # fmt: skip
def test_a_change_that_the_headline_does_not_tell_is_no_finding(net):
    assert find([net]) == []


def test_of_an_unfinished_period_the_same_days_are_compared():
    assert [one.case for one in find([figure("net", "up")], is_whole=False)] == ["incomplete_up"]


def test_where_the_period_before_cannot_be_compared_the_year_before_is():
    net = figure("net", "up", year=True)
    net = replace(net, against={"last_year": net.against["last_year"]})

    (found,) = find([net])

    assert (found.case, found.numbers[1].name) == ("year_up", "net_last_year")


@pytest.mark.parametrize(("share", "n"), [(0.96, 0), (0.94, 1)])
def test_sales_without_a_customer_are_told_from_the_share_that_is_worth_asking_for(share, n):
    found = find([], identified_share=share)

    assert [(one.name, one.stake) for one in found] == [("sales.identified", None)] * n


def stake(name, case, money=5):
    return Finding(name, case, name, stake_of_sum(Decimal(money), **CURRENCY), ())


def tell_second(figures, parts, findings):
    lead = choose_lead(figures, split(*parts), is_whole=True, findings=findings)
    return lead[1]


def test_page_one_tells_two_findings_in_short_and_leaves_sales_to_the_headline():
    others = [stake("lifecycle.entered", "orders", 9), stake("sales.change", "up", 8),
              stake("campaigns.experiment.1", "raised_money", 7)]  # fmt: skip
    figures = [figure("net", "up"), figure("churn", "up")]

    assert tell_second(figures, (10, 0, 0, 0), others) == [
        ("finding.lifecycle.entered", "orders"), ("finding.campaigns.experiment.1", "raised_money"),
    ]  # fmt: skip


def test_what_nobody_can_follow_up_stands_before_findings():
    lead = tell_second([figure("net", "up")], (10, 0, 0, 10), [stake("value.error", "over")] * 2)

    assert lead == [("unknown", "up"), ("finding.value.error", "over")]


def test_churn_is_told_in_its_usual_words_and_once():
    findings = [stake("churn.rate", "orders_up")]

    assert tell_second([figure("net", "up"), figure("churn", "up")], (10, 0, 0, 0), findings) == [
        ("churn", "up")
    ]


def test_a_finding_without_money_is_not_on_page_one():
    finding = replace(stake("profiling.top", None), stake=None)

    assert choose_lead([figure("net", "up")], None, is_whole=True, findings=[finding]) == [
        [("active", "alone")]
    ]
