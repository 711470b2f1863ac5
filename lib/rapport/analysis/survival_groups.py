"""Survival curves of several groups: side by side, and whether they differ (log-rank).

The log-rank test looks at whole curves; it sees little where curves cross. Several
groupings tested on the same spells are one family (`families.adjust_p_values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines.statistics import multivariate_logrank_test
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.repeated import is_repeated, score_residuals
from rapport.analysis.survival import SurvivalCurve, check_spells, fit_survival
from rapport.analysis.survival_reading import (
    RestrictedMean,
    count_at_risk,
    estimate_median,
    survival_at,
)
from rapport.errors import DataError


@dataclass(frozen=True)
class LogRank:
    """The log-rank test over groups; `reason` says why there is none ("one_group", "no_events")."""

    chi2: float | None
    df: int | None
    p_value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class RestrictedMeanDifference:
    """How much longer, inside the same `tau`, the second group went without the event."""

    value: float
    low: float
    high: float
    tau: float


def fit_survival_by(
    spells: pd.DataFrame, *, by: str, confidence: float = 0.95, pairs: pd.DataFrame | None = None
) -> dict[str, SurvivalCurve]:
    """Fit one curve per value of column `by`, in the order of its values (text of the value).

    Parameters
    ----------
    pairs : spells of one customer two by two, with the group of both (`group_a`, `group_b`)
    """
    groups = _groups(spells, by)
    return {
        str(name): fit_survival(
            spells[groups == name], confidence=confidence, pairs=_inside(pairs, name)
        )
        for name in sorted(groups.unique())
    }


def _inside(pairs: pd.DataFrame | None, group: object) -> pd.DataFrame | None:
    if pairs is None:
        return None
    own = pairs[(pairs["group_a"] == group) & (pairs["group_b"] == group)]
    return own if len(own) else None


def _groups(spells: pd.DataFrame, by: str) -> pd.Series:
    if by not in spells:
        raise DataError(f"spells: no column {by}. Name a column of the table.")
    if spells[by].isna().any():
        raise DataError(
            f"spells: {int(spells[by].isna().sum())} rows have no {by}. Fill or drop them."
        )
    return spells[by]


def stack_curves(curves: Mapping[str, SurvivalCurve]) -> pd.DataFrame:
    """Put the points of several curves into one table, `group` first: what a figure draws."""
    stacked = [curve.points.assign(group=name) for name, curve in curves.items() if curve.n]
    columns = ["group", "time", "survival", "low", "high", "at_risk", "n_events"]
    return (
        pd.concat(stacked, ignore_index=True)[columns] if stacked else pd.DataFrame(columns=columns)
    )


def count_at_risk_by(curves: Mapping[str, SurvivalCurve], ticks: Sequence[float]) -> pd.DataFrame:
    """Count those still watched: one row per group, one column per tick."""
    counts = {name: count_at_risk(curve, ticks) for name, curve in curves.items()}
    return pd.DataFrame.from_dict(counts, orient="index", columns=list(ticks)).rename_axis("group")


def summarise_survival(
    curves: Mapping[str, SurvivalCurve], *, times: Sequence[float]
) -> pd.DataFrame:
    """Give a row per group and time, with the group's size and median beside it.

    Returns
    -------
    one row per group and time, in the order given
        `group`, `n`, `n_events`, `median` (empty where not reached), `is_median_reached`,
        then the columns of `survival_at`.
    """
    parts = [_summary(name, curve, times) for name, curve in curves.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _summary(name: str, curve: SurvivalCurve, times: Sequence[float]) -> pd.DataFrame:
    median = estimate_median(curve).value
    read = survival_at(curve, times)
    read.insert(0, "is_median_reached", median is not None)
    read.insert(0, "median", np.nan if median is None else median)
    read.insert(0, "n_events", curve.n_events)
    read.insert(0, "n", curve.n)
    read.insert(0, "group", name)
    return read


def compare_survival(spells: pd.DataFrame, *, by: str, cluster: str | None = None) -> LogRank:
    """Test whether the curves of the groups in column `by` differ at all (log-rank).

    Parameters
    ----------
    cluster : column of customers; where some have several spells, the variance of the differences
        is taken over customers (spells one by one, without `n`)

    Raises
    ------
    DataError
        The spells have late entries: the test of lifelines cannot hold them.

    References
    ----------
    Peto, R. & Peto, J. (1972), JRSS A 135, 185-207. Lee, E. W., Wei, L. J. & Amato, D. A. (1992),
    in Survival Analysis: State of the Art, 237-247. Kluwer.
    """
    if "entry" in spells and (spells["entry"] > 0).any():
        raise DataError(
            "spells: late entries cannot be compared by log-rank. Compare restricted means."
        )
    groups = _groups(spells, by)
    plain = check_spells(spells.reset_index(drop=True))
    names = groups.reset_index(drop=True).loc[plain.index]
    if names.nunique() < 2:
        return LogRank(None, None, None, "one_group")
    if not plain["event_observed"].any():
        return LogRank(None, None, None, "no_events")
    if cluster is not None and is_repeated(spells, cluster):
        return _clustered(plain, names, spells.reset_index(drop=True)[cluster].loc[plain.index])
    return _log_rank(plain, names)


def _clustered(plain: pd.DataFrame, names: pd.Series, customers: pd.Series) -> LogRank:
    # The score test of Cox's regression on the groups, at ratios of one.
    levels = sorted(set(names))[1:]
    design = np.column_stack([np.asarray(names == level, dtype=float) for level in levels])
    scores = score_residuals(plain.drop(columns="entry"), design, np.zeros(len(levels)))
    total = scores.sum(axis=0)
    sums = pd.DataFrame(scores).groupby(pd.factorize(customers, sort=True)[0]).sum().to_numpy()
    variance = sums.T @ sums
    chi2 = float(total @ np.linalg.pinv(variance) @ total)
    return LogRank(chi2, len(levels), float(stats.chi2.sf(chi2, len(levels))))


def _log_rank(plain: pd.DataFrame, names: pd.Series) -> LogRank:
    # Arrays, not columns: lifelines would join the weights by their row labels. The last
    # group at risk alone has variance 0 / 0 there, which it replaces by 0.
    columns = [plain["duration"], names, plain["event_observed"]]
    with np.errstate(all="ignore"):
        test = multivariate_logrank_test(
            *[column.to_numpy() for column in columns], weights=plain["n"].to_numpy()
        )
    return LogRank(float(test.test_statistic), int(names.nunique()) - 1, float(test.p_value))


def compare_groupings(
    spells: pd.DataFrame, *, by: Sequence[str], fdr: float = 0.05, cluster: str | None = None
) -> pd.DataFrame:
    """Test several groupings of the same spells as one family (Benjamini-Hochberg).

    Returns
    -------
    one row per grouping, in the order given
        `grouping`, `chi2`, `df`, `p_value`, `p_adjusted`, `is_difference` (adjusted p <= `fdr`),
        `reason` (why a grouping has no test; it is left out of the family)
    """
    tests = [compare_survival(spells, by=column, cluster=cluster) for column in by]
    table = pd.DataFrame(
        {
            "grouping": list(by),
            "chi2": [test.chi2 for test in tests],
            "df": [test.df for test in tests],
            "p_value": pd.Series([test.p_value for test in tests], dtype=float),
            "reason": [test.reason for test in tests],
        }
    )
    adjusted = adjust_p_values(table["p_value"])
    return table.assign(p_adjusted=adjusted, is_difference=adjusted <= fdr)


def compare_restricted_means(
    first: RestrictedMean, second: RestrictedMean, *, confidence: float = 0.95
) -> RestrictedMeanDifference:
    """Subtract the first group's restricted mean from the second's (same `tau`, apart groups)."""
    assert first.tau == second.tau
    value = second.value - first.value
    error = float(np.hypot(first.standard_error, second.standard_error))
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * error
    return RestrictedMeanDifference(value, value - half, value + half, first.tau)
