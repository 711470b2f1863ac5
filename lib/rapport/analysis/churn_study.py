"""The churn chapter's questions put to its methods: curves and rates of one unit.

A unit with contracts is asked how long contracts run (months) and how many end; one with orders
alone how soon the next order follows (days) and who has gone quiet. The two are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rapport.analysis.change import compare_shares
from rapport.analysis.churn import churn_rate_table, subscription_rate_table, widen_rates
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.survival import SurvivalCurve
from rapport.analysis.survival_groups import count_at_risk_by, fit_survival_by, stack_curves
from rapport.analysis.survival_reading import estimate_median, longest_time, survival_at

STEPS = {"days": 30, "months": 6}
TIMES = {"days": (30, 90), "months": (6, 12)}
MOST_TICKS = 7
WATCHED = 20  # a curve is drawn as long as this many are watched in every group


@dataclass(frozen=True)
class Returns:
    """Curves of the time to the next order, or to the end of a contract, by group.

    `kind` is "orders" (groups are ranks of orders) or "contracts" (groups are plans); `unit` days
    or months; `ticks` the times of the axis, empty where too few are watched for a curve.
    """

    kind: str
    unit: str
    curves: Mapping[str, SurvivalCurve]
    ticks: tuple[int, ...]

    @property
    def times(self) -> tuple[int, int]:
        """The two times that the table gives."""
        return TIMES[self.unit]

    @property
    def n(self) -> int:
        """Spells in all groups."""
        return sum(curve.n for curve in self.curves.values())


def study_returns(
    gaps: pd.DataFrame,
    durations: pd.DataFrame | None,
    *,
    pairs: pd.DataFrame | None = None,
    confidence: float = 0.95,
) -> Returns:
    """Fit a curve per rank of the order, or per plan where the unit has contracts.

    Parameters
    ----------
    gaps : `reorder_gaps`: `order_rank`, `duration_days`, `event_observed`, `n`
    durations : `subscription_durations`: `plan`, `duration_months`, `event_observed`, `n`; None
        for a unit without contracts
    pairs : `subscription_pairs`: contracts of one customer two by two; None where nobody has two
    """
    kind, unit = ("orders", "days") if durations is None else ("contracts", "months")
    rows = gaps if durations is None else durations
    by, time = ("order_rank", "duration_days") if durations is None else ("plan", "duration_months")
    spells = rows.rename(columns={by: "group", time: "duration"})
    spells = spells[["group", "duration", "event_observed", "n"]].sort_values(
        ["group", "duration", "event_observed"], kind="stable"
    )
    likeness = None if durations is None else pairs
    curves = (
        fit_survival_by(spells, by="group", confidence=confidence, pairs=likeness)
        if len(spells) else {}
    )  # fmt: skip
    return Returns(kind, unit, curves, _ticks(list(curves.values()), STEPS[unit]))


def _ticks(curves: Sequence[SurvivalCurve], step: int) -> tuple[int, ...]:
    ends = [longest_time(curve, min_n=WATCHED) for curve in curves]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return ()
    # A step that leaves at most seven ticks: a year of days is read in steps of 60.
    wide = step * max(1, -(-int(min(known)) // (step * (MOST_TICKS - 1))))
    ticks = tuple(range(0, int(min(known)) + 1, wide))
    return ticks if len(ticks) > 1 else ()


def list_points(returns: Returns) -> pd.DataFrame:
    """Give what the figure draws: `group`, `time`, `survival`, `low`, `high`."""
    last = returns.ticks[-1] if returns.ticks else 0
    points = stack_curves(returns.curves)[["group", "time", "survival", "low", "high"]]
    return points[points["time"] <= last].reset_index(drop=True)


def list_at_risk(returns: Returns) -> pd.DataFrame:
    """Count those still watched: one row per group, one column per tick; empty without ticks."""
    return count_at_risk_by(returns.curves, returns.ticks) if returns.ticks else pd.DataFrame()


def summarise_returns(returns: Returns) -> pd.DataFrame:
    """Give a row per group: `group`, `n`, `first`, `second`, `low`, `high`, `median`.

    `first` and `second` are the shares still without the event at the two times of
    `Returns.times`, `low` and `high` the interval of the second, empty where not observed.
    """
    rows: list[dict[str, Any]] = []
    for name, curve in returns.curves.items():
        at = survival_at(curve, list(returns.times))
        second = at.iloc[1]
        rows.append(
            {
                "group": name, "n": curve.n, "first": at["survival"].iloc[0],
                "second": second["survival"], "low": second["low"], "high": second["high"],
                "median": estimate_median(curve).value,
            }
        )  # fmt: skip
    columns = ["group", "n", "first", "second", "low", "high", "median"]
    return pd.DataFrame(rows, columns=columns)


def name_curves(summary: pd.DataFrame, returns: Returns) -> str:
    """Name what the curves show: orders_sooner only if each later rank has fewer still away."""
    away = summary["second"]
    is_sooner = returns.kind == "orders" and len(away) > 1 and bool(away.notna().all())
    if is_sooner and bool((away.diff().dropna() < 0).all()):
        return "orders_sooner"
    return returns.kind


def measure_returns(
    summary: pd.DataFrame, returns: Returns, *, is_snapshot: bool = False
) -> list[Measured]:
    """Name the numbers that the chapter says of its curves.

    `return.first`, `return.last`: share back (or still running) at the second time, of the first
    and last group; `stay.first`, `stay.last`: share still without the event; `ended.share`: of
    contracts of which is known that they ended, not when (`is_snapshot`).
    """
    n = Measured("spells.n", returns.n, "count", returns.kind)
    time = Measured("time.second", returns.times[1], "count", returns.unit)
    found = [n, time, *(_measure_ended(returns) if is_snapshot else ())]
    if summary.empty:
        return found
    for name, row in (("first", summary.iloc[0]), ("last", summary.iloc[-1])):
        share, low, high = (_number(row[key]) for key in ("second", "low", "high"))
        if share is None or low is None or high is None:
            continue
        size = int(row["n"])
        found.append(Measured(f"group.{name}", str(row["group"]), "label", "text"))
        found.append(Measured(f"stay.{name}", share, "estimator", "share", size, (low, high)))
        back = (1 - high, 1 - low)
        found.append(Measured(f"return.{name}", 1 - share, "estimator", "share", size, back))
    return found


def _measure_ended(returns: Returns) -> list[Measured]:
    if not (curves := list(returns.curves.values())):
        return []
    n_ended = sum(curve.n_events for curve in curves)
    ends = wilson(n_ended, returns.n, confidence=curves[0].confidence).ends
    ended = Measured("ended.n", n_ended, "count", returns.kind)
    return [ended, Measured("ended.share", n_ended / returns.n, "ratio", "share", returns.n, ends)]


def study_rates(
    months: pd.DataFrame,
    contracts: pd.DataFrame | None,
    *,
    holders: pd.DataFrame | None = None,
    min_n: int,
    confidence: float,
) -> pd.DataFrame:
    """Give the churn rate of every window, of contracts where the unit has them.

    Parameters
    ----------
    holders : `subscription_holders`: where a customer held several contracts at once the intervals
        are those of `intervals.clustered_share`

    Returns
    -------
    one row per window: the mart's columns, `n_churned`, `rate`, `low`, `high`, `status`,
    `is_observable`; rates that rest on fewer than `min_n` or on no data are empty
    """
    if contracts is None:
        rates = churn_rate_table(months, min_n=min_n, confidence=confidence)
    else:
        table = subscription_rate_table(contracts, min_n=min_n, confidence=confidence)
        table = widen_rates(table, holders, confidence=confidence)
        rates = table.assign(n_churned=table["n_ended"], is_observable=table["is_comparable"])
    unseen = ~rates["is_observable"].astype(bool) | (rates["status"] != "enough")
    rates.loc[unseen, ["rate", "low", "high"]] = float("nan")
    return rates


def list_history(rates: pd.DataFrame) -> pd.DataFrame:
    """Give the periods of the rate's figure, oldest first, from the first that has a rate."""
    past = rates[rates["window"].str.startswith("history-")].sort_values("position", kind="stable")
    known = past["rate"].notna()
    return past[known.cummax()].reset_index(drop=True)


def measure_rates(rates: pd.DataFrame) -> list[Measured]:
    """Name the churn rate of the period and of the one before, where they are known."""
    found = []
    for name, window in (("rate", "current"), ("rate.previous", "previous")):
        rows = rates[(rates["window"] == window) & rates["rate"].notna()]
        if len(rows):
            row = rows.iloc[0]
            ends = (float(row["low"]), float(row["high"]))
            n = int(row["n_at_start"])
            found.append(Measured(name, float(row["rate"]), "ratio", "share", n, ends))
    return found


def _number(cell: Any) -> float | None:
    return None if pd.isna(cell) else float(cell)


def choose_case(returns: Returns, known: Mapping[str, Any], rates: Mapping[str, Any]) -> str:
    """Choose the wording that the data allow: orders, contracts, snapshot, none, none_contracts.

    Parameters
    ----------
    known, rates : the values recorded of the curves and of the rates, by slot
    """
    if returns.kind == "contracts":
        if not {"stay_first", "stay_last"} <= known.keys():
            return "none_contracts"
        if "ended_share" in known:
            return "snapshot"
        return "contracts" if "rate" in rates else "none_contracts"
    has_curves = len(returns.curves) > 1 and bool(returns.ticks)
    return "orders" if has_curves and "return_first" in known and "return_last" in known else "none"


def compare_rates(rates: pd.DataFrame, known: Mapping[str, Any], *, confidence: float) -> str:
    """Say how the period's rate compares with the one before: up, down, unclear, alone or none.

    It is `snapshot` where `known`, the values of the curves, hold the share that ended.
    """
    if "ended_share" in known:
        return "snapshot"
    rows = rates[rates["rate"].notna()].set_index("window")
    if "current" not in rows.index:
        return "none"
    if "previous" not in rows.index:
        return "alone"
    churned, present = rows["n_churned"], rows["n_at_start"]
    now = int(churned["current"]), int(present["current"])
    then = int(churned["previous"]), int(present["previous"])
    case = compare_shares(now, then, confidence=confidence).case
    return "unclear" if case == "none" else case
