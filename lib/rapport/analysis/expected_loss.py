"""What is at stake where a customer may leave: risk times the value of the next twelve months.

The list of warnings is ordered by it: a likely loss of little is worth less care than an unlikely
loss of much. Risk and value are taken as independent given the customer, and what contacting
saves is a parameter, never estimated here: only an experiment tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.risk_scores import rank_by_expected_loss

TOPS = (5, 10, 20, 50, 100)
LIST_COLUMNS = ("list", "n", "value", "loss", "share")


@dataclass(frozen=True)
class LossStudy:
    """Customers by expected loss, largest first, and what lists of the first of them hold.

    `ranked`: the scores with `value` and `expected_loss`; `lists`: `list` (per cent of customers),
    `n`, `value`, `loss`, `share` (of all expected loss). `reason`: None, "no_list" (no risks),
    "no_value" (no table of values), "few" (under `min_count` have both), "none" (nothing to lose).
    """

    ranked: pd.DataFrame
    lists: pd.DataFrame
    reason: str | None
    n_scored: int = 0

    @property
    def n_without(self) -> int:
        """Customers who are scored and have no value."""
        return self.n_scored - len(self.ranked)

    @property
    def total(self) -> float:
        """Expected loss of all who are scored and have a value."""
        return float(self.ranked["expected_loss"].sum()) if len(self.ranked) else 0.0


def study_loss(
    scores: pd.DataFrame | None, values: pd.Series | None, *, min_count: int = 10
) -> LossStudy:
    """Order customers by risk times value, and add the first of them up.

    Parameters
    ----------
    scores : `customer_id`, `order_key`, `risk`; None where no list is made
    values : value of the next twelve months by `customer_id`; None where it is not known

    Examples
    --------
    >>> scores = pd.DataFrame({"customer_id": ["a", "b"], "order_key": [0, 1], "risk": [0.9, 0.2]})
    >>> found = study_loss(scores, pd.Series({"a": 10.0, "b": 100.0}), min_count=1)
    >>> found.ranked["customer_id"].tolist(), found.total
    (['b', 'a'], 29.0)
    """
    empty = pd.DataFrame(columns=list(LIST_COLUMNS))
    if scores is None:
        return LossStudy(pd.DataFrame(), empty, "no_list")
    if values is None or values.isna().all():
        return LossStudy(scores.iloc[:0], empty, "no_value")
    # Who brings more back than was bought has nothing to lose.
    ranked = rank_by_expected_loss(scores, values.astype(float).clip(lower=0))
    if len(ranked) < min_count:
        return LossStudy(ranked, empty, "few")
    total = float(ranked["expected_loss"].sum())
    if total <= 0:
        return LossStudy(ranked, empty, "none")
    sums = ranked[["value", "expected_loss"]].cumsum()
    rows: list[dict[str, Any]] = []
    for top in TOPS:
        n = -(-len(ranked) * top // 100)
        if n >= min_count:
            loss = float(sums["expected_loss"].iloc[n - 1])
            rows.append(
                {"list": str(top), "n": n, "value": float(sums["value"].iloc[n - 1]),
                 "loss": loss, "share": loss / total}
            )  # fmt: skip
    return LossStudy(ranked, pd.DataFrame(rows, columns=list(LIST_COLUMNS)), None, len(scores))


def name_role(study: LossStudy) -> str:
    """Name the role of the sentence: a gap where no value is known."""
    return "paragraph" if study.reason is None else "gap"


def list_remarks(study: LossStudy, *, min_count: int = 10) -> list[tuple[str, str]]:
    """Name what else must be said, with its case: of whom no value is known, some or few."""
    n = study.n_without if study.reason is None else 0
    return [("loss_without", "few" if n < min_count else "some")] if n else []


def join_loss(scores: pd.DataFrame | None, study: LossStudy) -> pd.DataFrame | None:
    """Give the list as it is published: largest expected loss first, where it is known.

    Returns
    -------
    the scores with `value`, `expected_loss` (empty where the customer has no value), those
    without one last by falling risk; as they are without values; None without scores
    """
    if scores is None or study.reason is not None:
        return scores
    known = study.ranked[["customer_id", "value", "expected_loss"]]
    joined = scores.merge(known, on="customer_id", how="left", validate="1:1")
    return joined.sort_values(
        ["expected_loss", "risk", "order_key"], ascending=[False, False, True], kind="stable",
        na_position="last", ignore_index=True,
    )  # fmt: skip


def measure_loss(study: LossStudy, *, currency: str) -> list[Measured]:
    """Name the expected loss of all, and what a list of the first tenth holds."""
    if study.reason:
        return []
    found = [
        Measured("loss.n", len(study.ranked), "count", "customers"),
        Measured("loss.without", study.n_without, "count", "customers"),
        Measured("loss.total", study.total, "estimator", currency, len(study.ranked)),
    ]
    for row in study.lists[study.lists["list"] == "10"].to_dict("records"):
        found += [
            Measured("loss.first", float(row["loss"]), "estimator", currency, int(row["n"])),
            Measured("loss.first.n", int(row["n"]), "count", "customers"),
            Measured("loss.first.share", float(row["share"]), "estimator", "share"),
        ]
    return found


@dataclass(frozen=True)
class CostCurve:
    """What contacting the first `n` of the list is expected to bring, less what it costs.

    `points`: `n`, `gain` (saved less cost), `is_best`; `best` the number that brings most, 0 if
    none pays.
    """

    points: pd.DataFrame
    best: int
    gain: float


def draw_cost_curve(study: LossStudy, *, save_rate: float, contact_cost: float) -> CostCurve | None:
    """Weigh contacts against what they save; None unless both parameters are given.

    Parameters
    ----------
    save_rate : share of those who would leave that a contact keeps, 0 (not given) to 1
    contact_cost : of one contact, in the currency of the values; 0 is not given

    Examples
    --------
    >>> scores = pd.DataFrame({"customer_id": ["a", "b"], "order_key": [0, 1], "risk": [0.9, 0.2]})
    >>> study = study_loss(scores, pd.Series({"a": 10.0, "b": 100.0}), min_count=1)
    >>> curve = draw_cost_curve(study, save_rate=0.5, contact_cost=6.0)
    >>> curve.best, curve.gain
    (1, 4.0)
    """
    if study.reason or save_rate <= 0 or contact_cost <= 0:
        return None
    saved = save_rate * study.ranked["expected_loss"].to_numpy(dtype=float) - contact_cost
    gains = np.r_[0.0, saved.cumsum()]
    best = int(gains.argmax())
    # Two hundred points draw the curve; the best is always one of them.
    chosen = np.unique(np.r_[np.linspace(0, len(saved), 200).round().astype(int), best])
    points = pd.DataFrame({"n": chosen, "gain": gains[chosen], "is_best": chosen == best})
    return CostCurve(points, best, float(gains[best]))


def measure_cost(curve: CostCurve | None, *, currency: str) -> list[Measured]:
    """Name how many contacts pay, and what they bring."""
    if curve is None:
        return []
    return [
        Measured("cost.best", curve.best, "count", "contacts"),
        Measured("cost.gain", curve.gain, "estimator", currency, curve.best),
    ]


def name_cost(curve: CostCurve | None) -> list[str]:
    """Say whether contacts pay: pays or none; nothing without parameters."""
    return [] if curve is None else ["pays" if curve.best else "none"]


def list_points(curve: CostCurve | None) -> pd.DataFrame | None:
    """Give what the figure draws; None without parameters."""
    return None if curve is None else curve.points
