"""The next months of a monthly sum, and whether to print them at all.

Two candidates: exponential smoothing with additive error, trend and season (`forecast_ets`), and
the same month a year before (seasonal naive). Both are tried on the past: from six origins, one
month apart, the months that have come since are predicted from those before. The one with the
lower MASE is taken; where even it is no better than the seasonal naive forecast was inside its
own past (MASE of 1 or more), nothing is printed. It does not apply to series with empty months in
between, to a business that has just changed, or further ahead than the season is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri

from rapport.analysis.forecast_ets import N_ROUNDS, Floats, Smoothing, fit_smoothing

SEASON = 12
HORIZON, N_ORIGINS = 3, 6
# A season seen twice by the first origin, or once and a month more for the naive forecast.
FEWEST = {"ets": 2 * SEASON, "naive": SEASON + 1}
Method = Literal["ets", "naive"]
Outcome = Literal["ets", "naive", "too_short", "flat", "not_better"]


@dataclass(frozen=True)
class Forecast:
    """What was chosen, how well it did on the past, and the months ahead.

    `outcome` names the method taken, or why there is none: `too_short`, `flat` (every year like
    the one before, so there is no scale), `not_better` (MASE of 1 or more). `mase` by method that
    could be tried; `table` one row per month ahead: `month_no`, `value`, `low`, `high`; `errors`
    one row per method, origin and month ahead: `method`, `origin`, `ahead`, `error`, `scaled`.
    """

    outcome: Outcome
    mase: dict[str, float]
    table: pd.DataFrame
    errors: pd.DataFrame
    n_months: int

    @property
    def is_printed(self) -> bool:
        """Whether there is a forecast to show."""
        return self.outcome in FEWEST


def forecast_months(
    values: Sequence[float], *, last_month: int, confidence: float = 0.95, horizon: int = HORIZON
) -> Forecast:
    """Forecast the months after the last one, if the past says that it can be done.

    Parameters
    ----------
    values : one sum per calendar month without a gap, oldest first, whole months only
    last_month : year * 12 + month - 1 of the last of them
    confidence : of the interval of a month, which holds chance around the model, not a change of it
    horizon : months ahead

    Returns
    -------
    the forecast; without rows where `outcome` is no method

    References
    ----------
    Hyndman, R. J. & Koehler, A. B. (2006), International Journal of Forecasting 22, 679-688 (MASE).

    Examples
    --------
    >>> forecast_months([1.0] * 40, last_month=24311).outcome
    'flat'
    """
    series = np.array(values, dtype=np.float64)
    errors = try_on_past(series, horizon=horizon)
    mase = {str(name): float(part["scaled"].mean()) for name, part in errors.groupby("method")}
    outcome = _choose(series, mase)
    table = pd.DataFrame({"month_no": [], "value": [], "low": [], "high": []})
    if outcome in FEWEST:
        means, spreads = _predict(series, outcome, horizon)  # type: ignore[arg-type]
        half = float(ndtri((1 + confidence) / 2)) * spreads
        table = pd.DataFrame(
            {"month_no": last_month + 1 + np.arange(horizon), "value": means,
             "low": means - half, "high": means + half}
        )  # fmt: skip
    return Forecast(outcome, mase, table, errors, len(series))


def try_on_past(series: Floats, *, horizon: int = HORIZON) -> pd.DataFrame:
    """Predict the months that have come since each of six origins, by every method that can.

    Parameters
    ----------
    series : one value per month, oldest first

    Returns
    -------
    one row per method, origin (months known) and months ahead
        `method`, `origin`, `ahead`, `error` (predicted less actual), `scaled` (its size by the
        mean error of the seasonal naive forecast inside the months known). No rows of a method
        whose first origin would know too few months, nor of a flat past.
    """
    rows = []
    first = len(series) - N_ORIGINS
    for method, fewest in FEWEST.items():
        for origin in range(first, len(series)) if first >= fewest else ():
            known, come = series[:origin], series[origin : origin + horizon]
            scale = float(np.abs(known[SEASON:] - known[:-SEASON]).mean())
            if scale > 0:
                # Errors of months are far larger than what a finer search would move.
                means, _ = _predict(known, method, len(come), n_rounds=12)  # type: ignore[arg-type]
                rows += [
                    (method, origin, ahead, error, abs(error) / scale)
                    for ahead, error in enumerate((means - come).tolist(), start=1)
                ]
    return pd.DataFrame(rows, columns=["method", "origin", "ahead", "error", "scaled"])


def _choose(series: Floats, mase: dict[str, float]) -> Outcome:
    if len(series) - N_ORIGINS < FEWEST["naive"]:
        return "too_short"
    if not mase:
        return "flat"
    # Of equals the simpler one: the naive forecast has nothing fitted.
    best: Method = "ets" if mase.get("ets", np.inf) < mase["naive"] else "naive"
    return best if mase[best] < 1 else "not_better"


def _predict(
    series: Floats, method: Method, horizon: int, *, n_rounds: int = N_ROUNDS
) -> tuple[Floats, Floats]:
    """Give mean and standard deviation of each month ahead."""
    if method == "ets":
        fitted: Smoothing = fit_smoothing(series, season=SEASON, n_rounds=n_rounds)
        return fitted.predict(horizon)
    moves = series[SEASON:] - series[:-SEASON]
    spread = float(np.sqrt(np.mean(moves**2)))
    return series[-SEASON:][:horizon].copy(), np.full(horizon, spread)
