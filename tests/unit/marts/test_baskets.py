"""Baskets and pairs: what is in a basket, what is left out, and who bought what before."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS as CATALOG
from rapport.tables.engine import select
from support import table
from unit.marts.conftest import SETTINGS, write_canonical

MARTS = (
    "basket_levels", "basket_items", "basket_totals", "pair_items",
    "pair_counts", "pair_customers", "pair_categories", "basket_histories",
)  # fmt: skip
LIMITS = {
    "basket_level": "product", "basket_cap": 100, "basket_days": 365, "min_pairs": 1,
    "period": "2010-11",
}  # fmt: skip
PRODUCTS = [
    {"product_id": "cup", "name": "Cup", "category_1": "table"},
    {"product_id": "pan", "name": "Pan", "category_1": "stove"},
    {"product_id": "tray", "name": "Tray", "category_1": "table",
     "withdrawn_on": dt.date(2010, 11, 30)},
    {"product_id": "post", "name": "Postage", "is_service": True},
]  # fmt: skip


def read_lines(drawn):
    """Read baskets: order, customer (- is nobody), day (- is none), items, maybe kind, status."""
    rows = []
    for place, row in enumerate(table(drawn).astype(str).to_dict("records")):
        day = None if row["day"] == "-" else dt.date.fromisoformat(row["day"])
        for number, item in enumerate(row["items"].split("+"), 1):
            rows.append({
                "order_id": row["order"], "line": number, "order_key": place, "ordered_on": day,
                "customer_id": None if row["customer"] == "-" else row["customer"],
                "kind": row.get("kind", "sale"), "status": row.get("status", "completed"),
                "product_id": item, "quantity": Decimal(1), "amount": Decimal(1),
            })  # fmt: skip
    return rows


class Made(dict):
    """Marts by name, each made when it is asked for, after those that it reads."""

    def __init__(self, paths, settings, into):
        super().__init__()
        self.paths, self.settings, self.into = paths, settings, into

    def __missing__(self, name):
        self._make(name)
        self[name] = tables.read_table(self.paths[name])
        return self[name]

    def _make(self, name):
        for read in CATALOG[name].reads:
            if read not in self.paths:
                self._make(read)
        made = build_mart(
            name, self.paths, settings=self.settings, into=self.into, shelf=self.into.parent
        )
        self.paths[name] = made.path


@pytest.fixture
def build(tmp_path):
    """Give a function that makes marts of baskets from drawn lines."""

    def make(drawn="", *, lines=None, data=("2009-01-01", "2010-12-09"), **settings):
        rows = read_lines(drawn) if lines is None else lines
        ends = [day and dt.date.fromisoformat(day) for day in data]
        keys = {(row["customer_id"], row["order_key"]) for row in rows if row["customer_id"]}
        known = sorted(keys, reverse=True)  # the smallest key is the last written
        people = [{"customer_id": c, "order_key": key} for c, key in dict(known).items()]
        snapshot = [{"data_from": ends[0], "data_until": ends[1], "n_customers": 0, "n_orders": 0}]
        given = {
            "order_lines": rows,
            "customers": people,
            "products": PRODUCTS,
            "snapshot": snapshot,
        }
        paths = {name: write_canonical(name, made, tmp_path) for name, made in given.items()}
        return Made(paths, SETTINGS | LIMITS | settings, tmp_path)

    return make


def pairs_of(marts):
    names = marts["pair_items"].set_index("item_no")["item"]
    rows = marts["pair_counts"]
    return {
        tuple(sorted((names[a], names[b]))): n
        for a, b, n in zip(rows["item_a"], rows["item_b"], rows["n_ab"], strict=True)
    }


def test_an_item_of_several_lines_is_in_its_basket_once(build):
    marts = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+cup+pan
        2      a         2010-05-02  cup+pan
    """)

    assert pairs_of(marts) == {("cup", "pan"): 2}
    assert marts["basket_totals"]["n_items"].tolist() == [4]


def test_services_returns_cancelled_orders_and_later_ones_are_in_no_basket(build):
    marts = build("""
        order  customer  day         items     kind    status
        1      a         2010-05-01  cup+post  sale    completed
        2      a         2010-05-02  cup+pan   return  completed
        3      a         2010-05-03  cup+pan   sale    cancelled
        4      a         2010-12-01  cup+pan   sale    completed
    """)

    assert pairs_of(marts) == {}
    assert marts["pair_items"]["item"].tolist() == ["cup"]
    assert marts["basket_totals"]["n_baskets"].tolist() == [1]


def test_a_basket_over_the_cap_makes_no_pair_and_is_counted(build):
    large = [
        {"order_id": "huge", "line": n, "order_key": 9, "ordered_on": dt.date(2010, 5, 3),
         "customer_id": None, "kind": "sale", "status": "completed", "product_id": f"p{n}",
         "quantity": Decimal(1), "amount": Decimal(1)}
        for n in range(5_000)
    ]  # fmt: skip
    small = read_lines("""
        order  customer  day         items
        1      a         2010-05-01  cup+pan
    """)

    marts = build(lines=[*small, *large])

    totals = marts["basket_totals"].iloc[0]
    assert (totals["n_baskets"], totals["n_large"], totals["n_items_largest"]) == (1, 1, 5_000)
    assert pairs_of(marts) == {("cup", "pan"): 1}
    # No row of the five thousand is carried on: 12 million pairs are never made.
    assert len(marts["basket_items"]) == 3


def test_pairs_of_fewer_baskets_than_asked_are_left_out(build):
    drawn = """
        order  customer  day         items
        1      a         2010-05-01  cup+pan
        2      a         2010-05-02  cup+pan+tray
    """

    assert pairs_of(build(drawn, min_pairs=2)) == {("cup", "pan"): 2}


def test_the_later_half_is_that_of_the_later_orders(build):
    marts = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+pan
        2      b         2010-05-02  cup+tray
        3      c         2010-05-03  cup+pan
        4      d         2010-05-04  cup+pan
    """)

    assert marts["basket_totals"][
        ["n_late", "n_items_late", "n_places_late"]
    ].to_numpy().tolist() == [[2, 4, 4]]
    rows = marts["pair_counts"].sort_values("n_ab")
    assert rows[["n_ab", "n_late"]].to_numpy().tolist() == [[1, 0], [3, 2]]


def test_baskets_without_days_and_customers_are_ordered_by_their_place(build):
    marts = build(
        """
        order  customer  day  items
        1      -         -    cup+pan
        2      -         -    cup+pan
        3      -         -    cup
        4      -         -    cup
        5      -         -    pan+tray
        """,
        data=(None, None), period="all",
    )  # fmt: skip

    totals = marts["basket_totals"].iloc[0]
    assert (totals["n_identified"], totals["n_held"], totals["n_late"]) == (0, 1, 3)
    held = marts["basket_histories"]
    assert held["is_held"].tolist() == [1, 1]
    assert set(held["buyer_key"]) == {5}


def test_the_last_basket_of_a_customer_is_held_out_and_those_before_it_are_known(build):
    marts = build("""
        order  customer  day         items
        1      a         2009-01-02  tray
        2      a         2010-05-01  cup
        3      a         2010-11-02  cup+pan
        4      once      2010-11-03  pan
    """)

    names = marts["pair_items"].set_index("item_no")["item"]
    rows = marts["basket_histories"].assign(item=lambda r: r["item_no"].map(names))
    a = rows[rows["buyer_key"] == 0].set_index("item")
    flags = ["is_recent", "is_before", "is_owned_before", "is_held"]
    assert a.loc["tray", flags].tolist() == [0, 0, 1, 0]
    assert a.loc["cup", flags].tolist() == [1, 1, 1, 1]
    assert a.loc["pan", flags].tolist() == [1, 0, 0, 1]
    once = rows[rows["buyer_key"] == 3].set_index("item")
    assert once.loc["pan", flags].tolist() == [1, 0, 1, 0]
    assert marts["pair_items"].set_index("item")["n_rest"].to_dict() == {
        "cup": 1, "pan": 1, "tray": 1,
    }  # fmt: skip


def test_a_pair_counts_its_customers_and_each_guest_as_one(build):
    marts = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+pan
        2      a         2010-05-02  cup+pan
        3      -         2010-05-03  cup+pan
        4      -         2010-05-04  cup+pan
        5      b         2010-05-05  tray
    """)

    assert marts["pair_customers"]["n_customers"].tolist() == [3]


def test_the_finest_level_is_taken_of_which_the_usual_item_is_bought_often_enough(build):
    seldom = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+pan
    """, basket_level="auto")  # fmt: skip
    is_taken = seldom["basket_levels"].query("is_taken")["level"].tolist()
    names = seldom["pair_items"]["name"].tolist()
    often = build(basket_level="auto", lines=read_lines("\n".join([
        "order  customer  day  items", *(f"{n}  a  2010-05-01  cup+pan" for n in range(10)),
    ])))  # fmt: skip

    assert (is_taken, names) == (["category_1"], ["stove", "table"])
    assert often["basket_levels"].query("is_taken")["level"].tolist() == ["product"]


def test_categories_meet_in_baskets_that_hold_both(build):
    marts = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+tray
        2      a         2010-05-02  cup+pan
        3      a         2010-05-03  pan
    """)

    (row,) = marts["pair_categories"].to_dict("records")
    assert (row["category_a"], row["category_b"]) == ("stove", "table")
    assert (row["n_a"], row["n_b"], row["n_ab"], row["n_items"], row["n_places"]) == (2, 2, 1, 4, 2)


def test_a_product_withdrawn_by_the_end_of_the_period_is_marked(build):
    marts = build("""
        order  customer  day         items
        1      a         2010-05-01  cup+tray
    """)

    marked = marts["pair_items"].set_index("item")["is_withdrawn"]
    assert marked.to_dict() == {"cup": False, "tray": True}


def test_no_lines_make_empty_tables_and_one_row_of_noughts(build):
    marts = build(lines=[])

    assert marts["basket_totals"][["n_baskets", "n_of_two", "n_large"]].to_numpy().tolist() == [
        [0, 0, 0]
    ]
    assert all(marts[name].empty for name in ("pair_items", "pair_counts", "basket_histories"))


def test_shuffled_lines_make_the_same_tables(build):
    lines = read_lines("\n".join([
        "order  customer  day  items",
        *(f"{n}  c{n % 7}  2010-05-{1 + n % 28:02d}  {'+'.join(('cup', 'pan', 'tray')[n % 3:])}"
          for n in range(60)),
    ]))  # fmt: skip

    one = build(lines=lines)
    first = {name: one[name] for name in MARTS}
    other = build(lines=lines[::-1])

    for name in MARTS:
        pd.testing.assert_frame_equal(first[name], other[name])


@pytest.mark.parametrize("name", ["basket_items", "pair_counts", "basket_histories"])
def test_a_table_is_the_same_however_many_threads_make_it(build, name):
    days = [f"2010-05-{1 + n % 28:02d}" for n in range(400)]
    goods = ("cup", "pan", "tray", "cup+pan", "pan+tray", "cup+pan+tray")
    drawn = [f"{n}  c{n % 50}  {day}  {goods[n % 6]}" for n, day in enumerate(days)]
    made = build(lines=read_lines("\n".join(["order  customer  day  items", *drawn])))
    assert len(made[name])

    read = {table: made.paths[table] for table in (*CATALOG[name].reads, *CATALOG[name].uses)}
    one, two, eight = (select(CATALOG[name].sql, read, threads=n) for n in (1, 2, 8))

    assert one.equals(two)
    assert one.equals(eight)
