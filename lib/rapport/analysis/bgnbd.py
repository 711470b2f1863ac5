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
from scipy import optimize, stats

from rapport.analysis.bgnbd_histories import Floats, Histories, thin
from rapport.analysis.bgnbd_likelihood import UNIT_DAYS, Prepared, log_likelihood, prepare

NAMES = ("r", "alpha", "a", "b")
LOG_BOUND = 10.0
SEEN_A, SEEN_B, SPREAD = 0.005, 1_000.0, 1_000.0
WIDEST = 1.75  # standard error of a logarithm: an interval from 1 to 950
ENOUGH_ROWS = 1_000
MOST_STEPS, NEAR = 8, 1e-4  # of a logarithm: what Newton's steps make good
STEP = 1e-4
ROUGH, NEARLY, FINE = 1e-4, 1e-8, 1e-12  # gains of the mean log-likelihood at which a climb ends


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
    best, _ = min(found, key=lambda top: top[1])
    logs, covariance, (value, slopes) = _polish(_carry_on(best, some, rows), rows)
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
        logs, _ = _climb(logs, some, fine=NEARLY)
        curvature = _curvature_from(logs, log_likelihood(logs, some)[1], some)
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
    return _climb(logs, rows, fine=FINE)[0]


def _climb(start: Floats, rows: Prepared, *, fine: float) -> tuple[Floats, float]:
    """Give the logarithms at the top, and how far down it lies (mean log-likelihood, negated)."""
    n = rows.total

    def fall(logs: Floats) -> tuple[float, Floats]:
        value, slopes = log_likelihood(logs, rows)
        return -value / n, -slopes / n

    # The same routine behind `minimize` looks at its arguments for as long as three evaluations.
    top, down, _ = optimize.fmin_l_bfgs_b(
        fall, start, bounds=[(-LOG_BOUND, LOG_BOUND)] * 4, m=20, maxiter=500,
        factr=fine / np.finfo(float).eps, pgtol=fine**0.5,
    )  # fmt: skip
    return np.asarray(top), float(down)


def find_curvature(logs: Floats, slopes: Callable[[Floats], Floats]) -> Floats:
    """Give the second derivatives at a place from slopes on both sides of it."""
    steps = STEP * np.eye(len(logs))
    curvature = np.array([(slopes(logs + s) - slopes(logs - s)) / (2 * STEP) for s in steps])
    return np.asarray((curvature + curvature.T) / 2)


def _curvature_from(logs: Floats, slopes: Floats, rows: Prepared) -> Floats:
    """Give the second derivatives from one side: to a hundred-thousandth, at half the work."""
    steps = STEP / 10 * np.eye(len(logs))
    beside = [log_likelihood(logs + step, rows)[1] - slopes for step in steps]
    curvature = np.array(beside) / (STEP / 10)
    return np.asarray((curvature + curvature.T) / 2)


def _polish(logs: Floats, rows: Prepared) -> tuple[Floats, Floats | None, tuple[float, Floats]]:
    """Take two steps of Newton, and give the covariance at their end; None at a bound.

    Where drop-out is not seen, a and b lie on a ridge without a top: they are held. Given last
    are the log-likelihood and its slopes there.
    """
    value, slopes = log_likelihood(logs, rows)
    curvature = _curvature_from(logs, slopes, rows)
    free = slice(4) if _sees_drop_out(logs, curvature) else slice(2)
    block = curvature[free, free]
    if np.abs(logs[free]).max() > LOG_BOUND - 1e-3 or np.linalg.eigvalsh(block).max() >= 0:
        return logs, None, (value, slopes)
    for _ in range(2):
        step = logs.copy()
        step[free] -= np.linalg.solve(block, slopes[free])
        there, steep = log_likelihood(step, rows)
        if not np.abs(steep[free]).max() < np.abs(slopes[free]).max():
            break
        logs, value, slopes = step, there, steep
    covariance = np.zeros((4, 4))
    covariance[free, free] = np.linalg.inv(-block)
    return logs, covariance, (value, slopes)


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
