"""What customers do by month, channel, place, category, step and discount: the profile's marts."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport import tables
from rapport.errors import ParameterError
from rapport.marts.build import build_mart
from rapport.marts.catalog import list_buildable
from rapport.marts.funnel import make_funnel_steps
from support import table
from unit.marts.conftest import SETTINGS, write_canonical

# What the marts of a profile read besides canonical tables.
FIRST = ("settings", "periods", "funnel_steps", "charged_orders", "order_spells")
ORDERS = """
    customer  day         kind    amount  status     channel  discount
    a         2010-10-31  sale    10      -          web      -
    a         2010-11-01  sale    5.5     completed  web      1
    a         2010-11-30  return  -2.25   -          web      -
    b         2010-11-30  sale    7       -          web      0
    b         2010-11-30  sale    1       -          app      0
    b         2010-12-01  sale    99      -          web      0
    c         2010-11-15  sale    1000    cancelled  web      0
    -         2010-11-16  sale    3       -          -        -
"""
CUSTOMERS = """
    customer  region  gender
    a         GB-LND  female
    b         GB-MAN  male
    c         GB-LND  female
"""
LINES = """
    order  product  amount
    o1     cup      5.5
    o2     cup      -2.25
    o3     pan      4
    o3     cup      3
    o4     pot      1
    o7     cup      2
"""
PRODUCTS = [
    {"product_id": "cup", "name": "Cup", "category_1": "Kitchen"},
    {"product_id": "pan", "name": "Pan", "category_1": "Stove"},
]


def read_drawn():
    rows = []
    for place, row in enumerate(table(ORDERS).astype(str).to_dict("records")):
        day = dt.date.fromisoformat(row["day"])
        rows.append({
            "order_id": f"o{place}", "order_key": place, "ordered_on": day,
            "ordered_at": pd.Timestamp(day) + pd.Timedelta(hours=12),
            "month_no": day.year * 12 + day.month - 1, "kind": row["kind"],
            "customer_id": {"-": None}.get(row["customer"], row["customer"]),
            "amount": Decimal(row["amount"]),
            "status": {"-": None}.get(row["status"], row["status"]),
            "channel": {"-": None}.get(row["channel"], row["channel"]),
            "discount": None if row["discount"] == "-" else Decimal(row["discount"]),
        })  # fmt: skip
    return rows


def read_lines(orders):
    by_id = {order["order_id"]: order for order in orders}
    kept = ("ordered_on", "ordered_at", "month_no", "order_key", "kind", "status", "customer_id")
    return [
        {**{name: by_id[row["order"]][name] for name in kept}, "order_id": row["order"],
         "line": place, "product_id": row["product"], "quantity": Decimal(1),
         "amount": Decimal(row["amount"])}
        for place, row in enumerate(table(LINES).astype(str).to_dict("records"))
    ]  # fmt: skip


@pytest.fixture
def make(tmp_path):
    """Give a function that makes one mart of the shop that is drawn above."""

    def make(
        name,
        *,
        contacts=(),
        period="2010-11",
        until="2010-12-09",
        repeat=1,
        services=(),
        **settings,
    ):
        orders = read_drawn()
        lines = [line | {"line": 100 * turn + line["line"]}
                 for line in read_lines(orders) for turn in range(repeat)]  # fmt: skip
        products = [one | {"is_service": one["product_id"] in services} for one in PRODUCTS]
        customers = [
            {"customer_id": row.customer, "order_key": place, "region": row.region,
             "country": "GB", "gender": row.gender}
            for place, row in enumerate(table(CUSTOMERS).itertuples())
        ]  # fmt: skip
        snapshot = {"data_from": dt.date(2009, 1, 1), "data_until": dt.date.fromisoformat(until)}
        rows = {
            "orders": orders, "customers": customers, "order_lines": lines,
            "products": products, "interactions": list(contacts), "snapshot": [snapshot],
        }  # fmt: skip
        paths = {one: write_canonical(one, part, tmp_path) for one, part in rows.items()}
        values = SETTINGS | settings | {"period": period}
        for mart in list_buildable(paths):
            if mart in {*FIRST, name}:
                paths[mart] = build_mart(
                    mart, paths, settings=values, into=tmp_path, shelf=tmp_path.parent
                ).path
        return tables.read_table(paths[name])

    return make


def contact(customer, at, kind, **others):
    moment = pd.Timestamp(at)
    number = f"{customer} {at} {kind}"
    return {
        "interaction_id": number, "customer_id": customer, "occurred_at": moment,
        "occurred_on": moment.date(), "channel": "web", "kind": kind, **others,
    }  # fmt: skip


def test_a_month_counts_each_buyer_once_and_a_newcomer_in_the_first_month(make):
    months = make("profile_months").set_index("month_no")

    assert months.index.tolist() == [2010 * 12 + 9, 2010 * 12 + 10]
    november = months.iloc[1]
    assert november["net"] == Decimal("14.25")
    assert november[["n_orders", "n_active", "n_new"]].tolist() == [4, 2, 1]
    assert november[["identified_orders", "identified_returns"]].tolist() == [3, 1]


def test_months_after_as_of_are_invisible(make):
    assert len(make("profile_months", period="2010-10")) == 1


def test_groups_of_each_dimension_sum_to_all_sales_with_unknown(make):
    groups = make("profile_groups")

    sums = groups.groupby(["window", "dimension"])["net"].agg(lambda net: sum(net, Decimal(0)))
    assert set(sums["current"]) == {Decimal("14.25")}
    assert set(sums["previous"]) == {Decimal(10)}
    unknown = groups[(groups["window"] == "current") & groups["name"].isna()]
    assert unknown["net"].tolist() == [3, 3, 3]
    assert unknown["n_customers"].tolist() == [0, 0, 0]


def test_a_customer_of_two_channels_counts_in_both(make):
    groups = make("profile_groups")
    now = groups[(groups["window"] == "current") & (groups["dimension"] == "channel")]

    assert now.set_index("name")["n_customers"].to_dict() == {"app": 1, "web": 2, None: 0}


def test_products_without_a_category_are_a_group_without_a_name(make):
    categories = make("profile_categories")
    now = categories[categories["window"] == "current"].set_index("category")

    assert now["net"].to_dict() == {
        None: Decimal(1), "Kitchen": Decimal("8.25"), "Stove": Decimal(4),
    }  # fmt: skip
    assert now["n_customers"].to_dict() == {None: 1, "Kitchen": 2, "Stove": 1}


def test_the_main_channel_is_that_of_most_orders_then_of_most_spend(make):
    mix = make("profile_channels")

    # b: one order on the web for 7, one in the app for 1, before December.
    assert mix.to_dict("records") == [
        {"channel": "web", "n_channels": 1, "n_customers": 1},
        {"channel": "web", "n_channels": 2, "n_customers": 1},
    ]


def test_discounts_are_counted_by_customer(make):
    cells = make("profile_discounts").set_index(["n_orders", "n_discounted"])

    assert cells["n_customers"].to_dict() == {(2, 0): 1, (2, 1): 1}
    assert cells.loc[(2, 1), "gross_discounted"] == Decimal("5.5")
    assert cells["n_known"].tolist() == [2, 1]


def test_affinity_counts_lines_and_their_squares_by_customer(make):
    cells = make("profile_affinity")
    women = cells[(cells["attribute"] == "gender") & (cells["name"] == "female")]

    assert women["category"].tolist() == ["Kitchen"]
    row = women.iloc[0]
    assert row["net"] == Decimal("3.25")  # what came back is no line bought, but less money
    assert row[["n_customers", "n_lines", "n_squared", "n_crossed"]].tolist() == [1, 1, 1, 1]
    assert row[["n_largest", "n_largest_group"]].tolist() == [1, 1]


def test_interests_are_told_of_customers_with_five_sale_lines_or_more(make):
    shares = make("interest_shares", repeat=3)

    # b: in each of three turns a pan of 4 and a cup of 3; a has three lines, and what came back.
    assert shares["customer_id"].tolist() == ["b"]
    row = shares.iloc[0]
    assert (row["n_lines"], row["gross"], row["n_categories"]) == (6, 21, 2)
    # The Kitchen sold 3 * (5.5 + 3), the Stove 12; the return and guests count nowhere.
    assert (row["name_1"], row["gross_1"]) == ("Kitchen", 9)
    assert (row["name_2"], row["gross_2"]) == ("Stove", 12)
    assert row["name_3"] is None
    assert make("interest_shares", repeat=2).empty


def test_services_are_no_interest(make):
    shares = make("interest_shares", repeat=6, services=("cup",))

    assert shares.loc[0, "name_1"] == "Stove"
    assert shares["n_lines"].tolist() == [6]


CONTACTS = (
    contact("a", "2010-10-10 09:00", "visit"),
    contact("a", "2010-10-12 09:00", "cart"),
    contact("a", "2010-10-12 09:10", "checkout"),
    contact("b", "2010-10-20 10:00", "cart"),  # before any visit: a side door
    contact("b", "2010-10-20 11:00", "visit"),
    contact("c", "2010-10-05 09:00", "visit"),
    contact("c", "2010-11-20 09:00", "cart"),  # too late
    contact("a", "2010-09-01 09:00", "visit"),
    contact(None, "2010-10-20 10:00", "visit"),
)


def test_a_step_counts_after_the_one_before_within_the_days_of_the_funnel(make):
    funnel = make("profile_funnel", contacts=CONTACTS)
    now = funnel[funnel["window"] == "current"].set_index("name")

    assert now["n_customers"].to_dict() == {"visit": 3, "cart": 1, "checkout": 1, "order": 1}
    assert now["n_any"].to_dict() == {"visit": 3, "cart": 3, "checkout": 1, "order": 2}


def test_entries_of_earlier_windows_are_not_counted_again(make):
    early = contact("b", "2010-09-20 09:00", "visit"), contact("b", "2010-10-15 09:00", "cart")

    funnel = make("profile_funnel", contacts=early)

    assert funnel[funnel["window"] == "current"]["n_customers"].tolist() == [0, 0, 0]


def test_a_later_visit_gives_a_customer_another_chance(make):
    again = contact("c", "2010-10-30 09:00", "visit")

    funnel = make("profile_funnel", contacts=(*CONTACTS, again))

    now = funnel[funnel["window"] == "current"].set_index("name")
    assert now.loc["cart", "n_customers"] == 2


def test_entries_whose_days_have_not_run_out_wait_for_the_next_period(make):
    late = contact("c", "2010-11-05 09:00", "visit"), contact("c", "2010-11-05 10:00", "cart")

    funnel = make("profile_funnel", contacts=(*CONTACTS, *late))

    now = funnel[funnel["window"] == "current"].set_index("name")
    assert now.loc["cart", "n_customers"] == 1


def test_steps_that_nobody_took_are_left_out_of_the_funnel(make):
    visits = [one for one in CONTACTS if one["kind"] == "visit"]

    funnel = make("profile_funnel", contacts=visits)

    now = funnel[funnel["window"] == "current"]
    assert now["name"].tolist() == ["visit", "order"]
    assert now["n_customers"].tolist() == [3, 1]


def test_pages_of_the_log_can_be_steps(make):
    pages = [contact("a", f"2010-10-1{n} 09:00", "page", page=f"p{n}") for n in (1, 2)]

    funnel = make("profile_funnel", contacts=pages, funnel_steps="page:p1, page:p2")

    assert funnel[funnel["window"] == "current"]["n_customers"].tolist() == [1, 1]


def test_a_log_that_begins_late_makes_earlier_windows_no_measure(make):
    funnel = make("profile_funnel", contacts=CONTACTS)

    seen = funnel.groupby("window")["is_observable"].all()
    assert seen.to_dict() == {"current": True, "last_year": False, "previous": True}


def test_an_order_belongs_to_the_last_visit_before_it_on_its_day_and_channel(make):
    visits = [
        contact("b", "2010-11-30 09:00", "visit", session_id="1", duration_seconds=30),
        contact("b", "2010-11-30 10:00", "visit", session_id="2", duration_seconds=40),
        contact("b", "2010-11-30 10:05", "cart", session_id="2", duration_seconds=50),
        contact("b", "2010-11-30 13:00", "visit", session_id="3", duration_seconds=60),
        contact("a", "2010-11-02 10:00", "visit", session_id="4"),
    ]

    rows = make("profile_sessions", contacts=visits)

    now = rows[rows["window"] == "current"]
    depth = now[now["measure"] == "contacts"][["value", "n_ordered", "n"]]
    assert depth.to_numpy().tolist() == [[1, 0, 3], [2, 1, 1]]
    seconds = now[now["measure"] == "seconds"]["value"].tolist()
    assert seconds == [30, 60, 90]
    each = now[now["measure"] == "visits"][["value", "n_ordered", "n"]]
    assert each.to_numpy().tolist() == [[1, 0, 1], [3, 1, 1]]


def test_a_visit_through_another_channel_led_to_no_order(make):
    visit = contact("b", "2010-11-30 09:00", "visit", session_id="1", channel="phone")

    rows = make("profile_sessions", contacts=[visit])

    assert rows["n_ordered"].sum() == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [("visit", "1 names"), ("visit, visit", "1 of them different"), ("visit, basket", "'basket'"),
     ("visit, page:", "'page:'"), ("a,b,c,d,e,f,g,h,i", "9 names")],
)  # fmt: skip
def test_steps_that_are_none_are_refused_by_name(text, fault):
    with pytest.raises(ParameterError, match=fault):
        make_funnel_steps(text)
