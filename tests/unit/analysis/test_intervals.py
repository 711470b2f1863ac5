from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rapport.analysis.intervals import (
    clustered_share,
    mean_interval,
    newcombe,
    poisson_rate,
    quantile_interval,
    ratio_of_sums,
    welch,
    wilson,
)
from rapport.errors import DataError

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_score_intervals_of_a_share_as_printed(k, n, low, high):
    assert wilson(k, n).ends == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_intervals_of_a_difference_of_shares_as_printed(counts, low, high):
    assert newcombe(*counts).ends == pytest.approx((low, high), abs=5e-5)


@given(counts=COUNTS, confidence=CONFIDENCE)
@settings(deadline=None, max_examples=80)
def test_an_interval_of_a_share_holds_it_and_stays_between_0_and_1(counts, confidence):
    k, n = counts

    interval = wilson(k, n, confidence=confidence)

    assert 0 <= interval.low <= k / n <= interval.high <= 1


@given(counts=COUNTS)
@settings(deadline=None, max_examples=50)
def test_a_share_and_its_complement_have_mirrored_intervals(counts):
    k, n = counts

    one, other = wilson(k, n), wilson(n - k, n)

    assert one.ends == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)


@given(one=COUNTS, two=COUNTS)
@settings(deadline=None, max_examples=50)
def test_a_difference_turned_round_has_the_interval_turned_round(one, two):
    forward, backward = newcombe(*one, *two), newcombe(*two, *one)

    assert forward.ends == pytest.approx((-backward.high, -backward.low), abs=1e-12)
    assert forward.holds(one[0] / one[1] - two[0] / two[1])


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_counts_that_make_no_share_are_refused(k, n):
    with pytest.raises(DataError, match=f"share: {k} of {n} is no share"):
        wilson(k, n)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    # Garwood, F. (1936), Biometrika 28, 437-442, table of 95 % limits.
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_exact_limits_of_a_rate_as_printed(events, low, high):
    assert poisson_rate(events, 1).ends == pytest.approx((low, high), abs=5e-4)


def test_a_rate_is_per_unit_of_exposure():
    assert poisson_rate(10, 4).ends == pytest.approx(
        tuple(end / 4 for end in poisson_rate(10, 1).ends)
    )


def test_a_rate_without_exposure_is_refused():
    with pytest.raises(DataError, match="is no rate"):
        poisson_rate(1, 0)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    # Ranks of the 95 % interval of a median: Conover (1999), from the binomial table.
    [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (12, 3, 10), (20, 6, 15), (25, 8, 18)],
)
def test_the_interval_of_a_median_lies_on_values_that_occur(n, low, high):
    assert quantile_interval(range(1, n + 1)).ends == (low, high)


def test_too_few_values_have_no_interval_of_a_median():
    assert quantile_interval([1, 2, 3, 4, 5]) is None
    assert quantile_interval([]) is None


@given(n=st.integers(6, 80), share=st.floats(0.1, 0.9))
@settings(deadline=None, max_examples=60)
def test_intervals_of_quantiles_cover_and_no_narrower_one_does_on_either_side(n, share):
    interval = quantile_interval(range(1, n + 1), share)

    if interval is not None:
        low, high = (int(end) for end in interval.ends)
        below = stats.binom(n, share)
        assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
        assert below.sf(high - 1) <= 0.025 < below.sf(high - 2)


def test_a_difference_of_means_agrees_with_scipy():
    one, two = [12.1, 9.8, 15.5, 11.0, 10.2], [8.0, 9.1, 7.7, 8.8]

    printed = stats.ttest_ind(one, two, equal_var=False).confidence_interval()

    assert welch(one, two).ends == pytest.approx((printed.low, printed.high))


def test_equal_values_have_an_interval_without_width():
    assert welch([2, 2, 2], [1, 1]).ends == (1, 1)
    assert welch([1], [1, 2]) is None


def lognormal(n, seed=1):
    return np.random.default_rng(seed).lognormal(4, 1, n)


def test_a_ratio_of_sums_agrees_with_scipy():
    numerator, denominator = lognormal(120), np.random.default_rng(2).integers(1, 9, 120)

    own = ratio_of_sums(numerator, denominator)
    other = stats.bootstrap(
        (numerator, denominator), lambda x, y, axis: x.sum(axis) / y.sum(axis), paired=True,
        n_resamples=20_000, rng=np.random.default_rng(3), batch=500,
    ).confidence_interval  # fmt: skip

    width = other.high - other.low
    assert own.ends == pytest.approx((other.low, other.high), abs=0.06 * width)


def test_the_linearised_interval_agrees_with_the_bootstrap_where_they_meet():
    small, large = lognormal(5000), lognormal(5001)

    drawn, linear = (
        ratio_of_sums(values, np.ones(len(values))) for values in (small, large)
    )  # fmt: skip

    assert linear.ends == pytest.approx(drawn.ends, rel=0.02)


def test_the_number_of_customers_decides_whether_and_how_an_interval_is_given():
    assert mean_interval(lognormal(29)) is None
    assert mean_interval(lognormal(30)).approximate
    assert mean_interval(lognormal(199)).approximate
    assert not mean_interval(lognormal(200)).approximate


def test_the_order_of_rows_moves_no_end():
    numerator, denominator = lognormal(60), np.arange(60) % 7 + 1
    shuffled = np.random.default_rng(0).permutation(60)

    assert ratio_of_sums(numerator, denominator) == ratio_of_sums(
        numerator[shuffled], denominator[shuffled]
    )


def test_the_same_seed_draws_the_same_interval_and_another_one_another():
    values = lognormal(60)

    assert mean_interval(values, seed=1) == mean_interval(values, seed=1)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_money_may_come_as_decimals():
    amounts = [Decimal("1.25")] * 20 + [Decimal("2.75")] * 20

    assert mean_interval(amounts) == mean_interval([float(amount) for amount in amounts])


def test_customers_who_are_all_equal_have_an_interval_without_width():
    assert ratio_of_sums([6] * 50, [2] * 50).ends == (3, 3)


def test_nothing_to_divide_by_gives_no_interval():
    assert ratio_of_sums([1] * 50, [0] * 50) is None
    assert ratio_of_sums([], []) is None


def test_customers_without_a_denominator_may_be_among_the_rows():
    interval = ratio_of_sums([10] * 40 + [-1] * 40, [1] * 40 + [0] * 40)

    assert interval.low < 9 < interval.high


def test_rows_of_one_customer_are_no_independent_evidence():
    one_row_each = clustered_share([1] * 100 + [0] * 100, [1] * 200)
    ten_rows_each = clustered_share([10] * 100 + [0] * 100, [10] * 200)

    assert ten_rows_each == one_row_each
    assert ten_rows_each.high - ten_rows_each.low > 2.5 * np.ptp(wilson(1000, 2000).ends)


def test_a_clustered_share_of_single_rows_is_near_the_score_interval():
    drawn = clustered_share([1] * 300 + [0] * 700, [1] * 1000)

    assert drawn.ends == pytest.approx(wilson(300, 1000).ends, abs=0.005)


@pytest.mark.parametrize(("k", "whole"), [(0, 0), (9, 1)])
def test_a_share_that_every_customer_shares_is_not_certain(k, whole):
    found = clustered_share([k] * 40 + [0], [9] * 40 + [0])
    assert found.ends == wilson(40 * whole, 40).ends
    assert found.low < found.high


def test_a_clustered_share_without_rows_has_no_interval():
    assert clustered_share([], []) is None
    assert clustered_share([0, 0], [0, 0]) is None
