from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.analysis.spend_bands import choose_edges, list_bands, measure_bands


def customers(*spent, n_orders=1):
    amounts = [Decimal(str(amount)) for amount in spent]
    return pd.DataFrame({"total_spend": amounts, "gross": amounts, "n_orders": n_orders})


def bands(*spent, min_n=2, spend="net"):
    return measure_bands(customers(*spent), spend=spend, currency="GBP", min_n=min_n)


def ends(found):
    return [
        tuple(None if end is None else int(end) for end in pair)
        for pair in zip(found.table["low"], found.table["high"], strict=True)
    ]


def test_bands_begin_at_round_amounts_and_hold_those_who_spent_just_that():
    found = bands(3, 4, "19.99", "20.00", 30, 45, 60, 80)

    assert ends(found) == [(None, 20), (20, 50), (50, None)]
    assert found.table["customers"].tolist() == [3, 3, 2]
    assert found.table["spend"].tolist() == [Decimal("26.99"), Decimal("95.00"), Decimal(140)]
    assert found.table["per_customer"].tolist()[2] == 70


def test_a_band_of_too_few_goes_with_the_one_below():
    found = bands(3, 4, 30, 45, 900)

    assert ends(found) == [(None, 20), (20, None)]


def test_whoever_returned_more_than_he_bought_is_in_the_lowest():
    found = bands(-5, 0, 3, 4, 30, 45)

    assert found.table["customers"].tolist()[0] == 2 + 2
    assert found.table["spend"].tolist()[0] == 2


def test_the_sentence_names_the_band_of_most_customers_and_the_one_that_brings_most():
    found = bands(3, 4, 4, 30, 45)

    values = {one.name: one.value for one in found.measured}
    assert list_bands(found) == ["two"]
    assert (values["bands.most.customers"], values["bands.richest.customers"]) == (3, 2)
    assert values["bands.richest.share_spend"] == pytest.approx(75 / 86)
    assert list_bands(bands(3, 4, 30, 40, 45)) == ["one"]


@pytest.mark.parametrize(
    ("spent", "outcome"),
    [((), "few"), ((1, 2, 3), "few"), ((7, 7, 7, 7), "alike"), ((-1, -2, 0, 0), "alike"),
     ((0.1, 0.2, 0.3, 0.4), "alike")],
)  # fmt: skip
def test_customers_too_few_or_all_alike_have_no_bands(spent, outcome):
    found = bands(*spent)

    assert (found.outcome, len(found.table), list_bands(found)) == (outcome, 0, [])


def test_a_unit_that_knows_no_customer_has_no_bands():
    assert measure_bands(None, spend="net", currency="GBP").outcome == "few"


def test_a_sum_of_nothing_has_no_shares_and_no_sentence():
    found = bands(-500, -40, 30, 45)

    assert found.table["share_spend"].isna().all()
    assert list_bands(found) == []


@given(st.lists(st.decimals(-100, 10**7, places=2), min_size=4, max_size=60), st.integers(2, 9))
def test_every_customer_is_in_one_band_of_enough_and_the_sums_are_exact(spent, min_n):
    found = bands(*spent, min_n=min_n)

    if found.outcome == "ok":
        assert found.table["customers"].min() >= min_n
        assert 2 <= len(found.table) <= 7
        assert found.table["customers"].sum() == len(spent)
        assert sum(found.table["spend"]) == sum(spent)


def test_amounts_that_spread_far_give_seven_bands_at_most():
    edges = choose_edges(np.geomspace(1, 10**9, 4000), min_n=30)

    assert len(edges) == 6
