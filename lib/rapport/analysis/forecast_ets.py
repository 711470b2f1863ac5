"""Exponential smoothing with additive error, trend and season: ETS(A,A,A).

Level, trend and season are carried from month to month, each corrected by a share of the error
made: y = l + b + s + e, l' = l + b + alpha e, b' = b + beta e, s' = s + gamma e. The shares are
those with the least sum of squared errors, which is the maximum of the likelihood; the states
before the first month come from a moving average, not from the fit. It takes a season of even
size in money, so a season that grows with sales is served badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOW, HIGH = 1e-4, 1 - 1e-4
COARSE, N_STARTS = 9, 4
GRID, N_ROUNDS, SHRINK = 3, 40, 0.7


@dataclass(frozen=True)
class Smoothing:
    """A fitted model: its three shares, sum of squared errors, and the states after the last month.

    `seasonal` holds the next twelve seasons, next first; `variance` is of the next month,
    with that of what was fitted.
    """

    alpha: float
    beta: float
    gamma: float
    squares: float
    variance: float
    level: float
    trend: float
    seasonal: Floats

    def predict(self, horizon: int) -> tuple[Floats, Floats]:
        """Give mean and standard deviation of each of the next `horizon` months."""
        ahead = np.arange(1, horizon + 1)
        season = len(self.seasonal)
        means = self.level + ahead * self.trend + self.seasonal[(ahead - 1) % season]
        # Hyndman and others (2008), table 6.1: an error moves all that come after it.
        moved = self.alpha + self.beta * ahead + self.gamma * (ahead % season == 0)
        grown = np.concatenate([[0.0], np.cumsum(moved[:-1] ** 2)])
        return means, np.sqrt(self.variance * (1 + grown))


def fit_smoothing(series: Floats, *, season: int = 12, n_rounds: int = N_ROUNDS) -> Smoothing:
    """Fit the three shares by least squares, on grids that close in on the best points.

    Parameters
    ----------
    series : one value per month, at least two seasons
    season : months of a season
    n_rounds : how far grids close in: 12 find a share to .002, 40 to .0000001

    Returns
    -------
    the fit; the same on every machine, for a grid has no step that depends on rounding

    References
    ----------
    Hyndman, R. J., Koehler, A. B., Ord, J. K. & Snyder, R. D. (2008), Forecasting with
    Exponential Smoothing, Springer, chapters 2 and 5.

    Examples
    --------
    >>> year = np.tile([1.0, 2.0, 3.0, 2.0], 4) + np.arange(16)
    >>> fit_smoothing(year, season=4).predict(2)[0].round(6).tolist()
    [17.0, 19.0]
    """
    states = start_states(series, season)
    middle = _find_least(series, states, n_rounds)
    shares = _shares(middle[None, :])
    squares, after = smooth(series, shares, states)
    alpha, beta, gamma = (float(share[0]) for share in shares)
    # As in a regression on as many numbers as were taken from the months (three shares, level,
    # trend and season): fewer are left, and what was taken is itself uncertain. Without it the
    # interval of a planted month held .86 (36 months) to .89 (60) instead of .92 to .95.
    taken = season + 4
    variance = float(squares[0]) / max(len(series) - taken, 1) * (1 + taken / len(series))
    return Smoothing(
        alpha, beta, gamma, float(squares[0]), variance,
        float(after[0][0]), float(after[1][0]), after[2][:, 0],
    )  # fmt: skip


def _find_least(series: Floats, states: tuple[float, float, Floats], n_rounds: int) -> Floats:
    """Close in on the least sum of squares from the best few points of a coarse grid."""
    coarse = _grid(COARSE, np.full(3, 0.5), 0.5)
    order = np.argsort(smooth(series, _shares(coarse), states)[0], kind="stable")
    middles, reach = coarse[order[:N_STARTS]], 1 / (COARSE - 1)
    for _ in range(n_rounds):
        tried = np.stack([_grid(GRID, middle, reach) for middle in middles])
        squares = smooth(series, _shares(tried.reshape(-1, 3)), states)[0]
        best = squares.reshape(len(middles), -1).argmin(axis=1)
        middles, reach = tried[np.arange(len(middles)), best], reach * SHRINK
    least: Floats = middles[int(np.argmin(smooth(series, _shares(middles), states)[0]))]
    return least


def _grid(n: int, middle: Floats, reach: float) -> Floats:
    steps = np.stack(np.meshgrid(*[np.linspace(-reach, reach, n)] * 3, indexing="ij"), axis=-1)
    points: Floats = np.clip(middle + steps.reshape(-1, 3), LOW, HIGH)
    return points


def start_states(series: Floats, season: int) -> tuple[float, float, Floats]:
    """Give level, trend and season before the first month, from a moving average of two seasons.

    The season is the mean distance to the average, and sums to 0; level and trend are those of
    the straight line through its first ten months.
    """
    whole = series[: season * min(5, len(series) // season)]
    weights = np.full(season + 1, 1 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    else:
        weights = weights[1:]
    averages = np.convolve(whole, weights, mode="valid")
    offset = (len(weights) - 1) // 2
    places = offset + np.arange(len(averages))
    apart = whole[places] - averages
    seasonal = np.array([apart[places % season == month].mean() for month in range(season)])
    taken = slice(0, 10)
    trend, level = np.polyfit(places[taken] + 1, averages[taken], 1)
    return float(level), float(trend), seasonal - seasonal.mean()


def smooth(
    series: Floats, shares: tuple[Floats, Floats, Floats], states: tuple[float, float, Floats]
) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """Run the recursion for many shares at once.

    Returns
    -------
    the sum of squared errors, and level, trend and season (next first) after the last month, one
    column per set of shares
    """
    alpha, beta, gamma = shares
    n = len(alpha)
    level, trend = np.full(n, states[0]), np.full(n, states[1])
    seasonal = np.repeat(states[2][:, None], n, axis=1)
    squares = np.zeros(n)
    for place, value in enumerate(series.tolist()):
        month = place % len(seasonal)
        before = level + trend
        error = value - before - seasonal[month]
        level = before + alpha * error
        trend = trend + beta * error
        seasonal[month] += gamma * error
        squares += error * error
    return squares, (level, trend, np.roll(seasonal, -(len(series) % len(seasonal)), axis=0))


def _shares(free: Floats) -> tuple[Floats, Floats, Floats]:
    # beta under alpha and gamma under 1 - alpha: the usual region, as a cube.
    alpha = free[:, 0]
    return alpha, alpha * free[:, 1], (1 - alpha) * free[:, 2]
