"""The log-likelihood of BG/NBD and its slopes, on distinct histories.

Fitting is little else than some fifty evaluations of it. Assumptions: see `bgnbd`. Formulas:
docs/methods.md, 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    places: Floats
    """0 to the most repeats but one."""
    above: Floats
    """Customers who have repeated more often than each of `places`."""
    total: float
    """Customers in all."""
    before: np.ndarray
    """One less than `x`: where a table by repeats from 1 is looked up."""
    weeks: Floats
    """Of every day from 0 on."""


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
        places=np.arange(len(counts) - 1, dtype=float),
        above=counts[::-1].cumsum()[::-1][1:],
        total=float(counts.sum()),
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
    fall = log_days.take(rows.t_x)
    np.subtract(far, fall, out=fall)
    orders = r + rows.x
    tails = b + np.arange(max(len(rows.counts) - 1, 1))
    gone, likely = _find_gone(rows, np.log(a) - np.log(tails), orders * fall)
    slopes[0] += float(gone @ fall) - float(rows.n @ far)
    weighted = rows.n * orders
    value += likely - float(weighted @ far)
    slopes[1] -= float(weighted @ soon)
    np.subtract(one_by.take(rows.t_x), soon, out=soon)
    slopes[1] -= float(np.multiply(gone, orders, out=orders) @ soon)
    slopes[2] += gone.sum() / a
    by_count = np.bincount(rows.before, weights=gone, minlength=len(tails))
    slopes[3] -= float((by_count / tails).sum())
    return float(value), slopes * np.exp(logs)


def _find_gone(rows: Prepared, by_count: Floats, since: Floats) -> tuple[Floats, float]:
    """Give the customers of each row who may be gone by now, and the sum of logarithms of odds.

    Parameters
    ----------
    by_count, since : logarithms of the odds of having left after the last order, against being
        there since: what repeats from 1 and what the days add to them
    """
    # One column is changed where it stands: room for each step would take as long as the step.
    odds = by_count.take(rows.before)
    odds += since
    # e^700 is still a number.
    np.exp(np.minimum(odds, 700.0, out=odds), out=odds)
    either = 1.0 + odds
    np.divide(odds, either, out=odds)
    odds *= rows.n
    return odds, float(rows.n @ np.log(either, out=either))


def _by_count(rows: Prepared, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats]:
    """Sum what depends on the number of repeats alone.

    Quotients of gamma functions are products: of r to r + x - 1, and so on. So each repeat up to
    the most is one row, which weighs as many customers as have repeated more often.
    """
    above = rows.above
    places = np.array([[r], [b], [a + b]]) + rows.places
    logs, one_by = np.log(places) @ above, (1.0 / places) @ above
    total, rate = rows.total, np.log(alpha)
    value = logs[0] + logs[1] - logs[2] + total * r * rate
    slopes = [one_by[0] + total * rate, total * r / alpha, -one_by[2], one_by[1] - one_by[2]]
    return float(value), np.array(slopes)
