"""Whose contract ends next: risk of an end by choice, from the terms and what is known.

Where days of ends are known, contracts that ran at several dates are followed for one horizon
each: later dates test what earlier ones taught. Of a snapshot it is known that contracts ended,
not when: contracts are left out in turn, the risk is of having ended by that day, and the months
that a contract has run tell part of it by arithmetic alone, so the model is shown without them,
too. Needs ends by choice; not for contracts whose terms were rewritten when they ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import numpy as np
import pandas as pd

from rapport.analysis.contract_study import count_months, merge_levels, split_columns
from rapport.analysis.risk import (
    MIN_CUSTOMERS,
    MIN_OF_A_KIND,
    WEAK,
    RiskAssessment,
    RiskWindows,
    assess_risk,
)
from rapport.analysis.risk_checks import Estimate, estimate_auc, group_by_risk
from rapport.analysis.risk_choice import (
    LABEL,
    Contest,
    RiskSettings,
    cross_validate,
    describe_model,
    is_suspect,
    read_labels,
)
from rapport.analysis.risk_models import Features, fit_model, score_logits, take_floats
from rapport.analysis.risk_reasons import fit_risk_rules, measure_importance
from rapport.analysis.risk_scores import measure_bands_of, score_customers
from rapport.analysis.threads import hold_one_thread

TENURE = "tenure_months"
DUE = "renews_inside"
MONTH = 30.4375  # days
# Ends that a model should see at least, and how many horizons back it may look for them.
ENOUGH_ENDS, MOST_DATES, MOST_TESTS = 100, 8, 4
TEST_SHARE = 0.3


@dataclass(frozen=True)
class ContractRisk:
    """A model of risk of contracts.

    `basis`: "dates" (tested out of time) or "snapshot" (contracts left out in turn);
    `without_tenure`: the AUC of a snapshot's model that does not know how long contracts ran;
    `n_tests`: dates that test.
    """

    assessed: RiskAssessment
    basis: str
    features: Features
    without_tenure: Estimate | None = None
    n_tests: int = 1


@dataclass(frozen=True)
class ContractSettings:
    """The day of the report, the horizon in days, and the least numbers."""

    as_of: date
    horizon_days: int
    min_n: int = 30
    confidence: float = 0.95
    seed: int = 0


def assess_contracts(
    contracts: pd.DataFrame, settings: ContractSettings, *, is_snapshot: bool
) -> ContractRisk:
    """Estimate and test the risk that a contract is ended by choice.

    Parameters
    ----------
    contracts : as `contract_study.prepare_contracts` gives them
    is_snapshot : it is known that contracts ended, not when

    Raises
    ------
    DataError
        As in `risk.assess_risk`.

    References
    ----------
    Steyerberg, E. W. (2019), Clinical Prediction Models, 2nd ed., Springer.
    """
    numbers, categories = split_columns(contracts, least=settings.min_n)
    plain = tuple(name for name in numbers if name != "price")
    price = ("price",) if "price" in numbers else ()
    merged = {name: merge_levels(contracts[name], settings.min_n) for name in categories}
    rows = contracts.assign(**merged)
    if is_snapshot:
        features = Features((TENURE, *price), plain, tuple(categories))
        return _assess_snapshot(rows.assign(**{TENURE: rows["duration"]}), features, settings)
    is_renewed = len(rows) > 0 and rows["renewal_months"].notna().all()
    due = (DUE,) if is_renewed else ()
    features = Features((TENURE, *price), (*plain, *due), tuple(categories))
    return _assess_dates(rows, features, settings)


def _assess_dates(
    rows: pd.DataFrame, features: Features, settings: ContractSettings
) -> ContractRisk:
    windows, n_tests = _choose_dates(rows, settings)
    of_risk = RiskSettings(features, confidence=settings.confidence, seed=settings.seed)
    return ContractRisk(assess_risk(windows, of_risk), "dates", features, n_tests=n_tests)


def _choose_dates(rows: pd.DataFrame, settings: ContractSettings) -> tuple[RiskWindows, int]:
    score = take_running(rows, cut=pd.Timestamp(settings.as_of), horizon_days=settings.horizon_days)
    dated = _walk_back(rows, settings)
    tests, n_tests = _gather(dated, MIN_OF_A_KIND, MOST_TESTS)
    train, _ = _gather(dated, ENOUGH_ENDS, MOST_DATES)
    return RiskWindows(train, tests, score), n_tests


def _walk_back(rows: pd.DataFrame, settings: ContractSettings) -> Iterator[pd.DataFrame]:
    step = pd.Timedelta(days=settings.horizon_days)
    first = rows["started_on"].min() if len(rows) else pd.Timestamp.max
    for back in range(1, MOST_TESTS + MOST_DATES + 1):
        cut = pd.Timestamp(settings.as_of) - back * step
        if cut < first:
            return
        running = take_running(rows, cut=cut, horizon_days=settings.horizon_days, until=cut + step)
        # A contract may stand at several dates: a key of its own for each.
        yield running.assign(order_key=running["order_key"] * 64 + back)


def _gather(dated: Iterator[pd.DataFrame], enough: int, most: int) -> tuple[pd.DataFrame, int]:
    # The same walk goes on from where it was left: what tests is never taught.
    taken: list[pd.DataFrame] = []
    for rows in islice(dated, most):
        taken.append(rows)
        n_ended = sum(int(part[LABEL].sum()) for part in taken)
        if n_ended >= enough:
            break
    if not taken:
        return pd.DataFrame({"order_key": [], LABEL: []}), 0
    return pd.concat(taken, ignore_index=True), len(taken)


def take_running(
    rows: pd.DataFrame,
    *,
    cut: pd.Timestamp,
    horizon_days: int,
    until: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Take the contracts that ran at the end of day `cut`, with what was known of them then.

    Returns
    -------
    one row per contract: the columns given, `tenure_months`, `renews_inside` (1 if a renewal
        falls into the next `horizon_days`), and with `until` also `is_lapsed`: ended by choice
        after `cut` and by `until`. Contracts that ended otherwise in these days are left out:
        nobody chose.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "started_on": pd.to_datetime(["2020-01-15", "2020-01-15", "2020-03-01"]),
    ...     "ended_on": pd.to_datetime(["2020-03-20", None, None]),
    ...     "is_involuntary": False, "renewal_months": 12})
    >>> cut, until = pd.Timestamp("2020-02-29"), pd.Timestamp("2020-05-29")
    >>> running = take_running(rows, cut=cut, horizon_days=90, until=until)
    >>> running[["tenure_months", "is_lapsed"]].values.tolist()
    [[1, True], [1, False]]
    """
    runs = (rows["started_on"] <= cut) & (rows["ended_on"].isna() | (rows["ended_on"] > cut))
    running = rows[runs]
    tenure = count_months(running["started_on"], pd.Series(cut, running.index))
    term = pd.to_numeric(running["renewal_months"]).astype(float)
    is_due = (term - tenure % term) * MONTH <= horizon_days
    found = running.assign(**{TENURE: tenure, DUE: is_due.astype(float)})
    if until is None:
        return found
    ends = (found["ended_on"] <= until).to_numpy(bool)
    not_chosen = ends & found["is_involuntary"].to_numpy(bool)
    labelled: pd.DataFrame = found.assign(**{LABEL: ends})[~not_chosen]
    return labelled


def _assess_snapshot(
    rows: pd.DataFrame, features: Features, settings: ContractSettings
) -> ContractRisk:
    known = rows[~rows["is_involuntary"].astype(bool)]
    labelled = known.assign(**{LABEL: known["event_observed"].to_numpy(bool)})
    running = labelled[~labelled[LABEL]]
    n_ended = int(labelled[LABEL].sum())
    reason = None
    if len(labelled) < MIN_CUSTOMERS:
        reason = "too_few_customers"
    elif min(n_ended, len(running)) < MIN_OF_A_KIND:
        reason = "too_few_of_a_kind"
    assessed = RiskAssessment(reason, len(labelled), len(labelled), len(running))
    if reason:
        return ContractRisk(assessed, "snapshot", features)
    of_risk = RiskSettings(features, confidence=settings.confidence, seed=settings.seed)
    with hold_one_thread():
        return _explain(assessed, take_floats(labelled, features), of_risk)


def _explain(assessed: RiskAssessment, rows: pd.DataFrame, settings: RiskSettings) -> ContractRisk:
    features = settings.features
    crossed = cross_validate(rows, settings)
    if is_suspect(crossed.pooled):
        return ContractRisk(replace(assessed, reason="leakage"), "snapshot", features)
    model = fit_model(rows, read_labels(rows), features=features, kind="logistic")
    quality = crossed.pooled
    models = pd.DataFrame([describe_model("logistic", quality, "logistic")])
    contest = Contest(model, model, quality, quality, None, models)
    scores = score_customers(contest, rows[~rows[LABEL]])
    learnt, held = _split(rows, settings.seed)
    taught = fit_model(learnt, read_labels(learnt), features=features, kind="logistic")
    blind = replace(features, measures=tuple(m for m in features.measures if m != TENURE))
    is_weak = quality.auc.value < WEAK
    return ContractRisk(
        replace(
            assessed,
            reason="weak" if is_weak else None,
            contest=contest,
            same_window=crossed,
            reliability=group_by_risk(read_labels(rows), crossed.logits),
            importance=measure_importance(taught, held, read_labels(held), seed=settings.seed),
            rules=fit_risk_rules(learnt, held, features=features, confidence=settings.confidence),
            bands=measure_bands_of(crossed.logits, rows, scores, confidence=settings.confidence),
            scores=None if is_weak else scores,
        ),
        "snapshot",
        features,
        without_tenure=_measure_blind(learnt, held, replace(settings, features=blind)),
    )


def _measure_blind(learnt: pd.DataFrame, held: pd.DataFrame, settings: RiskSettings) -> Estimate:
    model = fit_model(learnt, read_labels(learnt), features=settings.features, kind="logistic")
    logits = score_logits(model, held)
    return estimate_auc(read_labels(held), logits, confidence=settings.confidence)


def _split(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part rows for rules and importance: seven tenths teach, the rest is not seen."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(rows), dtype=bool)
    for kind in (False, True):
        own = np.flatnonzero(rows[LABEL].to_numpy(bool) == kind)
        held[rng.permutation(own)[: round(TEST_SHARE * len(own))]] = True
    return rows[~held], rows[held]


def keep_one_a_customer(scores: pd.DataFrame | None) -> pd.DataFrame | None:
    """Give one row per customer, the contract at highest risk; None where no list is made."""
    if scores is None:
        return None
    ranked = scores.sort_values(["risk", "order_key"], ascending=[False, True], kind="stable")
    first = ranked.drop_duplicates("customer_id")
    return first.sort_values("order_key", kind="stable").reset_index(drop=True)
