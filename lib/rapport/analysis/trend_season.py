"""Trend and season of monthly sums apart: STL with a season that stays, for 24 whole months on.

Seasonal-trend decomposition by loess (Cleveland and others 1990), without its robust weights, and
periodic: a month stands off the trend by as much in every year. The usual season that may drift
(a window of seven years) was rejected: it called ten years of noise seasonal, and with two or three
years it fits every wiggle. Whether there is a season at all is a test of its months' means. Money
adds: a season that grows with sales is only half seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from rapport.analysis.measured import Measured

Floats = npt.NDArray[np.float64]

SEASON = 12
N_SEASONS, N_INNER = 2, 5
CLEAR = 0.001
"""Least p of equal months: what X-11 asks for, since errors of months go together in time."""


@dataclass(frozen=True)
class Season:
    """A series in three parts that add up to it, one value per month each."""

    trend: Floats
    season: Floats
    rest: Floats

    @property
    def strength(self) -> float:
        """Part of what moves around the trend that the season explains, 0 to 1.

        Wang, X., Smith, K. & Hyndman, R. (2006), Data Mining and Knowledge Discovery 13, 335-364.
        """
        whole = float(np.var(self.season + self.rest))
        return max(0.0, 1 - float(np.var(self.rest)) / whole) if self.is_moving else 0.0

    @property
    def is_moving(self) -> bool:
        """Whether anything but rounding is left beside the trend."""
        size = float(np.abs(self.trend).max())
        return float(np.std(self.season + self.rest)) > 1e-9 * size

    @property
    def p_value(self) -> float:
        """Give the p of the F test that all months stand equally far off the trend.

        Lothian, J. & Morry, M. (1978), A Set of Quality Control Statistics for the X-11-ARIMA
        Seasonal Adjustment Method, Statistics Canada.
        """
        if not self.is_moving:
            return 1.0
        apart, n = self.season + self.rest, len(self.trend)
        months = [apart[month::SEASON] for month in range(SEASON)]
        within = sum(float(np.sum((part - part.mean()) ** 2)) for part in months)
        between = float(np.sum((apart - apart.mean()) ** 2)) - within
        if within <= 0:
            return 0.0
        ratio = between / (SEASON - 1) / (within / (n - SEASON))
        return float(fdtrc(SEASON - 1, n - SEASON, max(ratio, 0.0)))


def part_season(series: Floats, *, season: int = SEASON) -> Season | None:
    """Part a monthly series into trend, season and rest.

    Parameters
    ----------
    series : one value per whole month, oldest first, without a gap
    season : months of a season

    Returns
    -------
    the three parts, or None under two seasons

    References
    ----------
    Cleveland, R. B., Cleveland, W. S., McRae, J. E. & Terpenning, I. (1990), Journal of Official
    Statistics 6, 3-73.

    Examples
    --------
    >>> year = np.tile([1.0, 2.0, 3.0, 2.0], 4) + np.arange(16.0)
    >>> part_season(year, season=4).season.round(2)[:4].tolist()
    [-1.0, -0.0, 1.0, 0.0]
    """
    n = len(series)
    if n < N_SEASONS * season:
        return None
    # The window of the trend for a season that stays: 1.5 seasons and a bit, an odd number.
    span = int(1.5 * season) + 1
    smooth_trend = _loess(n, span + (span % 2 == 0))
    trend = np.zeros(n)
    seasonal = np.zeros(n)
    for _ in range(N_INNER):
        cycles = _smooth_cycles(series - trend, season)
        seasonal = cycles[season : season + n] - _low_pass(cycles, season)
        trend = smooth_trend @ (series - seasonal)
    return Season(trend, seasonal, series - trend - seasonal)


def _smooth_cycles(values: Floats, season: int) -> Floats:
    """Give each month its mean, a year longer at both ends."""
    means = np.array([values[month::season].mean() for month in range(season)])
    return np.resize(means, len(values) + 2 * season)


def _low_pass(cycles: Floats, season: int) -> Floats:
    passed = cycles
    for width in (season, season, 3):
        passed = np.convolve(passed, np.full(width, 1 / width), mode="valid")
    span = season + 1 - season % 2
    lowered: Floats = _loess(len(passed), span) @ passed
    return lowered


@lru_cache(maxsize=32)
def _loess(n: int, span: int) -> Floats:
    """Give the matrix of local straight lines over n points, at these points."""
    places = np.arange(n)
    rows = []
    for at in range(n):
        left = 0 if span >= n else min(max(at - span // 2, 0), n - span)
        right = n - 1 if span >= n else left + span - 1
        reach = max(at - left, right - at) + (max(span - n, 0) // 2)
        apart = np.abs(places - at)
        inside = (places >= left) & (places <= right) & (apart <= 0.999 * reach)
        weights = np.where(inside, (1 - (apart / reach) ** 3) ** 3, 0.0)
        weights[inside & (apart <= 0.001 * reach)] = 1.0
        weights /= weights.sum()
        middle = float(weights @ places)
        spread = float(weights @ (places - middle) ** 2)
        if np.sqrt(spread) > 0.001 * (n - 1):
            weights = weights * (1 + (at - middle) * (places - middle) / spread)
        rows.append(weights)
    return np.array(rows)


def choose_season(parts: Season | None) -> str | None:
    """Say whether a season is clear, weak, or not looked for (None: under two years)."""
    if parts is None:
        return None
    return "clear" if parts.p_value <= CLEAR else "weak"


def measure_season(parts: Season | None, *, last_month: int, currency: str) -> list[Measured]:
    """Measure the level without the season, its move in a year, and the highest and lowest month.

    Parameters
    ----------
    parts : as `part_season` gives them
    last_month : year * 12 + month - 1 of the last month

    Returns
    -------
    strength, level and relative move of the trend in a year, and by how much the highest and the
    lowest month of the last year stand off it, with the codes of these months; nothing without
    parts
    """
    if parts is None:
        return []
    year = parts.season[-SEASON:]
    high, low = int(year.argmax()), int(year.argmin())
    now, before = float(parts.trend[-1]), float(parts.trend[-1 - SEASON])
    first = last_month - SEASON + 1
    code = {name: _code(first + place) for name, place in (("high", high), ("low", low))}
    moved = (now - before) / abs(before) if before else None
    return [
        Measured("season.strength", parts.strength, "estimator", "share"),
        Measured("season.level", now, "estimator", currency),
        Measured("season.growth", moved, "estimator", "change"),
        Measured("season.high", float(year[high]), "estimator", currency),
        Measured("season.low", float(year[low]), "estimator", currency),
        Measured("season.high_month", code["high"], "date", "period"),
        Measured("season.low_month", code["low"], "date", "period"),
        Measured("season.period", _code(last_month), "date", "period"),
    ]


def _code(month_no: int) -> str:
    return f"{month_no // SEASON:04}-{month_no % SEASON + 1:02}"
