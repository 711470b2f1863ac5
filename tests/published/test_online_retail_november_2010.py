"""November 2010 in Online Retail II: the figures with which the report's look was settled.

Chen, D., Sain, S. L. & Guo, K. (2012), Journal of Database Marketing 19, 197-208 (the data).
"""

import pytest

from published.online_retail_shop import read_marts
from published.reference_data import assert_as_printed
from rapport.analysis.change import compare_ratios, compare_shares, compare_totals, mark_active
from rapport.analysis.decomposition import split_revenue
from rapport.analysis.intervals import mean_interval, ratio_of_sums, wilson


@pytest.fixture(scope="module")
def windows():
    return read_marts("2010-11")["period_measures"].set_index("window")


@pytest.fixture(scope="module")
def customers():
    return mark_active(read_marts("2010-11")["customer_periods"])


@pytest.mark.parametrize(
    ("window", "net", "active"),
    [("current", "1422654.64", 1607), ("previous", "1084094.22", 1497)],
)
def test_net_sales_and_active_customers(windows, window, net, active):
    assert_as_printed(windows.loc[window, "net"], net)
    assert windows.loc[window, "n_active"] == active


def test_new_customers_and_sales_without_a_customer(windows):
    now = windows.loc["current"]

    assert now["n_new"] == 325
    assert_as_printed(now["unidentified_net"] / now["net"], ".202")
    then = windows.loc["previous"]
    assert_as_printed(then["unidentified_net"] / then["net"], ".110")


@pytest.mark.parametrize(("window", "printed"), [("current", "1.61"), ("previous", "1.42")])
def test_orders_per_customer(windows, window, printed):
    row = windows.loc[window]

    assert_as_printed(row["identified_orders"] / row["n_active"], printed)


def test_average_order_is_net_of_identified_customers_by_their_sale_orders(windows):
    now = windows.loc["current"]

    assert_as_printed(float(now["identified_net"]) / now["identified_orders"], "439")


def test_intervals_of_orders_per_customer_and_average_order(customers):
    now = customers[customers["window"] == "current"]

    orders = mean_interval(now.loc[now["is_active"] == 1, "n_orders"])
    average = ratio_of_sums(now["net"], now["n_orders"])

    # Drawn as 1.54 to 1.69 and 405 to 485; draws differ by their seed.
    assert orders.ends == pytest.approx((1.54, 1.69), abs=0.01)
    assert average.ends == pytest.approx((405, 487), abs=4)


def test_repurchase_within_90_days(windows):
    rows = read_marts("2010-11")["repurchase"].set_index("window")
    now, then = rows.loc["current"], rows.loc["previous"]

    assert now["n_first"] == 154
    assert_as_printed(now["n_again"] / now["n_first"], ".487")
    assert_as_printed(then["n_again"] / then["n_first"], ".434")
    interval = wilson(int(now["n_again"]), int(now["n_first"]))
    assert_as_printed(interval.low, ".409")
    assert_as_printed(interval.high, ".565")
    shares = [(int(row["n_again"]), int(row["n_first"])) for row in (now, then)]
    assert compare_shares(*shares).case == "unclear"


def test_monthly_churn():
    churn = read_marts("2010-11")["churn_months"]
    months = churn[churn["window"].str.startswith("history-") & churn["is_observable"]]

    assert months["period"].tolist() == [f"2010-{month:02}" for month in range(6, 12)]
    assert months["n_at_start"].iloc[[0, -1]].tolist() == [2669, 3209]
    printed = [".070", ".050", ".065", ".079", ".064", ".053"]
    for share, digits in zip(months["n_churned"] / months["n_at_start"], printed, strict=True):
        assert_as_printed(share, digits)


def test_the_fall_of_churn_may_be_chance():
    rows = read_marts("2010-11")["churn_months"].set_index("window")
    shares = [
        (int(rows.loc[window, "n_churned"]), int(rows.loc[window, "n_at_start"]))
        for window in ("current", "previous")
    ]

    assert compare_shares(*shares).case == "unclear"
    interval = wilson(*shares[0])
    assert_as_printed(interval.low, ".046")
    assert_as_printed(interval.high, ".062")


def test_reorder_gaps_by_rank():
    gaps = read_marts("2010-11")["reorder_gaps"]

    by_rank = gaps.groupby("order_rank")["n"].sum()

    assert by_rank.to_dict() == {1: 1558, 2: 1320, 3: 1084, 4: 5300}
    assert by_rank.sum() == 9262


@pytest.mark.parametrize(
    ("name", "n", "money"),
    [("regulars_gone_quiet", 130, "342.9"), ("newcomers_once", 282, "117.4")],
)
def test_lists_of_customers_to_act_on(name, n, money):
    lists = read_marts("2010-11")["action_lists"]
    rows = lists[lists["list_name"] == name]

    assert len(rows) == n
    assert_as_printed(sum(rows["spend_12m"]) / 1000, money)


@pytest.mark.parametrize(
    ("part", "printed"),
    [
        ("customers", "74.3"), ("frequency", "127.9"), ("aov", "-32.3"),
        ("unidentified", "168.7"), ("total", "338.6"),
    ],
)  # fmt: skip
def test_parts_of_the_rise(windows, part, printed):
    split = split_revenue(windows.loc["current"], windows.loc["previous"])

    assert_as_printed(getattr(split, part) / 1000, printed)


def test_parts_of_the_rise_add_up_to_it(windows):
    split = split_revenue(windows.loc["current"], windows.loc["previous"])

    assert split.total == windows.loc["current", "net"] - windows.loc["previous", "net"]


def test_changes_of_key_figures(windows, customers):
    now, then = windows.loc["current"], windows.loc["previous"]

    net = compare_totals(now["net"], then["net"])
    active = compare_totals(int(now["n_active"]), int(then["n_active"]))
    frequency = compare_ratios(customers, ratio=("n_orders", "is_active"))
    average = compare_ratios(customers, ratio=("net", "n_orders"))

    assert [change.case for change in (net, active, frequency, average)] == [
        "up", "up", "up", "unclear",
    ]  # fmt: skip
    printed = [".312", ".073", ".130", "-.030"]
    for change, digits in zip((net, active, frequency, average), printed, strict=True):
        assert_as_printed(change.relative, digits)


def test_nine_days_of_december_are_compared_with_nine_days_a_year_before():
    december = read_marts("2010-12")["period_measures"].set_index("window")
    now, then = december.loc["current"], december.loc["last_year"]

    assert_as_printed(now["net"], "377488.45")
    assert_as_printed(then["net"], "386973.03")
    assert [now["trading_days"], then["trading_days"]] == [8, 9]
    assert_as_printed(now["net"] / then["net"] - 1, "-.025")
    a_day = (now["net"] / int(now["trading_days"])) / (then["net"] / int(then["trading_days"]))
    assert_as_printed(a_day - 1, ".097")
