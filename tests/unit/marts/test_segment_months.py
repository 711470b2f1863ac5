"""Sizes of segments at month ends: as by the definition day by day, whatever the threads."""

import datetime as dt
import random
from decimal import Decimal

import pandas as pd
import pytest

from rapport import tables
from rapport.analysis.consent import keep_consenting
from rapport.analysis.rfm import assign_segments, rfm_cuts, take_window
from rapport.analysis.segmentation_study import SegmentRules, compare_sizes
from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.tables.engine import select
from unit.marts.conftest import SETTINGS, write_canonical

NAME = "segment_months"
DEFAULT = {"profiling": "given"}
CUT = dt.date(2009, 12, 31)
LATER = dt.timedelta(days=1461)


def draw(seed=1, n=120, first=dt.date(2008, 6, 1), until=dt.date(2010, 11, 30)):
    """Draw a shop: many ties, several orders a day, returns, and customers who refused."""
    rng, orders, consents = random.Random(seed), [], []
    n_days = (until - first).days
    for customer in range(n):
        for _ in range(rng.choice((1, 1, 2, 3, 6, 12))):
            day = first + dt.timedelta(days=rng.randrange(n_days + 1))
            for kind in rng.choice((["sale"], ["sale"], ["sale", "sale"], ["sale", "return"])):
                amount = Decimal(rng.choice((5, 10, 10, 20, 35))) * (1 if kind == "sale" else -1)
                orders.append({
                    "order_id": f"o{len(orders)}", "order_key": len(orders), "kind": kind,
                    "customer_id": f"c{customer}", "amount": amount, "ordered_on": day,
                    "ordered_at": pd.Timestamp(day),
                })  # fmt: skip
        if rng.random() < 0.2:
            for state in rng.choice((["withdrawn"], ["withdrawn", "given"], ["given"])):
                day = first + dt.timedelta(days=rng.randrange(n_days))
                consents.append({
                    "customer_id": f"c{customer}", "purpose": "profiling", "state": state,
                    "changed_at": pd.Timestamp(day), "changed_on": day,
                })  # fmt: skip
    return {"orders": orders, "consents": consents}


def make(folder, rows, *, period="2010-11", ends=(dt.date(2008, 6, 1), dt.date(2010, 12, 9)),
         marts=(NAME,), **settings):  # fmt: skip
    """Make marts of a drawn shop, and give them with the files that they were made of."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = dict.fromkeys(order["customer_id"] for order in rows["orders"])
    customers = [{"customer_id": name, "order_key": at} for at, name in enumerate(keys)]
    dates = dict(zip(("data_from", "data_until"), ends, strict=True))
    held = {**rows, "customers": customers, "snapshot": [dates | {"n_customers": 0, "n_orders": 0}]}
    paths = {name: write_canonical(name, found, folder) for name, found in held.items()}
    for mart in ("settings", "periods", "charged_orders", *marts):
        values = SETTINGS | settings | {"period": period}
        paths[mart] = build_mart(
            mart, paths, settings=values, into=folder, shelf=folder.parent
        ).path
    return paths


def count(paths):
    """Give the customers of every segment by the last day of the month."""
    found = tables.read_table(paths[NAME])
    return {
        day.date(): {row.segment: row.n_customers for row in rows.itertuples()}
        for day, rows in found.groupby("ends_on")
    }


def look(rows, day, *, rfm_days, spend, cuts=None):
    """Score the customers of a window one by one, as the definition has it."""
    orders = pd.DataFrame(rows["orders"])
    after = day - dt.timedelta(days=rfm_days)
    orders = orders[(orders["ordered_on"] > after) & (orders["ordered_on"] <= day)]
    orders = keep_consenting(
        orders, pd.DataFrame(rows["consents"]), purpose="profiling", default=DEFAULT
    ).rows
    sales = orders[orders["kind"] == "sale"].groupby("customer_id")
    paid = (orders if spend == "net" else orders[orders["kind"] == "sale"]).groupby("customer_id")
    customers = pd.DataFrame({
        "rfm_days_since": sales["ordered_on"].max().map(lambda last: (day - last).days),
        "rfm_order_days": sales["ordered_on"].nunique(),
        "rfm_first_on": pd.to_datetime(sales["ordered_on"].min()),
    }).assign(rfm_spend=paid["amount"].sum())  # fmt: skip
    cuts = rfm_cuts(customers) if cuts is None else cuts
    return cuts, assign_segments(customers, new_days=30, as_of=day, cuts=cuts)["segment"]


@pytest.mark.parametrize(("spend", "rfm_days"), [("net", 365), ("gross", 100)])
def test_every_month_end_is_counted_as_if_it_alone_were_looked_at(tmp_path, spend, rfm_days):
    rows = draw()

    found = count(make(tmp_path, rows, spend=spend, rfm_days=rfm_days))

    cuts, _ = look(rows, CUT, rfm_days=rfm_days, spend=spend)
    ends = [end.date() for end in pd.date_range("2009-11-30", "2010-11-30", freq="ME")]
    assert list(found) == ends
    for day in ends:
        _, segments = look(rows, day, rfm_days=rfm_days, spend=spend, cuts=cuts)
        assert found[day] == segments.value_counts().to_dict(), day


def test_the_two_days_that_are_compared_are_two_of_the_series(tmp_path):
    rows = draw(seed=2)
    paths = make(tmp_path, rows, marts=(NAME, "customer_measures"))
    said = pd.DataFrame(rows["consents"])
    measures = keep_consenting(
        tables.read_table(paths["customer_measures"]), said, purpose="profiling", default=DEFAULT
    ).rows

    sizes = compare_sizes(
        measures, tables.read_table(paths["periods"]), SegmentRules(dt.date(2010, 11, 30))
    )

    found = count(paths)
    for day, name in ((CUT, "n_earlier"), (dt.date(2010, 11, 30), "n_later")):
        assert sizes[name][sizes[name] > 0].to_dict() == found[day]
    assert len(take_window(measures)) == sum(found[dt.date(2010, 11, 30)].values())


def test_there_are_as_many_month_ends_as_the_data_reach_back_over_and_none_without_cuts(tmp_path):
    rows = draw()

    late = count(make(tmp_path / "a", rows, ends=(dt.date(2009, 1, 1), dt.date(2010, 12, 9))))
    early = count(make(tmp_path / "b", rows, ends=(dt.date(2008, 12, 31), dt.date(2010, 12, 9))))

    assert late == {}
    assert min(early) == CUT


def test_a_month_that_is_not_over_is_none_of_them(tmp_path):
    found = count(make(tmp_path, draw(), period="2010-12"))

    assert (len(found), max(found)) == (13, dt.date(2010, 11, 30))


def test_who_never_said_a_word_is_left_out_where_the_unit_asks_first(tmp_path):
    rows = draw()
    agreed = {said["customer_id"] for said in rows["consents"] if said["state"] == "given"}

    found = count(make(tmp_path, rows, profiling="withdrawn"))

    assert 0 < sum(found[CUT].values()) <= len(agreed)


def test_rows_keys_money_and_dates_say_the_same_in_any_order_name_unit_and_year(tmp_path):
    rows = draw()
    shuffled = {name: random.Random(7).sample(held, len(held)) for name, held in rows.items()}
    renamed = {
        name: [{**row, "customer_id": f"k{row['customer_id']}"} for row in held]
        for name, held in rows.items()
    }
    doubled = {**rows, "orders": [{**row, "amount": 2 * row["amount"]} for row in rows["orders"]]}

    stamps = ("ordered_on", "ordered_at", "changed_on", "changed_at")
    later = {
        name: [row | {key: row[key] + LATER for key in stamps if key in row} for row in held]
        for name, held in rows.items()
    }

    plain = count(make(tmp_path / "a", rows))

    for at, other in enumerate((shuffled, renamed, doubled)):
        assert count(make(tmp_path / f"o{at}", other)) == plain
    days = (dt.date(2012, 6, 1), dt.date(2014, 12, 9))
    moved = count(make(tmp_path / "later", later, period="2014-11", ends=days))
    assert {day - LATER: sizes for day, sizes in moved.items()} == plain


def test_threads_change_nothing(tmp_path):
    paths = make(tmp_path, draw())
    given = {name: paths[name] for name in (*MARTS[NAME].reads, "consents")}

    made = [select(MARTS[NAME].sql, given, threads=n).to_pylist() for n in (1, 2, 8)]

    assert made[0] == made[1] == made[2] != []
