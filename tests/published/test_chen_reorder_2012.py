"""Time to the next order in Online Retail II, as drawn when the report's look was settled.

Chen, D., Sain, S. L. & Guo, K. (2012), Data mining for the online retail industry, Journal
of Database Marketing 19, 197-208 (the data). Orders of 30 May to 30 November 2010; an order
of the last day has not been watched at all and is left out.
"""

import pandas as pd
import pytest

from published.reference_data import assert_as_printed, read_sale_lines
from rapport.analysis.survival_groups import count_at_risk_by, fit_survival_by
from rapport.analysis.survival_reading import estimate_median, survival_at

PRINTED = [  # after the order, spells, share not back at 30 and 90 days, interval, median
    ("1", 1558, ".816", ".548", ".517", ".579", 108),
    ("2", 1320, ".772", ".465", ".430", ".498", 80),
    ("3", 1084, ".734", ".333", ".297", ".369", 61),
    ("4", 5300, ".405", ".095", ".085", ".106", 22),
]


@pytest.fixture(scope="module")
def curves():
    last_day = pd.Timestamp("2010-11-30")
    lines = read_sale_lines().query("day <= @last_day")
    orders = lines[["Customer ID", "day"]].drop_duplicates().sort_values(["Customer ID", "day"])
    by_customer = orders.groupby("Customer ID")["day"]
    following = by_customer.shift(-1)
    gaps = pd.DataFrame(
        {
            "order_rank": (by_customer.cumcount() + 1).clip(upper=4),
            "duration": (following.fillna(last_day) - orders["day"]).dt.days,
            "event_observed": following.notna(),
        }
    )
    watched = (orders["day"] >= pd.Timestamp("2010-05-30")) & (gaps["duration"] > 0)
    return fit_survival_by(gaps[watched], by="order_rank")


@pytest.mark.parametrize(("rank", "n", "at_30", "at_90", "low", "high", "median"), PRINTED)
def test_time_to_the_next_order(curves, rank, n, at_30, at_90, low, high, median):
    read = survival_at(curves[rank], [30, 90])

    assert curves[rank].n == n
    assert_as_printed(read["survival"][0], at_30)
    assert_as_printed(read["survival"][1], at_90)
    assert_as_printed(read["low"][1], low)
    assert_as_printed(read["high"][1], high)
    assert estimate_median(curves[rank]).value == median


def test_orders_still_being_watched(curves):
    counts = count_at_risk_by(curves, [0, 30, 60, 90, 120, 150])

    assert counts.loc["1"].tolist() == [1558, 1030, 602, 366, 240, 130]
    assert counts.loc["4"].tolist() == [5300, 1713, 621, 224, 92, 27]
