"""Three planted rules and a bundle in baskets of very different size: found, and nothing else."""

import numpy as np
import pandas as pd

from planted.planted import MOST_FALSE, SEEDS, count_where
from rapport.analysis.pair_rules import Baskets, Counted, Limits, find_rules

N_ITEMS, N_BASKETS = 120, 4_000
RULES = {(10, 11), (20, 21), (30, 31)}
BUNDLE = {(40, 41), (40, 42), (41, 42)}


def draw_baskets(seed, *, is_planted=True):
    """Draw baskets of one to forty products, the first sold most, liking none; one in 20 has 25.

    A planted rule: of baskets with the first product a third get the second, too. The bundle is
    sold as three in one basket of fifty.
    """
    random = np.random.default_rng(seed)
    weights = 1 / np.sqrt(np.arange(5, N_ITEMS + 5))
    sizes = np.minimum(1 + random.geometric(0.35, N_BASKETS), 40)
    sizes[random.random(N_BASKETS) < 0.05] = 25
    baskets = np.repeat(np.arange(N_BASKETS), sizes)
    held = np.zeros((N_BASKETS, N_ITEMS), dtype=bool)
    held[baskets, random.choice(N_ITEMS, len(baskets), p=weights / weights.sum())] = True
    if is_planted:
        for a, b in sorted(RULES):
            held[:, b] |= held[:, a] & (random.random(N_BASKETS) < 0.33)
        sold = random.random(N_BASKETS) < 0.02
        held[np.ix_(sold, [40, 41, 42])] = True
    return held


def shuffle_baskets(held, seed):
    """Deal the products anew to baskets of the same sizes; one that comes twice counts once."""
    baskets, items = np.nonzero(held)
    dealt = np.zeros_like(held)
    dealt[baskets, np.random.default_rng(seed).permutation(items)] = True
    return dealt


def totals(held):
    sizes = held.sum(axis=1)
    return Baskets(len(held), int(sizes.sum()), int((sizes * (sizes - 1)).sum()))


def count_both(held):
    # As floats, which hold these counts exactly and are multiplied much faster.
    counts = held.astype(np.float32)
    return (counts.T @ counts).astype(np.int64)


def rules_of(held):
    both, both_late = count_both(held), count_both(held[N_BASKETS // 2 :])
    a, b = np.triu_indices(N_ITEMS, 1)
    pairs = pd.DataFrame({"item_a": a + 1, "item_b": b + 1, "n_ab": both[a, b],
                          "n_late": both_late[a, b]})  # fmt: skip
    items = pd.DataFrame({"item_no": np.arange(1, N_ITEMS + 1), "item": range(N_ITEMS),
                          "n_baskets": both.diagonal(),
                          "n_late": both_late.diagonal()})  # fmt: skip
    buyers = pairs[["item_a", "item_b"]].assign(n_customers=pairs["n_ab"])
    whole, last = totals(held), totals(held[N_BASKETS // 2 :])
    rules = find_rules(Counted(pairs, items, buyers, whole, last), Limits())
    return {tuple(sorted((int(r.a), int(r.b)))) for r in rules.itertuples()}


def test_planted_rules_and_the_bundle_are_found_and_no_other_pair():
    found = {seed: rules_of(draw_baskets(seed)) for seed in SEEDS}

    assert all(rules >= RULES | BUNDLE for rules in found.values())
    others = sum(len(rules - RULES - BUNDLE) > 0 for rules in found.values())
    assert others <= MOST_FALSE, [rules - RULES - BUNDLE for rules in found.values()]


def test_plain_lift_would_find_hundreds_in_the_same_baskets():
    held = draw_baskets(0, is_planted=False)
    both = count_both(held)
    a, b = np.triu_indices(N_ITEMS, 1)
    n = both.diagonal()

    lifted = (both[a, b] >= 10) & (both[a, b] * N_BASKETS > 1.2 * n[a] * n[b])

    assert lifted.sum() > 300


def test_shuffled_baskets_keep_no_rule():
    assert count_where(lambda seed: bool(rules_of(shuffle_baskets(draw_baskets(seed), seed)))) <= (
        MOST_FALSE
    )


def test_baskets_without_any_liking_have_no_rule():
    free = count_where(lambda seed: bool(rules_of(draw_baskets(seed, is_planted=False))))

    assert free <= MOST_FALSE
