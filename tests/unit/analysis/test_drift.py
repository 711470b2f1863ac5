import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.analysis.drift import Shift, grade_shift, score_shift

COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=12)


def test_the_index_adds_differences_of_shares_times_their_log_ratio():
    found = score_shift([500, 300, 200], [300, 300, 400]).index

    # (.3 - .5) ln(.3 / .5) + (.4 - .2) ln(.4 / .2), halves of a row apart.
    by_hand = -0.2 * math.log(0.6) + 0.2 * math.log(2)
    assert found == pytest.approx(by_hand, abs=0.002)


def test_a_part_that_is_empty_in_one_period_has_an_index():
    assert 0 < score_shift([100, 0], [50, 50]).index < 5


def test_an_index_that_chance_reaches_is_steady():
    seed = np.random.default_rng(0)
    tenths = [0.1] * 10
    drawn = [
        score_shift(seed.multinomial(60, tenths), seed.multinomial(60, tenths)) for _ in range(400)
    ]

    # By its size alone two in five would be called an alarm.
    assert np.mean([shift.index >= 0.25 for shift in drawn]) > 0.3
    assert np.mean([grade_shift(s, s.p, min_n=30, fdr=0.05) != "steady" for s in drawn]) < 0.07


def test_many_rows_of_few_customers_prove_little():
    by_rows = score_shift([500, 500], [700, 300])
    by_people = score_shift([500, 500], [700, 300], people=(10, 10))

    assert by_people.index == by_rows.index
    assert by_rows.p < 1e-10 < 0.2 < by_people.p


@pytest.mark.parametrize(
    ("index", "grade"), [(0.099, "steady"), (0.1, "watch"), (0.249, "watch"), (0.25, "alarm")]
)
def test_the_thresholds_belong_to_the_higher_grade(index, grade):
    assert grade_shift(Shift(index, 0.01, 1000, 1000), 0.01, min_n=30, fdr=0.05) == grade


def test_few_rows_are_not_graded():
    assert grade_shift(Shift(2.0, 0.0, 1000, 29), 0.0, min_n=30, fdr=0.05) == "few"


@pytest.mark.parametrize(("before", "now"), [([], []), ([5], [9]), ([0, 0], [1, 2])])
def test_without_two_parts_or_rows_there_is_no_shift(before, now):
    assert score_shift(before, now).index == 0


@given(COUNTS)
def test_the_index_is_never_negative_and_the_same_both_ways(pairs):
    before, now = zip(*pairs, strict=True)

    shift, back = score_shift(before, now), score_shift(now, before)

    assert shift.index >= 0
    assert shift.index == pytest.approx(back.index)
