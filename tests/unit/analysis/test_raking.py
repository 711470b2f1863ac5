import numpy as np
import pandas as pd
import pytest

from rapport.analysis.raking import BOUNDS, merge_few, rake


def drawn(seed=0, n=400):
    random = np.random.default_rng(seed)
    asked = pd.DataFrame({
        "segment": random.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
        "channel": random.choice(["web", "store"], n),
    })  # fmt: skip
    chance = asked["segment"].map({"a": 0.6, "b": 0.3, "c": 0.2})
    return asked[random.random(n) < chance], asked


def test_every_margin_is_that_of_those_asked():
    answered, asked = drawn()

    found = rake(answered, asked)

    for name in asked:
        sums = pd.Series(found.weights).groupby(answered[name].to_numpy()).sum()
        assert sums.to_dict() == pytest.approx(asked[name].value_counts().to_dict(), rel=1e-6)
    assert found.is_matched
    assert found.weights.sum() == pytest.approx(len(asked))


def test_the_effective_number_falls_short_of_the_answers_unless_all_weigh_the_same():
    answered, asked = drawn()

    assert rake(answered, asked).effective_n < len(answered)
    assert rake(asked, asked).effective_n == pytest.approx(len(asked))


def test_no_weight_leaves_its_bounds_and_the_sum_stays():
    asked = pd.DataFrame({"segment": ["a"] * 10 + ["b"] * 990})
    answered = asked.iloc[[*range(10), 10]]

    found = rake(answered, asked)

    mean = 1000 / 11
    assert found.weights.max() <= BOUNDS[1] * mean * (1 + 1e-9)
    assert found.weights.min() >= BOUNDS[0] * mean * (1 - 1e-9)
    assert found.weights.sum() == pytest.approx(1000)
    assert not found.is_matched
    assert found.n_trimmed >= 1


def test_a_group_in_which_nobody_answered_is_shared_out():
    asked = pd.DataFrame({"segment": ["a"] * 50 + ["b"] * 30 + ["c"] * 20})

    found = rake(asked.iloc[[0, 1, 50]], asked)

    assert found.weights.sum() == pytest.approx(100)
    assert found.weights.tolist() == pytest.approx([31.25, 31.25, 37.5])


def test_nobody_answered_gives_no_weights():
    assert rake(pd.DataFrame({"segment": []}), pd.DataFrame({"segment": ["a"]})) is None


def test_groups_of_few_answers_are_put_together_until_they_are_enough():
    answered = pd.Series(["a"] * 9 + ["b"] * 3 + ["c"] * 2)
    asked = pd.Series(["a"] * 20 + ["b"] * 10 + ["c"] * 10 + ["d"] * 5)

    one, other = merge_few(answered, asked, least=5)

    assert one.value_counts().to_dict() == {"a": 9, "other": 5}
    assert other.value_counts().to_dict() == {"a": 20, "other": 25}
