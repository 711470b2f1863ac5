"""Mix and rate: the parts that were planted lie in their intervals, and a pair is found."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from tests.planted.planted import MOST_FALSE, SEEDS, check_coverage, count_where

from rapport.analysis.mix_study import study_mix

N = 1200
# Of two tiers: the share of gold then and now, and the mean spend of standard and of gold.
GOLD = (0.6, 0.3)
THEN, NOW = (20.0, 80.0), (25.0, 95.0)


def customers(seed, *, gold=GOLD, then=THEN, now=NOW):
    """Draw both periods; two thirds of those who bought now had bought then, and spend alike."""
    random = np.random.default_rng(seed)
    habits = random.lognormal(-0.18, 0.6, N + N // 3)
    parts = []
    for is_now, share, means in ((False, gold[0], then), (True, gold[1], now)):
        tier = random.random(N) < share
        kind = np.where(tier, "gold", "standard")
        noise = random.lognormal(-0.045, 0.3, N)
        first = N // 3 if is_now else 0
        spent = np.where(tier, means[1], means[0]) * habits[first : first + N] * noise
        parts.append(
            pd.DataFrame(
                {"customer_id": [f"c{first + k}" for k in range(N)], "is_now": is_now, "counts": 1,
                 "loyalty_tier": kind, "value": [Decimal(repr(round(float(x), 2))) for x in spent]}
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def planted():
    """Give the parts that the plan has, by the definition."""
    weights = [np.array([1 - share, share]) for share in GOLD]
    rates = [np.array(means) for means in (THEN, NOW)]
    mix = ((weights[1] - weights[0]) * (rates[0] + rates[1]) / 2).sum()
    rate = ((weights[0] + weights[1]) / 2 * (rates[1] - rates[0])).sum()
    return float(mix), float(rate)


@pytest.mark.parametrize(("part", "truth"), list(zip(("mix", "rate"), planted(), strict=True)))
def test_a_part_lies_in_its_interval(part, truth):
    check_coverage(lambda seed: study_mix(customers(seed)).bounds["loyalty_tier"][part].ends, truth)


def test_a_pair_whose_groups_rise_while_the_whole_falls_is_found():
    assert count_where(lambda seed: study_mix(customers(seed)).outcome == "simpson") >= 0.9 * len(
        SEEDS
    )


def test_where_nothing_moved_a_pair_is_rarely_claimed():
    def happens(seed):
        found = study_mix(customers(seed, gold=(0.5, 0.5), then=THEN, now=THEN))
        return found.outcome in {"simpson", "outweighed"}

    assert count_where(happens) <= MOST_FALSE
