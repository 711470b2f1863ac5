"""Whether an attribute matters alike at every grade: the separate logits behind an ordered one.

An ordered logit says that a point more multiplies the odds of every grade alike. Each limit of the
grades has a logit of its own; where their coefficients differ by more than chance, one coefficient
is their middle and no more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

from rapport.analysis.measures import Floats

# A logit needs ten of the rarer side for each coefficient (Peduzzi et al. 1996).
EVENTS_EACH = 10


def compare_cuts(attributes: pd.DataFrame, grades: pd.Series) -> pd.DataFrame:
    """Test each attribute's coefficients of all limits against one another.

    Parameters
    ----------
    attributes, grades : as in `fit_ordered_logit`

    Returns
    -------
    one row per attribute: `attribute`, `least`, `most` (coefficients over the limits that have
    enough answers on both sides), `n_cuts`, `p_value` (empty with fewer than two limits)

    References
    ----------
    Brant, R. (1990), Biometrics 46, 1171-1178.

    Examples
    --------
    >>> rows = pd.DataFrame({"service": [1, 2, 3, 4, 5] * 40})
    >>> compare_cuts(rows, pd.Series([1, 2, 2, 3, 3, 2, 1, 3, 2, 3] * 20))["n_cuts"].tolist()
    [2]
    """
    x = attributes.to_numpy(np.float64)
    design = np.column_stack([np.ones(len(x)), x - x.mean(axis=0)])
    least = EVENTS_EACH * design.shape[1]
    sides = [np.asarray(grades > grade, dtype=float) for grade in sorted(set(grades))[:-1]]
    fits = [_fit(design, y) for y in sides if min(y.sum(), len(y) - y.sum()) >= least]
    known = [fit for fit in fits if fit is not None]
    names = [str(name) for name in attributes.columns]
    if not known:
        empty = dict.fromkeys(("least", "most", "p_value"), np.nan)
        return pd.DataFrame({"attribute": names, **empty, "n_cuts": 0})
    slopes = np.array([beta[1:] for beta, _ in known])
    return pd.DataFrame(
        {"attribute": names, "least": slopes.min(axis=0), "most": slopes.max(axis=0),
         "p_value": _test(design, known, slopes), "n_cuts": len(known)}
    )  # fmt: skip


def _fit(design: Floats, y: Floats) -> tuple[Floats, Floats] | None:
    """Give a logit's coefficients and fitted chances; None where there is no maximum."""
    beta = np.zeros(design.shape[1])
    for _ in range(40):
        chance = special.expit(design @ beta)
        weight = chance * (1 - chance)
        information = (design * weight[:, None]).T @ design
        if np.linalg.cond(information) > 1e10:
            return None
        step = np.linalg.solve(information, design.T @ (y - chance))
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            return beta, special.expit(design @ beta)
    return None


def _test(design: Floats, fits: list[tuple[Floats, Floats]], slopes: Floats) -> Floats:
    n_cuts, k = slopes.shape
    if n_cuts < 2:
        return np.full(k, np.nan)
    bread = [np.linalg.inv((design * (p * (1 - p))[:, None]).T @ design) for _, p in fits]
    covariance = np.empty((n_cuts, n_cuts, k))
    for i, (_, p) in enumerate(fits):
        for j, (_, q) in enumerate(fits):
            # Above the higher limit is above the lower one, too: the chance of both is the lesser.
            shared = (design * (np.minimum(p, q) - p * q)[:, None]).T @ design
            covariance[i, j] = np.diag(bread[i] @ shared @ bread[j])[1:]
    contrast = np.hstack([np.ones((n_cuts - 1, 1)), -np.eye(n_cuts - 1)])
    values = []
    for at in range(k):
        differences = contrast @ slopes[:, at]
        spread = contrast @ covariance[:, :, at] @ contrast.T
        statistic = float(differences @ np.linalg.solve(spread, differences))
        values.append(float(stats.chi2.sf(max(statistic, 0.0), n_cuts - 1)))
    return np.array(values)
