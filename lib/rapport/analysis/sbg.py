"""Shifted beta-geometric: how many contracts renew, and how often those that run still will.

Assumes that a customer ends his contract at each renewal with a chance of his own, the same every
time, and that these chances are spread as a beta (alpha, beta). So those who have stayed long stay
longer, though nobody changes. One period is one renewal. Ends between renewals count at the next
one. Formulas: docs/methods.md, 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from rapport.analysis.bgnbd import FINE, find_curvature
from rapport.analysis.bgnbd_histories import Floats

NAMES = ("alpha", "beta")
LOG_BOUND = 10.0
SPREAD, NO_WIDTH = 1_000.0, 1e9


@dataclass(frozen=True, eq=False)
class Sbg:
    """A fitted model of `n` contracts, of which `n_ended` have ended.

    `covariance` is of the logarithms of alpha and beta. Where the data show no spread, both are so
    large that everybody ends with one chance, and the covariance is of this chance alone.
    """

    alpha: float
    beta: float
    log_likelihood: float
    n: int
    n_ended: int
    covariance: Floats
    gradient: float

    @property
    def logs(self) -> Floats:
        """Logarithms of alpha and beta."""
        return np.log([self.alpha, self.beta])

    @property
    def sees_spread(self) -> bool:
        """Whether the data show that customers differ in how readily they end."""
        return self.alpha + self.beta <= SPREAD


def fit_sbg(periods: npt.ArrayLike, ended: npt.ArrayLike, n: npt.ArrayLike) -> Sbg:
    """Fit alpha and beta by maximum likelihood.

    Parameters
    ----------
    periods : of an ended contract the renewal at which it ended, 1 or more; of a running one the
        renewals that it has passed, 0 or more
    ended : whether it has ended
    n : how many such contracts there are

    Raises
    ------
    ValueError
        No contract has ended, or none has passed a renewal: there is nothing to fit.

    References
    ----------
    Fader, P. S. & Hardie, B. G. S. (2007), How to project customer retention, Journal of
    Interactive Marketing 21(1), 76-90.

    Examples
    --------
    >>> fitted = fit_sbg([1, 2, 2], [True, True, False], [131, 126, 743])
    >>> 0.6 < float(project_survival(fitted, [3])[0]) < 0.743
    True
    """
    at = np.asarray(periods, dtype=np.int64)
    has_ended = np.asarray(ended, dtype=bool)
    counts = np.asarray(n, dtype=float)
    # Of each renewal: how many stood before it, and how many of these ended there.
    last = int(at.max(initial=0))
    ends: Floats = np.bincount(at[has_ended], counts[has_ended], last + 1)[1:].astype(float)
    passed = np.bincount(at[~has_ended], weights=counts[~has_ended], minlength=last + 1)
    reached = np.cumsum(ends[::-1])[::-1] + np.cumsum(passed[::-1])[::-1][1:]
    stayed: Floats = np.asarray(reached - ends, dtype=float)
    if ends.sum() == 0 or stayed.sum() == 0:
        raise ValueError("sBG: needs contracts that ended and contracts that were renewed")
    logs, covariance, steepest = _climb(ends, stayed)
    value = log_likelihood(logs, ends, stayed)[0]
    alpha, beta = (float(part) for part in np.exp(logs))
    n_ended = int(counts[has_ended].sum())
    return Sbg(alpha, beta, value, int(counts.sum()), n_ended, covariance, steepest)


def log_likelihood(logs: Floats, ends: Floats, stayed: Floats) -> tuple[float, Floats]:
    """Give the log-likelihood, and its slopes along the logarithms of alpha and beta.

    Parameters
    ----------
    ends, stayed : contracts that ended and that were renewed, at each renewal from the first
    """
    alpha, beta = np.exp(logs)
    before = np.arange(len(ends))
    whole, kept = alpha + beta + before, beta + before
    # Those who reached renewal t end there with chance alpha / (alpha + beta + t - 1).
    value = ends.sum() * np.log(alpha) + stayed @ np.log(kept) - (ends + stayed) @ np.log(whole)
    either = ((ends + stayed) / whole).sum()
    slopes = [ends.sum() / alpha - either, (stayed / kept).sum() - either]
    return float(value), np.array(slopes) * np.exp(logs)


def _climb(ends: Floats, stayed: Floats) -> tuple[Floats, Floats, float]:
    n = ends.sum() + stayed.sum()

    def fall(logs: Floats) -> tuple[float, Floats]:
        value, slopes = log_likelihood(logs, ends, stayed)
        return -value / n, -slopes / n

    bounds = [(-LOG_BOUND, LOG_BOUND)] * 2
    options = {"maxiter": 500, "ftol": FINE, "gtol": FINE**0.5}
    climbs = [
        optimize.minimize(
            fall, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        for start in ((1.0, 4.0), (0.3, 1.0), (5.0, 20.0))
    ]
    logs = np.asarray(min(climbs, key=lambda climb: float(climb.fun)).x)
    if np.exp(logs).sum() > SPREAD:
        return _all_alike(ends, stayed)
    curvature = find_curvature(logs, lambda at: log_likelihood(at, ends, stayed)[1])
    if np.linalg.eigvalsh(curvature).max() >= 0:
        return _all_alike(ends, stayed)
    logs = logs - np.linalg.solve(curvature, log_likelihood(logs, ends, stayed)[1])
    steepest = float(np.abs(log_likelihood(logs, ends, stayed)[1]).max())
    return logs, np.asarray(np.linalg.inv(-curvature), dtype=float), steepest


def _all_alike(ends: Floats, stayed: Floats) -> tuple[Floats, Floats, float]:
    """Give the limit in which every customer ends with one chance: a beta without width."""
    n = float(ends.sum() + stayed.sum())
    chance = float(ends.sum()) / n
    logs = np.log([chance * NO_WIDTH, (1 - chance) * NO_WIDTH])
    # Only the chance can move, and both logarithms with it.
    way = np.array([1 / chance, -1 / (1 - chance)])
    slope = float(log_likelihood(logs, ends, stayed)[1] @ way) * chance * (1 - chance)
    return logs, np.outer(way, way) * chance * (1 - chance) / n, abs(slope)


def project_survival(fitted: Sbg, periods: npt.ArrayLike, *, passed: int = 0) -> Floats:
    """Give the share that is still there after so many renewals, of those who passed `passed`.

    Parameters
    ----------
    periods : renewals from the start, none below `passed`
    """
    at = np.asarray(periods, dtype=np.int64)
    steps = np.arange(passed, int(at.max(initial=passed)))
    stays = (fitted.beta + steps) / (fitted.alpha + fitted.beta + steps)
    return np.asarray(np.concatenate([[1.0], np.cumprod(stays)])[at - passed])


def parameter_intervals(fitted: Sbg, *, confidence: float = 0.95) -> list[tuple[float, float]]:
    """Give Wald intervals of alpha and beta, made on their logarithms; none without spread."""
    if not fitted.sees_spread:
        return []
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(np.diag(fitted.covariance))
    ends = np.exp([fitted.logs - half, fitted.logs + half])
    return [(float(low), float(high)) for low, high in ends.T]
