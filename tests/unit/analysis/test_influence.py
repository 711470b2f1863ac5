from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.analysis.influence import customer_changes, share_of_largest
from support import table


def decimals(*values):
    return pd.Series([Decimal(value) for value in values], dtype=object)


def test_a_customer_who_makes_more_than_a_tenth_of_a_rise_is_notable():
    assert share_of_largest(decimals(11, *[1] * 89)).is_notable
    assert not share_of_largest(decimals(10, *[1] * 90)).is_notable


def test_of_a_fall_the_largest_is_the_one_who_fell_most():
    largest = share_of_largest(decimals(-60, 30, -70))

    assert largest.amount == -70
    assert largest.share == 0.7


def test_where_others_moved_the_other_way_the_share_passes_one():
    assert share_of_largest(decimals(150, -100)).share == 3


@pytest.mark.parametrize("values", [[], [0], [5, -5]])
def test_no_change_has_no_largest_part(values):
    assert share_of_largest(decimals(*values)) is None


@given(values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_the_largest_part_is_at_least_an_equal_share(values):
    largest = share_of_largest(decimals(*values))

    if largest is not None:
        assert largest.share >= 1 / len(values) - 1e-12


def test_changes_of_customers_are_now_less_then():
    rows = table(
        """
        window     customer_id  net
        current    stays        9
        previous   stays        4
        current    comes        5
        previous   leaves       3
        last_year  stays        100
        """
    )
    rows["net"] = [Decimal(amount) for amount in rows["net"]]

    changes = customer_changes(rows)

    assert changes.to_dict() == {"comes": 5, "leaves": -3, "stays": 5}


def test_changes_of_nobody_are_none():
    nobody = pd.DataFrame({"window": [], "customer_id": [], "net": []})

    assert len(customer_changes(nobody)) == 0
