import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from rapport.cli.settling import settle_days
from rapport.cli.work import Unit
from rapport.errors import ParameterError
from rapport.ingest.sources import ResolvedSources
from rapport.marts.periods import parse_period
from unit.cli.test_planning import unit as draw_unit
from unit.marts.conftest import write_canonical

PERIOD = parse_period("2010-11")


def draw(churn_after_days, *, until=dt.date(2010, 11, 30)):
    params = draw_unit("orders", churn_after_days=churn_after_days)
    return replace(
        Unit(params, ResolvedSources({}, {})), data_from=dt.date(2009, 1, 1), data_until=until
    )


def write_orders(tmp_path, days):
    rows = [
        {"order_id": f"o{n}", "order_key": n, "customer_id": customer, "kind": "sale",
         "ordered_on": dt.date(2009, 1, 1) + dt.timedelta(days=day),
         "ordered_at": pd.Timestamp("2009-01-01") + pd.Timedelta(days=day), "amount": Decimal(1)}
        for n, (customer, day) in enumerate(days)
    ]  # fmt: skip
    return write_canonical("orders", rows, tmp_path)


def test_days_that_a_unit_names_are_left_as_they_are():
    unit = draw(210)

    assert settle_days(unit, PERIOD, None) is unit


def test_auto_becomes_the_days_that_the_orders_speak_for(tmp_path):
    # Each of twenty customers comes back after 100 days once, and is watched for over a year.
    orders = write_orders(tmp_path, [(f"c{n}", day) for n in range(20) for day in (0, 100)])

    settled = settle_days(draw("auto"), PERIOD, orders)

    assert settled.params.churn_after_days == 120
    assert settled.params.chapter_values()["churn_after_days"] == 120


def test_orders_after_the_periods_last_day_say_nothing(tmp_path):
    orders = write_orders(
        tmp_path, [(f"c{n}", day) for n in range(20) for day in (0, 100, 690, 699)]
    )

    now = settle_days(draw("auto", until=dt.date(2010, 12, 31)), PERIOD, orders)

    assert now.params.churn_after_days == 120


@pytest.mark.parametrize(
    ("days", "why"),
    [([("a", 500), ("a", 510)], "nobody was watched for a year"), ([("a", 0)], "nobody came back"),
     ([], "nobody was watched for a year")],
)  # fmt: skip
def test_data_that_do_not_tell_are_said_so(tmp_path, days, why):
    orders = write_orders(tmp_path, days)

    with pytest.raises(ParameterError, match=f"churn_after_days is auto, and {why}"):
        settle_days(draw("auto"), PERIOD, orders)


def test_a_unit_without_orders_must_name_its_days():
    with pytest.raises(ParameterError, match="Write a number of days"):
        settle_days(draw("auto"), PERIOD, None)
