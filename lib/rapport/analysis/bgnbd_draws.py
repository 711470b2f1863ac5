"""BG/NBD refitted on draws of customers, all draws side by side.

A draw changes how many customers each distinct history has, nothing else. From the fit to all
customers a few steps with its own curvature lead to the fit to a draw; what is left of the slope
is tested. One by one, 200 refits took ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from rapport.analysis.bgnbd import LOG_BOUND, UNIT_DAYS, BgNbd, Prepared, prepare
from rapport.analysis.bgnbd_histories import Floats, Histories

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
    weights = _sum_by_row(drawn, histories)
    rows = prepare(histories)
    alone = histories.x == 0
    zero, repeating = weights[:, alone], weights[:, ~alone]

    def slopes(logs: Floats, open_: np.ndarray) -> Floats:
        return slopes_of_draws(logs, rows, zero[open_], repeating[open_])

    start = np.tile(fitted.logs, (len(drawn), 1))
    return step_to_draws(start, slopes, fitted.covariance, LOG_BOUND)


def step_to_draws(
    start: Floats, slopes: Callable[[Floats, np.ndarray], Floats], covariance: Floats, bound: float
) -> Floats:
    """Walk from one fit to the fits of draws, with the curvature of the one.

    Parameters
    ----------
    start : one row per draw
    slopes : of logarithms, one row per draw that is still walking, and these draws' numbers
    """
    logs, error = start.copy(), np.sqrt(np.diag(covariance))
    open_ = np.arange(len(logs))
    for _ in range(MAX_STEPS):
        step = np.clip(slopes(logs[open_], open_) @ covariance, -LONGEST, LONGEST)
        logs[open_] = np.clip(logs[open_] + step, -bound, bound)
        open_ = open_[np.abs(step / error).max(axis=1) > NEAR_ENOUGH]
        if not len(open_):
            break
    return logs


def _sum_by_row(drawn: Floats, histories: Histories) -> Floats:
    order = np.argsort(histories.row, kind="stable")
    starts = np.searchsorted(histories.row[order], np.arange(len(histories.x)))
    return np.add.reduceat(drawn[:, order], starts, axis=1)


def slopes_of_draws(logs: Floats, rows: Prepared, zero: Floats, repeating: Floats) -> Floats:
    """Give the slopes of `bgnbd.log_likelihood` for many parameters and weights at once.

    Parameters
    ----------
    logs : one row per draw: logarithms of r, alpha, a, b
    zero, repeating : one row per draw: customers of each history without and with repeats
    """
    r, alpha, a, b = np.exp(logs).T[:, :, None]
    days = alpha + np.arange(rows.n_days) / UNIT_DAYS
    log_days, one_by = np.log(days), 1.0 / days
    fall = log_days[:, rows.T] - log_days[:, rows.t_x]
    orders = r + rows.x
    tails = b + np.arange(max(len(rows.counts) - 1, 1))
    gone = repeating * special.expit((np.log(a) - np.log(tails))[:, rows.x - 1] + orders * fall)
    weighted = repeating * orders
    lost = one_by[:, rows.t_x] - one_by[:, rows.T]
    slopes = _slopes_by_count(rows, (r, alpha, a, b), zero, repeating)
    slopes[:, 0] += (gone * fall - repeating * log_days[:, rows.T]).sum(axis=1)
    slopes[:, 0] -= (zero * log_days[:, rows.zero_days]).sum(axis=1)
    slopes[:, 1] -= (weighted * one_by[:, rows.T] + gone * orders * lost).sum(axis=1)
    slopes[:, 1] -= r[:, 0] * (zero * one_by[:, rows.zero_days]).sum(axis=1)
    slopes[:, 2] += gone.sum(axis=1) / a[:, 0]
    slopes[:, 3] -= (gone / tails[:, rows.x - 1]).sum(axis=1)
    return np.asarray(slopes * np.exp(logs))


def _slopes_by_count(
    rows: Prepared, parameters: tuple[Floats, ...], zero: Floats, repeating: Floats
) -> Floats:
    r, alpha, a, b = parameters
    (seen,) = np.nonzero(rows.counts)
    n = (repeating @ (rows.x[:, None] == seen)) + zero.sum(axis=1)[:, None] * (seen == 0)
    either = special.digamma(a + b) - special.digamma(a + b + seen)
    rate = special.digamma(r + seen) - special.digamma(r) + np.log(alpha)
    kept = special.digamma(b + seen) - special.digamma(b)
    whole = (n.sum(axis=1) * (r / alpha)[:, 0], (n * either).sum(axis=1))
    return np.column_stack([(n * rate).sum(axis=1), *whole, (n * (either + kept)).sum(axis=1)])
