import numpy as np
import pandas as pd
import pytest

from rapport.analysis.families import adjust_p_values


def test_each_p_value_is_raised_by_the_number_of_tests_over_its_rank():
    adjusted = adjust_p_values(pd.Series([0.01, 0.5, 0.02, 0.04], index=list("abcd")))

    assert adjusted.to_dict() == pytest.approx({"a": 0.04, "b": 0.5, "c": 0.04, "d": 0.16 / 3})


def test_a_smaller_p_value_never_gets_a_larger_adjusted_one():
    adjusted = adjust_p_values(pd.Series([0.03, 0.031]))

    assert adjusted.tolist() == [0.031, 0.031]


def test_a_test_that_was_not_made_counts_for_nothing():
    adjusted = adjust_p_values(pd.Series([0.02, np.nan, 0.04]))

    assert adjusted.isna().tolist() == [False, True, False]
    assert adjusted.iloc[0] == 0.04


def test_no_adjusted_value_exceeds_one_and_no_tests_give_none():
    assert adjust_p_values(pd.Series([0.9, 0.8])).max() <= 1
    assert adjust_p_values(pd.Series([], dtype=float)).empty
