"""Which attributes go with a graded answer: the ordered logit (proportional odds).

One row per customer: the odds of answering above any grade are multiplied by exp(coefficient) for
a point more of an attribute, the same for every grade. The log-likelihood is concave (Pratt 1981),
so there is one maximum or none: none where an attribute parts the grades without a miss. Rows must
be independent; what is not asked cannot be held constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from rapport.analysis.measures import Floats

# A point more of five that multiplies the odds by more than this is no estimate but a split.
LARGEST = 12.0


@dataclass(frozen=True, eq=False)
class OrderedFit:
    """A fitted ordered logit.

    `table`: `attribute`, `coefficient` (log odds of a grade more, per point), `se`, `low`, `high`,
    `p_value`. `cuts`: the grades' limits, rising. `reason`: None, or "not_converged".
    """

    table: pd.DataFrame
    cuts: tuple[float, ...]
    log_likelihood: float
    gradient: float
    n: int
    reason: str | None = None


def fit_ordered_logit(
    attributes: pd.DataFrame, grades: Sequence[int] | pd.Series, *, confidence: float = 0.95
) -> OrderedFit:
    """Fit the ordered logit of grades on attributes by maximum likelihood.

    Parameters
    ----------
    attributes : one row per customer, a column of numbers each; none empty, none constant
    grades : as many whole numbers, at least two different ones

    Returns
    -------
    the fit, with Wald intervals from the analytic Hessian; with `reason` where there is no maximum

    References
    ----------
    McCullagh, P. (1980), JRSS B 42, 109-142. Pratt, J. W. (1981), JASA 76, 103-106.

    Examples
    --------
    >>> rows = pd.DataFrame({"service": [1, 2, 3, 4, 5] * 8})
    >>> fit = fit_ordered_logit(rows, ([1, 2, 2, 3, 3] * 4 + [2, 1, 3, 2, 3] * 4))
    >>> bool(fit.table["low"].iloc[0] > 0)
    True
    """
    model = _Model.of(attributes.to_numpy(np.float64), np.asarray(grades))
    scale = model.x.std(axis=0)
    scaled = _Model((model.x - model.x.mean(axis=0)) / scale, model.codes, model.n_cuts)
    found = optimize.minimize(
        scaled.lose, scaled.start(), jac=True, method="L-BFGS-B",
        options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-6},
    )  # fmt: skip
    # The optimiser holds the cuts in order; the last steps are Newton's, on the cuts themselves.
    values, is_good = _polish(scaled, scaled.to_cuts(found.x))
    loss, gradient, hessian = scaled.derive(values)
    k = model.x.shape[1]
    beta = values[:k] / scale
    if not is_good or float(np.abs(values[:k]).max(initial=0.0)) > LARGEST:
        return OrderedFit(_empty(), (), float("nan"), float("nan"), len(model.x), "not_converged")
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))[:k] / scale
    cuts = values[k:] + float(model.x.mean(axis=0) @ beta)
    table = _tabulate(attributes.columns, beta, errors, confidence)
    steep = float(np.abs(gradient).max())
    return OrderedFit(table, tuple(float(c) for c in cuts), -loss, steep, len(model.x))


@dataclass(frozen=True, eq=False)
class _Model:
    """Grades 0 to n_cuts; parameters are coefficients, then cuts (`derive`) or steps (`lose`)."""

    x: Floats
    codes: np.ndarray
    n_cuts: int

    @classmethod
    def of(cls, x: Floats, grades: np.ndarray) -> _Model:
        kinds, codes = np.unique(grades, return_inverse=True)
        return cls(x, codes, len(kinds) - 1)

    def start(self) -> Floats:
        shares = np.cumsum(np.bincount(self.codes))[:-1] / len(self.codes)
        cuts = special.logit(shares)
        steps = np.log(np.diff(cuts))
        return np.concatenate([np.zeros(self.x.shape[1]), cuts[:1], steps])

    def to_cuts(self, values: Floats) -> Floats:
        k = self.x.shape[1]
        steps = np.exp(np.clip(values[k + 1 :], -30, 30))
        cuts = values[k] + np.concatenate([[0.0], np.cumsum(steps)])
        return np.concatenate([values[:k], cuts])

    def lose(self, values: Floats) -> tuple[float, Floats]:
        """Give minus the log-likelihood and its gradient, in coefficients and steps of cuts."""
        k = self.x.shape[1]
        loss, gradient = self._slope(self.to_cuts(values))
        by_cut = gradient[k:]
        # A step moves every cut above it.
        above = np.cumsum(by_cut[::-1])[::-1]
        steps = np.exp(np.clip(values[k + 1 :], -30, 30))
        return loss, np.concatenate([gradient[:k], above[:1], above[1:] * steps])

    def _ends(self, values: Floats) -> tuple[Floats, Floats]:
        k = self.x.shape[1]
        limits = np.concatenate([[-np.inf], values[k:], [np.inf]])
        line = self.x @ values[:k]
        return limits[self.codes + 1] - line, limits[self.codes] - line

    def _slope(self, values: Floats) -> tuple[float, Floats]:
        upper, lower = self._ends(values)
        chance = np.maximum(special.expit(upper) - special.expit(lower), 1e-300)
        a, b = _density(upper) / chance, _density(lower) / chance
        return -float(np.log(chance).sum()), -self._sum(a, b)

    def _sum(self, a: Floats, b: Floats) -> Floats:
        by_cut = np.bincount(self.codes, weights=a, minlength=self.n_cuts + 1)[:-1]
        by_cut = by_cut - np.bincount(self.codes, weights=b, minlength=self.n_cuts + 1)[1:]
        return np.concatenate([-(self.x.T @ (a - b)), by_cut])

    def derive(self, values: Floats) -> tuple[float, Floats, Floats]:
        """Give minus the log-likelihood, its gradient and Hessian, in coefficients and cuts."""
        loss, gradient = self._slope(values)
        upper, lower = self._ends(values)
        p, q = special.expit(upper), special.expit(lower)
        chance = np.maximum(p - q, 1e-300)
        f, g = p * (1 - p), q * (1 - q)
        aa = (f / chance) ** 2 - f * (1 - 2 * p) / chance
        bb = (g / chance) ** 2 + g * (1 - 2 * q) / chance
        ab = -f * g / chance**2
        ones = np.eye(self.n_cuts + 2)[:, 1:-1]
        one = np.hstack([-self.x, ones[self.codes + 1]])
        two = np.hstack([-self.x, ones[self.codes]])
        mixed = (one * ab[:, None]).T @ two
        hessian = (one * aa[:, None]).T @ one + (two * bb[:, None]).T @ two + mixed + mixed.T
        return loss, gradient, hessian


def _density(at: Floats) -> Floats:
    chance = special.expit(at)
    return np.asarray(chance * (1 - chance))


def _polish(model: _Model, values: Floats) -> tuple[Floats, bool]:
    for _ in range(30):
        _, gradient, hessian = model.derive(values)
        if float(np.abs(gradient).max()) < 1e-8 * max(1, len(model.x)) ** 0.5:
            return values, bool(np.linalg.eigvalsh(hessian)[0] > 1e-9)
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return values, False
        if not np.isfinite(step).all() or float(np.abs(step).max()) > LARGEST:
            return values, False
        values = values - step
        if not (np.diff(values[model.x.shape[1] :]) > 0).all():
            return values, False
    return values, False


def _tabulate(names: pd.Index, beta: Floats, errors: Floats, confidence: float) -> pd.DataFrame:
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * errors
    p_values = 2 * stats.norm.sf(np.abs(beta) / errors)
    return pd.DataFrame(
        {"attribute": [str(name) for name in names], "coefficient": beta, "se": errors,
         "low": beta - half, "high": beta + half, "p_value": p_values}
    )  # fmt: skip


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=["attribute", "coefficient", "se", "low", "high", "p_value"])
