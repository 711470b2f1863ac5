"""Shifted beta-geometric on the High End cohort: 1,000 customers, years 0 to 7, projected to 12.

Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1),
76-90.
"""

import numpy as np
import pandas as pd
import pytest

from published.reference_data import assert_as_printed, find
from rapport.analysis.sbg import fit_sbg, project_survival


@pytest.fixture(scope="module")
def fitted():
    cohort = pd.read_csv(find("sbg_retention/sbg_survivors.csv")).query("cohort == 'highend'")
    there = cohort["survivors"].to_numpy()[:8]
    periods = [*range(1, 8), 7]
    return fit_sbg(periods, [True] * 7 + [False], [*-np.diff(there), there[-1]])


@pytest.mark.parametrize(("name", "printed"), [("alpha", ".668"), ("beta", "3.806")])
def test_parameters(fitted, name, printed):
    assert_as_printed(getattr(fitted, name), printed)


def test_log_likelihood(fitted):
    assert_as_printed(fitted.log_likelihood, "-1611.2")
    assert fitted.gradient < 1e-3


def test_the_share_projected_to_be_there_in_each_later_year(fitted):
    projected = 100 * project_survival(fitted, range(8, 13))

    for share, printed in zip(projected, ["46.0", "43.6", "41.4", "39.5", "37.8"], strict=True):
        assert_as_printed(share, printed)
