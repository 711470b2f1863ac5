"""Which of two models of risk to keep: the plain one, unless the other is better beyond doubt.

The contest is held out of time, on customers and days that neither model has seen.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from rapport.analysis.measures import Floats, sort_by_key
from rapport.analysis.risk_checks import (
    Estimate,
    Labels,
    Quality,
    compare_auc,
    estimate_auc,
    find_shift,
    measure_quality,
)
from rapport.analysis.risk_models import (
    Features,
    Kind,
    RiskModel,
    fit_model,
    score_logits,
    take_floats,
)
from rapport.analysis.threads import hold_one_thread

LABEL = "is_lapsed"
SUSPECT = 0.95
SLOPE_BOUNDS = (0.8, 1.25)
N_FOLDS = 10
KINDS: tuple[Kind, Kind] = ("logistic", "boosted")


@dataclass(frozen=True)
class RiskSettings:
    """What a risk is made of, the confidence of intervals, and the seed of what is drawn."""

    features: Features
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class CrossValidated:
    """A model on customers left out in turn: all of them pooled, and the AUC by fold.

    `logits` are of the customers while left out, in the order of `order_key`.
    """

    pooled: Quality
    auc_mean: float
    auc_sd: float
    logits: Floats = field(compare=False, repr=False)


@dataclass(frozen=True)
class Contest:
    """Two models out of time.

    `model` is the one kept, its intercept set anew on the test window; `logistic` always the
    plain one, for reasons. `as_trained` and `reset` are the kept one's quality without and
    with the new intercept. `advantage`: AUC of boosted trees less that of the plain model; None
    where the plain one stood alone. `models` has a row per model: `model`, `auc`, `low`, `high`,
    `brier`, `base_brier`, `slope` (empty where it cannot be fitted), `in_the_large`, `ece`,
    `is_kept`. `is_suspect`: an AUC exceeds .95.
    """

    model: RiskModel
    logistic: RiskModel
    as_trained: Quality
    reset: Quality
    advantage: Estimate | None
    models: pd.DataFrame
    is_suspect: bool = False


def read_labels(customers: pd.DataFrame) -> Labels:
    """Give the labels of customers as 0 and 1."""
    return customers[LABEL].to_numpy(dtype=int)


def hold_contest(train: pd.DataFrame, test: pd.DataFrame, settings: RiskSettings) -> Contest:
    """Train both models on one window, compare them on the other, and keep one."""
    labels = read_labels(test)
    fitted = {
        kind: fit_model(train, read_labels(train), features=settings.features, kind=kind)
        for kind in KINDS
    }
    logits = {kind: score_logits(model, test) for kind, model in fitted.items()}
    found = {kind: _quality(test, logits[kind], settings) for kind in KINDS}
    advantage = compare_auc(
        labels, logits["logistic"], logits["boosted"], confidence=settings.confidence
    )
    kept = choose_model(found["boosted"], advantage)
    shift = find_shift(labels, logits[kept])
    return Contest(
        model=replace(fitted[kept], shift=shift),
        logistic=fitted["logistic"],
        as_trained=found[kept],
        reset=_quality(test, logits[kept] + shift, settings),
        advantage=advantage,
        models=pd.DataFrame([describe_model(kind, found[kind], kept) for kind in KINDS]),
        is_suspect=any(is_suspect(quality) for quality in found.values()),
    )


def choose_model(boosted: Quality, advantage: Estimate) -> Kind:
    """Keep boosted trees only if they rank better beyond doubt and their slope is near 1."""
    low, high = SLOPE_BOUNDS
    is_sound = boosted.slope is not None and low <= boosted.slope.value <= high
    return "boosted" if advantage.low > 0 and is_sound else "logistic"


def is_suspect(quality: Quality) -> bool:
    """Whether risks rank too well to be true: then some feature may know what came after."""
    return quality.auc.value > SUSPECT


def _quality(customers: pd.DataFrame, logits: Floats, settings: RiskSettings) -> Quality:
    return measure_quality(
        read_labels(customers),
        logits,
        order_keys=customers["order_key"],
        confidence=settings.confidence,
    )


def describe_model(kind: Kind, quality: Quality, kept: Kind) -> dict[str, object]:
    """Give the row of one model in `Contest.models`."""
    return {
        "model": kind,
        "auc": quality.auc.value,
        "low": quality.auc.low,
        "high": quality.auc.high,
        "brier": quality.brier,
        "base_brier": quality.base_brier,
        "slope": np.nan if quality.slope is None else quality.slope.value,
        "in_the_large": quality.in_the_large,
        "ece": quality.ece,
        "is_kept": kind == kept,
    }


def cross_validate(
    customers: pd.DataFrame,
    settings: RiskSettings,
    *,
    kind: Kind = "logistic",
    n_folds: int = N_FOLDS,
) -> CrossValidated:
    """Measure a model on customers left out in turn, folds with equal shares of labels.

    Parameters
    ----------
    customers : one row per customer: `order_key`, `is_lapsed` (at least ten of each), features
    """
    ordered = take_floats(sort_by_key(customers), settings.features)
    labels, logits, areas = read_labels(ordered), np.zeros(len(ordered)), []
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=settings.seed)
    for learnt, left_out in folds.split(labels, labels):
        with hold_one_thread():
            model = fit_model(
                ordered.iloc[learnt], labels[learnt], features=settings.features, kind=kind
            )
            logits[left_out] = score_logits(model, ordered.iloc[left_out])
        areas.append(estimate_auc(labels[left_out], logits[left_out]).value)
    pooled = _quality(ordered, logits, settings)
    return CrossValidated(pooled, float(np.mean(areas)), float(np.std(areas)), logits)
