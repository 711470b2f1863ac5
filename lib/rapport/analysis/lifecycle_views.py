"""The lifecycle chapter's questions on time: who comes back, and when a customer is lost."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from rapport.analysis.cohorts import Share, pool_activation, pool_retention
from rapport.analysis.lifecycle import QUIET
from rapport.analysis.lifecycle_study import Moves, Stages
from rapport.analysis.measured import Measured
from rapport.analysis.reorder_time import YEAR, ReturnTime
from rapport.analysis.survival_reading import count_at_risk, longest_time, survival_at
from rapport.analysis.transitions import Forecast

LOOKS = (1, 3, 6)
TICK, MOST_TICKS, WATCHED = 30, 7, 20


def select_cohorts(cohorts: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """Give the cohorts of a unit that lives by orders; none of one with contracts."""
    return cohorts if stages.kind == "orders" and stages.months is not None else cohorts[:0]


def select_gaps(gaps: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """Give the gaps between orders of a unit that lives by orders; none of one with contracts."""
    return gaps if stages.kind == "orders" and stages.months is not None else gaps[:0]


def keep_watched(rows: pd.DataFrame, stages: Stages) -> pd.DataFrame:
    """Give the rows where the unit has month ends; none of a snapshot."""
    return rows[:0] if stages.months is None else rows


def measure_returns(
    retention: pd.DataFrame, activation: pd.DataFrame, *, window_months: int, confidence: float
) -> list[Measured]:
    """Name the retention one, three and six months on, and the activation of newcomers."""
    shares: list[tuple[str, Share | None]] = [
        (f"retention.{since}", pool_retention(retention, months_since=since, confidence=confidence))
        for since in LOOKS
    ]
    pooled = pool_activation(activation, n_months=window_months, confidence=confidence)
    shares.append(("activation", pooled))
    return [
        Measured(name, share.value, "ratio", "share", share.n, (share.low, share.high))
        for name, share in shares
        if share is not None
    ]


def list_retention(stages: Stages, known: Collection[str]) -> list[str]:
    """Name the wording of retention: some or none; contracts_some or contracts of these.

    Nothing without a month end.
    """
    if stages.months is None:
        return []
    if stages.kind == "contracts":
        return ["contracts_some" if "contract_retention_1" in known else "contracts"]
    return ["some" if "retention_1" in known else "none"]


def list_activation(stages: Stages, known: Collection[str]) -> list[str]:
    """Name the wording of activation: some or none; nothing of a unit with contracts."""
    if stages.months is None or stages.kind == "contracts":
        return []
    return ["some" if "activation" in known else "none"]


def measure_return_time(found: ReturnTime) -> list[Measured]:
    """Name how soon customers come back, and the days to churn that this speaks for."""
    told = [Measured("gaps.n", found.curve.n, "count", "orders")]
    if found.within_year is None:
        return told
    at = survival_at(found.curve, [YEAR]).iloc[0]
    ends = (1 - float(at["high"]), 1 - float(at["low"]))
    return [
        *told,
        Measured("gaps.year", found.within_year, "estimator", "share", found.curve.n, ends),
        Measured("gaps.most_days", found.most_days, "estimator", "days"),
        Measured("gaps.days", found.days, "estimator", "days"),
    ]


def list_headings(stages: Stages) -> list[str]:
    """Name what stands over the stays of a unit with contracts: no days to churn are asked for."""
    return ["contracts"] if stages.months is not None and stages.kind == "contracts" else []


def list_verdicts(found: ReturnTime, stages: Stages, *, churn_after_days: int) -> list[str]:
    """Say how the days to churn stand to the evidence; nothing of a unit with contracts.

    Returns
    -------
    fits, longer or shorter than the evidence, short (nobody was watched for a year) or nobody
    """
    if stages.months is None or stages.kind == "contracts":
        return []
    if found.days is None:
        return [found.reason or "short"]
    if churn_after_days == found.days:
        return ["fits"]
    return ["longer" if churn_after_days > found.days else "shorter"]


def draw_gaps(found: ReturnTime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the points of the curve up to a year, and how many are watched at its ticks.

    Returns
    -------
    one row per step of the curve: `group`, `time`, `survival`, `low`, `high`; and one row, its
    columns the ticks, empty where too few are watched
    """
    columns = ["group", "time", "survival", "low", "high"]
    end = longest_time(found.curve, min_n=WATCHED)
    if end is None or end < TICK:
        return pd.DataFrame(columns=columns), pd.DataFrame()
    longest = int(min(end, YEAR))
    wide = TICK * max(1, -(-longest // (TICK * (MOST_TICKS - 1))))
    ticks = list(range(0, longest + 1, wide))
    points = found.curve.points[found.curve.points["time"] <= ticks[-1]].assign(group="all")
    counts = pd.DataFrame([count_at_risk(found.curve, ticks)], index=["all"], columns=ticks)
    return points[columns].reset_index(drop=True), counts


def measure_forecast(forecast: Forecast | None, *, kind: str) -> list[Measured]:
    """Name how many are expected in the quiet stage a month on, and what the last one missed."""
    if forecast is None:
        return []
    row = forecast.rows.set_index("stage").to_dict("index").get(QUIET[kind])
    if row is None:
        return []
    ends = (float(row["low"]), float(row["high"]))
    found = [
        Measured("forecast.now", int(row["n_now"]), "count", "customers"),
        Measured("forecast.quiet", float(row["expected"]), "estimator", "customers", None, ends),
    ]
    if forecast.missed is not None:
        found.append(Measured("forecast.missed", forecast.missed, "ratio", "share"))
    return found


def list_forecasts(stages: Stages, known: Collection[str]) -> list[str]:
    """Name the wording of the forecast: checked on the month before, unchecked, or none."""
    if stages.months is None:
        return []
    if "forecast_quiet" not in known:
        return ["none"]
    return ["checked" if "forecast_missed" in known else "unchecked"]


def take_forecast(moves: Moves) -> pd.DataFrame | None:
    """Give the rows of the forecast where there is one."""
    return None if moves.forecast is None else moves.forecast.rows
