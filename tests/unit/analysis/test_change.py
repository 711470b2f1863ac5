from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.analysis.change import compare_ratios, compare_shares, compare_totals, mark_active

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("now", "then", "case"),
    [
        (110, 100, "up"), (90, 100, "down"), (100, 100, "none"), (101, 100, "none"),
        (103, 100, "up"), (97, 100, "down"), (102, 100, "none"), (98, 100, "none"),
        (5, 0, "up"), (0, 0, "none"), (-50, -100, "up"),
        (0, 7, "down"),
    ],
)  # fmt: skip
def test_a_complete_count_moves_if_it_moves_by_the_least_change(now, then, case):
    assert compare_totals(now, then).case == case


def test_money_stays_exact_and_its_relative_change_is_of_what_was():
    change = compare_totals(Decimal("110.0001"), Decimal("100.0000"))

    assert change.absolute == Decimal("10.0001")
    assert change.relative == pytest.approx(0.100001)
    assert (change.low, change.high) == (None, None)


def test_counts_may_come_as_cells_of_a_frame():
    counts = pd.Series([110, 100])

    assert compare_totals(counts[0], counts[1]) == compare_totals(110, 100)
    assert type(compare_totals(counts[0], counts[1]).absolute) is int
    assert type(compare_shares((counts[1], counts[0]), (1, 2)).low) is float


def test_a_rise_from_nothing_has_no_relative_size():
    assert compare_totals(5, 0).relative is None


def test_shares_whose_interval_holds_no_change_are_unclear():
    change = compare_shares((75, 154), (75, 173))

    assert change.low < 0 < change.high
    assert change.case == "unclear"


@pytest.mark.parametrize(
    ("now", "then", "case"),
    [
        ((600, 1000), (400, 1000), "up"), ((400, 1000), (600, 1000), "down"),
        ((505_000, 10**6), (500_000, 10**6), "none"), ((0, 5), (0, 5), "unclear"),
        ((300, 1000), (0, 1000), "up"),
    ],
)  # fmt: skip
def test_a_clear_change_of_shares_must_also_be_large_enough(now, then, case):
    assert compare_shares(now, then).case == case


@pytest.mark.parametrize(("now", "then"), [((0, 0), (1, 5)), ((1, 5), (0, 0))])
def test_shares_of_nobody_are_unclear_without_numbers(now, then):
    change = compare_shares(now, then)

    assert change.case == "unclear"
    assert change.absolute is None


@given(now=COUNTS, then=COUNTS)
@settings(deadline=None, max_examples=60)
def test_up_turned_round_is_down(now, then):
    turned = {"up": "down", "down": "up", "unclear": "unclear", "none": "none"}

    forward = compare_shares(now, then, min_change=0)
    backward = compare_shares(then, now, min_change=0)

    assert backward.case == turned[forward.case]


def periods(now, then):
    rows = [("current", f"c{n}", *pair) for n, pair in enumerate(now)]
    rows += [("previous", f"c{n}", *pair) for n, pair in enumerate(then)]
    return pd.DataFrame(rows, columns=["window", "customer_id", "net", "n_orders"])


def test_a_ratio_of_sums_is_compared_with_its_own():
    change = compare_ratios(periods([(30, 2)] * 40, [(10, 1)] * 40), ratio=("net", "n_orders"))

    assert change.absolute == 5
    assert change.relative == 0.5
    assert change.case == "up"


def test_customers_of_both_windows_are_drawn_with_both():
    # What customers spend differs much, and each spends 1 more than before: little doubt.
    levels = np.random.default_rng(0).lognormal(4, 1, 300)
    same = periods([(level + 1, 1) for level in levels], [(level, 1) for level in levels])
    others = same.assign(customer_id=[f"x{n}" for n in range(len(same))])

    paired = compare_ratios(same, ratio=("net", "n_orders"), min_change=0)
    apart = compare_ratios(others, ratio=("net", "n_orders"), min_change=0)

    assert paired.case == "up"
    assert apart.case == "unclear"


def test_too_few_customers_allow_no_finding():
    change = compare_ratios(periods([(30, 1)] * 9, [(10, 1)] * 9), ratio=("net", "n_orders"))

    assert (change.absolute, change.low, change.case) == (20, None, "unclear")


@pytest.mark.parametrize("rows", [periods([], []), periods([(5, 1)] * 40, [(-5, 0)] * 40)])
def test_a_ratio_without_orders_in_a_window_is_unclear_without_numbers(rows):
    change = compare_ratios(rows, ratio=("net", "n_orders"))

    assert (change.absolute, change.case) == (None, "unclear")


def test_the_order_of_rows_and_the_names_of_customers_move_nothing():
    levels = np.random.default_rng(0).lognormal(4, 1, 100)
    rows = periods([(level + 1, 1) for level in levels], [(level, 2) for level in levels])
    renamed = rows.assign(customer_id="z" + rows["customer_id"]).iloc[::-1]

    assert compare_ratios(rows, ratio=("net", "n_orders")) == compare_ratios(
        renamed, ratio=("net", "n_orders")
    )


def test_active_customers_are_those_who_bought():
    assert mark_active(periods([(5, 2), (-5, 0)], []))["is_active"].tolist() == [1, 0]
