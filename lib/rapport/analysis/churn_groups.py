"""Which groups leave sooner: curves of one grouping after another, held against each other.

Groups are known at the start of what is watched, never made from what followed. All groupings of
one table are one family of tests (log-rank, Benjamini and Hochberg); sizes of differences are
restricted means, in the unit of time, against the largest group. A share that tells of too few is
withheld here, once, so that sentence, figure and table say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.contract_study import OTHER, UNKNOWN, merge_levels
from rapport.analysis.measured import Measured
from rapport.analysis.repeated import SIDES, pair_spells
from rapport.analysis.survival import SurvivalCurve
from rapport.analysis.survival_groups import (
    compare_groupings,
    compare_restricted_means,
    fit_survival_by,
)
from rapport.analysis.survival_reading import (
    RestrictedMean,
    estimate_restricted_mean,
    longest_time,
    survival_at,
)
from rapport.privacy import suppress_small
from rapport.privacy.disclosed import SHARE, is_few

MOST_GROUPINGS = 4
CUSTOMER = "_customer"
ROW_COLUMNS = (
    "grouping", "group", "n", "n_events", "share", "low", "high", "mean", "gain", "gain_low",
    "gain_high", "is_reference", "is_difference", "is_few",
)  # fmt: skip


@dataclass(frozen=True)
class GroupStudy:
    """Curves by grouping: one row per group of the groupings shown, and all tests.

    `rows`: `grouping`, `group`, `n`, `n_events`, `share` (without the event at `time`) with `low`
    and `high`, `mean` (restricted mean up to `tau` of its grouping), `gain` (more than the largest
    group, with its interval, which a group in which nobody's end was seen does not allow),
    `is_reference`, `is_difference` (of the grouping, after the family), `is_few` (the share and its
    interval are withheld: they tell of fewer than `min_count`, or would give one that does away).
    `tests`: one row per grouping. `reason`: None, "few" (under `min_n` spells), "one"
    (no grouping has two groups).
    """

    rows: pd.DataFrame
    tests: pd.DataFrame
    time: int
    n: int
    reason: str | None


@dataclass(frozen=True)
class GroupSettings:
    """Which columns group the spells, when they are looked at, and the column of customers."""

    groupings: Sequence[str]
    time: int
    min_n: int = 30
    fdr: float = 0.05
    confidence: float = 0.95
    min_count: int = 10
    cluster: str | None = None


def study_groups(spells: pd.DataFrame, settings: GroupSettings) -> GroupStudy:
    """Compare the curves of every grouping; the first, and those that differ, in rows.

    Parameters
    ----------
    spells : one row per spell: `duration`, `event_observed`, and the columns of groups as they
        were known when the spell began
    """
    empty = GroupStudy(pd.DataFrame(columns=list(ROW_COLUMNS)), pd.DataFrame(), settings.time,
                       len(spells), "few")  # fmt: skip
    if len(spells) < settings.min_n:
        return empty
    merged = {name: merge_levels(spells[name], settings.min_n) for name in settings.groupings}
    told = [name for name, words in merged.items() if len(set(words)) > 1]
    if not told:
        return GroupStudy(empty.rows, empty.tests, settings.time, len(spells), "one")
    table = spells[["duration", "event_observed"]].assign(**{name: merged[name] for name in told})
    if settings.cluster in spells:
        table[CUSTOMER] = spells[settings.cluster]
    tests = compare_groupings(table, by=told, fdr=settings.fdr, cluster=CUSTOMER)
    rows = [
        row
        for name in _choose(tests)
        for row in _rows(table, name, settings, is_difference=_differs(tests, name))
    ]
    frame = _hide_few(pd.DataFrame(rows, columns=list(ROW_COLUMNS)), settings.min_count)
    return GroupStudy(frame, tests, settings.time, len(spells), None)


def _hide_few(rows: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Withhold the shares of too few, and the next smallest of an attribute with a lone one.

    The groups of every attribute add up to the same customers, so that one attribute told in full
    would give away the one share that another lacks.
    """
    # Where some were not watched to the end the product is an estimate, and tells as much.
    hits = (rows["share"].astype(float) * rows["n"]).where(rows["share"] > 0, 0.0)
    counts = hits.round().clip(lower=1).where(hits > 0, 0).astype(int)
    few = np.zeros(len(rows), dtype=bool)
    for _, own in counts.groupby(rows["grouping"]):
        few[own.index.to_numpy()] = suppress_small(own.tolist(), min_count)
    told = {name: rows[name].mask(few) for name in ("share", "low", "high")}
    return rows.assign(is_few=few, **told)


def withhold_few(summary: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Empty the shares of curves that a sentence would not tell either: of too few of their `n`.

    Parameters
    ----------
    summary : as `churn_study.summarise_returns`: `n`, `first`, `second` with `low` and `high`
    """
    few = {
        name: [is_few(SHARE, share, n, min_count)
               for share, n in zip(summary[name].tolist(), summary["n"].tolist(), strict=True)]
        for name in ("first", "second")
    }  # fmt: skip
    told_by = {"first": "first", "second": "second", "low": "second", "high": "second"}
    return summary.assign(
        **{name: summary[name].mask(np.array(few[by], bool)) for name, by in told_by.items()}
    )


def _choose(tests: pd.DataFrame) -> list[str]:
    rest = tests.iloc[1:][tests["is_difference"].iloc[1:]]
    rest = rest.sort_values(["p_adjusted", "chi2"], ascending=[True, False], kind="stable")
    chosen = [str(tests["grouping"].iloc[0]), *rest["grouping"].astype(str)]
    return chosen[:MOST_GROUPINGS]


def _differs(tests: pd.DataFrame, name: str) -> bool:
    return bool(tests.set_index("grouping")["is_difference"][name])


def _rows(
    table: pd.DataFrame, name: str, settings: GroupSettings, *, is_difference: bool
) -> list[dict[str, Any]]:
    counts = table.groupby([name, "duration", "event_observed"]).size().rename("n").reset_index()
    pairs = pair_spells(table, CUSTOMER, columns=[name])
    if pairs is not None:
        pairs = pairs.rename(columns={f"{name}_{side}": f"group_{side}" for side in SIDES})
    curves = fit_survival_by(counts, by=name, confidence=settings.confidence, pairs=pairs)
    largest = max(curves, key=lambda group: (curves[group].n, group))
    means = _means(curves, settings.min_n)
    rows = []
    for group in sorted(curves, key=lambda group: (group in (OTHER, UNKNOWN), -curves[group].n)):
        at = survival_at(curves[group], [settings.time]).iloc[0]
        row: dict[str, Any] = {
            "grouping": name, "group": f"{name}={group}", "n": curves[group].n,
            "n_events": curves[group].n_events, "share": at["survival"], "low": at["low"],
            "high": at["high"], "is_reference": group == largest, "is_difference": is_difference,
            **_gain(means, largest, group, settings.confidence),
        }  # fmt: skip
        rows.append(row)
    return rows


def _means(curves: Mapping[str, SurvivalCurve], min_n: int) -> dict[str, RestrictedMean | None]:
    ends = [longest_time(curve, min_n=min_n) for curve in curves.values()]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) or min(known) <= 0:
        return dict.fromkeys(curves)
    tau = min(known)
    return {group: estimate_restricted_mean(curve, tau=tau) for group, curve in curves.items()}


def _gain(
    means: Mapping[str, RestrictedMean | None], largest: str, group: str, confidence: float
) -> dict[str, Any]:
    own, base = means[group], means[largest]
    if own is None or base is None:
        return {}
    found = {"mean": own.value}
    if group == largest:
        return found
    gap = compare_restricted_means(base, own, confidence=confidence)
    if not base.standard_error or not own.standard_error:
        # A variance of 0 says that chance was not seen at work, and not that there was none.
        return {**found, "gain": gap.value}
    return {**found, "gain": gap.value, "gain_low": gap.low, "gain_high": gap.high}


def name_groups(study: GroupStudy) -> str:
    """Name what the comparison shows: differ, alike, few or one.

    `short`: they differ, and fewer than two were watched for as long as shares are given of.
    `hidden`: they differ, and fewer than two have a share that may be told.
    """
    if study.reason:
        return study.reason
    first = str(study.rows["grouping"].iloc[0])
    if not _differs(study.tests, first):
        return "alike"
    own = study.rows[study.rows["grouping"] == first]
    if own["share"].notna().sum() > 1:
        return "differ"
    return "hidden" if own["is_few"].any() else "short"


def measure_groups(study: GroupStudy, *, unit: str) -> list[Measured]:
    """Name how many groupings were tested and differ, and the widest gap of the first one."""
    found = [Measured("groups.n", study.n, "count", unit),
             Measured("groups.time", study.time, "count", _time_unit(unit))]  # fmt: skip
    if study.reason:
        return found
    found += [
        Measured("groups.tested", len(study.tests), "count", "count"),
        Measured("groups.differing", int(study.tests["is_difference"].sum()), "count", "count"),
    ]
    first = study.rows["grouping"].iloc[0]
    own = study.rows[(study.rows["grouping"] == first) & study.rows["share"].notna()]
    ranked = own.sort_values("share", kind="stable")
    if len(ranked) < 2:
        return found
    found.append(Measured("groups.by", str(first), "label", "term"))
    for name, row in (("low", ranked.iloc[0]), ("high", ranked.iloc[-1])):
        ends = (float(row["low"]), float(row["high"]))
        size = int(row["n"])
        found += [
            Measured(f"groups.{name}", str(row["group"]), "label", "level"),
            Measured(f"groups.{name}.share", float(row["share"]), "estimator", "share", size, ends),
        ]
    return found


def _time_unit(unit: str) -> str:
    return "months" if unit == "contracts" else "days"
