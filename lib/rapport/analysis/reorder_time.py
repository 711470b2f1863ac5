"""The time to a customer's next order, and the days of silence that it makes churn.

Observed gaps alone are too short: the long ones are those not over yet. So the last gap of every
customer is counted as one that is still being watched (Kaplan-Meier).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.survival import SurvivalCurve, fit_survival
from rapport.analysis.survival_reading import survival_at

YEAR, STEP, SHARE = 365, 30, 0.9


@dataclass(frozen=True)
class ReturnTime:
    """How long customers take to come back, and what that says of the days to churn.

    `within_year` is the share back within a year, `most_days` the day by which nine in ten of
    those were back, `days` the first multiple of 30 not below it. All are None, with a `reason`,
    where nobody was watched for a year ("short") or nobody came back ("nobody").
    """

    curve: SurvivalCurve
    within_year: float | None
    most_days: int | None
    days: int | None
    reason: str | None = None


def fit_return_time(gaps: pd.DataFrame, *, confidence: float = 0.95) -> ReturnTime:
    """Fit the time to the next order and find the days of silence after which few come back.

    Parameters
    ----------
    gaps : `lifecycle_gaps`: `duration_days`, `event_observed`, `n`

    Examples
    --------
    >>> gaps = pd.DataFrame({"duration_days": [20, 100, 365], "event_observed": [True, True, False],
    ...                      "n": [80, 10, 10]})
    >>> found = fit_return_time(gaps)
    >>> round(found.within_year, 2), found.most_days, found.days
    (0.9, 100, 120)
    """
    curve = fit_survival(gaps.rename(columns={"duration_days": "duration"}), confidence=confidence)
    at = survival_at(curve, [YEAR])
    if not bool(at["is_observed"].iloc[0]):
        return ReturnTime(curve, None, None, None, "short")
    within = 1 - float(at["survival"].iloc[0])
    if within <= 0:
        return ReturnTime(curve, None, None, None, "nobody")
    back = 1 - curve.points["survival"].to_numpy(float)
    # A share that is nine in ten exactly may lie a rounding below it.
    first = int(np.argmax(back >= SHARE * within - 1e-12))
    day = int(curve.points["time"].iloc[first])
    return ReturnTime(curve, within, day, -(-day // STEP) * STEP)
