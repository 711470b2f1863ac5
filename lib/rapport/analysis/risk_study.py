"""The churn chapter's question of risk, put to customers or to contracts, and its numbers."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rapport.analysis.contract_risk import ContractRisk, ContractSettings, assess_contracts
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.risk import RiskAssessment
from rapport.analysis.spell_study import Spells

COUNTED = ("risk.n_scored", "risk.n_tested")


def ask_contracts(
    spells: Spells, rows: pd.DataFrame, settings: ContractSettings, *, is_snapshot: bool
) -> ContractRisk | None:
    """Estimate the risk of contracts; None in a unit without any.

    Parameters
    ----------
    spells : what is watched
    rows : those of its rows whose customers agreed to it
    """
    if spells.kind != "contracts":
        return None
    return assess_contracts(rows, settings, is_snapshot=is_snapshot)


def measure_assessed(risk: RiskAssessment, contracts: ContractRisk | None) -> list[Measured]:
    """Name what the model of risk and its rules are worth, in customers or contracts."""
    found = _measure_risk(risk)
    if contracts is not None:
        found = [replace(one, unit="contracts") if one.name in COUNTED else one for one in found]
    if contracts is not None and contracts.without_tenure is not None:
        blind = contracts.without_tenure
        found.append(
            Measured("risk.blind", blind.value, "estimator", "auc", None, (blind.low, blind.high))
        )
    if risk.rules is not None:
        auc = risk.rules.auc
        ends = (auc.low, auc.high)
        found.append(Measured("risk.rules_auc", auc.value, "estimator", "auc", risk.n_test, ends))
    if risk.same_window is not None and risk.contest is not None:
        same = risk.same_window.pooled
        ends = (same.auc.low, same.auc.high)
        found.append(
            Measured("risk.same_window_auc", same.auc.value, "estimator", "auc", same.n, ends)
        )
    return found


def _measure_risk(risk: RiskAssessment) -> list[Measured]:
    found = [
        Measured("risk.n_scored", risk.n_score, "count", "customers"),
        Measured("risk.n_tested", risk.n_test, "count", "customers"),
    ]
    if risk.contest is None:
        return found
    kept, trained = risk.contest.reset, risk.contest.as_trained
    auc = trained.auc
    found += [
        Measured("risk.auc", auc.value, "estimator", "auc", trained.n, (auc.low, auc.high)),
        Measured("risk.base", kept.n_events / kept.n, "ratio", "share", kept.n),
        Measured("risk.brier", kept.brier, "estimator", "score", kept.n),
        Measured("risk.base_brier", kept.base_brier, "estimator", "score", kept.n),
        Measured("risk.ece", kept.ece, "estimator", "share", kept.n),
        Measured("risk.lift", kept.lift, "estimator", "multiple", kept.n),
        Measured("risk.capture", kept.capture, "estimator", "share", kept.n),
    ]
    if trained.slope is not None:
        ends = (trained.slope.low, trained.slope.high)
        found.append(
            Measured("risk.slope", trained.slope.value, "estimator", "ratio", kept.n, ends)
        )
    return found


def name_risk(risk: RiskAssessment, contracts: ContractRisk | None) -> str:
    """Name what came of the risk: why there is no list, else ok, dates or snapshot."""
    return risk.reason or ("ok" if contracts is None else contracts.basis)


def name_template(contracts: ContractRisk | None) -> str:
    """Name the template that says it."""
    return "churn.risk" if contracts is None else "churn.contract_risk"


def list_warnings(risk: RiskAssessment, contracts: ContractRisk | None) -> list[str]:
    """Name what must be minded: the months so far of a snapshot; and rules, where there are."""
    if risk.rules is None or risk.reason:
        return []
    is_snapshot = contracts is not None and contracts.without_tenure is not None
    return ["tenure_warning", "rules"] if is_snapshot else ["rules"]


def take_rules(risk: RiskAssessment) -> pd.DataFrame | None:
    """Give the rules where a list is made."""
    return None if risk.rules is None or risk.reason else risk.rules.table


def take_bands(risk: RiskAssessment) -> pd.DataFrame | None:
    """Give the bands of risk where a list is made."""
    return None if risk.reason else risk.bands


def take_checks(
    risk: RiskAssessment, *, confidence: float = 0.95
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Give the calibration, with intervals of what happened, and the importances of a list."""
    if risk.reason or risk.reliability is None:
        return None, None
    bins = risk.reliability
    ends = [
        wilson(int(k), int(n), confidence=confidence).ends
        for k, n in zip(bins["n_events"], bins["n"], strict=True)
    ]
    return bins.assign(low=[e[0] for e in ends], high=[e[1] for e in ends]), risk.importance


def take_value(values: pd.DataFrame | None) -> pd.Series | None:
    """Give the value of the next twelve months (`clv`) by customer; None without that table."""
    if values is None:
        return None
    return values.set_index("customer_id")["clv"]
