"""Drivers of satisfaction, scores and weights lie in their printed intervals; decoys are none."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.planted.planted import MOST_FALSE, SEEDS, check_coverage, count_where

from rapport.analysis.drivers import find_drivers
from rapport.analysis.nonresponse import weight_score
from rapport.analysis.nps import compare_scores, score_nps

# As the sample's surveys are drawn: four drivers, two that one mood ties to them.
EFFECTS = {"s_a": 0.8, "s_b": 0.5, "s_c": 0.35, "s_d": 0.2, "s_e": 0.0, "s_f": 0.0}
CUTS = (-3.0, -1.8, -0.5, 1.3)


@cache
def drivers_of(seed, n=1_200):
    random = np.random.default_rng(seed)
    mood = random.normal(size=n)
    felt = 0.55 * mood[:, None] + 0.84 * random.normal(size=(n, len(EFFECTS)))
    scores = np.digitize(felt, [-1.7, -1.0, -0.2, 0.8]) + 1
    liking = (scores - 3) @ np.array(list(EFFECTS.values())) + random.logistic(size=n)
    answers = pd.DataFrame(scores, columns=list(EFFECTS)).assign(
        csat=np.digitize(liking, CUTS) + 1, nps=None
    )
    return find_drivers(answers).table.set_index("attribute")


@pytest.mark.parametrize("name", EFFECTS)
def test_a_planted_coefficient_lies_in_its_interval(name):
    check_coverage(
        lambda seed: tuple(drivers_of(seed).loc[name, ["low", "high"]].astype(float)), EFFECTS[name]
    )


def test_a_strong_driver_is_always_found_and_ranks_first():
    for seed in SEEDS:
        assert drivers_of(seed)["is_driver"]["s_a"]
        assert drivers_of(seed).index[0] == "s_a"


def test_what_has_no_effect_has_a_share_and_is_hardly_ever_called_a_driver():
    false = [count_where(lambda seed, name=name: bool(drivers_of(seed)["is_driver"][name]))
             for name in ("s_e", "s_f")]  # fmt: skip

    assert max(false) <= MOST_FALSE
    assert min(drivers_of(seed)["share"][["s_e", "s_f"]].min() for seed in SEEDS) > 0


def test_one_coefficient_holds_for_all_grades_where_it_was_planted_so():
    assert count_where(lambda seed: not bool(drivers_of(seed)["is_even"].all())) <= MOST_FALSE


def draw_scores(seed, n, chances=(0.3, 0.3, 0.4)):
    random = np.random.default_rng(seed)
    return pd.Series(random.choice([3, 8, 10], size=n, p=chances))


@pytest.mark.parametrize("n", [30, 200])
def test_a_score_lies_in_its_interval(n):
    def ends(seed):
        score = score_nps(draw_scores(seed, n))
        return score.low, score.high

    check_coverage(ends, 10.0)


def counts_of(scores):
    return (int((scores < 7).sum()), int((scores == 8).sum()), int((scores == 10).sum()))


def test_two_waves_alike_are_hardly_ever_told_apart():
    def is_told(seed):
        one, other = draw_scores(seed, 60), draw_scores(10_000 + seed, 60)
        found = compare_scores(counts_of(one), counts_of(other))
        return not found.low <= 0 <= found.high

    assert count_where(is_told) <= MOST_FALSE


@cache
def weighted_of(seed, n=1_500):
    """The loyal answer four times as often and promote; the score of all asked is 10."""
    random = np.random.default_rng(seed)
    is_loyal = np.arange(n) % 2 == 0
    loyal, other = (0.1, 0.2, 0.7), (0.5, 0.4, 0.1)
    nps = np.where(is_loyal, random.choice([3, 8, 10], size=n, p=loyal),
                   random.choice([3, 8, 10], size=n, p=other))  # fmt: skip
    heard = random.random(n) < np.where(is_loyal, 0.6, 0.15)
    names = np.array([f"c{i:05}" for i in range(n)])
    invited = pd.DataFrame({"customer_id": names, "segment": np.where(is_loyal, "loyal", "new")})
    answers = pd.DataFrame({"customer_id": names[heard], "nps": nps[heard]})
    return weight_score(answers, invited, least=10)


def test_the_weighted_score_holds_that_of_all_asked_where_groups_answer_unevenly():
    check_coverage(lambda seed: (weighted_of(seed).score.low, weighted_of(seed).score.high), 10.0)


def test_the_plain_score_does_not_and_so_the_weighted_one_leads():
    for seed in SEEDS:
        assert weighted_of(seed).plain.low > 10
        assert weighted_of(seed).leads
