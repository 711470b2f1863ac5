import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import special

from rapport.analysis.risk_checks import (
    compare_auc,
    estimate_auc,
    estimate_slope,
    find_shift,
    group_by_risk,
    measure_quality,
)


@pytest.fixture
def drawn():
    """Labels drawn from the logits themselves: risks that are true."""
    rng = np.random.default_rng(6)
    logits = rng.normal(-0.5, 1.2, 3_000)
    return (rng.random(3_000) < special.expit(logits)).astype(int), logits


def test_the_area_is_the_share_of_pairs_in_the_right_order_and_ties_count_half():
    labels, scores = np.array([1, 1, 0, 0, 0]), np.array([3.0, 1.0, 2.0, 1.0, 0.0])

    pairs = itertools.product(scores[labels == 1], scores[labels == 0])
    share = np.mean([(hit > other) + (hit == other) / 2 for hit, other in pairs])
    assert estimate_auc(labels, scores).value == pytest.approx(share)


def test_the_interval_is_delongs():
    labels, scores = np.array([1, 1, 0, 0]), np.array([0.8, 0.35, 0.4, 0.1])

    auc = estimate_auc(labels, scores)

    # components: hits 1 and .5, others .5 and 1; each has variance .125
    half = 1.959963984540054 * np.sqrt(0.125 / 2 + 0.125 / 2)
    assert auc.low == pytest.approx(0.75 - half)
    assert auc.high == 1


def test_a_model_compared_with_itself_has_no_advantage(drawn):
    labels, logits = drawn

    none = compare_auc(labels, logits, logits)

    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_a_model_with_noise_is_worse_beyond_doubt(drawn):
    labels, logits = drawn
    noisy = logits + np.random.default_rng(1).normal(0, 2, len(logits))

    worse = compare_auc(labels, logits, noisy)

    assert worse.high < 0
    single = estimate_auc(labels, logits), estimate_auc(labels, noisy)
    assert worse.value == pytest.approx(single[1].value - single[0].value)


def test_true_risks_have_slope_one_and_need_no_shift(drawn):
    labels, logits = drawn

    slope = estimate_slope(labels, logits)

    assert slope.low < 1 < slope.high
    assert find_shift(labels, logits) == pytest.approx(0, abs=0.1)


def test_risks_twice_as_extreme_have_slope_one_half(drawn):
    labels, logits = drawn

    half, whole = estimate_slope(labels, 2 * logits), estimate_slope(labels, logits)

    assert half.value == pytest.approx(whole.value / 2, rel=1e-4)


def test_a_shift_makes_the_mean_risk_the_share_observed(drawn):
    labels, logits = drawn

    shift = find_shift(labels, logits + 3)

    assert special.expit(logits + 3 + shift).mean() == pytest.approx(labels.mean())
    assert find_shift(labels, logits + 3 + shift) == 0


@pytest.mark.parametrize("logits", [[0, 0, 0, 0], [1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 2, 3]])
def test_a_slope_that_has_no_best_value_is_none(logits):
    assert estimate_slope(np.array([0, 0, 1, 1]), np.array(logits, dtype=float)) is None


def test_ten_groups_of_rising_risk_hold_everybody_once(drawn):
    labels, logits = drawn

    groups = group_by_risk(labels, logits)

    assert groups["n"].tolist() == [300] * 10
    assert groups["n_events"].sum() == labels.sum()
    assert groups["predicted"].is_monotonic_increasing


def test_customers_of_equal_risk_share_a_group():
    labels = np.tile([0, 1], 50)

    assert group_by_risk(labels, np.zeros(100))["n"].tolist() == [100]


def test_lift_and_capture_are_of_the_tenth_of_highest_risk():
    labels = np.array([1, 1] + [0] * 10 + [1, 1, 0, 0, 0, 0, 0, 0])
    logits = np.linspace(2, -2, 20)

    found = measure_quality(labels, logits, order_keys=pd.Series(range(20)))

    assert (found.n, found.n_events, found.n_top) == (20, 4, 2)
    assert found.lift == pytest.approx(5)
    assert found.capture == pytest.approx(0.5)
    assert found.base_brier == pytest.approx(0.16)


def test_ties_at_the_top_go_by_the_key_and_not_by_the_row():
    labels, keys = np.array([0] * 10 + [1] * 10), pd.Series(range(20))
    order = np.random.default_rng(3).permutation(20)

    one = measure_quality(labels, np.zeros(20), order_keys=keys)
    other = measure_quality(labels[order], np.zeros(20), order_keys=keys.iloc[order])

    assert one == other
    assert one.capture == 0


def test_shuffled_rows_change_nothing(drawn):
    labels, logits = drawn
    order = np.random.default_rng(5).permutation(len(labels))

    pd.testing.assert_frame_equal(
        group_by_risk(labels, logits), group_by_risk(labels[order], logits[order])
    )
