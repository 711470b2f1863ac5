"""What stands at the end of a window: customer_measures, churn_months, reorder_gaps, lists."""

import datetime as dt

import pandas as pd

ORDERS = """
    customer  day         kind    amount
    a         2009-11-30  sale    100
    a         2009-12-01  sale    10
    a         2010-09-01  sale    20
    a         2010-09-02  return  -5
    a         2010-11-30  sale    30
    a         2010-11-30  sale    40
    a         2010-12-01  sale    999
    b         2010-10-15  return  -7
"""


def current(build, orders=ORDERS, **settings):
    measures = build("customer_measures", orders, **settings)
    return measures[measures["window"] == "current"].set_index("customer_id")


def test_lifetime_measures_hold_all_data_up_to_the_windows_end(build):
    a = current(build).loc["a"]

    assert a[["n_orders", "n_order_days", "n_returns"]].tolist() == [5, 4, 1]
    assert a[["gross", "returns", "total_spend"]].tolist() == [200, -5, 195]
    assert a[["tenure_days", "days_since_last_order"]].tolist() == [365, 0]


def test_rfm_measures_hold_the_last_365_days_alone(build):
    a = current(build).loc["a"]

    assert a["rfm_first_on"] == pd.Timestamp("2009-12-01")
    assert a[["rfm_days_since", "rfm_order_days", "rfm_orders"]].tolist() == [0, 3, 4]
    assert a[["rfm_gross", "rfm_returns", "rfm_net"]].tolist() == [100, -5, 95]


def test_the_last_90_days_begin_on_the_89th_day_before(build):
    orders = """
        customer  day         kind  amount
        a         2010-09-01  sale  1
        a         2010-09-02  sale  2
    """

    a = current(build, orders).loc["a"]

    assert a[["n_order_days_90", "gross_90"]].tolist() == [1, 2]


def test_a_customer_who_only_returned_has_no_order_dates(build):
    b = current(build).loc["b"]

    assert b[["n_orders", "rfm_order_days", "total_spend"]].tolist() == [0, 0, -7]
    assert b[["first_ordered_on", "days_since_last_order", "rfm_days_since"]].isna().all()


def test_orders_after_a_window_are_looked_at_only_when_all_of_them_are_known(build):
    orders = """
        customer  day         kind  amount
        a         2010-06-03  sale  1
        a         2010-06-04  sale  1
        a         2010-09-01  sale  1
        a         2010-09-02  sale  1
    """

    measures = build("customer_measures", orders).set_index("window")

    assert measures.loc["train", "n_order_days_next"] == 2
    assert measures.loc["test", "n_order_days_next"] == 1
    assert measures.loc[["previous", "score", "current"], "n_order_days_next"].isna().all()


def test_customers_come_in_the_order_of_their_first_row(build):
    assert list(current(build).index) == ["a", "b"]


CHURN = """
    customer  day         kind  amount
    stays     2010-06-04  sale  1
    goes      2010-06-03  sale  1
    gone      2010-05-04  sale  1
    returns   2010-05-20  sale  1
    returns   2010-11-20  sale  1
    new       2010-11-02  sale  1
"""


def test_churn_of_four_weeks_is_not_held_against_that_of_five(build):
    weeks = {"year_starts": 2, "weeks": "4-4-5", "week_starts": "sunday"}
    even, uneven = (
        build("churn_months", CHURN, period=code, calendar=weeks).set_index("window")
        for code in ("FY2011-P08", "FY2011-P09")
    )

    assert even.loc[["current", "previous"], "is_observable"].all()
    assert uneven.loc["current", "is_observable"]
    assert not uneven.loc["previous", "is_observable"]


def test_churned_are_those_who_had_not_churned_the_day_before_the_window(build):
    churn = build("churn_months", CHURN).set_index("window").loc["current"]

    # `gone` had 180 days on 31 October; `returns` passed 180 days and was back by the end.
    assert churn[["n_at_start", "n_churned"]].tolist() == [3, 1]


def test_churn_cannot_be_observed_in_the_first_180_days_of_the_data(build):
    churn = build("churn_months", CHURN, data=("2010-05-05", "2010-12-09")).set_index("window")
    earlier = build("churn_months", CHURN, data=("2010-05-04", "2010-12-09")).set_index("window")

    # 180 days before 1 November is 5 May.
    assert churn.loc["current", "is_observable"]
    assert earlier.loc["current", "is_observable"]
    assert not churn.loc["previous", "is_observable"]


GAPS = """
    customer  day         kind    amount
    a         2010-03-01  sale    1
    a         2010-07-01  sale    1
    a         2010-07-01  sale    1
    a         2010-07-11  sale    1
    a         2010-07-12  return  -1
    a         2010-08-01  sale    1
    a         2010-11-29  sale    1
    b         2010-11-30  sale    1
"""


def test_gaps_run_to_the_next_order_day_or_to_the_last_day_observed(build):
    gaps = build("reorder_gaps", GAPS, data=("2010-01-01", "2010-12-09"))

    assert gaps.to_numpy().tolist() == [
        [2, 10, True, 1],
        [3, 21, True, 1],
        [4, 1, False, 1],
        [4, 120, True, 1],
    ]


def test_orders_of_the_first_180_days_of_the_data_start_no_gap(build):
    everything = build("reorder_gaps", GAPS, data=("2009-01-01", "2010-12-09"))

    assert everything.query("order_rank == 1").to_numpy().tolist() == [[1, 122, True, 1]]


LISTS = """
    customer  day         kind    amount
    quiet     2010-01-01  sale    10
    quiet     2010-02-01  sale    10
    quiet     2010-03-01  sale    10
    quiet     2010-10-01  sale    10
    quiet     2010-10-05  return  -3
    before    2010-01-01  sale    10
    before    2010-02-01  sale    10
    before    2010-03-01  sale    10
    before    2010-09-01  sale    10
    rare      2010-09-01  sale    10
    rare      2010-10-01  sale    10
    once      2010-11-05  sale    70
    once      2010-11-05  sale    1
    twice     2010-11-05  sale    10
    twice     2010-11-06  sale    10
"""


def test_regulars_gone_quiet_became_at_risk_inside_the_window(build):
    lists = build("action_lists", LISTS).query("list_name == 'regulars_gone_quiet'")

    # `before` was quiet for 60 days on 31 October already.
    assert lists["customer_id"].tolist() == ["quiet"]
    assert lists[["n_order_days", "spend_12m", "total_spend"]].to_numpy().tolist() == [[4, 37, 37]]


def test_newcomers_came_in_the_window_on_one_day(build):
    lists = build("action_lists", LISTS).query("list_name == 'newcomers_once'")

    assert lists[["customer_id", "spend_12m"]].to_numpy().tolist() == [["once", 71]]


def test_how_many_orders_make_a_regular_is_a_parameter(build):
    lists = build("action_lists", LISTS, loyal_orders=2)

    assert set(lists["customer_id"]) == {"quiet", "rare", "once"}


FOLLOWED = """
    customer  day         kind    amount
    back      2010-05-01  sale    1
    back      2010-06-10  sale    1
    back      2010-07-01  sale    1
    gone      2010-05-20  sale    1
    gone      2010-06-05  return  -1
    quiet     2009-06-01  sale    1
    quiet     2010-06-20  sale    1
    late      2010-06-15  sale    1
"""


def test_customers_active_two_horizons_ago_are_followed_to_their_next_order(build):
    # 30 November less 180 days is 3 June.
    followed = build("next_orders", FOLLOWED, data=("2009-01-01", "2010-12-09"))

    # Quiet had churned by then; late had not bought yet; a return is no order.
    assert followed[["customer_id", "duration_days", "event_observed"]].to_numpy().tolist() == [
        ["back", 7, True],
        ["gone", 180, False],
    ]


ASKED = """
    customer  day         kind    amount
    gone      2010-08-20  sale    1
    stays     2010-08-25  sale    1
    stays     2010-09-10  sale    1
    twice     2010-07-01  sale    1
    quiet     2010-01-01  sale    1
    late      2010-09-20  sale    1
"""


def ticket(number, customer, day, topic=None, kind="ticket"):
    return {"interaction_id": f"t{number}", "customer_id": customer, "kind": kind,
            "ticket_topic": topic, "occurred_on": dt.date.fromisoformat(day),
            "occurred_at": pd.Timestamp(day)}  # fmt: skip


def test_tickets_of_the_sixty_days_before_are_told_of_those_who_left_and_those_who_stayed(build):
    # 30 November less 90 days is 1 September; sixty days up to it begin on 4 July.
    tickets = [
        ticket(1, "gone", "2010-08-30", "delivery"), ticket(2, "gone", "2010-08-31", "delivery"),
        ticket(3, "gone", "2010-09-02", "invoice"), ticket(4, "stays", "2010-07-04"),
        ticket(5, "twice", "2010-07-03", "delivery"), ticket(6, "quiet", "2010-08-30", "delivery"),
        ticket(7, "twice", "2010-08-30", "delivery", kind="visit"),
        ticket(8, None, "2010-08-30", "delivery"),
    ]  # fmt: skip
    rows = build("leaver_tickets", ASKED, data=("2009-01-01", "2010-12-09"), interactions=tickets)

    # Quiet had churned by then, late had not bought yet; twice left, without a ticket that counts.
    assert rows.to_numpy().tolist() == [
        ["_all", 0, 1], ["_all", 1, 2], ["_any", 0, 1], ["_any", 1, 1], ["delivery", 1, 1],
        ["unknown", 0, 1],
    ]  # fmt: skip


def test_nobody_is_followed_where_the_data_begin_later(build):
    assert build("next_orders", FOLLOWED, data=("2010-06-10", "2010-12-09")).empty


def test_who_could_not_pay_is_on_a_list_with_what_was_spent(build):
    orders = """
        customer  day         kind  amount
        a         2010-08-01  sale  30
        a         2008-12-01  sale  50
        b         2010-08-01  sale  40
        c         2010-08-01  sale  20
    """
    terms = {"plan": "basic", "started_on": dt.date(2010, 1, 1)}
    contracts = [
        {"customer_id": "a", "ended_on": dt.date(2010, 11, 5), "end_reason": "payment", **terms},
        {"customer_id": "b", "ended_on": dt.date(2010, 11, 5), "end_reason": "price", **terms},
        {"customer_id": "c", "ended_on": dt.date(2010, 10, 31), "end_reason": "payment", **terms},
    ]

    lists = build("action_lists", orders, subscriptions=contracts)

    unpaid = lists[lists["list_name"] == "mend_payments"]
    assert unpaid[["customer_id", "spend_12m"]].to_numpy().tolist() == [["a", 30]]
