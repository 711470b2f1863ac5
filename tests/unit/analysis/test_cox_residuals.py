import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from rapport.analysis import cox
from rapport.analysis.cox import Covariates, fit_cox
from rapport.analysis.cox_residuals import scale_residuals


@pytest.fixture(scope="module")
def spells():
    rng = np.random.default_rng(7)
    return pd.DataFrame({
        "duration": rng.integers(1, 15, 300).astype(float), "event_observed": rng.random(300) < 0.5,
        "spend": rng.normal(0, 1, 300), "plan": (rng.random(300) < 0.3).astype(float),
    })  # fmt: skip


def test_residuals_are_those_of_lifelines_with_many_ties(spells):
    fitter = CoxPHFitter().fit(spells, "duration", "event_observed")

    ours = scale_residuals(fitter, spells).sort_index()

    theirs = fitter.compute_residuals(spells, kind="scaled_schoenfeld").sort_index()
    assert ours.index.tolist() == theirs.index.tolist()
    np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=1e-9, atol=1e-9)


def test_the_test_of_proportional_hazards_is_the_same_for_many_rows(spells, monkeypatch):
    few = fit_cox(spells, Covariates(("spend", "plan"))).table
    monkeypatch.setattr(cox, "MANY", 0)
    many = fit_cox(spells, Covariates(("spend", "plan"))).table

    np.testing.assert_allclose(many["schoenfeld_p"], few["schoenfeld_p"], rtol=1e-9)
