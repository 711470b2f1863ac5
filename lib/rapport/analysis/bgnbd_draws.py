"""BG/NBD refitted on draws of customers, all draws side by side.

A draw changes how many customers each distinct history has, nothing else. From the fit to all
customers a few steps with its own curvature lead to the fit to a draw; what is left of the slope
is tested. One by one, 200 refits took ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from rapport.analysis.bgnbd import LOG_BOUND, BgNbd
from rapport.analysis.bgnbd_histories import Floats, Histories
from rapport.analysis.bgnbd_likelihood import UNIT_DAYS, Prepared, prepare
from rapport.analysis.bgnbd_predict import expect_lasting, log_odds_gone, pair_histories

MAX_STEPS = 15
NEAR_ENOUGH = 0.01  # of the standard error of each parameter
LONGEST = 1.0  # of one step, on a logarithm


def draw_customers(n: int, *, n_draws: int, seed: int) -> Floats:
    """Draw n of n customers with replacement: one row per draw, how often each was drawn."""
    taken = np.random.default_rng(seed).integers(0, n, size=(n_draws, n))
    taken += n * np.arange(n_draws)[:, None]
    drawn = np.bincount(taken.ravel(), minlength=n * n_draws)
    return drawn.reshape(n_draws, n).astype(float)


def refit_bgnbd(fitted: BgNbd, histories: Histories, drawn: Floats) -> Floats:
    """Fit the model to draws of its customers.

    Parameters
    ----------
    fitted : with a covariance, fitted to `histories`
    drawn : one row per draw, one column per customer in the order of `histories.row`

    Returns
    -------
    logarithms of r, alpha, a, b: one row per draw. A draw that ran to a bound stays there.
    """
    assert fitted.covariance is not None
    weights = weigh(histories, drawn)
    rows = prepare(histories)

    def slopes(logs: Floats, open_: np.ndarray) -> Floats:
        return slopes_of_draws(logs, rows, weights.of(open_))

    start = np.tile(fitted.logs, (len(drawn), 1))
    return step_to_draws(start, slopes, fitted.covariance, LOG_BOUND)


def step_to_draws(
    start: Floats, slopes: Callable[[Floats, np.ndarray], Floats], covariance: Floats, bound: float
) -> Floats:
    """Walk from one fit to the fits of draws: Broyden's steps, the first by the fit's covariance.

    Parameters
    ----------
    start : one row per draw
    slopes : of logarithms, one row per draw that is still walking, and these draws' numbers
    """
    # A parameter that is held has no error, and no step of its own.
    error = np.sqrt(np.diag(covariance))
    logs, error = start.copy(), np.where(error > 0, error, np.inf)
    ways = np.tile(covariance, (len(logs), 1, 1))
    open_ = np.arange(len(logs))
    before = slopes(logs, open_)
    for _ in range(MAX_STEPS):
        step = np.einsum("dij,dj->di", ways[open_], before)
        there = np.clip(logs[open_] + np.clip(step, -LONGEST, LONGEST), -bound, bound)
        step, logs[open_] = there - logs[open_], there
        walks = np.abs(step / error).max(axis=1) > NEAR_ENOUGH
        open_, step, before = open_[walks], step[walks], before[walks]
        if not len(open_):
            break
        after = slopes(logs[open_], open_)
        _learn(ways, open_, step, before - after)
        before = after
    return logs


def _learn(ways: Floats, open_: np.ndarray, step: Floats, fall: Floats) -> None:
    """Let each draw's inverse curvature explain what its last step did to the slopes."""
    guess = np.einsum("dij,dj->di", ways[open_], fall)
    along = np.einsum("di,dij->dj", step, ways[open_])
    size = np.einsum("di,di->d", step, guess)
    safe = np.where(np.abs(size) > 1e-300, size, np.inf)
    ways[open_] += (step - guess)[:, :, None] * along[:, None, :] / safe[:, None, None]


@dataclass(frozen=True, eq=False)
class Weights:
    """Customers drawn, one column per draw: of each history, and of each number of repeats."""

    zero: Floats
    repeating: Floats
    by_count: Floats

    def of(self, draws: np.ndarray) -> Weights:
        """Give those of some draws."""
        return Weights(self.zero[:, draws], self.repeating[:, draws], self.by_count[:, draws])


def weigh(histories: Histories, drawn: Floats) -> Weights:
    """Count the drawn customers of each history."""
    order = np.argsort(histories.row, kind="stable")
    starts = np.searchsorted(histories.row[order], np.arange(len(histories.x)))
    n = np.add.reduceat(drawn.T[order], starts, axis=0)
    # Histories lie by rising x.
    first = np.flatnonzero(np.diff(histories.x, prepend=-1))
    alone = histories.x == 0
    return Weights(n[alone], n[~alone], np.add.reduceat(n, first, axis=0))


def slopes_of_draws(logs: Floats, rows: Prepared, weights: Weights) -> Floats:
    """Give the slopes of `bgnbd_likelihood.log_likelihood` for many parameters and weights at once.

    Parameters
    ----------
    logs : one row per draw: logarithms of r, alpha, a, b
    """
    zero, repeating = weights.zero, weights.repeating
    # Histories run down and draws across, so that looking up a day copies whole rows.
    r, alpha, a, b = np.exp(logs).T
    days = alpha + np.arange(rows.n_days)[:, None] / UNIT_DAYS
    log_days, one_by = np.log(days), 1.0 / days
    far = log_days[rows.T]
    fall = far - log_days[rows.t_x]
    orders = r + rows.x[:, None]
    tails = b + np.arange(max(len(rows.counts) - 1, 1))[:, None]
    gone = repeating * special.expit((np.log(a) - np.log(tails))[rows.x - 1] + orders * fall)
    soon = one_by[rows.T]
    lost = repeating * soon + gone * (one_by[rows.t_x] - soon)
    slopes = _slopes_by_count(np.flatnonzero(rows.counts), (r, alpha, a, b), weights.by_count)
    slopes[0] += _add(gone, fall) - _add(repeating, far) - _add(zero, log_days[rows.zero_days])
    slopes[1] -= _add(orders, lost) + r * _add(zero, one_by[rows.zero_days])
    slopes[2] += gone.sum(axis=0) / a
    slopes[3] -= _add(gone, (1.0 / tails)[rows.x - 1])
    return np.asarray(slopes.T * np.exp(logs))


def _add(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", one, other))


def _slopes_by_count(seen: np.ndarray, parameters: tuple[Floats, ...], n: Floats) -> Floats:
    r, alpha, a, b = parameters
    counts = seen[:, None]
    either = special.digamma(a + b) - special.digamma(a + b + counts)
    rate = special.digamma(r + counts) - special.digamma(r) + np.log(alpha)
    kept = special.digamma(b + counts) - special.digamma(b)
    whole = n.sum(axis=0) * r / alpha
    return np.array([_add(n, rate), whole, _add(n, either), _add(n, either + kept)])


def expect_of_draws(logs: Floats, histories: Histories, days: float) -> Floats:
    """Give the order days expected within a span of days, of the customers as they are.

    Parameters
    ----------
    logs : one row per draw: logarithms of r, alpha, a, b

    Returns
    -------
    one row per draw, one column per distinct history
    """
    parameters = np.exp(logs).T[:, :, None]
    x, whole, place = pair_histories(histories)
    lasting = expect_lasting(parameters, x, whole, days / UNIT_DAYS)
    there = special.expit(-log_odds_gone(parameters, histories))
    return np.asarray(np.maximum(lasting[:, place] * there, 0.0))
