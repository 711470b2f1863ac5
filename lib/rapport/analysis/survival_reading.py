"""What a survival curve says: shares at given times, who is still watched, median, and mean.

The formulas stand in `docs/methods.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.repeated import covariance_of_mean
from rapport.analysis.survival import POINT_COLUMNS, SurvivalCurve, lowest_shares


@dataclass(frozen=True)
class Median:
    """The time by which half had the event; None anywhere means "not reached"."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class RestrictedMean:
    """The mean time without the event inside the first `tau`, with its interval."""

    value: float
    low: float
    high: float
    tau: float
    standard_error: float


def survival_at(curve: SurvivalCurve, times: Sequence[float]) -> pd.DataFrame:
    """Read a curve at given times.

    Returns
    -------
    one row per time, in the order given
        `time`, `survival`, `low`, `high`, `at_risk` (watched just before it), `is_observed`:
        False beyond the longest duration of a curve that has not reached 0 (and on a curve
        without spells); the first three are empty there.
    """
    asked = np.asarray(times, dtype=float)
    if curve.points.empty:
        empty = dict.fromkeys(("survival", "low", "high"), np.nan)
        return pd.DataFrame({"time": asked, **empty, "at_risk": 0, "is_observed": False})
    points = {name: curve.points[name].to_numpy(dtype=float) for name in POINT_COLUMNS}
    time, n_points = points["time"], len(curve.points)
    step = np.searchsorted(time, asked, side="right") - 1
    known = (step >= 0) & ((asked <= time[-1]) | (points["survival"][-1] == 0))
    # Between two times fewer may be watched than at the one before.
    following = np.minimum(np.searchsorted(time, asked, side="left"), n_points - 1)
    is_quiet = (points["n_events"].cumsum()[step] == 0) & (following > 0)
    lowest = lowest_shares(curve.points, curve.confidence).to_numpy()[following]
    read = {name: points[name][np.maximum(step, 0)] for name in ("survival", "low", "high")}
    read["low"] = np.where(is_quiet, lowest, read["low"])
    shown = {name: np.where(known, values, np.nan) for name, values in read.items()}
    at_risk = count_at_risk(curve, times)
    return pd.DataFrame({"time": asked, **shown, "at_risk": at_risk, "is_observed": known})


def count_at_risk(curve: SurvivalCurve, times: Sequence[float]) -> list[int]:
    """Count the spells watched just before each time (all of them at time 0)."""
    time, at_risk = curve.points["time"].to_numpy(), curve.points["at_risk"].to_numpy()
    following = np.searchsorted(time, np.asarray(times, dtype=float), side="left")
    return [int(at_risk[row]) if row < len(at_risk) else 0 for row in following]


def longest_time(curve: SurvivalCurve, *, min_n: int = 30) -> float | None:
    """Give the longest duration with at least `min_n` spells watched, None if there is none."""
    firm = curve.points.loc[curve.points["at_risk"] >= min_n, "time"]
    return float(firm.iloc[-1]) if len(firm) else None


def estimate_median(curve: SurvivalCurve) -> Median:
    """Give the first time at which half had the event, with its interval.

    The interval holds the times at which the curve's own interval holds one half
    (Brookmeyer & Crowley 1982, Biometrics 38, 29-41). None means "not reached".
    """
    points = curve.points

    def first(column: str) -> float | None:
        below = points.loc[points[column] <= 0.5, "time"]
        return float(below.iloc[0]) if len(below) else None

    return Median(first("survival"), first("low"), first("high"))


def estimate_restricted_mean(curve: SurvivalCurve, *, tau: float) -> RestrictedMean | None:
    """Integrate the curve from 0 to `tau`; None if watching ended before `tau`.

    The variance is Greenwood's: the sum over events of the squared area to their right
    times d / (n (n - d)). Take `tau` from `longest_time`.

    References
    ----------
    Klein, J. P. & Moeschberger, M. L. (2003), Survival Analysis, 2nd ed., 4.5. Springer.
    """
    points = curve.points
    if points.empty or not survival_at(curve, [tau])["is_observed"].iloc[0]:
        return None
    inside = points[points["time"] <= tau]
    widths = np.diff(inside["time"].to_numpy(), append=tau)
    areas = inside["survival"].to_numpy() * widths
    value = float(inside["time"].iloc[0] + areas.sum())
    right = areas[::-1].cumsum()[::-1]
    at_risk, n_events = inside["at_risk"].to_numpy(float), inside["n_events"].to_numpy(float)
    # Where all at risk end, the area to the right is 0 and so is the term: 0 / 1 instead of 0 / 0.
    remaining = np.where(n_events < at_risk, at_risk * (at_risk - n_events), 1.0)
    variance = float((right**2 * n_events / remaining).sum())
    if curve.pairs is not None and len(curve.pairs):
        variance += covariance_of_mean(inside, right, curve.pairs)
    half = float(stats.norm.ppf(0.5 + curve.confidence / 2) * np.sqrt(variance))
    return RestrictedMean(
        value, max(value - half, 0.0), min(value + half, tau), tau, float(np.sqrt(variance))
    )
