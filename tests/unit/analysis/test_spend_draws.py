"""Money of an experiment by drawing customers: the same as scipy's, exact where nothing varies."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rapport.analysis.campaign_effects import CampaignRules, Experiment
from rapport.analysis.cuped import Moments
from rapport.analysis.experiment import Arm, compare_arms
from rapport.analysis.spend_draws import add_draws, draw_difference


def collapse(sums):
    values, counts = np.unique(np.round(sums, 2), return_counts=True)
    return pd.DataFrame({"net": values, "n": counts})


def draw_arm(seed, n=600, share=0.15):
    random = np.random.default_rng(seed)
    return np.where(random.random(n) < share, random.lognormal(3, 1, n), 0.0)


def test_the_interval_is_that_of_scipy_which_draws_customer_by_customer():
    one, two = draw_arm(1, share=0.2), draw_arm(2)
    peer = stats.bootstrap(
        (one, two), lambda a, b, axis: a.mean(axis) - b.mean(axis), method="percentile",
        n_resamples=4000, rng=np.random.default_rng(0),
    )  # fmt: skip

    found = draw_difference(collapse(one), collapse(two))

    # Two sets of draws differ by the luck of their tails: a tenth of the interval's width.
    width = peer.confidence_interval.high - peer.confidence_interval.low
    assert found.low == pytest.approx(peer.confidence_interval.low, abs=width / 10)
    assert found.high == pytest.approx(peer.confidence_interval.high, abs=width / 10)


def test_rows_in_another_order_give_the_same_interval():
    one, two = collapse(draw_arm(1)), collapse(draw_arm(2))

    assert draw_difference(one, two) == draw_difference(one.iloc[::-1], two.sample(frac=1))


def test_everybody_alike_leaves_no_width():
    one, two = pd.DataFrame({"net": [5.0], "n": [40]}), pd.DataFrame({"net": [2.0], "n": [60]})

    assert draw_difference(one, two).ends == (3.0, 3.0)


def test_nobody_and_more_sums_than_are_drawn_have_no_interval():
    some = pd.DataFrame({"net": [1.0, 2.0], "n": [3, 4]})
    many = pd.DataFrame({"net": np.arange(5001.0), "n": 1})

    assert draw_difference(some, some.iloc[:0]) is None
    assert draw_difference(some, many) is None


def experiment(spends, variant="mail"):
    arms = []
    for is_control in (0, 1):
        rows = spends[(spends["is_control"] == is_control)]
        sums = np.repeat(rows["net"].to_numpy(float), rows["n"])
        moments = Moments(len(sums), float(sums.sum()), float((sums**2).sum()))
        arms.append(Arm(len(sums), int((sums > 0).sum()), moments))
    return Experiment("c", "Letter", variant, None, arms[0].n, arms[1].n,
                      effect=compare_arms(*arms))  # fmt: skip


def spends_of(treated, control):
    sides = ((treated, "mail", 0), (control, "control", 1))
    parts = [
        collapse(sums).assign(campaign_id="c", variant=name, is_control=held)
        for sums, name, held in sides
    ]
    return pd.concat(parts, ignore_index=True)


def test_an_experiment_without_an_effect_is_not_drawn():
    spends = spends_of(draw_arm(1), draw_arm(2))
    refused = Experiment("c", "Letter", "", "split", 600, 600)

    read, quiet = add_draws([experiment(spends), refused], spends, CampaignRules())

    assert read.drawn.holds(read.effect.money.value)
    assert quiet.drawn is None and not quiet.is_skewed


def test_a_few_large_orders_are_called_so_where_the_draws_disagree_with_welch():
    # Four of four hundred spend a fortune: Welch takes the mean for normal and reaches below 0,
    # while hardly a draw is without any of the four.
    treated = np.r_[np.zeros(396), [1e4, 1e4, 1e4, 9e4]]
    spends = spends_of(treated, np.zeros(400))
    (read,) = add_draws([experiment(spends)], spends, CampaignRules())

    assert not read.effect.money.is_clear
    assert read.drawn.low > 0
    assert read.is_skewed
