"""The log-likelihood of BG/NBD and its slopes, on distinct histories.

Fitting is little else than some fifty evaluations of it. Assumptions: see `bgnbd`. Formulas:
docs/methods.md, 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from rapport.analysis.bgnbd_histories import Floats, Histories

UNIT_DAYS = 7.0  # the literature counts in weeks; alpha is one of them


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a likelihood needs of histories, taken apart once for all its evaluations.

    Those without a repeat order matter by T alone; of the others whatever depends on x alone is
    summed by x.
    """

    counts: Floats
    """Customers by x, from 0."""
    zero_days: np.ndarray
    zero_n: Floats
    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    n: Floats
    n_days: int
    seen: np.ndarray
    """The numbers of repeats that occur."""
    before: np.ndarray
    """One less than `x`: where a table by repeats from 1 is looked up."""
    weeks: Floats
    """Of every day from 0 on."""

    @cached_property
    def total(self) -> float:
        """Customers in all."""
        return float(self.counts.sum())


def prepare(histories: Histories) -> Prepared:
    """Take histories apart for `log_likelihood`."""
    repeats = histories.x > 0
    alone = ~repeats
    counts = np.bincount(histories.x, weights=histories.n, minlength=1).astype(float)
    x = histories.x[repeats]
    n_days = int(histories.T.max(initial=0)) + 1
    return Prepared(
        counts=counts,
        zero_days=histories.T[alone],
        zero_n=histories.n[alone],
        x=x,
        t_x=histories.t_x[repeats],
        T=histories.T[repeats],
        n=histories.n[repeats],
        n_days=n_days,
        seen=np.flatnonzero(counts),
        before=x - 1,
        weeks=np.arange(n_days) / UNIT_DAYS,
    )


def log_likelihood(logs: Floats, rows: Prepared) -> tuple[float, Floats]:
    """Give the log-likelihood, and its slopes along the logarithms of r, alpha, a, b."""
    r, alpha, a, b = np.exp(logs)
    value, slopes = _by_count(rows, r, alpha, a, b)
    days = alpha + rows.weeks
    # Tables with one entry a day: a logarithm of every row would be most of the work. They are
    # looked up by `take`, in half the time of square brackets.
    log_days, one_by = np.log(days), 1.0 / days
    waited = float(rows.zero_n @ log_days.take(rows.zero_days))
    value -= r * waited
    slopes[0] -= waited
    slopes[1] -= r * float(rows.zero_n @ one_by.take(rows.zero_days))
    far, soon = log_days.take(rows.T), one_by.take(rows.T)
    fall = far - log_days.take(rows.t_x)
    orders = r + rows.x
    # Odds of having left after the last order, against being there since.
    tails = b + np.arange(max(len(rows.counts) - 1, 1))
    odds = (np.log(a) - np.log(tails)).take(rows.before) + orders * fall
    # Of e^-700 the logarithm can still be taken.
    there = special.expit(-np.minimum(odds, 700.0))
    gone = rows.n * (1.0 - there)
    weighted = rows.n * orders
    value -= float(rows.n @ np.log(there)) + float(weighted @ far)
    slopes[0] += float(gone @ fall) - float(rows.n @ far)
    slopes[1] -= float(weighted @ soon)
    slopes[1] -= float((gone * orders) @ (one_by.take(rows.t_x) - soon))
    slopes[2] += gone.sum() / a
    by_count = np.bincount(rows.before, weights=gone, minlength=len(tails))
    slopes[3] -= float((by_count / tails).sum())
    return float(value), slopes * np.exp(logs)


def _by_count(rows: Prepared, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats]:
    """Sum what depends on the number of repeats alone: one row a number, not one a customer."""
    n = rows.counts[rows.seen]
    at = np.array([[r], [b], [a + b]])
    places = np.concatenate([at, at + rows.seen], axis=1)
    gammas, digammas = special.gammaln(places), special.digamma(places)
    gamma, digamma, rate = gammas[:, 0], digammas[:, 0], np.log(alpha)
    value = n @ (gammas[0, 1:] - gamma[0] + r * rate)
    value += n @ (gammas[1, 1:] - gamma[1])
    value += n @ (gamma[2] - gammas[2, 1:])
    either = digamma[2] - digammas[2, 1:]
    slopes = [
        n @ (digammas[0, 1:] - digamma[0] + rate),
        n.sum() * r / alpha,
        n @ either,
        n @ (either + digammas[1, 1:] - digamma[1]),
    ]
    return float(value), np.array(slopes)
