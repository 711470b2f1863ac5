"""What the churn chapter's numbers rest on: later times of its curves, and checks of its models.

Shares at later times, times that half take and mean times stand beside the curves; the models of
risk stand beside each other on days that neither had seen, and beside their own test on the days
that they learnt from, which knows nothing of a season that turned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.churn_study import Returns
from rapport.analysis.contract_risk import ContractRisk
from rapport.analysis.measured import Measured, tabulate
from rapport.analysis.risk import RiskAssessment, RiskWindows
from rapport.analysis.risk_checks import Quality
from rapport.analysis.survival import fit_survival
from rapport.analysis.survival_reading import (
    estimate_median,
    estimate_restricted_mean,
    longest_time,
    survival_at,
)
from rapport.privacy.disclosed import SHARE, is_few

LATER: Mapping[str, tuple[int, ...]] = {"days": (180, 365), "months": (24,)}
NAMES = ("first", "second")
PARTS = {"chosen": "voluntary", "not_chosen": "involuntary"}


def tabulate_later(returns: Returns, *, min_count: int = 10) -> pd.DataFrame:
    """Give the share still without the event at later times than the chapter's first table.

    Parameters
    ----------
    min_count : a share that tells of fewer of its group is empty, as in the first table

    Returns
    -------
    one row per group: `group`, `first`, `first_low`, `first_high` and of days `second` with its
        interval (180 and 365 days; 24 months); empty where nobody was watched for so long. No row
        where no group has a share
    """
    times = LATER[returns.unit]
    rows = []
    for name, curve in returns.curves.items():
        row: dict[str, Any] = {"group": name}
        at = survival_at(curve, list(times)).to_dict("records")
        for part, found in zip(NAMES, at, strict=False):
            share = found["survival"]
            few = is_few(SHARE, share, curve.n, min_count)
            ends = ("", "survival"), ("_low", "low"), ("_high", "high")
            row |= {f"{part}{tail}": None if few else found[key] for tail, key in ends}
        rows.append(row)
    names = [f"{part}{tail}" for part in NAMES[: len(times)] for tail in ("", "_low", "_high")]
    table = pd.DataFrame(rows, columns=["group", *names]).astype(dict.fromkeys(names, float))
    shares = table[list(NAMES[: len(times)])]
    return table if shares.notna().any(axis=None) else table.iloc[:0]


def tabulate_typical(returns: Returns, *, min_n: int = 30) -> pd.DataFrame:
    """Give the time that half take, and the mean inside the time that enough are watched.

    Parameters
    ----------
    min_n : spells watched up to the end of the restricted mean; a group of fewer has none

    Returns
    -------
    one row per group: `group`, `n`, `median`, `median_low`, `median_high` (empty: not reached),
        `within` (the time up to which the mean is taken), `mean`, `mean_low`, `mean_high`

    References
    ----------
    Brookmeyer, R. & Crowley, J. (1982), Biometrics 38, 29-41. Klein, J. P. & Moeschberger, M. L.
    (2003), Survival Analysis, 2nd ed., 4.5. Springer.
    """
    rows = []
    for name, curve in returns.curves.items():
        median, tau = estimate_median(curve), longest_time(curve, min_n=min_n)
        mean = estimate_restricted_mean(curve, tau=tau) if tau else None
        row: dict[str, Any] = {
            "group": name, "n": curve.n, "median": median.value, "median_low": median.low,
            "median_high": median.high,
        }  # fmt: skip
        if mean is not None:
            row |= {"within": tau, "mean": mean.value}
            # A variance of 0 says that chance was not seen at work, and not that there was none.
            row |= {"mean_low": mean.low, "mean_high": mean.high} if mean.standard_error else {}
        rows.append(row)
    numbers = [
        "median", "median_low", "median_high", "within", "mean", "mean_low", "mean_high",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["group", "n", *numbers])
    return table.astype(dict.fromkeys(numbers, float))


def measure_overall(
    durations: pd.DataFrame | None,
    *,
    pairs: pd.DataFrame | None = None,
    min_n: int = 30,
    confidence: float = 0.95,
) -> list[Measured]:
    """Name how long contracts run, all plans together; nothing of orders, nor of few contracts.

    Parameters
    ----------
    durations : `subscription_durations`: `duration_months`, `event_observed`, `n`
    pairs : `subscription_pairs`: contracts of one customer two by two; None where nobody has two

    Returns
    -------
    `overall.first`, `overall.second`, `overall.last`: share still running after `overall.year`,
        `overall.years` and `overall.within` months, the longest time that `min_n` are watched;
        `overall.mean`, the mean within it; `overall.median`, where it is reached
    """
    if durations is None or int(durations["n"].sum()) < min_n:
        return []
    spells = durations.rename(columns={"duration_months": "duration"})
    columns = ["duration", "event_observed", "n"]
    curve = fit_survival(spells[columns], confidence=confidence, pairs=pairs)
    tau = longest_time(curve, min_n=min_n) or 0.0
    n, found = curve.n, [Measured("overall.n", curve.n, "count", "contracts")]
    for name, span, months in zip(
        ("first", "second", "last"), ("year", "years", "within"), (12, 24, int(tau)), strict=True
    ):
        at: Any = survival_at(curve, [months]).iloc[0]
        if months and bool(at["is_observed"]):
            share, ends = float(at["survival"]), (float(at["low"]), float(at["high"]))
            found.append(Measured(f"overall.{span}", months, "count", "months"))
            found.append(Measured(f"overall.{name}", share, "estimator", "share", n, ends))
    mean = estimate_restricted_mean(curve, tau=tau) if tau else None
    if mean is not None and mean.standard_error:
        ends = (mean.low, mean.high)
        found.append(Measured("overall.mean", mean.value, "estimator", "mean_months", n, ends))
    median = estimate_median(curve)
    if median.value is not None:
        found.append(Measured("overall.median", median.value, "estimator", "months", n))
    return found


def name_overall(overall: list[Measured]) -> list[str]:
    """Name the wording of how long all contracts run: median, or not reached; or nothing."""
    names = {one.name for one in overall}
    if not {"overall.first", "overall.second", "overall.last", "overall.mean"} <= names:
        return []
    return ["median" if "overall.median" in names else "not_reached"]


def join_totals(*measured: list[Measured]) -> pd.DataFrame | None:
    """Give the numbers that page one of a unit without sales takes from here; None of orders."""
    found = [one for part in measured for one in part]
    return tabulate(found) if any(one.name == "overall.n" for one in found) else None


def measure_parts(rates: pd.DataFrame, *, min_count: int = 10) -> list[Measured]:
    """Name the two parts of the period's rate: contracts ended by choice, and ended otherwise.

    Parameters
    ----------
    rates : as `churn_study.study_rates` gives them of contracts

    Returns
    -------
    `rate.chosen` and `rate.not_chosen`, each of the contracts running at the period's start;
        nothing where there is no rate, where nobody's contract ended otherwise, or where a part
        counts fewer than `min_count`
    """
    if "n_involuntary" not in rates:
        return []
    now = rates[(rates["window"] == "current") & rates["rate"].notna()]
    if now.empty:
        return []
    row: Any = now.iloc[0]
    counts = {name: int(row[f"n_{column}"]) for name, column in PARTS.items()}
    if not counts["not_chosen"] or any(0 < k < min_count for k in counts.values()):
        return []
    n = int(row["n_at_start"])
    ends = {
        name: (float(row[f"{column}_low"]), float(row[f"{column}_high"]))
        for name, column in PARTS.items()
    }
    return [
        Measured(f"rate.{name}", k / n, "ratio", "share", n, ends[name])
        for name, k in counts.items()
    ]


def tabulate_checks(risk: RiskAssessment, contracts: ContractRisk | None) -> pd.DataFrame | None:
    """Give what the models of risk were worth, one row per model and test; None without one.

    Returns
    -------
    `check` (logistic, boosted: on later days; reset: the one kept, its level set anew; same: the
        one kept, on the days it learnt from, customers left out in turn; turns: contracts of a
        snapshot left out in turn), `auc` with `low` and `high`, `brier`, `base_brier`, `slope`,
        `in_the_large`, `ece`
    """
    contest = risk.contest
    if contest is None or risk.same_window is None:
        return None
    if contracts is not None and contracts.basis == "snapshot":
        return pd.DataFrame([_row("turns", contest.as_trained)])
    told = contest.models.rename(columns={"model": "check"})
    more = [_row("reset", contest.reset), _row("same", risk.same_window.pooled)]
    return pd.concat([told[list(more[0])], pd.DataFrame(more)], ignore_index=True)


def _row(check: str, quality: Quality) -> dict[str, Any]:
    slope = float("nan") if quality.slope is None else quality.slope.value
    return {
        "check": check, "auc": quality.auc.value, "low": quality.auc.low,
        "high": quality.auc.high, "brier": quality.brier, "base_brier": quality.base_brier,
        "slope": slope, "in_the_large": quality.in_the_large, "ece": quality.ece,
    }  # fmt: skip


def name_parts(parts: list[Measured]) -> list[str]:
    """Name the sentence of the two parts, where they can be told."""
    return ["churn.parts"] if parts else []


def adds_up(returns: Returns) -> bool:
    """Say whether each curve starts at 1 and falls, and its spells end, stop or are still watched.

    At every time those watched before are those watched after, ended and no longer watched, so
    that ends and spells no longer watched are all spells in the end.
    """
    for curve in returns.curves.values():
        points = curve.points
        left = points["at_risk"].to_numpy() - points["n_events"].to_numpy()
        stopped = left - np.append(points["at_risk"].to_numpy()[1:], 0)
        falls = bool((np.diff(points["survival"].to_numpy()) <= 0).all())
        whole = int(points["n_events"].sum() + stopped.sum()) == curve.n
        if not (points["survival"].iloc[0] == 1 and falls and whole and (stopped >= 0).all()):
            return False
    return True


def is_closed(periods: pd.DataFrame, windows: RiskWindows, *, horizon_days: int) -> bool:
    """Say whether each outcome of the risk was over by the next date, and no feature came later.

    Parameters
    ----------
    periods : `window`, `ends_on`
    windows : features up to the end of theirs
    """
    ends = periods.set_index("window")["ends_on"].map(pd.Timestamp)
    horizon = pd.Timedelta(days=horizon_days)
    steps = ((windows.taught, "test"), ("test", "score"))
    known = [step for step in steps if set(step) <= set(ends.index)]
    closed = all(ends[before] + horizon <= ends[after] for before, after in known)
    parts = (windows.train, windows.test, windows.score)
    return closed and all(bool((part["days_since_last_order"] >= 0).all()) for part in parts)
