"""Who is likely to answer the next contact: a logistic model, tested on a campaign it never saw.

It learns from each customer's last contact before the newest campaign that can be judged, is
measured on that campaign, and scores the customers of today. It ranks who answers, not who
answers because of the contact: the latter takes an experiment. An AUC under .6 gives no scores,
nor does one over .95.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from rapport.analysis.measures import sort_by_key
from rapport.analysis.risk import MIN_CUSTOMERS, MIN_OF_A_KIND, WEAK
from rapport.analysis.risk_checks import Quality, find_shift, measure_quality
from rapport.analysis.risk_choice import is_suspect
from rapport.analysis.risk_models import (
    Features,
    RiskModel,
    fit_model,
    score_logits,
    score_risks,
    take_floats,
)
from rapport.analysis.threads import hold_one_thread

FEATURES = Features(
    measures=(
        "tenure_days",
        "days_since_last_order",
        "n_order_days",
        "n_order_days_90",
        "gross",
        "n_contacts_before",
    )
)


@dataclass(frozen=True, eq=False)
class Response:
    """A model of answers, what it is worth out of campaign, and its scores; or why there is none.

    `reason` is None, "weak" (AUC under .6: no `scores`), "no_campaigns" (no campaign to test on,
    or none before it), "too_few_customers", "too_few_of_a_kind" or "leakage" (AUC over .95: some
    feature may know the answer, or answers follow a rule; nothing is given but the numbers of
    contacts). `campaign_id` is the one that it was tested on.
    """

    reason: str | None
    n_train: int
    n_test: int
    campaign_id: str | None = None
    quality: Quality | None = None
    scores: pd.DataFrame | None = None


def study_response(
    contacts: pd.DataFrame, *, confidence: float = 0.95, features: Features = FEATURES
) -> Response:
    """Learn, test out of campaign, and score.

    Parameters
    ----------
    contacts : one row per `window` (train, test, score) and customer: `campaign_id`,
        `customer_id`, `order_key`, the features, `is_answered` (empty in score)

    Raises
    ------
    DataError
        A feature is missing.

    Examples
    --------
    >>> none = pd.DataFrame({"window": [], "order_key": [], "campaign_id": []})
    >>> study_response(none).reason
    'no_campaigns'
    """
    parts = {name: sort_by_key(contacts[contacts["window"] == name]) for name in
             ("train", "test", "score")}  # fmt: skip
    train, test = parts["train"], parts["test"]
    found = Response(_name_reason(train, test), len(train), len(test))
    if found.reason:
        return found
    labels = test["is_answered"].to_numpy(dtype=int)
    with hold_one_thread():
        model = fit_model(
            take_floats(train, features), train["is_answered"].to_numpy(dtype=int),
            features=features, kind="logistic",
        )  # fmt: skip
        logits = score_logits(model, take_floats(test, features))
        quality = measure_quality(
            labels, logits, order_keys=test["order_key"], confidence=confidence
        )
        if is_suspect(quality):
            return replace(found, reason="leakage")
        is_weak = quality.auc.value < WEAK
        level = replace(model, shift=find_shift(labels, logits))
        scores = None if is_weak else _score(level, parts["score"])
    campaign = str(test["campaign_id"].iloc[0])
    return replace(
        found, reason="weak" if is_weak else None, campaign_id=campaign, quality=quality,
        scores=scores,
    )  # fmt: skip


def _name_reason(train: pd.DataFrame, test: pd.DataFrame) -> str | None:
    if train.empty or test.empty:
        return "no_campaigns"
    if min(len(train), len(test)) < MIN_CUSTOMERS:
        return "too_few_customers"
    hits = [int(part["is_answered"].sum()) for part in (train, test)]
    rarer = min(min(n, len(part) - n) for n, part in zip(hits, (train, test), strict=True))
    return "too_few_of_a_kind" if rarer < MIN_OF_A_KIND else None


def _score(model: RiskModel, customers: pd.DataFrame) -> pd.DataFrame:
    chances = score_risks(model, take_floats(customers, model.encoder.features))
    kept = customers[["customer_id", "order_key"]].reset_index(drop=True)
    ranked = kept.assign(response=chances)
    tenth = ranked["response"].rank(method="max", ascending=False) <= len(ranked) / 10
    return ranked.assign(is_top_tenth=tenth)
