"""Cox's partial likelihood with Efron's ties, by Newton's method: what `cox` fits and tests with.

Every sum over who is still watched is a cumulative sum over sorted spells, so that a step costs
one pass over the rows. lifelines loops over them in Python and took 1.4 CPU s where this takes
.1 (7,043 spells, 16 columns); it is the oracle of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rapport.analysis.measures import Floats

Ints = npt.NDArray[np.intp]
Numbers = Ints | Floats
N_STEPS = 40
ENOUGH = 1e-10
# exp(15) is a ratio of three million between the ends of a column: no finite ratio fits best.
FARTHEST = 15.0


@dataclass(frozen=True)
class Sorted:
    """Spells sorted by stratum and time, and where in them each event's ties and risk set begin.

    `x` is centred, `time` that of each event, `row` its row. `group` numbers the ties of each
    event, `share` is its place among them as a share (Efron's l / d); `begin` and `entered` cut
    the risk set of each tie out of the cumulative sums over `x` sorted by time and by `late` (the
    order of entries); `first` and `last` cut for each row the ties in whose risk set it is.
    """

    x: Floats
    time: Floats
    row: Ints
    group: Ints
    share: Floats
    begin: Ints
    end: Ints
    late: Ints
    entered: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True)
class PartialFit:
    """The maximum: coefficients, their covariance, log likelihoods at it and at 0."""

    beta: Floats
    covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    mean_at_event: Floats
    sorted: Sorted


def sort_spells(x: Floats, time: Floats, event: Floats, *, stratum: Ints, entry: Floats) -> Sorted:
    """Sort spells and find the risk set of every distinct time of an event.

    Parameters
    ----------
    x : one row per spell, one column per covariate
    time, event, stratum, entry : of each spell; watched from after `entry` up to `time`
    """
    order = np.lexsort((event, time, stratum))
    times, strata, events = time[order], stratum[order], event[order] > 0
    rows = np.flatnonzero(events)
    key = np.stack([strata[rows], times[rows]], axis=1)
    new = np.r_[True, (key[1:] != key[:-1]).any(axis=1)][: len(rows)]
    group = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    sizes = np.diff(np.r_[starts, len(rows)])
    share = (np.arange(len(rows)) - starts[group]) / sizes[group]
    at = key[starts]
    late = np.lexsort((entry[order], strata))
    begin, end = _bounds(strata, times, at, "left"), _ends(strata, at)
    entered = _bounds(strata[late], entry[order][late], at, "left")
    # Which groups each row belongs to: those of its stratum after its entry, up to its time.
    first = _bounds(at[:, 0], at[:, 1], np.stack([strata, entry[order]], axis=1), "right")
    last = _bounds(at[:, 0], at[:, 1], np.stack([strata, times], axis=1), "right")
    centred = x[order] - x.mean(axis=0)
    return Sorted(centred, times[rows], rows, group, share, begin, end, late, entered, first, last)


def _bounds(strata: Numbers, times: Floats, wanted: Floats, side: str) -> Ints:
    # A position among rows sorted by (stratum, time): strata are spread so far apart that one
    # search finds both.
    if len(times) == 0:
        return np.zeros(len(wanted), dtype=np.intp)
    both = np.unique(np.r_[times, wanted[:, 1]])
    place, asked = np.searchsorted(both, times), np.searchsorted(both, wanted[:, 1])
    wide = len(both) + 1
    keys, sought = strata * wide + place, wanted[:, 0] * wide + asked
    return np.searchsorted(keys, sought, side="left" if side == "left" else "right")


def _ends(strata: Numbers, at: Floats) -> Ints:
    return np.searchsorted(strata, at[:, 0], side="right")


def fit_partial(spells: Sorted, *, penalty: float = 0.0) -> PartialFit | None:
    """Maximise the partial likelihood; None where no finite maximum is reached.

    `penalty` is that of lifelines: half of it times the squared standardised coefficients and
    the number of spells is taken off the log likelihood.
    """
    spread = spells.x.std(axis=0)
    width = np.ptp(spells.x, axis=0)
    ridge = penalty * len(spells.x) * spread**2
    beta = np.zeros(spells.x.shape[1])
    null, gradient, information, means = _derive(spells, beta)
    value = null
    for _ in range(N_STEPS):
        hessian = information + np.diag(ridge)
        # Scaled to a unit diagonal, so that what is singular does not hang on units.
        scale = np.sqrt(np.maximum(np.diag(hessian), 1e-300))
        if np.linalg.cond(hessian / np.outer(scale, scale)) > 1e12:
            return None
        slope = gradient - ridge * beta
        step = np.linalg.solve(hessian, slope)
        if slope @ step < ENOUGH:
            covariance: Floats = np.asarray(np.linalg.inv(hessian), dtype=float)
            return PartialFit(beta, covariance, value, null, means, spells)
        found = _climb(spells, beta, step, ridge=ridge, now=value)
        if found is None or (np.abs(found[0]) * width).max() > FARTHEST:
            return None
        beta, (value, gradient, information, means) = found
    return None


Derived = tuple[float, Floats, Floats, Floats]


def _climb(
    spells: Sorted, beta: Floats, step: Floats, *, ridge: Floats, now: float
) -> tuple[Floats, Derived] | None:
    lowest = now - (ridge * beta**2).sum() / 2
    for _ in range(12):
        there = beta + step
        derived = _derive(spells, there)
        if derived[0] - (ridge * there**2).sum() / 2 >= lowest - 1e-9 * abs(lowest):
            return there, derived
        step = step / 2
    return None


def _derive(spells: Sorted, beta: Floats) -> Derived:
    """Give the log likelihood, its gradient, the information, and the mean of each event's set."""
    x = spells.x
    linear = x @ beta
    # Ratios only: the largest is taken out so that none overflows.
    weight = np.exp(linear - linear.max())
    weighted = weight[:, None] * np.column_stack([np.ones(len(x)), x])
    at_risk = _risk_sums(spells, weighted)
    n_groups = len(spells.begin)
    tied = np.zeros((n_groups, weighted.shape[1]))
    np.add.at(tied, spells.group, weighted[spells.row])
    sums = at_risk[spells.group] - spells.share[:, None] * tied[spells.group]
    denominator = sums[:, 0]
    means = sums[:, 1:] / denominator[:, None]
    value = float((linear[spells.row] - linear.max() - np.log(denominator)).sum())
    gradient = (x[spells.row] - means).sum(axis=0)
    # The second moments of all risk sets as one product: each row counts as often as it is in one.
    c = np.bincount(spells.group, 1 / denominator, minlength=n_groups)
    ties = np.bincount(spells.group, spells.share / denominator, minlength=n_groups)
    total = np.r_[0.0, np.cumsum(c)]
    often = total[spells.last] - total[np.minimum(spells.first, spells.last)]
    often[spells.row] -= ties[spells.group]
    information = (x * (weight * often)[:, None]).T @ x - means.T @ means
    return value, gradient, information, means


def _risk_sums(spells: Sorted, weighted: Floats) -> Floats:
    nothing = np.zeros((1, weighted.shape[1]))
    sums = np.vstack([nothing, np.cumsum(weighted, axis=0)])
    later = np.vstack([nothing, np.cumsum(weighted[spells.late], axis=0)])
    watched: Floats = sums[spells.end] - sums[spells.begin]
    not_yet: Floats = later[spells.end] - later[spells.entered]
    return watched - not_yet


def measure_residuals(fit: PartialFit) -> Floats:
    """Give the scaled Schoenfeld residuals: one row per event, one column per covariate.

    References
    ----------
    Grambsch, P. M. & Therneau, T. M. (1994), Biometrika 81, 515-526.
    """
    spells = fit.sorted
    sizes = np.bincount(spells.group)
    means = np.zeros((len(sizes), spells.x.shape[1]))
    np.add.at(means, spells.group, fit.mean_at_event)
    own = spells.x[spells.row] - (means / sizes[:, None])[spells.group]
    scaled: Floats = len(spells.row) * own @ fit.covariance
    return scaled


def measure_concordance(
    linear: Floats, time: Floats, event: Floats, *, stratum: Ints
) -> float | None:
    """Give the share of pairs, of one stratum, in which the higher risk ended first.

    Of two spells the order is known where the earlier end was observed; equal risks count half.
    None without such a pair.

    References
    ----------
    Harrell, F. E. et al. (1996), Statistics in Medicine 15, 361-387.
    """
    right = pairs = 0.0
    for name in np.unique(stratum):
        own = stratum == name
        risks, times, events = linear[own], time[own], event[own] > 0
        ranked = np.argsort(risks, kind="stable")
        for moment in np.unique(times[events]):
            later = (times > moment) | ((times == moment) & ~events)
            others = risks[ranked][later[ranked]]
            ending = risks[events & (times == moment)]
            below = np.searchsorted(others, ending, side="left")
            right += (below + np.searchsorted(others, ending, side="right")).sum() / 2
            pairs += len(others) * len(ending)
    return right / pairs if pairs else None
