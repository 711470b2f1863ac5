"""Who is likely not to come back: risk of no order within the horizon, tested out of time.

Three dates keep the future out: a model learns on the first window, is measured on the
second, which it has not seen, and scores the third. No list is made of risks that hardly
rank, and risks that rank too well stop the chapter. A reason is an association.
"""

from dataclasses import dataclass, replace

import pandas as pd

from rapport.analysis.measures import sort_by_key
from rapport.analysis.risk_checks import group_by_risk
from rapport.analysis.risk_choice import (
    LABEL,
    Contest,
    CrossValidated,
    RiskSettings,
    cross_validate,
    hold_contest,
    read_labels,
)
from rapport.analysis.risk_models import Features, score_logits, take_floats
from rapport.analysis.risk_reasons import RiskRules, fit_risk_rules, measure_importance
from rapport.analysis.risk_scores import measure_bands, score_customers
from rapport.analysis.threads import hold_one_thread
from rapport.errors import DataError

MIN_CUSTOMERS, MIN_OF_A_KIND = 200, 30
WEAK = 0.6
# Only the gap to out of time is read from it, for which five folds do.
SAME_FOLDS = 5
WINDOWS = ("train", "season", "test", "score")

# Spend of the last 90 days was left out: beside the order days of the same 90 days it raised
# the risk it should lower and made nonsense of reasons, for .000 of AUC (Online Retail).
ORDER_FEATURES = Features(
    measures=(
        "tenure_days",
        "days_since_last_order",
        "n_order_days",
        "n_returns",
        "gross",
        "n_order_days_90",
    )
)


@dataclass(frozen=True)
class RiskWindows:
    """One row per active customer in each; `train` and `test` know how it went (`is_lapsed`).

    `taught` names the window that trains: `season`, a year before the test, or `train`.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    score: pd.DataFrame
    taught: str = "train"


@dataclass(frozen=True)
class RiskAssessment:
    """A model of risk, what it is worth, and its scores; or why there is none.

    `reason` is None, "weak" (AUC under .6: everything but `scores`), "too_few_customers"
    (under 200 in training or test), "too_few_of_a_kind" (under 30 who left, or who stayed) or
    "leakage" (AUC over .95: some feature may know what came after its cut, or leaving follows a
    rule); in the last three cases all other parts are None.
    """

    reason: str | None
    n_train: int
    n_test: int
    n_score: int
    contest: Contest | None = None
    same_window: CrossValidated | None = None
    reliability: pd.DataFrame | None = None
    importance: pd.DataFrame | None = None
    rules: RiskRules | None = None
    bands: pd.DataFrame | None = None
    scores: pd.DataFrame | None = None


def select_windows(customer_measures: pd.DataFrame, *, churn_after_days: int = 180) -> RiskWindows:
    """Take the customers who were active at the cut of each window, and label two of them.

    Parameters
    ----------
    customer_measures : one row per window and customer
        `window` ("train", "season", "test", "score"; others are passed over),
        `days_since_last_order`, `n_order_days_next` (order days within the horizon after the cut;
        unused for "score")

    Returns
    -------
    RiskWindows; `is_lapsed` is true without an order within the horizon. The season of the test a
        year before trains, where it holds enough customers of both kinds; else the days before

    Raises
    ------
    DataError
        A column is missing, or an outcome is empty.
    """
    needed = {"window", "days_since_last_order", "n_order_days_next"}
    missing = sorted(needed - set(customer_measures.columns))
    if missing:
        raise DataError(f"measures: no column {', '.join(missing)}. Rebuild the mart.")
    active = customer_measures[customer_measures["days_since_last_order"] < churn_after_days]
    parts = {name: active[active["window"] == name] for name in WINDOWS}
    season = _label(parts["season"])
    if _too_few(season, season) is None:
        return RiskWindows(season, _label(parts["test"]), parts["score"], "season")
    return RiskWindows(_label(parts["train"]), _label(parts["test"]), parts["score"])


def _label(customers: pd.DataFrame) -> pd.DataFrame:
    unknown = int(customers["n_order_days_next"].isna().sum())
    if unknown:
        raise DataError(f"measures: {unknown} outcomes are empty. Rebuild the mart.")
    return customers.assign(**{LABEL: customers["n_order_days_next"] == 0})


def assess_risk(windows: RiskWindows, settings: RiskSettings) -> RiskAssessment:
    """Train, choose, measure out of time, explain and score.

    Raises
    ------
    DataError
        A feature is missing, empty or the label itself.

    References
    ----------
    Steyerberg, E. W. (2019), Clinical Prediction Models, 2nd ed., Springer (calibration).

    Examples
    --------
    >>> none = pd.DataFrame({"order_key": [], "is_lapsed": []})
    >>> assess_risk(RiskWindows(none, none, none), RiskSettings(ORDER_FEATURES)).reason
    'too_few_customers'
    """
    _refuse_label(settings.features)
    train, test = sort_by_key(windows.train), sort_by_key(windows.test)
    reason = _too_few(train, test)
    assessed = RiskAssessment(reason, len(train), len(test), len(windows.score))
    if reason:
        return assessed
    features = settings.features
    prepared = RiskWindows(take_floats(train, features), take_floats(test, features), windows.score)
    with hold_one_thread():
        return _assess(assessed, prepared, settings)


def _refuse_label(features: Features) -> None:
    leaks = sorted({LABEL, "n_order_days_next"} & set(features.names()))
    if leaks:
        raise DataError(f"features: {', '.join(leaks)} is what is to be predicted. Leave it out.")


def _too_few(train: pd.DataFrame, test: pd.DataFrame) -> str | None:
    if min(len(train), len(test)) < MIN_CUSTOMERS:
        return "too_few_customers"
    labels = [read_labels(train), read_labels(test)]
    rarer = min(min(found.sum(), len(found) - found.sum()) for found in labels)
    return "too_few_of_a_kind" if rarer < MIN_OF_A_KIND else None


def _assess(
    assessed: RiskAssessment, windows: RiskWindows, settings: RiskSettings
) -> RiskAssessment:
    train, test, confidence = windows.train, windows.test, settings.confidence
    contest = hold_contest(train, test, settings)
    if contest.is_suspect:
        return replace(assessed, reason="leakage")
    model, labels = contest.model, read_labels(test)
    scores = score_customers(contest, windows.score)
    is_weak = contest.as_trained.auc.value < WEAK
    return replace(
        assessed,
        reason="weak" if is_weak else None,
        contest=contest,
        same_window=cross_validate(train, settings, kind=model.kind, n_folds=SAME_FOLDS),
        reliability=group_by_risk(labels, score_logits(model, test)),
        importance=measure_importance(model, test, labels, seed=settings.seed),
        rules=fit_risk_rules(train, test, features=settings.features, confidence=confidence),
        bands=measure_bands(contest, test, scores, confidence=confidence),
        scores=None if is_weak else scores,
    )
