"""Cox's regression of rearrest: 432 released prisoners, 52 weeks.

Rossi, P. H., Berk, R. A. & Lenihan, K. J. (1980), Money, Work and Crime; printed in the
documentation of lifelines (Davidson-Pilon 2019, JOSS 4(40), 1317).
"""

import pytest
from lifelines.datasets import load_rossi

from published.reference_data import assert_as_printed
from rapport.analysis.cox import Covariates, fit_cox

NUMBERS = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


@pytest.fixture(scope="module")
def fit():
    spells = load_rossi().rename(columns={"week": "duration", "arrest": "event_observed"})
    return fit_cox(spells, Covariates(NUMBERS))


@pytest.mark.parametrize(
    ("name", "printed"), [("fin", "-.379422"), ("age", "-.057438"), ("prio", ".091497")]
)
def test_coefficients(fit, name, printed):
    assert_as_printed(fit.table.set_index("covariate").loc[name, "coefficient"], printed)


def test_the_fit(fit):
    assert (fit.n, fit.n_events, fit.penalty) == (432, 114, 0)
    assert_as_printed(fit.log_likelihood, "-658.748")
    assert_as_printed(fit.concordance, ".640")


def test_age_and_work_experience_do_not_keep_their_ratio(fit):
    failing = fit.table.loc[~fit.table["is_proportional"], "covariate"]

    assert failing.tolist() == ["age", "wexp"]
