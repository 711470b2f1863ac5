"""Answers, invitations, tickets: survey_*, answer_orders, ticket_*."""

import datetime as dt
import random
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport import tables
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.tables.engine import select
from unit.marts.conftest import SETTINGS, read_customers, read_orders, write_canonical

ORDERS = """
    customer  day         kind    amount
    a         2010-08-01  sale    10
    a         2010-09-10  sale    10
    a         2010-11-05  sale    30
    a         2010-11-20  return  -5
    b         2010-10-15  sale    20
    c         2010-12-01  sale    30
"""
NAMES = ("survey_windows", "survey_waves", "survey_latest", "survey_invited", "survey_reach",
         "survey_scales", "answer_orders", "ticket_times", "ticket_windows")  # fmt: skip


def at(day, hour=12):
    return None if day is None else dt.datetime.fromisoformat(f"{day}T{hour:02}:00")


def survey(number, customer, invited=None, answered=None, *, hour=12, **more):
    invited_on = invited or answered
    return {
        "survey_id": f"q{number}", "customer_id": customer, "invited_at": at(invited),
        "invited_on": dt.date.fromisoformat(invited_on), "answered_at": at(answered, hour),
        "answered_on": answered and dt.date.fromisoformat(answered), "delivered": None, **more,
    }  # fmt: skip


def ticket(number, customer, opened, *, reply=None, closed=None, again=None, kind="ticket"):
    return {
        "interaction_id": f"t{number}", "customer_id": customer, "channel": "email", "kind": kind,
        "occurred_at": at(opened), "occurred_on": dt.date.fromisoformat(opened),
        "first_reply_at": at(reply), "closed_at": at(closed), "ticket_topic": "return",
        "reopened_at": at(again),
    }  # fmt: skip


def make(into, surveys=(), interactions=(), *, orders=ORDERS, period="2010-11", wanted=NAMES):
    drawn = read_orders(orders)
    snapshot = {"data_from": dt.date(2010, 1, 1), "data_until": dt.date(2010, 12, 9),
                "n_customers": 0, "n_orders": 0}  # fmt: skip
    rows = {"orders": drawn, "customers": read_customers(drawn), "snapshot": [snapshot],
            "surveys": list(surveys), "interactions": list(interactions)}  # fmt: skip
    paths = {name: write_canonical(name, table, into) for name, table in rows.items()}
    values = SETTINGS | {"period": period}
    for mart in ("settings", "periods", *wanted):
        paths[mart] = build_mart(mart, paths, settings=values, into=into, shelf=into.parent).path
    return paths


def read(into, name, *given, **more):
    return tables.read_table(make(into, *given, wanted=(name,), **more)[name])


SURVEYS = [
    survey(1, "a", "2010-10-01", "2010-10-03", nps=9, csat=5, wave="w1"),
    survey(2, "a", "2010-11-02", "2010-11-04", nps=3, csat=2, wave="w2"),
    survey(3, "a", "2010-11-20", "2010-11-25", nps=7, csat=4, wave="w2"),
    survey(4, "b", "2010-11-20", wave="w2"),
    survey(5, "b", "2010-11-21", "2010-12-02", nps=10, csat=5, wave="w2"),
    survey(6, None, "2010-11-22", "2010-11-23", nps=10, csat=5, wave="w2"),
    survey(7, None, "2010-11-22", "2010-11-23", nps=0, csat=1, wave="w2"),
    survey(8, "c", "2010-11-22", delivered=False, wave="w2"),
]


@pytest.fixture
def windows(tmp_path):
    return read(tmp_path, "survey_windows", SURVEYS).set_index("window")


def test_a_window_holds_the_answers_given_in_it_one_a_customer_the_last(windows):
    row = windows.loc["current"]

    # a's 7, and both strangers: b's answer came in December.
    assert (row["n_nps"], row["n_detractors"], row["n_promoters"]) == (3, 1, 1)
    assert (row["n_csat"], row["n_content"], row["csat_sum"]) == (3, 2, 10)
    assert windows.loc["previous", ["n_nps", "n_promoters"]].tolist() == [1, 1]


def test_response_is_of_invitations_that_arrived_and_answers_by_the_windows_end(windows):
    assert windows.loc["current", ["n_delivered", "n_answered"]].tolist() == [6, 4]
    assert windows.loc["last_year", ["n_delivered", "n_nps"]].tolist() == [0, 0]


def test_an_answer_says_that_its_invitation_arrived(tmp_path):
    bounced = survey(1, "a", "2010-11-02", "2010-11-04", nps=9) | {"delivered": False}

    row = read(tmp_path, "survey_windows", [bounced]).set_index("window").loc["current"]

    assert (row["n_delivered"], row["n_answered"]) == (1, 1)


def test_answers_without_an_invitation_are_no_response(tmp_path):
    row = read(tmp_path, "survey_windows", [survey(1, "a", None, "2010-11-04", nps=9)])

    assert row.set_index("window").loc["current", ["n_nps", "n_delivered"]].tolist() == [1, 0]


def test_a_wave_counts_what_was_known_by_the_last_day(tmp_path):
    waves = read(tmp_path, "survey_waves", SURVEYS).set_index("wave")

    assert waves.index.tolist() == ["w1", "w2"]
    assert waves.loc["w2", ["n_delivered", "n_answered"]].tolist() == [6, 4]
    assert waves.loc["w2", ["n_nps", "n_detractors", "n_promoters"]].tolist() == [3, 1, 1]


def test_answers_of_no_wave_are_in_none(tmp_path):
    assert read(tmp_path, "survey_waves", [survey(1, "a", "2010-11-02", "2010-11-04", nps=9)]).empty


def test_the_latest_answer_of_each_known_customer_with_its_attributes(tmp_path):
    rows = read(tmp_path, "survey_latest", SURVEYS)

    assert rows["customer_id"].tolist() == ["a"]
    assert rows["nps"].tolist() == [7]


def test_of_answers_of_one_day_the_later_one_counts(tmp_path):
    same = [survey(1, "a", None, "2010-11-04", hour=15, nps=2),
            survey(2, "a", None, "2010-11-04", hour=9, nps=9)]  # fmt: skip

    assert read(tmp_path, "survey_latest", same)["nps"].tolist() == [2]


def test_an_answer_of_more_than_a_year_ago_is_not_the_latest(tmp_path):
    old = [survey(1, "a", None, "2009-11-30", nps=9), survey(2, "b", None, "2009-12-01", nps=9)]

    assert read(tmp_path, "survey_latest", old)["customer_id"].tolist() == ["b"]


def test_those_asked_are_counted_with_their_answers(tmp_path):
    rows = read(tmp_path, "survey_invited", SURVEYS).set_index("customer_id")

    assert rows.loc["a", ["n_delivered", "n_answered"]].tolist() == [3, 3]
    # Of the period are the invitations of November.
    assert rows["n_delivered_now"].to_dict() == {"a": 2, "b": 2}
    assert rows.loc["b", ["n_delivered", "n_answered"]].tolist() == [2, 0]
    assert "c" not in rows.index


def test_reach_counts_buyers_by_order_days_and_who_was_asked(tmp_path):
    rows = read(tmp_path, "survey_reach", SURVEYS).set_index("n_order_days")

    assert rows["n_customers"].to_dict() == {1: 1, 3: 1}
    assert rows["n_asked"].to_dict() == {1: 1, 3: 1}


def test_scales_count_every_answer_by_the_last_day(tmp_path):
    row = read(tmp_path, "survey_scales", SURVEYS).iloc[0]

    assert row[["n_nps", "n_csat", "n_ces"]].tolist() == [5, 5, 0]


def test_orders_after_an_answer_begin_the_day_after_it_and_end_after_ninety(tmp_path):
    orders = """
        customer  day         kind    amount
        a         2010-05-03  sale    1
        a         2010-05-04  sale    2
        a         2010-08-01  sale    4
        a         2010-08-02  sale    8
        a         2010-10-30  sale    16
        a         2010-10-31  sale    32
        a         2010-09-01  return  -3
    """

    row = read(tmp_path, "answer_orders", [survey(1, "a", None, "2010-08-01", nps=9)],
               orders=orders).iloc[0]  # fmt: skip

    assert (row["n_orders_before"], row["n_orders_after"]) == (2, 2)
    assert (row["net_before"], row["net_after"]) == (Decimal(6), Decimal(21))


@pytest.mark.parametrize(
    ("answered", "is_there"),
    [("2010-09-01", True), ("2010-09-02", False), ("2010-04-01", True), ("2010-03-31", False)],
)
def test_an_answer_is_watched_ninety_days_on_both_sides(tmp_path, answered, is_there):
    rows = read(tmp_path, "answer_orders", [survey(1, "a", None, answered, nps=9)])

    assert (len(rows) == 1) is is_there


def test_a_reply_after_the_last_contact_known_is_not_known_yet(tmp_path):
    contacts = [
        ticket(1, "a", "2010-11-10", reply="2010-11-11", closed="2010-12-05"),
        ticket(2, "b", "2010-11-29", kind="visit"),
        ticket(3, "b", "2010-12-06", reply="2010-12-07"),
    ]

    rows = read(tmp_path, "ticket_times", (), contacts)

    assert rows["interaction_id"].tolist() == ["t1"]
    assert rows["first_reply_at"].iloc[0] == pd.Timestamp("2010-11-11 12:00")
    assert pd.isna(rows["closed_at"].iloc[0])
    assert rows["seen_until"].iloc[0] == pd.Timestamp("2010-11-29 12:00")


def test_a_ticket_is_opened_again_only_if_that_is_known_by_the_last_contact(tmp_path):
    contacts = [
        ticket(1, "a", "2010-11-10", closed="2010-11-11", again="2010-11-12"),
        ticket(2, "b", "2010-11-10", closed="2010-11-11", again="2010-12-01"),
        ticket(3, "b", "2010-11-29", kind="visit"),
    ]

    rows = read(tmp_path, "ticket_times", (), contacts).set_index("interaction_id")

    assert rows["reopened_at"].notna().to_dict() == {"t1": True, "t2": False}


def test_tickets_are_counted_by_window_beside_the_customers_of_a_year(tmp_path):
    contacts = [ticket(1, "a", "2010-10-10"), ticket(2, "a", "2010-11-10"),
                ticket(3, "b", "2010-11-11"),
                ticket(4, "b", "2010-11-11", kind="visit")]  # fmt: skip

    rows = read(tmp_path, "ticket_windows", (), contacts).set_index("window")

    assert rows.loc["current", ["n_tickets", "n_customers"]].tolist() == [2, 2]
    assert not rows.loc["previous", "is_comparable"]
    assert rows.loc["current", "is_comparable"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    contacts = [ticket(n, "abc"[n % 3], f"2010-11-{n % 28 + 1:02}") for n in range(40)]
    return make(tmp_path_factory.mktemp("made"), SURVEYS, contacts)


def test_a_unit_without_an_answer_or_ticket_has_its_tables(tmp_path):
    paths = make(tmp_path)

    for name in NAMES:
        rows = tables.read_table(paths[name])
        assert "n_nps" not in rows or rows["n_nps"].eq(0).all(), name


@pytest.mark.parametrize("name", NAMES)
def test_rows_in_another_order_and_threads_give_the_same_table(made, name):
    shuffled = {}
    for table in MARTS[name].reads:
        rows = pq.read_table(made[table])
        places = list(range(len(rows)))
        random.Random(1).shuffle(places)
        shuffled[table] = rows.take(pa.array(places, pa.int64()))

    again = select(MARTS[name].sql, shuffled, threads=2)

    assert again.to_pylist() == pq.read_table(made[name]).to_pylist()
