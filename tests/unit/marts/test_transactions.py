"""What value is fitted on: repeats up to as_of and up to the cut, and contracts."""

import datetime as dt
from decimal import Decimal

SHOP = """
    customer  day         kind    amount  status
    a         2010-01-01  sale    10      -
    a         2010-01-01  sale    5       -
    a         2010-02-01  sale    20      -
    a         2010-02-03  return  -4      -
    a         2010-11-01  sale    40      -
    a         2010-11-02  sale    99      cancelled
    a         2010-12-01  sale    77      -
    late      2010-08-01  sale    7       -
    back      2010-02-01  return  -3      -
    -         2010-02-01  sale    50      -
"""
DATA = ("2010-01-01", "2010-12-09")


def test_orders_of_one_day_are_one_and_nothing_after_as_of_is_seen(build):
    rows = build("customer_transactions", SHOP, data=DATA).set_index("customer_id")

    a = rows.loc["a"]
    assert a["n_order_days"] == 3
    assert (str(a["first_ordered_on"].date()), str(a["last_ordered_on"].date())) == (
        "2010-01-01", "2010-11-01",
    )  # fmt: skip
    assert (a["gross"], a["returns"], a["first_gross"]) == (75, -4, 15)


def test_the_cut_holds_half_of_the_days_up_to_as_of(build):
    # From 1 January to 30 November are 334 days: the first 167 end on 16 June.
    rows = build("customer_transactions", SHOP, data=DATA).set_index("customer_id")

    assert rows.loc["a", ["cut_order_days", "cut_gross", "cut_returns"]].tolist() == [2, 35, -4]
    assert rows.loc["late", "cut_order_days"] == 0


def test_the_cut_never_holds_less_than_twelve_weeks(build):
    orders = """
        customer  day         kind  amount
        a         2010-01-01  sale  1
        a         2010-03-25  sale  1
        a         2010-03-26  sale  1
    """

    rows = build("customer_transactions", orders, period="2010-04", data=DATA)

    assert rows["cut_order_days"].tolist() == [2]


def test_the_day_of_the_cut_belongs_to_the_first_part(build):
    orders = """
        customer  day         kind  amount
        a         2010-06-16  sale  1
        a         2010-06-17  sale  1
    """

    rows = build("customer_transactions", orders, data=DATA)

    assert rows["cut_order_days"].tolist() == [1]
    assert rows["n_order_days"].tolist() == [2]


def test_who_only_gave_back_has_no_history(build):
    rows = build("customer_transactions", SHOP, data=DATA)

    assert rows["customer_id"].tolist() == ["a", "late"]


def test_days_after_the_cut_count_those_known_by_then(build):
    days = build("holdout_days", SHOP, data=DATA)

    assert [(str(row.ordered_on.date()), row.n_order_days) for row in days.itertuples()] == [
        ("2010-11-01", 1)
    ]


def contract(customer, started, ended=None, months=1):
    return {
        "customer_id": customer, "plan": "p", "started_on": dt.date.fromisoformat(started),
        "ended_on": ended and dt.date.fromisoformat(ended), "renewal_months": months,
        "price": Decimal(10),
    }  # fmt: skip


def test_contracts_run_in_calendar_months_to_their_end_or_to_as_of(build):
    orders = """
        customer  day         kind  amount
        a         2010-01-01  sale  1
        b         2010-01-01  sale  1
    """
    contracts = [
        contract("a", "2010-01-31", "2010-03-01"), contract("b", "2009-10-15", months=12),
        contract("a", "2010-12-01"), contract("b", "2010-05-01", "2010-12-05"),
    ]  # fmt: skip

    rows = build("customer_contracts", orders, subscriptions=contracts)

    drawn = rows[["customer_id", "n_months", "has_ended", "renewal_months"]].to_numpy().tolist()
    assert drawn == [["a", 2, True, 1], ["b", 13, False, 12], ["b", 6, False, 1]]
