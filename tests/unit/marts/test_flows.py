"""What happened in a window: period_measures, customer_periods, repurchase."""

from decimal import Decimal

ORDERS = """
    customer  day         kind    amount    status
    a         2010-10-31  sale    10        -
    a         2010-11-01  sale    5.5       completed
    a         2010-11-30  return  -2.25     -
    b         2010-11-30  sale    7         -
    b         2010-11-30  sale    1         -
    b         2010-12-01  sale    99        -
    c         2010-11-15  sale    1000      cancelled
    d         2010-11-15  return  -4        -
    -         2010-11-16  sale    3         -
    -         2010-11-17  return  -1        -
"""


def test_net_is_sales_and_returns_of_everybody(build):
    november = build("period_measures", ORDERS).set_index("window").loc["current"]

    assert november["gross"] == Decimal("16.5")
    assert november["returns"] == Decimal("-7.25")
    assert november["net"] == Decimal("9.25")


def test_the_identified_part_and_the_rest_add_up_to_net(build):
    november = build("period_measures", ORDERS).set_index("window").loc["current"]

    assert november["identified_net"] == Decimal("7.25")
    assert november["identified_gross"] == Decimal("13.5")
    assert november["unidentified_net"] == 2


def test_orders_are_sale_documents_and_returns_are_counted_apart(build):
    november = build("period_measures", ORDERS).set_index("window").loc["current"]

    assert november[["n_orders", "identified_orders", "n_return_orders"]].tolist() == [4, 3, 3]


def test_new_and_returning_customers_add_up_to_active_ones(build):
    november = build("period_measures", ORDERS).set_index("window").loc["current"]

    assert november[["n_active", "n_new", "n_returning"]].tolist() == [2, 1, 1]


def test_trading_days_are_days_with_a_sale(build):
    november = build("period_measures", ORDERS).set_index("window").loc["current"]

    assert november["trading_days"] == 3


def test_every_window_has_its_row_also_without_orders(build):
    measures = build("period_measures", ORDERS).set_index("window")

    assert len(measures) == 20
    assert measures.loc["last_year", ["net", "n_orders", "n_active"]].tolist() == [0, 0, 0]


def test_undated_orders_belong_to_the_one_window_of_an_undated_unit(build):
    orders = """
        customer  day  kind  amount
        -         -    sale  2
        -         -    sale  3
    """

    measures = build("period_measures", orders, period="all", data=(None, None))

    assert measures["n_orders"].tolist() == [2]
    assert measures["trading_days"].tolist() == [0]


def test_a_customer_who_only_returned_is_in_customer_periods_without_orders(build):
    rows = build("customer_periods", ORDERS).query("window == 'current'").set_index("customer_id")

    assert list(rows.index) == ["a", "b", "d"]
    assert rows.loc["d", ["n_orders", "gross", "net"]].tolist() == [0, 0, -4]
    assert rows.loc["b", ["n_orders", "net"]].tolist() == [2, 8]


def test_customer_periods_sum_to_the_identified_measures(build):
    rows = build("customer_periods", ORDERS)
    measures = build("period_measures", ORDERS).set_index("window")

    for window in ("current", "previous"):
        net = rows.loc[rows["window"] == window, "net"].sum()
        assert net == measures.loc[window, "identified_net"]


def test_first_orders_count_in_the_window_in_which_they_become_90_days_old(build):
    orders = """
        customer  day         kind  amount
        early     2010-08-02  sale  1
        first     2010-08-03  sale  1
        last      2010-09-01  sale  1
        late      2010-09-02  sale  1
    """

    repurchase = build("repurchase", orders).set_index("window")

    assert repurchase.loc["current", "n_first"] == 2
    assert repurchase.loc["previous", "n_first"] == 1


def test_an_order_of_the_90th_day_still_counts_as_bought_again(build):
    orders = """
        customer  day         kind    amount
        in_time   2010-08-10  sale    1
        in_time   2010-11-08  sale    1
        too_late  2010-08-10  sale    1
        too_late  2010-11-09  sale    1
        same_day  2010-08-10  sale    1
        same_day  2010-08-10  sale    1
        returned  2010-08-10  sale    1
        returned  2010-08-11  return  -1
    """

    november = build("repurchase", orders).set_index("window").loc["current"]

    assert november[["n_first", "n_again"]].tolist() == [4, 1]


def test_repurchase_cannot_be_observed_in_the_first_days_of_the_data(build):
    repurchase = build("repurchase", ORDERS, data=("2010-09-02", "2010-12-09")).set_index("window")

    assert repurchase.loc["current", "is_comparable"]
    assert not repurchase.loc["current", "is_observable"]
