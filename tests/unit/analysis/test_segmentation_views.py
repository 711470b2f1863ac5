import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.segmentation_study import Segmentation, SegmentRules
from rapport.analysis.segmentation_views import list_missing, list_views

RULES = SegmentRules(dt.date(2026, 6, 30), min_n=3, min_count=1)


def segmentation(rows):
    """Customers as (segment, region, country, age band), each having spent 10."""
    frame = pd.DataFrame(rows, columns=["segment", "region", "country", "age_band"])
    customers = frame.assign(gender=None, rfm_spend=Decimal(10))
    return Segmentation(customers, frame[["segment"]], pd.DataFrame(), "ok", "high_value", 0)


@pytest.fixture
def found():
    north = [("high_value", "north", "GB", "65+")] * 3 + [("dormant", "north", "GB", "0-24")] * 3
    south = [("high_value", "south", "GB", "0-24")] + [("dormant", "south", "GB", "65+")] * 3
    rest = [("high_value", "isle", "GB", None), ("dormant", None, "GB", None)]
    return segmentation([*north, *south, *rest])


def test_high_value_customers_are_counted_by_place(found):
    place = list_views(found, RULES)["place"].set_index("name")

    assert place["n_customers"].to_dict() == {"north": 6, "south": 4, "other": 1, "unknown": 1}
    assert place["share_best"]["north"] == pytest.approx(0.5)
    assert place["share_spend"]["south"] == pytest.approx(4 / 12)
    assert place["share_customers"].sum() == pytest.approx(1)


def test_ages_stand_in_order_and_the_unknown_last(found):
    assert list_views(found, RULES)["age"]["name"].tolist() == ["0-24", "65+", "unknown"]


def test_values_with_too_few_of_high_value_are_put_together(found):
    rules = SegmentRules(dt.date(2026, 6, 30), min_n=3, min_count=2)

    views = list_views(found, rules)

    # Only the north has two of high value: nothing is left to tell apart.
    assert "place" not in views


def test_the_country_stands_in_where_no_region_is_known():
    rows = [("high_value", None, "DE", None)] * 3 + [("high_value", None, "FR", None)] * 4

    views = list_views(segmentation(rows), RULES)

    assert views["place"]["name"].tolist() == ["FR", "DE"]
    assert list_missing(views, interests="unstable") == [
        "age", "gender", "category", "channel", "declared", "attitudes",
    ]  # fmt: skip
    asked = list_missing({}, interests="kinds", declared="unstable", attitudes="few")
    assert asked == ["place", "age", "gender", "category", "channel"]


def test_no_view_is_given_where_no_segment_leads(found):
    nobody = Segmentation(found.customers, found.scores, found.table, "too_few", None, 0)

    assert list_views(nobody, RULES) == {}
    views = ["place", "age", "gender", "category", "channel", "interests", "attitudes"]
    assert list_missing({}) == views


def test_intervals_hold_the_shares(found):
    place = list_views(found, RULES)["place"]

    assert (place["low"] <= place["share_best"]).all()
    assert (place["share_best"] <= place["high"]).all()


def test_habits_give_two_views_more(found):
    n = len(found.customers)
    joined = found.customers.assign(
        top_category=(["tea", "cups"] * n)[:n], main_channel="web", region=None, country="GB"
    )

    views = list_views(found, RULES, joined)

    assert views["category"]["name"].tolist()
    assert "channel" not in views, "one channel parts nobody"
