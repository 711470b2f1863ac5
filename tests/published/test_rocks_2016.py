"""The variance of a net promoter score, on the small cases that are worked out by hand.

Rocks, B. (2016), Interval estimation for the net promoter score, The American Statistician 70,
365-372: with the share of promoters p and of detractors d, the variance of an answer is
p + d - (p - d)^2.
"""

import numpy as np
import pandas as pd
import pytest

from published.reference_data import assert_as_printed
from rapport.analysis.nps import score_nps, spread_nps


@pytest.mark.parametrize(
    ("answers", "score", "variance", "error"),
    [
        ([0, 7, 7, 9, 9, 9], 1 / 3, 5 / 9, ".304"),
        ([1, 9], 0, 1, ".707"),
        ([0, 7, 9], 0, 2 / 3, ".471"),
        # Eight is no promoter.
        ([0, 8, 9], 0, 2 / 3, ".471"),
    ],
)
def test_small_cases(answers, score, variance, error):
    found = score_nps(pd.Series(answers))

    counts = np.array(
        [
            sum(a <= 6 for a in answers),
            sum(6 < a < 9 for a in answers),
            sum(a >= 9 for a in answers),
        ]
    )
    assert found.value == pytest.approx(100 * score)
    assert found.low < found.value < found.high
    assert spread_nps(counts) == pytest.approx(variance)
    assert_as_printed(np.sqrt(spread_nps(counts) / len(answers)), error)


def test_the_interval_holds_the_score_and_stays_on_the_scale():
    everyone = score_nps(pd.Series([10] * 25))

    assert everyone.low < 100
    assert everyone.high == 100
    assert score_nps(pd.Series([None, None], dtype=float)) is None
