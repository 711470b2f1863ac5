"""How good predicted risks are: whether they rank (AUC, lift), and are true (calibration).

Labels are 1 where it happened, else 0; scores are logits, log(p / (1 - p)). Meant for
predictions of customers that the model has not seen.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special, stats

from rapport.analysis.measures import Floats

Labels = npt.NDArray[np.int_]

N_GROUPS = 10
TOP_SHARE = 0.10


@dataclass(frozen=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """What can be said of predicted risks against what happened.

    `auc`: chance that one who left scored above one who stayed. `brier`: mean squared error,
    `base_brier` that of giving everyone the mean. `slope` of what happened on the logit: 1 is
    right, below 1 too extreme, None where it cannot be fitted. `in_the_large`: what must be
    added to every logit for the mean to be right. `ece`: mean distance of predicted and
    observed share over ten equal groups. `lift`, `capture`: share who left among the tenth of
    highest risk over the share of all, and the part of all who left that it holds.
    """

    n: int
    n_events: int
    auc: Estimate
    brier: float
    base_brier: float
    slope: Estimate | None
    in_the_large: float
    ece: float
    lift: float
    capture: float
    n_top: int


def measure_quality(
    labels: Labels, logits: Floats, *, order_keys: pd.Series, confidence: float = 0.95
) -> Quality:
    """Measure predicted risks against labels of both kinds; ties at the top go by `order_key`."""
    risks = special.expit(logits)
    groups = group_by_risk(labels, logits)
    error = (groups["predicted"] - groups["observed"]).abs()
    n_top = int(np.ceil(TOP_SHARE * len(labels)))
    first = np.lexsort((order_keys.to_numpy(), -logits))[:n_top]
    n_caught, n_events = int(labels[first].sum()), int(labels.sum())
    return Quality(
        n=len(labels),
        n_events=n_events,
        auc=estimate_auc(labels, logits, confidence=confidence),
        brier=float(((risks - labels) ** 2).mean()),
        base_brier=float(labels.mean() * (1 - labels.mean())),
        slope=estimate_slope(labels, logits, confidence=confidence),
        in_the_large=find_shift(labels, logits),
        ece=float((error * groups["n"]).sum() / len(labels)),
        lift=n_caught / n_top / (n_events / len(labels)),
        capture=n_caught / n_events,
        n_top=n_top,
    )


def _placements(labels: Labels, scores: Floats) -> tuple[Floats, Floats]:
    # DeLong's structural components: counts of the other kind below each, ties by half, which
    # is what Sun & Xu take from midranks, without ranking all three times.
    hit, other = scores[labels == 1], scores[labels == 0]
    above = _count_below(hit, np.sort(other)) / len(other)
    below = 1 - _count_below(other, np.sort(hit)) / len(hit)
    return above, below


def _count_below(scores: Floats, among: Floats) -> Floats:
    first = np.searchsorted(among, scores, side="left")
    counts: Floats = (first + np.searchsorted(among, scores, side="right")) / 2
    return counts


def estimate_auc(labels: Labels, scores: Floats, *, confidence: float = 0.95) -> Estimate:
    """Give the area under the ROC curve with DeLong's interval.

    References
    ----------
    DeLong, E. R. et al. (1988), Biometrics 44, 837-845. Sun, X. & Xu, W. (2014), IEEE Signal
    Processing Letters 21, 1389-1393.

    Examples
    --------
    >>> auc = estimate_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> auc.value
    0.75
    """
    above, below = _placements(labels, scores)
    error = np.sqrt(above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below))
    auc, half = float(above.mean()), float(stats.norm.ppf(0.5 + confidence / 2) * error)
    return Estimate(auc, max(auc - half, 0.0), min(auc + half, 1.0))


def compare_auc(
    labels: Labels, scores: Floats, others: Floats, *, confidence: float = 0.95
) -> Estimate:
    """Give the AUC of `others` less that of `scores`, on the same customers (paired DeLong)."""
    one, two = _placements(labels, scores), _placements(labels, others)
    parts = [second - first for first, second in zip(one, two, strict=True)]
    error = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    value, half = float(parts[0].mean()), float(stats.norm.ppf(0.5 + confidence / 2) * error)
    return Estimate(value, value - half, value + half)


def find_shift(labels: Labels, logits: Floats) -> float:
    """Find what must be added to every logit so that the mean risk is the share observed."""
    wanted = float(labels.mean())
    reach = 2 * float(np.abs(logits).max()) + abs(float(special.logit(wanted))) + 1

    def miss(shift: float) -> float:
        return float(special.expit(logits + shift).mean()) - wanted

    # Rounded, so that a shift of none is 0 and not a remainder that differs by machine.
    return round(float(optimize.brentq(miss, -reach, reach, xtol=1e-13)), 10) + 0.0


def estimate_slope(labels: Labels, logits: Floats, *, confidence: float = 0.95) -> Estimate | None:
    """Regress what happened on the logit (Cox 1958); None where no finite slope fits best.

    That is where all logits are equal, or where they part the labels without overlap.
    """
    hit, other = logits[labels == 1], logits[labels == 0]
    if np.ptp(logits) == 0 or hit.min() >= other.max() or other.min() >= hit.max():
        return None
    design = np.column_stack([np.ones(len(logits)), logits])

    def loss(b: Floats) -> tuple[float, Floats]:
        fitted = design @ b
        score: Floats = design.T @ (special.expit(fitted) - labels)
        return float((np.logaddexp(0, fitted) - labels * fitted).sum()), score

    best = optimize.minimize(loss, np.array([0.0, 1.0]), jac=True, method="BFGS").x
    risks = special.expit(design @ best)
    information = design.T @ (design * (risks * (1 - risks))[:, None])
    error = np.sqrt(np.linalg.inv(information)[1, 1])
    half = float(stats.norm.ppf(0.5 + confidence / 2) * error)
    return Estimate(float(best[1]), float(best[1]) - half, float(best[1]) + half)


def group_by_risk(labels: Labels, logits: Floats) -> pd.DataFrame:
    """Compare predicted and observed shares over ten groups of rising risk.

    Customers of equal risk share a group, so groups may differ in size or be missing.

    Returns
    -------
    one row per group
        `group` (1 = lowest risk), `n`, `n_events`, `predicted` (mean risk), `observed` (share)
    """
    shares = np.arange(1, N_GROUPS) / N_GROUPS
    cuts = np.quantile(logits, shares, method="inverted_cdf")
    group = 1 + np.searchsorted(cuts, logits, side="left")
    rows = pd.DataFrame({"group": group, "risk": special.expit(logits), "label": labels})
    # The sum of floats must not depend on the order of rows.
    rows = rows.sort_values(["group", "risk", "label"], kind="stable")
    table = rows.groupby("group").agg(
        n=("label", "size"),
        n_events=("label", "sum"),
        predicted=("risk", "mean"),
        observed=("label", "mean"),
    )
    return table.reset_index()
