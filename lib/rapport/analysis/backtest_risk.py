"""The backtest of a churn risk: the model as it was trained, on the window that it had not seen."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rapport.analysis.intervals import wilson
from rapport.analysis.measures import sort_by_key
from rapport.analysis.risk import RiskAssessment, RiskWindows
from rapport.analysis.risk_checks import group_by_risk
from rapport.analysis.risk_choice import read_labels
from rapport.analysis.risk_models import Features, score_logits, take_floats


def review_risk(
    assessed: RiskAssessment | None, windows: RiskWindows, *, features: Features,
    confidence: float = 0.95,
) -> pd.DataFrame | None:  # fmt: skip
    """Group the customers of the test window by the risk that they were given as trained.

    The intercept is not set anew: what it is set by is what happened.

    Parameters
    ----------
    assessed : None for a unit without a model
    windows : the customers of whom it is made
    features : those of the model

    Returns
    -------
    one row per tenth, lowest risk first: `group`, `n`, `n_events`, `predicted` (mean risk),
        `observed`, `low`, `high` (share who left, with its interval); None without a model
    """
    if assessed is None or assessed.contest is None:
        return None
    test = sort_by_key(windows.test)
    model = replace(assessed.contest.model, shift=0.0)
    groups = group_by_risk(read_labels(test), score_logits(model, take_floats(test, features)))
    ends = [
        wilson(int(k), int(n), confidence=confidence).ends
        for k, n in zip(groups["n_events"], groups["n"], strict=True)
    ]
    return groups.assign(low=[low for low, _ in ends], high=[high for _, high in ends])
