"""What customers do besides spending: customer_habits."""

import datetime as dt
import random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.schema import SCHEMAS
from rapport.tables.engine import select
from unit.marts.conftest import SETTINGS, read_customers, read_orders, write_canonical

ORDERS = """
    customer  day         kind    amount
    a         2010-09-01  sale    10
    a         2010-09-01  sale    10
    a         2010-09-11  sale    10
    a         2010-10-31  sale    10
    a         2010-11-30  return  -5
    b         2010-11-15  sale    20
    c         2010-12-01  sale    30
    -         2010-11-20  sale    40
"""
DAY = dt.date.fromisoformat


def make(into, *, orders=ORDERS, edit=None, tags=None, **others):
    drawn = read_orders(orders)
    for order in edit or []:
        drawn[order] |= edit[order]
    snapshot = {"data_from": DAY("2009-01-01"), "data_until": DAY("2010-12-09"), "n_customers": 0,
                "n_orders": 0}  # fmt: skip
    rows = {"orders": drawn, "customers": read_customers(drawn), "snapshot": [snapshot], **others}
    paths = {name: write_canonical(name, table, into) for name, table in rows.items()}
    values = SETTINGS | {"period": "2010-11"}
    for mart in (
        "settings", "periods", "charged_orders", "customer_measures", "customer_habits",
        "tags_held",
    ):  # fmt: skip
        of = {"tags": tags or {}} if mart == "tags_held" else values
        paths[mart] = build_mart(mart, paths, settings=of, into=into, shelf=into.parent).path
    return paths


def habits(into, **given):
    rows = tables.read_table(make(into, **given)["customer_habits"])
    return rows.set_index(["window", "customer_id"]).drop(columns="order_key")


def test_there_is_a_row_for_whoever_ordered_by_the_last_day(tmp_path):
    assert habits(tmp_path).index.tolist() == [
        ("current", "a"), ("current", "b"), ("previous", "a"),
    ]  # fmt: skip


def test_rows_are_those_of_the_measures_they_stand_beside(tmp_path):
    paths = make(tmp_path)
    one, other = (tables.read_table(paths[n]) for n in ("customer_measures", "customer_habits"))
    both = one[one["window"].isin(["current", "previous"])]

    keys = ["window", "customer_id", "order_key"]
    assert both[keys].to_numpy().tolist() == other[keys].to_numpy().tolist()


def test_gaps_lie_between_days_with_a_sale(tmp_path):
    gaps = habits(tmp_path)["median_gap_days"]

    # 1 September to 11 September to 31 October: 10 and 50 days; a return is no order.
    assert gaps["current", "a"] == 30
    assert gaps["previous", "a"] == 30
    assert pd.isna(gaps["current", "b"])


def test_the_main_channel_has_most_orders_and_of_equals_comes_first_by_name(tmp_path):
    channels = {0: "web", 1: "store", 2: "web", 3: "store", 5: "app"}
    found = habits(tmp_path, edit={at: {"channel": name} for at, name in channels.items()})

    assert found.loc[("current", "a"), ["main_channel", "n_channels"]].tolist() == ["store", 2]
    assert found.loc[("current", "b"), ["main_channel", "n_channels"]].tolist() == ["app", 1]


def test_the_channel_of_most_orders_is_main_whatever_its_name(tmp_path):
    channels = {0: "web", 1: "web", 2: "app", 3: "web"}
    found = habits(tmp_path, edit={at: {"channel": name} for at, name in channels.items()})

    assert found.loc[("current", "a"), "main_channel"] == "web"


def test_orders_with_a_discount_are_counted_where_discounts_are_delivered(tmp_path):
    found = habits(tmp_path, edit={0: {"discount": 1}, 1: {"discount": 0}, 3: {"discount": 2}})

    assert found["n_discounted_orders"].tolist() == [2, 0, 2]


@pytest.mark.parametrize(
    "column",
    [
        "main_channel", "n_channels", "n_discounted_orders", "top_category", "n_categories",
        "n_visits_30d", "n_tickets_90d", "last_nps",
    ],
)  # fmt: skip
def test_what_a_unit_does_not_deliver_is_unknown(tmp_path, column):
    assert habits(tmp_path)[column].isna().all()


def line(number, customer, product, day, amount, kind="sale"):
    return {"order_id": f"l{number}", "line": 1, "customer_id": customer, "kind": kind,
            "ordered_on": DAY(day), "product_id": product, "quantity": 1, "amount": amount,
            "order_key": number}  # fmt: skip


def test_the_top_category_brought_most_by_the_last_day(tmp_path):
    lines = [
        line(1, "a", "cup", "2010-10-01", 10),
        line(2, "a", "pan", "2010-10-02", 8),
        line(3, "a", "pan", "2010-11-02", 8),
        line(4, "a", "fee", "2010-11-02", 99),
        line(5, "a", "rug", "2010-12-02", 99),
        line(6, "b", "cup", "2010-11-15", -3, "return"),
    ]
    products = [
        {"product_id": "cup", "category_1": "table"},
        {"product_id": "pan", "category_1": "kitchen"},
        {"product_id": "rug", "category_1": "floor"},
        {"product_id": "fee"},
    ]

    found = habits(tmp_path, order_lines=lines, products=products)

    names = ["top_category", "n_categories"]
    assert found.loc[("current", "a"), names].tolist() == ["kitchen", 2]
    assert found.loc[("previous", "a"), names].tolist() == ["table", 2]
    assert found.loc[("current", "b"), names].isna().all()


def contact(number, customer, day, kind, session=None):
    return {"interaction_id": f"i{number}", "customer_id": customer, "occurred_on": DAY(day),
            "occurred_at": pd.Timestamp(day), "channel": "web", "kind": kind,
            "session_id": session}  # fmt: skip


def test_visits_are_sessions_of_thirty_days_and_tickets_of_ninety(tmp_path):
    contacts = [
        contact(1, "a", "2010-11-01", "page", "s1"),
        contact(2, "a", "2010-11-01", "cart", "s1"),
        contact(3, "a", "2010-10-31", "page", "s0"),
        contact(4, "a", "2010-11-30", "store_visit"),
        contact(5, "a", "2010-11-30", "like"),
        contact(6, "a", "2010-09-02", "ticket"),
        contact(7, "a", "2010-09-01", "ticket"),
        contact(8, "a", "2010-12-01", "page", "s9"),
    ]

    found = habits(tmp_path, interactions=contacts)

    names = ["n_visits_30d", "n_tickets_90d"]
    assert found.loc[("current", "a"), names].tolist() == [2, 1]
    assert found.loc[("current", "b"), names].tolist() == [0, 0]
    assert found.loc[("previous", "a"), names].tolist() == [1, 2]


def answer(number, customer, day, nps):
    return {"survey_id": f"s{number}", "customer_id": customer, "nps": nps,
            "answered_on": day and DAY(day), "answered_at": day and pd.Timestamp(day)}  # fmt: skip


def test_the_last_answer_by_the_last_day_counts(tmp_path):
    answers = [
        answer(1, "a", "2010-10-01", 3),
        answer(2, "a", "2010-11-30", 9),
        answer(3, "a", "2010-12-02", 0),
        answer(4, "a", "2010-11-30", None),
        answer(5, "b", None, None),
    ]

    found = habits(tmp_path, surveys=answers)["last_nps"]

    assert (found["current", "a"], found["previous", "a"]) == (9, 3)
    assert pd.isna(found["current", "b"])


def draw(seed, n=300):
    dice = random.Random(seed)
    days = [str(DAY("2010-01-01") + dt.timedelta(days=dice.randint(0, 340))) for _ in range(n)]
    people = [f"c{dice.randint(0, 30)}" for _ in range(n)]
    rows = "\n".join(
        f"{who}  {day}  sale  {dice.randint(1, 99)}" for who, day in zip(people, days, strict=True)
    )
    orders = f"customer  day  kind  amount\n{rows}"
    edit = {at: {"channel": dice.choice(["web", "store"]), "discount": dice.randint(0, 1)}
            for at in range(n)}  # fmt: skip
    pairs = list(zip(people, days, strict=True))
    return {
        "orders": orders, "edit": edit,
        "products": [{"product_id": f"p{k}", "category_1": f"k{k % 5}"} for k in range(20)],
        "order_lines": [line(n, who, f"p{dice.randint(0, 19)}", day, dice.randint(1, 50))
                        for n, (who, day) in enumerate(pairs)],
        "interactions": [contact(n, who, day, dice.choice(["page", "ticket"]),
                                 f"s{dice.randint(0, 99)}") for n, (who, day) in enumerate(pairs)],
        "surveys": [answer(n, who, day, dice.randint(0, 10))
                    for n, (who, day) in enumerate(pairs)],
    }  # fmt: skip


def test_threads_and_the_order_of_rows_change_nothing(tmp_path):
    given = draw(0)
    paths = make(tmp_path, **given)
    mart = MARTS["customer_habits"]
    relations = {name: paths[name] for name in (*mart.reads, *mart.uses)}
    shuffled = {
        name: shuffle(path) if name in SCHEMAS else path for name, path in relations.items()
    }

    one, two, eight = (select(mart.sql, relations, threads=n) for n in (1, 2, 8))

    assert one.num_rows > 50
    assert one.equals(two)
    assert one.equals(eight)
    assert one.equals(select(mart.sql, shuffled, threads=2))


def shuffle(path):
    table = pq.read_table(path)
    order = random.Random(1).sample(range(table.num_rows), table.num_rows)
    return table.take(pa.array(order, pa.int64()))
