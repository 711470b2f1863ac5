"""Death rates of the United States, 1970 and 1985, by age and race: rates and composition.

Das Gupta, P. (1993), Standardization and Decomposition of Rates: A User's Manual, U.S. Bureau of
the Census, P23-186, example 5.3. The standardised rates are those that the R package DasGuptR
(King & Matthews 2025) holds its result to, within its own tolerance of .001.
"""

from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.mix_rate import split_change

# Thousands of people, and deaths per thousand: white, then other, by age from under 1 to 85.
PEOPLE_1985 = [
    3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472,
    707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236,
]  # fmt: skip
PEOPLE_1970 = [
    2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315,
    535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117,
]  # fmt: skip
RATES_1985 = """
    9.163 0.462 0.248 0.929 1.084 1.810 4.715 12.187 27.728 64.068 157.570
    17.208 0.738 0.328 1.103 2.045 3.724 8.052 17.812 34.128 68.276 125.161
"""
RATES_1970 = """
    18.469 0.751 0.391 1.146 1.287 2.672 6.636 15.691 34.723 79.763 176.837
    36.993 1.352 0.541 2.040 3.523 6.746 12.967 24.471 45.091 74.902 123.205
"""


@pytest.fixture(scope="module")
def split():
    deaths = [
        [n * Decimal(rate) for n, rate in zip(people, rates.split(), strict=True)]
        for people, rates in ((PEOPLE_1970, RATES_1970), (PEOPLE_1985, RATES_1985))
    ]
    cells = {"n_then": PEOPLE_1970, "total_then": deaths[0], "n_now": PEOPLE_1985,
             "total_now": deaths[1]}  # fmt: skip
    return split_change(pd.DataFrame(cells))


@pytest.mark.parametrize(("name", "printed"), [("standard_then", 10.258), ("standard_now", 8.030)])
def test_rates_at_the_mean_of_both_compositions(split, name, printed):
    assert getattr(split, name) == pytest.approx(printed, rel=1e-3)


def test_people_grew_older_and_less_likely_to_die(split):
    # Age structure 9.907 - 8.385 and race structure 9.156 - 9.136 make up the composition.
    assert float(split.mix) == pytest.approx(1.522 + 0.020, abs=0.002)
    assert float(split.rate) == pytest.approx(8.030 - 10.258, abs=0.002)
