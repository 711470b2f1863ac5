import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.analysis.rfm import (
    SEGMENTS,
    Cuts,
    assign_segments,
    count_levels,
    count_scores,
    name_segments,
    rfm_cuts,
    score_rfm,
    take_window,
)
from rapport.errors import DataError
from support import table

AS_OF = dt.date(2010, 11, 30)
CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 364), st.integers(1, 9), st.integers(-50, 500)),
    min_size=1, max_size=60,
)  # fmt: skip


def customers_of(rows, first_on="2010-01-01"):
    frame = pd.DataFrame(rows, columns=["rfm_days_since", "rfm_order_days", "rfm_spend"])
    return frame.assign(rfm_first_on=pd.Timestamp(first_on))


def test_customers_who_tie_score_the_same():
    customers = table(
        """
        customer_id  rfm_days_since  rfm_order_days  rfm_spend
        a            21              1               7
        b            21              1               7
        c            1               3               9
        """,
        index="customer_id",
    )

    scores = score_rfm(customers, n_groups=2)

    assert scores["r_score"].to_dict() == {"a": 1, "b": 1, "c": 2}


def test_the_most_recent_the_most_frequent_and_the_largest_score_best():
    customers = customers_of([(days, 6 - days, 60 - 10 * days) for days in range(1, 6)])

    scores = score_rfm(customers)

    for score in ("r_score", "f_score", "m_score"):
        assert scores[score].tolist() == [5, 4, 3, 2, 1]


def test_cut_points_are_values_that_occur():
    customers = customers_of([(n, n, n) for n in range(1, 11)])

    assert rfm_cuts(customers) == Cuts(
        r=(-9.0, -7.0, -5.0, -3.0), f=(2.0, 4.0, 6.0, 8.0), m=(2.0, 4.0, 6.0, 8.0)
    )


def test_a_value_that_most_customers_share_leaves_levels_empty():
    customers = customers_of([(1, 1, n) for n in range(9)] + [(1, 5, 9)])

    scores = score_rfm(customers)

    assert scores["f_score"].tolist() == [1] * 9 + [5]
    assert count_levels(scores) == {"r_score": 1, "f_score": 2, "m_score": 5}


def test_customers_who_are_all_equal_all_score_1():
    scores = score_rfm(customers_of([(3, 1, 10)] * 7))

    assert (scores == 1).all(axis=None)


def test_one_customer_is_scored():
    assert score_rfm(customers_of([(3, 1, 10)])).to_numpy().tolist() == [[1, 1, 1]]


def test_no_customers_give_no_scores():
    customers = customers_of([])

    segments = assign_segments(customers, new_days=30, as_of=AS_OF)

    assert len(segments) == 0
    assert count_levels(segments) == {"r_score": 0, "f_score": 0, "m_score": 0}


def test_fixed_cuts_score_customers_by_another_days_values():
    cuts = Cuts(r=(-100.0,), f=(1.0,), m=(50.0,))

    scores = score_rfm(customers_of([(101, 1, 50), (100, 1, 51), (99, 2, 1)]), cuts=cuts)

    assert scores.to_numpy().tolist() == [[1, 1, 1], [1, 1, 2], [2, 2, 1]]


def test_a_customer_without_an_order_in_the_window_is_refused():
    with pytest.raises(DataError, match="customers: 1 of 2 have no order in the RFM window"):
        score_rfm(customers_of([(3, 1, 10), (400, 0, 0)]))


@given(rows=CUSTOMERS)
@settings(deadline=None, max_examples=60)
def test_more_never_scores_less_and_groups_are_no_larger_than_ties_make_them(rows):
    customers = customers_of(rows)

    scores = score_rfm(customers)

    ordered = customers.assign(score=scores["m_score"]).sort_values("rfm_spend", kind="stable")
    assert ordered["score"].is_monotonic_increasing
    assert scores.isin(range(1, 6)).all(axis=None)
    for level in range(1, 5):
        # The inverted CDF: at least a fifth of customers per level lie at or below its cut.
        assert (scores["m_score"] <= level).mean() >= level / 5 - 1e-9


@given(rows=CUSTOMERS)
@settings(deadline=None, max_examples=40)
def test_the_cuts_are_numpys_inverted_cdf(rows):
    customers = customers_of(rows)

    cuts = rfm_cuts(customers, n_groups=4)

    shares = [0.25, 0.5, 0.75]  # exact in floats
    expected = np.quantile(customers["rfm_spend"], shares, method="inverted_cdf")
    assert cuts.m == tuple(expected)


@given(rows=CUSTOMERS, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_the_order_of_customers_moves_no_score(rows, seed):
    customers = customers_of(rows)
    shuffled = customers.sample(frac=1, random_state=seed)
    before = shuffled.copy()

    scores = score_rfm(shuffled)

    pd.testing.assert_frame_equal(scores.sort_index(), score_rfm(customers))
    pd.testing.assert_frame_equal(shuffled, before)


@pytest.mark.parametrize(
    ("scores", "days_ago", "segment"),
    [
        ((4, 4, 4), 300, "high_value"),
        ((5, 5, 3), 300, "potential"),
        ((2, 4, 1), 300, "must_keep"),
        ((1, 1, 5), 300, "must_keep"),
        ((2, 4, 4), 10, "must_keep"),
        ((5, 5, 5), 10, "high_value"),
        ((5, 3, 3), 29, "new"),
        ((5, 3, 3), 30, "potential"),
        ((1, 1, 1), 29, "new"),
        ((3, 1, 3), 300, "potential"),
        ((3, 2, 2), 300, "general"),
        ((2, 3, 3), 300, "at_risk"),
        ((1, 3, 3), 300, "dormant"),
    ],
)
def test_the_first_rule_that_fits_names_the_segment(scores, days_ago, segment):
    scored = pd.DataFrame([scores], columns=["r_score", "f_score", "m_score"])
    first_on = [pd.Timestamp(AS_OF) - pd.Timedelta(days=days_ago)]

    named = name_segments(
        scored, pd.DataFrame({"rfm_first_on": first_on}), new_days=30, as_of=AS_OF
    )

    assert named.tolist() == [segment]


def test_every_combination_of_scores_has_one_segment():
    levels = range(1, 6)
    scored = pd.DataFrame(
        [(r, f, m) for r in levels for f in levels for m in levels],
        columns=["r_score", "f_score", "m_score"],
    )
    first_on = pd.DataFrame({"rfm_first_on": [pd.Timestamp("2010-01-01")] * len(scored)})

    named = name_segments(scored, first_on, new_days=30, as_of=AS_OF)

    assert set(named) == set(SEGMENTS) - {"new"}


def test_every_level_is_counted_also_the_empty_ones():
    scores = score_rfm(customers_of([(1, 1, n) for n in range(5)]))

    assert count_scores(scores)["f_score"].tolist() == [5, 0, 0, 0, 0]


MEASURES = table(
    """
    window    customer_id  order_key  rfm_days_since  rfm_order_days  rfm_net  rfm_gross
    current   b            2          5               1               4        6
    current   a            1          9               2               8        9
    current   gone         0          nan             0               0        0
    previous  a            1          3               1               3        3
    """
)


def test_rfm_takes_the_customers_with_an_order_in_the_days_of_one_window():
    customers = take_window(MEASURES, window="current", spend="gross")

    assert list(customers.index) == ["a", "b"]
    assert customers["rfm_spend"].tolist() == [9, 6]
    assert customers["rfm_days_since"].dtype == np.int64


def test_spend_is_net_unless_the_unit_says_gross():
    assert take_window(MEASURES)["rfm_spend"].tolist() == [8, 4]


def test_another_kind_of_spend_is_refused():
    with pytest.raises(DataError, match="'profit' is neither net nor gross"):
        take_window(MEASURES, spend="profit")


def test_spend_as_decimals_scores_as_numbers():
    rows = [(1, 1, Decimal("0.5")), (1, 1, Decimal("10.25")), (1, 1, Decimal("9.75"))]

    assert score_rfm(customers_of(rows), n_groups=3)["m_score"].tolist() == [1, 3, 2]
