"""Backtests: predictions made again as of an earlier day, against what has happened since.

A report reads no earlier report, so the prediction is made again from the data up to that day, by
the same method with the same parameters; nothing after the day is seen. A prediction is off if
happened by predicted leaves .8 to 1.25 beyond chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.intervals import wilson

BOUNDS = (0.8, 1.25)
COLUMNS = ("prediction", "unit", "n", "predicted", "happened", "ratio", "low", "high", "verdict")


@dataclass(frozen=True)
class Reviewed:
    """A prediction and what happened.

    `prediction` is a name of `prediction.*`; `n` customers; `low` and `high` are the interval of
    happened by predicted, None where chance is not known: the ratio alone then decides.
    """

    prediction: str
    unit: str
    n: int
    predicted: float
    happened: float
    low: float | None = None
    high: float | None = None


def review_groups(
    groups: pd.DataFrame | None, *, prediction: str, confidence: float = 0.95
) -> list[Reviewed]:
    """Add the groups of a reviewed risk up: how many were to leave, and how many did.

    Examples
    --------
    >>> groups = pd.DataFrame({"n": [50, 50], "n_events": [5, 15], "predicted": [0.1, 0.25]})
    >>> (one,) = review_groups(groups, prediction="churn")
    >>> one.predicted, one.happened, round(one.low, 2), round(one.high, 2)
    (17.5, 20.0, 0.76, 1.65)
    """
    if groups is None or groups.empty:
        return []
    n, happened = int(groups["n"].sum()), int(groups["n_events"].sum())
    predicted = float((groups["n"] * groups["predicted"]).sum())
    interval = wilson(happened, n, confidence=confidence)
    low, high = (end * n / predicted for end in interval.ends)
    return [Reviewed(prediction, "customers", n, predicted, float(happened), low, high)]


def review_totals(totals: pd.DataFrame | None) -> list[Reviewed]:
    """Take the test of expected orders and spend from what the chapter on value published.

    Parameters
    ----------
    totals : `measure` (`holdout.predicted`, `holdout.observed`, `holdout.money.predicted`,
        `holdout.money.observed`), `value`, `n`, `unit`; None without a chapter on value

    Examples
    --------
    >>> totals = pd.DataFrame({
    ...     "measure": ["holdout.predicted", "holdout.observed"], "value": [1653.4, 1882.0],
    ...     "n": [2357, 2357], "unit": ["orders", "orders"]})
    >>> [(one.prediction, one.n, one.happened) for one in review_totals(totals)]
    [('orders', 2357, 1882.0)]
    """
    if totals is None:
        return []
    rows = totals.set_index("measure")
    found = []
    for prediction, stem in (("orders", "holdout"), ("spend", "holdout.money")):
        names = [f"{stem}.predicted", f"{stem}.observed"]
        if set(names) <= set(rows.index):
            expected, came = (rows.loc[name] for name in names)
            n: int = 0 if pd.isna(expected["n"]) else int(expected["n"])
            found.append(
                Reviewed(
                    prediction, str(came["unit"]), n, float(expected["value"]), float(came["value"])
                )
            )
    return found


def list_backtests(reviewed: Sequence[Reviewed], *, min_n: int = 30) -> pd.DataFrame:
    """Judge every prediction.

    Returns
    -------
    one row per prediction
        `ratio`: happened by predicted; `verdict`: "held", "alarm" (the ratio, with its interval,
        lies outside .8 to 1.25) or "few" (under `min_n` customers, or nothing was predicted)

    Examples
    --------
    >>> late = Reviewed("orders", "orders", 2357, 1653.4, 1882.0)
    >>> list_backtests([late])[["ratio", "verdict"]].round(3).to_numpy().tolist()
    [[1.138, 'held']]
    """
    rows = []
    for one in reviewed:
        ratio = one.happened / one.predicted if one.predicted > 0 else np.nan
        low, high = (ratio if end is None else end for end in (one.low, one.high))
        is_off = low > BOUNDS[1] or high < BOUNDS[0]
        verdict = "alarm" if is_off else "held"
        if one.n < min_n or not one.predicted > 0:
            verdict = "few"
        rows.append((
            one.prediction, one.unit, one.n, one.predicted, one.happened, ratio, low, high, verdict,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
