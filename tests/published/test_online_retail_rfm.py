"""RFM of Online Retail II 2009-10 as of 9 December 2010, 365 days, sale lines only.

Chen, D., Sain, S. L. & Guo, K. (2012), Journal of Database Marketing 19, 197-208 (the data); the
figures are those of docs/methods.md, computed before this code was written.
"""

import datetime as dt

import pytest

from published.online_retail_shop import read_marts
from published.reference_data import assert_as_printed
from rapport.analysis.concentration import gini, gini_interval, share_of_top, share_of_top_interval
from rapport.analysis.rfm import assign_segments, count_levels, count_scores, take_window
from rapport.analysis.segments import segment_table

AS_OF = dt.date(2010, 12, 9)


@pytest.fixture(scope="module")
def customers():
    return take_window(read_marts("2010-12")["customer_measures"], spend="gross")


@pytest.fixture(scope="module")
def segments(customers):
    return assign_segments(customers, new_days=30, as_of=AS_OF)


@pytest.fixture(scope="module")
def lifetime():
    measures = read_marts("2010-12")["customer_measures"]
    return measures[measures["window"] == "current"]


def test_customers_with_a_sale_in_the_window(customers):
    assert len(customers) == 4248


@pytest.mark.parametrize(
    ("score", "sizes"),
    [
        ("r_score", [853, 859, 843, 880, 813]),
        ("f_score", [1501, 843, 527, 585, 792]),
        ("m_score", [850, 850, 849, 850, 849]),
    ],
)
def test_sizes_of_the_scores(segments, score, sizes):
    assert count_scores(segments)[score].tolist() == sizes
    assert count_levels(segments)[score] == 5


def test_sizes_of_the_named_segments(segments, customers):
    table = segment_table(segments["segment"], customers)

    assert table["n_customers"].to_dict() == {
        "high_value": 848, "must_keep": 408, "new": 282, "potential": 994, "general": 412,
        "at_risk": 566, "dormant": 738,
    }  # fmt: skip
    assert_as_printed(table.loc["high_value", "share_spend"], ".627")
    assert sum(table["spend"]) == sum(customers["rfm_spend"])


def test_new_by_lifetime_tenure_would_be_fewer(customers):
    lifetime = customers.assign(rfm_first_on=customers["first_ordered_on"])

    sizes = assign_segments(lifetime, new_days=30, as_of=AS_OF)["segment"].value_counts()

    assert sizes[["new", "potential", "general"]].tolist() == [274, 997, 417]


def test_concentration_of_sale_lines(lifetime):
    gross = lifetime.loc[lifetime["n_orders"] > 0, "gross"]

    assert len(gross) == 4312
    assert_as_printed(sum(gross), "8832003.274")
    assert_as_printed(share_of_top(gross), ".7348")
    assert_as_printed(gini(gross), ".704")


def test_concentration_of_net_over_customers_with_any_charged_document(lifetime):
    net = lifetime["total_spend"]

    assert len(net) == 4381
    assert_as_printed(sum(net), "8348208.57")
    assert_as_printed(share_of_top(net), ".7447")
    assert_as_printed(gini(net), ".727")


def test_intervals_of_concentration_hold_the_estimate_and_are_as_wide_as_published(lifetime):
    gross = lifetime.loc[lifetime["n_orders"] > 0, "gross"]

    top, coefficient = share_of_top_interval(gross), gini_interval(gross)

    # Published .702 to .767 is the percentile interval. The estimate is biased downward when
    # customers are drawn, which BCa corrects: .707 to .773.
    assert top.low == pytest.approx(0.707, abs=0.002)
    assert top.high == pytest.approx(0.773, abs=0.002)
    assert top.high - top.low == pytest.approx(0.767 - 0.702, abs=0.003)
    assert coefficient.holds(gini(gross))


def test_customers_who_bought_on_two_days_or_more(lifetime):
    bought = lifetime[lifetime["n_orders"] > 0]

    assert int((bought["n_order_days"] >= 2).sum()) == 2818
