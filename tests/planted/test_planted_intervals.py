"""Intervals of known shares, means, medians, rates and concentrations hold them."""

import numpy as np
import pytest
from scipy import stats
from tests.planted.planted import MOST_FALSE, check_coverage, count_where

from rapport.analysis.change import compare_shares
from rapport.analysis.concentration import gini_interval, share_of_top_interval
from rapport.analysis.drift import score_shift
from rapport.analysis.intervals import (
    clustered_share,
    newcombe,
    poisson_rate,
    quantile_interval,
    ratio_of_sums,
    welch,
    wilson,
)

SIGMA = 0.8  # of the logarithm of spend, as in shops whose top fifth brings half


def draw(seed):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("n", "share"), [(40, 0.1), (300, 0.05), (3000, 0.7)])
def test_a_planted_share_lies_in_wilsons_interval(n, share):
    check_coverage(lambda seed: wilson(int(draw(seed).binomial(n, share)), n).ends, share)


def test_a_planted_difference_lies_in_newcombes_interval():
    def interval(seed):
        random = draw(seed)
        one, two = random.binomial(250, 0.30), random.binomial(400, 0.22)
        return newcombe(int(one), 250, int(two), 400).ends

    check_coverage(interval, 0.08)


def test_equal_shares_are_rarely_called_a_change():
    def is_called(seed):
        one, two = draw(seed).binomial(500, 0.09, size=2)
        return compare_shares((int(one), 500), (int(two), 500)).case in ("up", "down")

    assert count_where(is_called) <= MOST_FALSE


def test_a_planted_average_order_lies_in_the_bootstraps_interval():
    def interval(seed):
        random = draw(seed)
        orders = 1 + random.poisson(1.5, size=400)
        net = orders * random.lognormal(3.0, SIGMA, size=400)
        return ratio_of_sums(net, orders).ends

    check_coverage(interval, float(np.exp(3.0 + SIGMA**2 / 2)))


def test_a_planted_share_of_person_months_lies_in_the_interval_by_customers():
    def interval(seed):
        random = draw(seed)
        habits = random.beta(2, 6, size=300)  # each customer's own share, a quarter on average
        return clustered_share(random.binomial(12, habits), [12] * 300, seed=seed).ends

    check_coverage(interval, 0.25)


def test_a_planted_median_lies_between_order_statistics():
    def interval(seed):
        return quantile_interval(draw(seed).exponential(30.0, size=150)).ends

    check_coverage(interval, 30.0 * float(np.log(2)))


def test_a_planted_difference_of_means_lies_in_welchs_interval():
    def interval(seed):
        random = draw(seed)
        return welch(random.normal(50, 20, 80), random.normal(44, 8, 200)).ends

    check_coverage(interval, 6.0)


def test_a_planted_rate_lies_in_garwoods_interval():
    check_coverage(lambda seed: poisson_rate(int(draw(seed).poisson(12.0)), 6.0).ends, 2.0)


def test_a_planted_concentration_lies_in_its_interval():
    top = float(stats.norm.cdf(SIGMA - stats.norm.ppf(0.8)))
    gini = float(2 * stats.norm.cdf(SIGMA / np.sqrt(2)) - 1)

    def spend(seed):
        return draw(seed).lognormal(4.0, SIGMA, size=1_000)

    check_coverage(lambda seed: share_of_top_interval(spend(seed)).ends, top)
    check_coverage(lambda seed: gini_interval(spend(seed)).ends, gini)


def test_equal_mixes_are_rarely_called_a_shift():
    mix = [0.5, 0.3, 0.15, 0.05]

    def is_called(seed):
        random = draw(seed)
        before, now = random.multinomial(2000, mix), random.multinomial(2000, mix)
        return score_shift(before.tolist(), now.tolist()).p <= 0.05

    assert count_where(is_called) <= MOST_FALSE
