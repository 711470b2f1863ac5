"""Ways through visits and where they end: moves, repeats, orders after a visit."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from support import table
from unit.marts.conftest import SETTINGS, write_canonical

SESSIONS = """
    customer  session  minute  place
    a         1             0  visit
    a         1             1  page:shoes
    a         1             2  page:shoes
    a         1             3  cart
    a         2            60  visit
    b         3             0  visit
    b         3             1  cart
    b         3             2  checkout
    -         4             0  visit
    -         4             1  cart
"""


@pytest.fixture
def build(tmp_path):
    """Give a function that makes a mart of contacts of one day, and of orders by the minute."""

    def make(name, drawn=SESSIONS, *, orders=(), **settings):
        contacts = [_contact(n, row) for n, row in enumerate(table(drawn).to_dict("records"))]
        sold = [
            {"order_id": f"o{n}", "customer_id": who, "ordered_at": _at(minute),
             "ordered_on": dt.date(2010, 11, 5), "kind": "sale", "amount": Decimal(1)}
            for n, (who, minute) in enumerate(orders)
        ]  # fmt: skip
        snapshot = {"data_from": dt.date(2010, 1, 1), "data_until": dt.date(2010, 12, 9),
                    "n_customers": 0, "n_orders": 0}  # fmt: skip
        given = {"interactions": contacts, "orders": sold, "snapshot": [snapshot]}
        paths = {table: write_canonical(table, rows, tmp_path) for table, rows in given.items()}
        values = SETTINGS | {"period": "2010-11", "min_count": 1} | settings
        for mart in ("settings", "periods", "funnel_steps", name):
            paths[mart] = build_mart(
                mart, paths, settings=values, into=tmp_path, shelf=tmp_path.parent
            ).path
        return tables.read_table(paths[name])

    return make


def _at(minute):
    return pd.Timestamp("2010-11-05 10:00") + pd.Timedelta(minutes=minute)


def _contact(number, row):
    kind, _, page = str(row["place"]).partition(":")
    return {
        "interaction_id": f"i{number:03}", "customer_id": None if row["customer"] == "-" else
        row["customer"], "session_id": str(row["session"]), "occurred_at": _at(row["minute"]),
        "occurred_on": dt.date(2010, 11, 5), "channel": "web", "kind": kind, "page": page or None,
    }  # fmt: skip


def ends_of(rows):
    sums = rows.assign(visits=rows["n_visits"] * rows["n"], dropped=rows["n_dropped"] * rows["n"])
    return {
        str(place): (int(of["visits"].sum()), int(of["dropped"].sum()))
        for place, of in sums.groupby("place")
    }


def test_a_page_is_a_place_and_staying_there_is_no_move(build):
    moves = build("session_moves")

    ways = {(r.place, r.next_place): (r.n_visits, r.n_visits_place) for r in moves.itertuples()}
    assert ways == {
        ("visit", "shoes"): (1, 3), ("visit", "cart"): (1, 3), ("shoes", "cart"): (1, 1),
        ("cart", "checkout"): (1, 2),
    }  # fmt: skip


def test_ways_of_too_few_customers_are_left_out(build):
    assert build("session_moves", min_count=2).empty


def test_a_visit_ends_at_its_last_place_unless_an_order_follows(build):
    ends = ends_of(build("session_ends", orders=[("b", 5)]))

    assert ends == {"visit": (3, 1), "shoes": (1, 0), "cart": (2, 1), "checkout": (1, 0)}


def test_an_order_belongs_to_the_last_visit_before_it(build):
    # At minute 90 the second visit of a is the last one; the first still ended in the cart.
    ends = ends_of(build("session_ends", orders=[("a", 90)]))

    assert (ends["visit"], ends["cart"], ends["checkout"]) == ((3, 0), (2, 1), (1, 1))


def test_where_the_funnel_ends_with_a_page_its_visits_have_ordered(build):
    ends = ends_of(build("session_ends", funnel_steps="visit, page:shoes"))

    assert ends["cart"] == (2, 0)


def test_visits_of_nobody_known_are_not_looked_at(build):
    unknown = """
        customer  session  minute  place
        -         1             0  visit
        -         1             1  cart
    """

    assert build("session_moves", unknown).empty
    assert build("session_ends", unknown).empty
