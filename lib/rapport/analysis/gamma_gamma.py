"""Gamma-Gamma: what an order of a customer is worth on average, beyond the orders seen.

Assumes that a customer's orders scatter around a mean of his own, that these means are spread as a
gamma, and that they have nothing to do with how often he orders. Where the two go together (a rank
correlation beyond .3) its means are biased, which is said. Amounts must be above 0. Formulas:
docs/methods.md, 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from rapport.analysis.bgnbd import FINE, WIDEST, find_curvature
from rapport.analysis.bgnbd_draws import step_to_draws
from rapport.analysis.bgnbd_histories import Floats

Ends = tuple[float, float]
NAMES = ("p", "q", "v")
LOG_BOUND = 12.0
LARGEST = 1_000.0
STARTS = ((1.0, 3.0, 3.0), (6.0, 4.0, 0.6), (0.5, 1.5, 2.0))


@dataclass(frozen=True, eq=False)
class GammaGamma:
    """A fitted model: `p`, `q`, `v` (in currency units), of `n` customers who repeated.

    `scale` is the unit in which it was fitted, so that its size means nothing; `covariance` is of
    the logarithms of the parameters, None at a bound.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    n: int
    scale: float
    covariance: Floats | None
    gradient: float

    @property
    def logs(self) -> Floats:
        """Logarithms of p, q, v."""
        return np.log([self.p, self.q, self.v])

    @property
    def has_mean(self) -> bool:
        """Whether orders of an unknown customer have a finite mean, and customers differ."""
        return self.q > 1 and self.p <= LARGEST and self.q <= LARGEST


def fit_gamma_gamma(x: npt.ArrayLike, m: npt.ArrayLike) -> GammaGamma:
    """Fit p, q and v by maximum likelihood.

    Parameters
    ----------
    x : repeat order days of each customer, 1 or more
    m : mean amount of these days, above 0

    Raises
    ------
    ValueError
        There are no customers, or one whose amount is not above 0.

    References
    ----------
    Fader, P. S. & Hardie, B. G. S. (2013), The Gamma-Gamma model of monetary value, note 025.

    Examples
    --------
    >>> fitted = fit_gamma_gamma([1, 2, 5, 1, 3], [20.0, 35.0, 12.5, 50.0, 18.0])
    >>> fitted.n
    5
    """
    orders, amounts = np.asarray(x, dtype=float), np.asarray(m, dtype=float)
    if not len(orders) or not (amounts > 0).all() or not (orders >= 1).all():
        raise ValueError("Gamma-Gamma: needs customers with repeats and amounts above 0")
    scale = float(np.median(amounts))
    rows = _prepare(orders, amounts / scale)
    found = [_climb(np.log(start), rows) for start in STARTS]
    logs = max(found, key=lambda place: log_likelihood(place, rows)[0])
    logs, covariance = _polish(logs, rows)
    value, slopes = log_likelihood(logs, rows)
    free = np.abs(logs) < LOG_BOUND - 1e-6
    p, q, v = (float(part) for part in np.exp(logs))
    # The density of an amount is per unit of money: the scale goes back in.
    value -= len(orders) * float(np.log(scale))
    steepest = float(np.abs(slopes[free]).max(initial=0.0))
    return GammaGamma(p, q, v * scale, value, len(orders), scale, covariance, steepest)


@dataclass(frozen=True, eq=False)
class _Rows:
    x: Floats
    spent: Floats
    log_m: float
    kinds: Floats
    """Distinct numbers of repeats, and which of them each customer has."""
    place: np.ndarray


def _prepare(x: Floats, m: Floats) -> _Rows:
    kinds, place = np.unique(x, return_inverse=True)
    return _Rows(x, x * m, float(np.log(m).sum()), kinds, place)


def log_likelihood(logs: Floats, rows: _Rows) -> tuple[float, Floats]:
    """Give the log-likelihood, and its slopes along the logarithms of p, q, v."""
    p, q, v = np.exp(logs)
    counts = np.bincount(rows.place, minlength=len(rows.kinds))
    n, shape = len(rows.x), p * rows.kinds
    value = counts @ (special.gammaln(shape + q) - special.gammaln(shape))
    value += n * (q * np.log(v) - special.gammaln(q)) - rows.log_m
    value += float((p * rows.x) @ np.log(rows.spent))
    value -= float((p * rows.x + q) @ np.log(rows.spent + v))
    return float(value), slopes_of_draws(logs[None, :], rows, np.ones((1, n)))[0]


def slopes_of_draws(logs: Floats, rows: _Rows, drawn: Floats) -> Floats:
    """Give the slopes for many parameters and weights at once, one row per draw."""
    p, q, v = np.exp(logs).T[:, :, None]
    share = np.log(rows.spent) - (log_all := np.log(rows.spent + v))
    rise = special.digamma(p * rows.kinds + q)
    own = rows.kinds * (rise - special.digamma(p * rows.kinds))
    n = drawn.sum(axis=1)
    usual = n * (np.log(v) - special.digamma(q))[:, 0]
    slopes = [
        (drawn * (own[:, rows.place] + rows.x * share)).sum(axis=1),
        (drawn * (rise[:, rows.place] - log_all)).sum(axis=1) + usual,
        n * (q / v)[:, 0] - (drawn * ((p * rows.x + q) / (rows.spent + v))).sum(axis=1),
    ]
    return np.asarray(np.column_stack(slopes) * np.exp(logs))


def _climb(start: Floats, rows: _Rows) -> Floats:
    n = len(rows.x)

    def fall(logs: Floats) -> tuple[float, Floats]:
        value, slopes = log_likelihood(logs, rows)
        return -value / n, -slopes / n

    found = optimize.minimize(
        fall, start, jac=True, method="L-BFGS-B", bounds=[(-LOG_BOUND, LOG_BOUND)] * 3,
        options={"maxiter": 500, "ftol": FINE, "gtol": FINE**0.5, "maxcor": 20},
    )  # fmt: skip
    return np.asarray(found.x)


def _polish(logs: Floats, rows: _Rows) -> tuple[Floats, Floats | None]:
    """Take two steps of Newton, and give the covariance at their end; None at a bound."""
    if np.abs(logs).max() > LOG_BOUND - 1e-3:
        return logs, None
    curvature = find_curvature(logs, lambda place: log_likelihood(place, rows)[1])
    if np.linalg.eigvalsh(curvature).max() >= 0:
        return logs, None
    slopes = log_likelihood(logs, rows)[1]
    for _ in range(2):
        step = logs - np.linalg.solve(curvature, slopes)
        steep = log_likelihood(step, rows)[1]
        if not np.abs(steep).max() < np.abs(slopes).max():
            break
        logs, slopes = step, steep
    return logs, np.asarray(np.linalg.inv(-curvature), dtype=float)


def refit_gamma_gamma(
    fitted: GammaGamma, x: npt.ArrayLike, m: npt.ArrayLike, drawn: Floats
) -> Floats:
    """Fit the model to draws of its customers: logarithms of p, q, v, one row per draw.

    Parameters
    ----------
    fitted : with a covariance, fitted to `x` and `m`
    drawn : one row per draw, one column per customer: how often he was drawn
    """
    assert fitted.covariance is not None
    amounts = np.asarray(m, dtype=float) / fitted.scale
    rows = _prepare(np.asarray(x, dtype=float), amounts)
    unit = np.array([0.0, 0.0, np.log(fitted.scale)])

    def slopes(logs: Floats, open_: np.ndarray) -> Floats:
        return slopes_of_draws(logs, rows, drawn[open_])

    start = np.tile(fitted.logs - unit, (len(drawn), 1))
    return np.asarray(step_to_draws(start, slopes, fitted.covariance, LOG_BOUND) + unit)


def expect_amount(parameters: Iterable[Any], x: npt.ArrayLike, m: npt.ArrayLike) -> Floats:
    """Give the mean amount expected of an order of a customer: E[M | m, x].

    Parameters
    ----------
    parameters : p, q, v; numbers, or arrays that go with those of customers
    x, m : repeats and their mean amount; with x 0 it is the mean of all customers, whatever m
    """
    p, q, v = parameters
    orders, amounts = np.asarray(x, dtype=float), np.asarray(m, dtype=float)
    return np.asarray(p * (v + orders * amounts) / (p * orders + q - 1))


def rank_correlation(x: npt.ArrayLike, m: npt.ArrayLike) -> float | None:
    """Give Spearman's correlation of repeats and amounts; None where either never varies."""
    orders, amounts = np.asarray(x, dtype=float), np.asarray(m, dtype=float)
    if len(orders) < 3 or np.ptp(orders) == 0 or np.ptp(amounts) == 0:
        return None
    return float(stats.spearmanr(orders, amounts).statistic)


def parameter_intervals(fitted: GammaGamma, *, confidence: float = 0.95) -> list[Ends | None]:
    """Give Wald intervals of p, q, v, made on their logarithms; none at a bound.

    None stands where the data do not tell a parameter to within a factor of a thousand, as where
    customers spend alike and q may be as large as it likes: its upper end would be no number.
    """
    if fitted.covariance is None:
        return []
    errors = np.sqrt(np.diag(fitted.covariance))
    half = stats.norm.ppf((1 + confidence) / 2) * np.minimum(errors, WIDEST)
    ends = np.exp([fitted.logs - half, fitted.logs + half]).T
    return [
        (float(low), float(high)) if error <= WIDEST else None
        for (low, high), error in zip(ends, errors, strict=True)
    ]
