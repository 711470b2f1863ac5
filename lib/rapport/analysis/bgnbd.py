"""BG/NBD: how often customers order while they last, and after which order they leave.

Assumes that a customer orders at a rate of his own, the same in every week, and may leave for good
after any repeat order; rates are spread as a gamma (r, alpha), chances of leaving as a beta (a, b).
It knows no season, no price and no contract: not for subscriptions, and not for shops where orders
follow a calendar. Whoever ordered once counts as certain to be there, so a chance of being there
is never given for them. Formulas: docs/methods.md, 3.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from rapport.analysis.bgnbd_histories import Floats, Histories, thin

UNIT_DAYS = 7.0  # the literature counts in weeks; alpha is one of them
NAMES = ("r", "alpha", "a", "b")
LOG_BOUND = 10.0
SEEN_A, SEEN_B, SPREAD = 0.005, 1_000.0, 1_000.0
WIDEST = 1.75  # standard error of a logarithm: an interval from 1 to 950
ENOUGH_ROWS = 1_000
MOST_STEPS, NEAR = 8, 1e-5  # of a logarithm: what Newton's steps make good
STEP = 1e-4
ROUGH, FINE = 1e-4, 1e-12  # gains of the mean log-likelihood at which a climb ends


@dataclass(frozen=True, eq=False)
class BgNbd:
    """A fitted model: `r`, `alpha` (weeks), `a`, `b`, and how far they can be trusted.

    `covariance` is of the logarithms of the parameters: None where customers are all alike (r or
    alpha at its bound); 0 for a and b where no drop-out is seen, which holds them. `gradient` is
    the steepest slope that is left, of the log-likelihood along a logarithm.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n: int
    covariance: Floats | None
    gradient: float

    @property
    def logs(self) -> Floats:
        """Logarithms of r, alpha, a, b."""
        return np.log([self.r, self.alpha, self.a, self.b])

    @property
    def sees_drop_out(self) -> bool:
        """Whether the data show that customers leave: a and b can be told from their bounds."""
        return self.covariance is not None and bool(self.covariance[2, 2] > 0)

    @property
    def sees_spread(self) -> bool:
        """Whether the data show that customers differ in how often they order."""
        return self.r <= SPREAD and self.covariance is not None


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

    @property
    def total(self) -> float:
        """Customers in all."""
        return float(self.counts.sum())


def prepare(histories: Histories) -> Prepared:
    """Take histories apart for `log_likelihood`."""
    repeats = histories.x > 0
    alone = ~repeats
    return Prepared(
        counts=np.bincount(histories.x, weights=histories.n, minlength=1).astype(float),
        zero_days=histories.T[alone],
        zero_n=histories.n[alone],
        x=histories.x[repeats],
        t_x=histories.t_x[repeats],
        T=histories.T[repeats],
        n=histories.n[repeats],
        n_days=int(histories.T.max(initial=0)) + 1,
    )


def log_likelihood(logs: Floats, rows: Prepared) -> tuple[float, Floats]:
    """Give the log-likelihood, and its slopes along the logarithms of r, alpha, a, b."""
    r, alpha, a, b = np.exp(logs)
    value, slopes = _by_count(rows.counts, r, alpha, a, b)
    days = alpha + np.arange(rows.n_days) / UNIT_DAYS
    # Tables with one entry a day: a logarithm of every row would be most of the work.
    log_days, one_by = np.log(days), 1.0 / days
    waited = float(rows.zero_n @ log_days[rows.zero_days])
    value -= r * waited
    slopes[0] -= waited
    slopes[1] -= r * float(rows.zero_n @ one_by[rows.zero_days])
    far = log_days[rows.T]
    fall = far - log_days[rows.t_x]
    orders = r + rows.x
    # Odds of having left after the last order, against being there since.
    tails = np.log(b + np.arange(max(len(rows.counts) - 1, 1)))
    odds = (np.log(a) - tails)[rows.x - 1] + orders * fall
    # Of e^-700 the logarithm can still be taken.
    there = special.expit(-np.minimum(odds, 700.0))
    gone = rows.n * (1.0 - there)
    weighted = rows.n * orders
    value -= float(rows.n @ np.log(there)) + float(weighted @ far)
    slopes[0] += float(gone @ fall) - float(rows.n @ far)
    slopes[1] -= float(weighted @ one_by[rows.T])
    slopes[1] -= float((gone * orders) @ (one_by[rows.t_x] - one_by[rows.T]))
    slopes[2] += gone.sum() / a
    by_count = np.bincount(rows.x - 1, weights=gone, minlength=len(tails))
    slopes[3] -= float((by_count / (b + np.arange(len(by_count)))).sum())
    return float(value), slopes * np.exp(logs)


def _by_count(counts: Floats, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats]:
    """Sum what depends on the number of repeats alone: one row a number, not one a customer."""
    (seen,) = np.nonzero(counts)
    n = counts[seen]
    value = n @ (special.gammaln(r + seen) - special.gammaln(r) + r * np.log(alpha))
    value += n @ (special.gammaln(b + seen) - special.gammaln(b))
    value += n @ (special.gammaln(a + b) - special.gammaln(a + b + seen))
    either = special.digamma(a + b) - special.digamma(a + b + seen)
    slopes = [
        n @ (special.digamma(r + seen) - special.digamma(r) + np.log(alpha)),
        n.sum() * r / alpha,
        n @ either,
        n @ (either + special.digamma(b + seen) - special.digamma(b)),
    ]
    return float(value), np.array(slopes)


def fit_bgnbd(histories: Histories) -> BgNbd:
    """Fit r, alpha, a and b by maximum likelihood.

    Parameters
    ----------
    histories : of at least one customer, of whom at least one has repeated

    Returns
    -------
    the best of three starts. The starts are run on 1,000 distinct histories at most, evenly
        spread; the best is then carried on with all. Parameters are within e^-10 and e^10; the
        properties `sees_drop_out` and `sees_spread` say where a bound was all but reached.

    Raises
    ------
    ValueError
        Nobody has repeated: there is nothing to fit.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005), "Counting your customers" the easy way,
    Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> from rapport.analysis.bgnbd_histories import collapse
    >>> fitted = fit_bgnbd(collapse([0, 1, 3, 2], [0, 30, 100, 20], [200, 210, 220, 180]))
    >>> fitted.gradient < 1e-3
    True
    """
    if histories.n_repeating == 0:
        raise ValueError("BG/NBD: nobody has repeated, there is nothing to fit")
    some, rows = prepare(thin(histories, ENOUGH_ROWS)), prepare(histories)
    found = [_climb(start, some, fine=ROUGH) for start in _starts(some)]
    best = max(found, key=lambda logs: log_likelihood(logs, some)[0])
    logs, covariance = _polish(_carry_on(best, some, rows), rows)
    value, slopes = log_likelihood(logs, rows)
    free = slice(4) if covariance is not None and covariance[2, 2] > 0 else slice(2)
    steepest = float(np.abs(slopes[free]).max())
    r, alpha, a, b = (float(part) for part in np.exp(logs))
    return BgNbd(r, alpha, a, b, value, int(rows.total), covariance, steepest)


def _starts(rows: Prepared) -> list[Floats]:
    """Give three starts at the mean rate: customers much alike, spread, or most of them gone."""
    weeks = (float(rows.n @ rows.T) + float(rows.zero_n @ rows.zero_days)) / UNIT_DAYS
    repeats = float(rows.counts @ np.arange(len(rows.counts)))
    week = max(weeks, 1e-3) / repeats
    starts = ((1.0, week, 0.5, 3.0), (0.3, 0.3 * week, 1.0, 2.0), (3.0, week, 0.1, 3.0))
    return [np.clip(np.log(start), 1 - LOG_BOUND, LOG_BOUND - 1) for start in starts]


def _carry_on(logs: Floats, some: Prepared, rows: Prepared) -> Floats:
    """Go on from the fit to some histories to that of all, with the curvature of the some.

    Where steps do not draw near, as where customers never leave, all histories are climbed.
    """
    if some.total < rows.total and np.abs(logs).max() < LOG_BOUND - 1:
        logs = _climb(logs, some, fine=FINE)
        curvature = find_curvature(logs, lambda place: log_likelihood(place, some)[1])
        if np.linalg.eigvalsh(curvature).max() < 0:
            way = np.linalg.inv(curvature) * some.total / rows.total
            before = np.inf
            for _ in range(MOST_STEPS):
                step = way @ log_likelihood(logs, rows)[1]
                size = float(np.abs(step).max())
                if size > before / 2:
                    break
                logs, before = logs - step, size
                if size < NEAR:
                    return logs
    return _climb(logs, rows, fine=FINE)


def _climb(start: Floats, rows: Prepared, *, fine: float) -> Floats:
    n = rows.total

    def fall(logs: Floats) -> tuple[float, Floats]:
        value, slopes = log_likelihood(logs, rows)
        return -value / n, -slopes / n

    found = optimize.minimize(
        fall, start, jac=True, method="L-BFGS-B", bounds=[(-LOG_BOUND, LOG_BOUND)] * 4,
        options={"maxiter": 500, "ftol": fine, "gtol": fine**0.5, "maxcor": 20},
    )  # fmt: skip
    return np.asarray(found.x)


def find_curvature(logs: Floats, slopes: Callable[[Floats], Floats]) -> Floats:
    """Give the second derivatives at a place from slopes on both sides of it."""
    steps = STEP * np.eye(len(logs))
    curvature = np.array([(slopes(logs + s) - slopes(logs - s)) / (2 * STEP) for s in steps])
    return np.asarray((curvature + curvature.T) / 2)


def _curvature_of_all(logs: Floats, slopes: Floats, rows: Prepared) -> Floats:
    """Give the second derivatives from one side: to a hundred-thousandth, at half the work."""
    steps = STEP / 10 * np.eye(len(logs))
    beside = [log_likelihood(logs + step, rows)[1] - slopes for step in steps]
    curvature = np.array(beside) / (STEP / 10)
    return np.asarray((curvature + curvature.T) / 2)


def _polish(logs: Floats, rows: Prepared) -> tuple[Floats, Floats | None]:
    """Take two steps of Newton, and give the covariance at their end; None at a bound.

    Where drop-out is not seen, a and b lie on a ridge without a top: they are held.
    """
    slopes = log_likelihood(logs, rows)[1]
    curvature = _curvature_of_all(logs, slopes, rows)
    free = slice(4) if _sees_drop_out(logs, curvature) else slice(2)
    block = curvature[free, free]
    if np.abs(logs[free]).max() > LOG_BOUND - 1e-3 or np.linalg.eigvalsh(block).max() >= 0:
        return logs, None
    for _ in range(2):
        step = logs.copy()
        step[free] -= np.linalg.solve(block, slopes[free])
        steep = log_likelihood(step, rows)[1]
        if not np.abs(steep[free]).max() < np.abs(slopes[free]).max():
            break
        logs, slopes = step, steep
    covariance = np.zeros((4, 4))
    covariance[free, free] = np.linalg.inv(-block)
    return logs, covariance


def _sees_drop_out(logs: Floats, curvature: Floats) -> bool:
    """Whether a and b are away from their bounds, and known to within a factor of a thousand."""
    at_bound = logs[2] < np.log(SEEN_A) or logs[3] > np.log(SEEN_B)
    if at_bound or np.linalg.eigvalsh(curvature).max() >= 0:
        return False
    error = np.sqrt(np.diag(np.linalg.inv(-curvature))[2:])
    return bool((error <= WIDEST).all())


def parameter_intervals(
    fitted: BgNbd, *, confidence: float = 0.95
) -> list[tuple[float, float] | None]:
    """Give Wald intervals of r, alpha, a, b, made on their logarithms; None where one is held."""
    if fitted.covariance is None:
        return [None] * len(NAMES)
    errors = np.sqrt(np.diag(fitted.covariance))
    half = stats.norm.ppf((1 + confidence) / 2) * errors
    ends = np.exp([fitted.logs - half, fitted.logs + half]).T
    return [
        (float(low), float(high)) if error > 0 else None
        for (low, high), error in zip(ends, errors, strict=True)
    ]
