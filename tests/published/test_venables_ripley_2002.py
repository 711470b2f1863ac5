"""Satisfaction with housing in Copenhagen: 1,681 residents, three grades, an ordered logit.

Venables, W. N. & Ripley, B. D. (2002), Modern Applied Statistics with S, 4th ed., 7.3; the data are
those of Madsen, M. (1976), Scandinavian Journal of Statistics 3, 97-106.
"""

import pandas as pd
import pytest

from published.reference_data import assert_as_printed
from rapport.analysis.ordered_logit import fit_ordered_logit

# Low, medium, high satisfaction; rows are influence low, medium, high within each type of housing.
COUNTS = {
    ("tower", "low"): "21 21 28 34 22 36 10 11 36",
    ("apartment", "low"): "61 23 17 43 35 40 26 18 54",
    ("atrium", "low"): "13 9 10 8 8 12 6 7 9",
    ("terrace", "low"): "18 6 7 15 13 13 7 5 11",
    ("tower", "high"): "14 19 37 17 23 40 3 5 23",
    ("apartment", "high"): "78 46 43 48 45 86 15 25 62",
    ("atrium", "high"): "20 23 20 10 22 24 7 10 21",
    ("terrace", "high"): "57 23 13 31 21 13 5 6 13",
}
PRINTED = [
    ("influence_medium", ".566", ".10465"),
    ("influence_high", "1.289", ".12716"),
    ("apartment", "-.572", ".11924"),
    ("atrium", "-.366", ".15517"),
    ("terrace", "-1.091", ".15149"),
    ("contact_high", ".360", ".09554"),
]


@pytest.fixture(scope="module")
def fitted():
    rows = []
    for (housing, contact), counts in COUNTS.items():
        for place, n in enumerate(int(count) for count in counts.split()):
            influence, grade = divmod(place, 3)
            row = {
                "influence_medium": influence == 1, "influence_high": influence == 2,
                "apartment": housing == "apartment", "atrium": housing == "atrium",
                "terrace": housing == "terrace", "contact_high": contact == "high",
            }  # fmt: skip
            rows += [{**row, "grade": grade}] * n
    residents = pd.DataFrame(rows)
    assert len(residents) == 1_681
    return fit_ordered_logit(residents.drop(columns="grade").astype(float), residents["grade"])


@pytest.mark.parametrize(("name", "coefficient", "error"), PRINTED)
def test_coefficients_and_their_errors(fitted, name, coefficient, error):
    row = fitted.table.set_index("attribute").loc[name]

    assert_as_printed(row["coefficient"], coefficient)
    # R prints errors from a numeric Hessian: they agree to the fourth decimal.
    assert row["se"] == pytest.approx(float(error), abs=1e-4)


@pytest.mark.parametrize(("place", "printed"), [(0, "-.496"), (1, ".691")])
def test_limits_of_the_grades(fitted, place, printed):
    assert_as_printed(fitted.cuts[place], printed)


def test_the_residual_deviance(fitted):
    assert_as_printed(-2 * fitted.log_likelihood, "3479.149")
