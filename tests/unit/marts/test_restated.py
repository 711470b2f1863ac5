"""Stages that late orders moved: as by the definition, on what had arrived by each month end."""

import datetime as dt

import pytest

from rapport.marts.build import build_mart
from rapport.marts.catalog import MARTS
from rapport.tables import read_table
from unit.marts.conftest import SETTINGS, write_canonical
from unit.marts.test_lifecycle import draw_shop, make, month_no, orders_of, stage_by_definition

NAME = "lifecycle_restated"


def restate(tmp_path, rows, late, **settings):
    """Make the mart; `late` is the day of arrival by the number of an order."""
    arrived = [
        {"order_id": order, "arrived_on": dt.date.fromisoformat(day)} for order, day in late.items()
    ]
    _, paths = make(tmp_path, rows, marts=(), **settings)
    paths["late_orders"] = write_canonical("late_orders", arrived, tmp_path)
    given = {name: paths[name] for name in MARTS[NAME].reads}
    file = build_mart(NAME, given, settings=SETTINGS | settings, into=tmp_path)
    made = read_table(file.path)
    return [(int(n), then, now, int(k)) for n, then, now, k in made.itertuples(index=False)]


def shop_of(bought):
    customers = [{"customer_id": name, "order_key": place} for place, name in enumerate(bought)]
    return {"orders": orders_of(bought), "customers": customers}


def at(year, month):
    return year * 12 + month - 1


def test_an_order_that_came_late_moves_the_stages_until_it_came(tmp_path):
    rows = shop_of({"a": ["2010-03-01", "2010-05-20"], "b": ["2010-03-01", "2010-05-20"]})

    # Known in August: at the end of May and June the customer had seemed to be at risk.
    moved = restate(tmp_path, rows, {"o1": "2010-08-02"})

    assert moved == [
        (0, "any", "any", 1),
        (at(2010, 5), "at_risk", "growing", 1),
        (at(2010, 6), "at_risk", "growing", 1),
    ]


def test_a_first_order_that_came_late_makes_who_had_been_a_prospect(tmp_path):
    moved = restate(tmp_path, shop_of({"a": ["2010-05-20"]}), {"o0": "2010-06-01"})

    assert moved == [(0, "any", "any", 1), (at(2010, 5), "prospect", "new", 1)]


def test_orders_in_time_move_nobody(tmp_path):
    assert restate(tmp_path, shop_of({"a": ["2010-05-20"]}), {}) == [(0, "any", "any", 0)]


@pytest.mark.parametrize("settings", [{}, {"rfm_days": 90, "loyal_orders": 2}])
def test_every_month_end_is_held_against_what_had_arrived_by_then(tmp_path, settings):
    rows = draw_shop(seed=3, n=40)
    values = SETTINGS | settings
    late = {
        order["order_id"]: order["ordered_on"] + dt.timedelta(days=45)
        for order in rows["orders"]
        if order["order_key"] % 7 == 0
    }
    expected, movers = {}, set()
    for customer in rows["customers"]:
        mine = [o for o in rows["orders"] if o["customer_id"] == customer["customer_id"]]
        for month in range(at(2009, 11), at(2010, 12)):
            end = dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)
            known = [
                o["ordered_on"] for o in mine
                if month_no(late.get(o["order_id"], o["ordered_on"])) <= month
            ]  # fmt: skip
            now = stage_by_definition([o["ordered_on"] for o in mine], None, end, values)
            then = stage_by_definition(known, None, end, values) or "prospect"
            if now is not None and then != now:
                expected[month, then, now] = expected.get((month, then, now), 0) + 1
                movers.add(customer["customer_id"])

    moved = restate(
        tmp_path, rows, {name: day.isoformat() for name, day in late.items()}, **settings
    )

    assert moved == [
        (0, "any", "any", len(movers)), *((*move, n) for move, n in sorted(expected.items()))
    ]  # fmt: skip
    assert len(expected) > 10
