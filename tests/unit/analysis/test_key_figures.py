from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.key_figures import KeyTables, Rules, list_key_figures
from rapport.analysis.measured import Measured
from support import table

RULES = Rules("GBP")
MONEY = ("net", "gross", "returns", "identified_net")

PERIODS = """
    window           position  is_comparable  net  gross  returns  n_active  identified_orders  identified_net
    current                 0           True  330    440     -110        40                 60             264
    previous                1           True  300    375      -75        39                 52             240
    last_year               2           True  220    220        0        40                 60             220
    history-2025-06         3          False  999    999        0         9                  9             999
    history-2026-05         5           True  300    375      -75        39                 52             240
    history-2026-04         4           True    0      0        0         0                  0               0
    history-2026-06         6           True  330    440     -110        40                 60             264
"""  # noqa: E501
REPURCHASE = """
    window           position  is_comparable  is_observable  n_first  n_again
    current                 0           True           True       60       30
    previous                1           True           True       60       45
    last_year               2           True          False       60       45
    history-2026-04         3           True          False       60       45
    history-2026-05         4           True           True       29       10
    history-2026-06         5           True           True       60       30
"""
CHURN = """
    window     position  is_comparable  is_observable  n_at_start  n_churned
    current           0           True           True         100         10
    previous          1           True           True         100         12
"""
EMPTY = """
    window           position  is_comparable  net  gross  returns  n_active  identified_orders  identified_net
    current                 0           True    0      0        0         0                  0               0
    previous                1           True  100    100        0         1                  2             100
    history-2026-05         2           True  100    100        0         1                  2             100
    history-2026-06         3           True    0      0        0         0                  0               0
"""  # noqa: E501
SINGLE = """
    window    position  is_comparable    net  gross  returns  n_active  identified_orders  identified_net
    current          0           True  10.25  12.25       -2         1                  2           10.25
"""  # noqa: E501


def drawn(text):
    frame = table(text)
    money = {
        name: [Decimal(str(amount)) for amount in frame[name]] for name in MONEY if name in frame
    }
    return frame.assign(**money)


def crowd(window, rows):
    """Customers of a window as (orders, net)."""
    return pd.DataFrame(
        {
            "window": pd.Series([window] * len(rows), dtype=object),
            "customer_id": pd.Series([f"c{number}" for number in range(len(rows))], dtype=object),
            "n_orders": pd.Series([orders for orders, _ in rows], dtype="int64"),
            "net": pd.Series([Decimal(str(net)) for _, net in rows], dtype=object),
        }
    )


def buyers(now=((1, 5),) * 20 + ((2, "8.2"),) * 20, then=((1, 5),) * 26 + ((2, 10),) * 13):
    return pd.concat([crowd("current", now), crowd("previous", then)], ignore_index=True)


def tables(periods=PERIODS, customers=None, repurchase=REPURCHASE, churn=CHURN):
    return KeyTables(
        drawn(periods),
        buyers() if customers is None else customers,
        None if repurchase is None else table(repurchase),
        None if churn is None else table(churn),
    )


def listed(given=None, *, rules=RULES, most=9):
    found = list_key_figures(given or tables(), rules=rules, most=most)
    return {figure.name: figure for figure in found}


def test_a_unit_that_has_everything_shows_the_first_six():
    assert [figure.name for figure in list_key_figures(tables(), rules=RULES)] == [
        "net", "active", "repurchase", "churn", "aov", "frequency",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("repurchase", "churn", "rest"),
    [
        (None, CHURN, ["churn", "aov", "frequency", "return_rate"]),
        (REPURCHASE, None, ["repurchase", "aov", "frequency", "return_rate"]),
        (None, None, ["aov", "frequency", "return_rate", "top_share"]),
    ],
)
def test_the_next_figure_takes_the_place_of_one_that_is_missing(repurchase, churn, rest):
    found = listed(tables(repurchase=repurchase, churn=churn), most=6)

    assert list(found) == ["net", "active", *rest]


def test_the_expected_value_stands_before_what_stands_in_for_others():
    value = Measured("value", 9000.0, "iterative", "GBP", n=40, interval=(8000.0, 9900.0))
    given = replace(tables(), value=value)

    found = list_key_figures(given, rules=RULES)

    assert [figure.name for figure in found][2:] == ["repurchase", "churn", "value", "aov"]
    assert found[4].now is value


ANSWERS = """
    window           position  period   is_comparable  n_nps  n_detractors  n_promoters
    current                 0  2026-06           True     60            30           15
    previous                1  2026-05           True     60             5           45
    last_year               2  2025-06          False     60             5           45
    history-2026-04         3  2026-04           True     29             5           20
    history-2026-05         4  2026-05           True     60             5           45
    history-2026-06         5  2026-06           True     60            30           15
"""


def test_the_net_promoter_score_stands_before_the_expected_value_with_its_interval():
    value = Measured("value", 9000.0, "iterative", "GBP", n=40, interval=(8000.0, 9900.0))

    found = list_key_figures(replace(tables(), value=value, answers=table(ANSWERS)), rules=RULES)

    assert [figure.name for figure in found][3:] == ["churn", "nps", "value"]
    score = found[4]
    assert (score.now.value, score.now.unit, score.now.n) == (-25, "nps", 60)
    assert score.now.interval[0] < -25 < score.now.interval[1]
    assert score.history == (None, pytest.approx(200 / 3), -25)


def test_a_change_of_the_score_is_in_points_and_tested_by_both_variances():
    score = listed(replace(tables(), answers=table(ANSWERS)))["nps"]

    assert list(score.against) == ["previous"]
    change = score.against["previous"].change
    assert change.absolute == pytest.approx(-25 - 200 / 3)
    assert (change.relative, change.case) == (None, "down")
    assert change.low < change.absolute < change.high < 0


@pytest.mark.parametrize(("then", "case"), [((28, 17), "unclear"), ((30, 15), "unclear")])
def test_a_change_of_the_score_that_chance_could_make_is_unclear(then, case):
    answers = table(ANSWERS)
    answers.loc[answers["window"] == "previous", ["n_detractors", "n_promoters"]] = then

    score = listed(replace(tables(), answers=answers))["nps"]

    assert score.against["previous"].change.case == case


@pytest.mark.parametrize("n", [0, 29])
def test_a_score_of_too_few_answers_gives_its_place_to_the_next_figure(n):
    answers = table(ANSWERS).assign(n_nps=n, n_detractors=0, n_promoters=n)

    assert "nps" not in listed(replace(tables(), answers=answers), most=11)
    assert "nps" not in listed(replace(tables(), answers=answers.iloc[:0]), most=11)


def test_the_past_of_a_figure_is_kept_by_period_with_its_n():
    found = listed()

    assert {code: past.value for code, past in found["net"].past.items()} == {
        "2026-05": Decimal(300), "2026-04": Decimal(0), "2026-06": Decimal(330),
    }  # fmt: skip
    assert {code: past.n for code, past in found["repurchase"].past.items()} == {"2026-06": 60}


def test_the_share_of_known_customers_comes_last():
    found = listed()

    assert list(found)[-1] == "identified_share"
    assert found["identified_share"].now.value == 0.8  # 264 of 330


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("True       60       30", "False       60       30"),
        ("True       60       30", "True       29       15"),
        ("current ", "others "),
    ],
)
def test_a_share_that_is_not_seen_or_rests_on_few_is_missing(old, new):
    found = listed(tables(repurchase=REPURCHASE.replace(old, new)))

    assert "repurchase" not in found


def test_a_table_without_rows_is_as_none():
    given = tables()
    empty = KeyTables(given.periods, given.buyers, given.repurchase.iloc[:0], given.churn.iloc[:0])

    assert list(listed(empty)) == list(listed(tables(repurchase=None, churn=None)))


def test_net_is_exact_and_compared_with_both_windows():
    net = listed()["net"]

    assert (net.now.value, net.now.kind, net.now.unit) == (Decimal(330), "money", "GBP")
    assert net.now.interval is None
    previous, last_year = net.against["previous"], net.against["last_year"]
    assert (previous.before.name, previous.before.value) == ("net.previous", Decimal(300))
    assert (previous.change.absolute, previous.change.relative) == (Decimal(30), 0.1)
    assert (last_year.change.relative, last_year.change.case) == (0.5, "up")


def test_active_customers_are_a_complete_count():
    active = listed()["active"]

    assert (active.now.value, active.now.interval) == (40, None)
    # One more than 39 is 2.6 %, and none more than 40 nothing.
    assert active.against["previous"].change.case == "up"
    assert active.against["last_year"].change.case == "none"


@pytest.mark.parametrize("name", ["net", "active", "frequency", "aov", "return_rate"])
def test_a_window_that_is_not_comparable_is_compared_with_nothing(name):
    periods = drawn(PERIODS)
    periods.loc[periods["window"] == "last_year", "is_comparable"] = False

    found = listed(KeyTables(periods, buyers()))

    assert list(found[name].against) == ["previous"]


def test_without_earlier_windows_nothing_is_compared():
    periods = drawn(PERIODS)
    only = periods[~periods["window"].isin(["previous", "last_year"])]

    found = listed(KeyTables(only, crowd("current", [(1, 5)] * 40)))

    assert all(figure.against == {} for figure in found.values())


def test_a_share_is_compared_where_it_was_observable():
    assert list(listed()["repurchase"].against) == ["previous"]


def test_ratios_carry_customers_and_an_interval_that_holds_them():
    found = listed()

    assert found["frequency"].now.value == 1.5  # 60 orders of 40 customers
    assert found["aov"].now.value == pytest.approx(4.4)  # 264 of 60 orders
    for name in ("frequency", "aov"):
        now = found[name].now
        assert now.n == 40
        assert now.interval[0] < now.value < now.interval[1]


def test_an_average_order_is_in_the_currency_of_the_unit():
    found = listed(rules=Rules("CNY"))

    assert (found["net"].now.unit, found["aov"].now.unit) == ("CNY", "CNY")
    assert found["frequency"].now.unit == "orders_per_customer"


def frequencies(now, then):
    """Two windows of customers, each as orders per customer: the change of the figure."""
    head = "window  position  is_comparable  net  gross  returns  n_active  identified_orders"
    lines = [head + "  identified_net"]
    for window, orders in (("current", now), ("previous", then)):
        lines.append(f"{window}  0  True  9  9  0  {len(orders)}  {sum(orders)}  9")
    customers = buyers([(one, 9) for one in now], [(one, 9) for one in then])
    given = tables("\n".join(lines), customers, None, None)
    return listed(given)["frequency"].against["previous"].change


@pytest.mark.parametrize(
    ("now", "then", "case"),
    [
        ([3] * 50, [2] * 50, "up"),
        ([2] * 50, [3] * 50, "down"),
        ([1, 2] * 25, [2, 1] * 24 + [1, 1], "unclear"),
        ([101] * 50, [100] * 50, "none"),
        ([3] * 29, [2] * 29, "unclear"),
    ],
)
def test_a_ratio_moves_if_its_interval_and_its_size_say_so(now, then, case):
    assert frequencies(now, then).case == case


def test_under_thirty_customers_a_ratio_has_no_interval():
    found = listed(tables(SINGLE, crowd("current", [(2, "10.25")]), None, None))

    frequency = found["frequency"].now
    assert (frequency.value, frequency.n, frequency.interval) == (2, 1, None)


def test_a_single_customer_has_every_figure_that_needs_no_more():
    found = listed(tables(SINGLE, crowd("current", [(2, "10.25")]), None, None))

    assert found["net"].now.value == Decimal("10.25")
    assert found["aov"].now.value == 5.125
    assert found["top_share"].now.value == 1
    assert found["return_rate"].now.value == pytest.approx(2 / 12.25)


def test_who_only_returned_lowers_the_average_order_but_is_not_counted():
    periods = SINGLE.replace("10.25", "20").replace("12.25", "30").replace("-2", "-10")
    customers = crowd("current", [(2, 30), (0, -10)])

    found = listed(tables(periods, customers, None, None))

    assert (found["aov"].now.value, found["aov"].now.n) == (10, 1)
    assert found["frequency"].now.value == 2


def test_a_period_without_sales_has_its_totals_alone():
    customers = crowd("previous", [(2, 100)])

    found = listed(tables(EMPTY, customers, None, None))

    assert list(found) == ["net", "active"]
    assert found["net"].now.value == 0
    assert found["net"].against["previous"].change.relative == -1
    assert found["net"].history == (100, 0)


def test_nothing_before_gives_a_ratio_nothing_to_be_compared_with():
    text = (
        EMPTY.replace("current ", "x ").replace("previous ", "current ").replace("x ", "previous ")
    )

    found = listed(tables(text, crowd("current", [(2, 100)]), None, None))

    assert found["frequency"].against == {}
    assert found["net"].against["previous"].change.case == "up"
    assert found["net"].against["previous"].change.relative is None


def test_history_is_oldest_first_and_empty_where_nothing_can_be_said():
    found = listed()

    # Before the data began there is no number; of a month without sales there is one of money.
    assert found["net"].history == (None, 0, 300, 330)
    assert found["active"].history == (None, 0, 39, 40)
    assert found["frequency"].history == (None, None, 52 / 39, 1.5)
    assert found["return_rate"].history == (None, None, 0.2, 0.25)


def test_history_of_a_share_is_empty_where_it_rests_on_few_or_is_not_seen():
    assert listed()["repurchase"].history == (None, None, 0.5)


def test_a_share_of_customers_has_the_score_interval():
    now = listed()["repurchase"].now

    assert (now.value, now.n, now.unit) == (0.5, 60, "share")
    # By hand: .5 -+ 1.96 sqrt(.25 / 60 + 1.96^2 / (4 * 60^2)) / (1 + 1.96^2 / 60).
    assert now.interval == pytest.approx((0.37735, 0.62265), abs=1e-5)


def test_more_confidence_is_wider():
    usual, more = listed()["churn"].now, listed(rules=Rules("GBP", confidence=0.99))["churn"].now

    assert more.interval[0] < usual.interval[0] < usual.interval[1] < more.interval[1]


def test_shares_fall_clearly_or_are_unclear():
    found = listed()

    fallen, churn = found["repurchase"].against["previous"], found["churn"].against["previous"]
    assert (fallen.before.value, fallen.before.n) == (0.75, 60)
    assert (fallen.change.absolute, fallen.change.case) == (-0.25, "down")
    assert churn.change.absolute == pytest.approx(-0.02)
    assert churn.change.case == "unclear"


def test_contracts_churn_by_those_that_ended():
    ended = CHURN.replace("n_churned", "  n_ended").replace("is_observable", "is_whole     ")

    churn = listed(tables(churn=ended))["churn"]

    assert (churn.now.value, churn.now.n) == (0.1, 100)
    assert list(churn.against) == ["previous"]


def test_contracts_before_the_data_are_not_compared():
    ended = CHURN.replace("n_churned", "  n_ended").replace("is_observable", "is_whole     ")
    churn = table(ended).assign(is_comparable=[True, False])
    given = tables()

    found = listed(KeyTables(given.periods, given.buyers, None, churn))

    assert found["churn"].against == {}


def test_returns_are_a_share_of_gross_sales():
    rate = listed()["return_rate"]

    # 110 of 440, after 75 of 375: complete sums, so there is no interval.
    assert (rate.now.value, rate.now.interval) == (0.25, None)
    change = rate.against["previous"].change
    assert (change.absolute, change.relative, change.case) == (Decimal("0.05"), 0.25, "up")


def test_the_top_fifth_has_its_share_and_no_history():
    customers = crowd("current", [(1, 6), (1, 1), (1, 1), (1, 1), (1, 1)])

    top = listed(tables(customers=customers))["top_share"]

    assert (top.now.value, top.now.n) == (0.6, 5)
    assert (top.against, top.history) == ({}, ())


@pytest.mark.parametrize("rows", [[], [(1, 0)], [(1, 5), (1, -5)], [(1, -5)]])
def test_without_a_total_above_nothing_there_is_no_top_fifth(rows):
    assert "top_share" not in listed(tables(customers=crowd("current", rows)))


def uneven():
    levels = np.random.default_rng(0).lognormal(1, 1, 90).round(2)
    return buyers([(1 + n % 3, net) for n, net in enumerate(levels[:50])], [(1, 5)] * 39)


def test_shuffled_rows_change_nothing():
    given = KeyTables(drawn(PERIODS), uneven(), table(REPURCHASE), table(CHURN))
    mixed = KeyTables(
        *(
            frame.sample(frac=1, random_state=1)
            for frame in (given.periods, given.buyers, given.repurchase, given.churn)
        )
    )

    assert listed(mixed) == listed(given)


def test_the_tables_are_left_as_they_were():
    given, kept = tables(), tables()

    listed(given)

    for name in ("periods", "buyers", "repurchase", "churn"):
        pd.testing.assert_frame_equal(getattr(given, name), getattr(kept, name))
