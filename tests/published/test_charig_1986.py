"""Simpson's paradox in medicine: successes of two treatments of kidney stones, by their size.

Charig, C. R., Webb, D. R., Payne, S. R. & Wickham, J. E. A. (1986), British Medical Journal 292,
879-882; told as the paradox by Julious, S. A. & Mullee, M. A. (1994), BMJ 309, 1480-1481.
"""

import pandas as pd
import pytest

from published.reference_data import assert_as_printed
from rapport.analysis.mix_rate import split_change

STONES = pd.DataFrame(
    {"n_then": [270, 80], "total_then": [234, 55], "n_now": [87, 263], "total_now": [81, 192]},
    index=["under 2 cm", "2 cm and over"],
)


@pytest.fixture(scope="module")
def split():
    return split_change(STONES)


@pytest.mark.parametrize(("name", "printed"), [("then", "83"), ("now", "78")])
def test_success_of_keyhole_and_of_open_surgery(split, name, printed):
    assert_as_printed(100 * getattr(split, name), printed)


@pytest.mark.parametrize(
    ("stone", "name", "printed"),
    [
        ("under 2 cm", "rate_then", "87"),
        ("under 2 cm", "rate_now", "93"),
        ("2 cm and over", "rate_then", "69"),
        ("2 cm and over", "rate_now", "73"),
    ],
)
def test_success_by_size_of_the_stone(split, stone, name, printed):
    assert_as_printed(100 * split.groups.loc[stone, name], printed)


def test_the_treatment_that_is_better_at_both_sizes_is_worse_in_all(split):
    assert split.pair == "simpson"
    assert split.rate > 0 > split.change
