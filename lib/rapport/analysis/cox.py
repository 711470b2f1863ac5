"""What goes with a shorter time until it happens: Cox's regression.

Assumes that hazards of two customers keep their ratio over time; every covariate is tested
for it (Schoenfeld residuals, at .01), and one that fails belongs into `strata` or into a
figure by period. A hazard ratio is an association. Ties after Efron, baseline after Breslow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.cox_likelihood import (
    PartialFit,
    fit_partial,
    measure_concordance,
    measure_residuals,
    sort_spells,
)
from rapport.analysis.measures import Floats, to_floats
from rapport.analysis.survival import check_spells, fit_survival
from rapport.errors import DataError

PENALTY = 0.01
PROPORTIONAL_P = 0.01
SPELL_COLUMNS = ("duration", "event_observed", "entry")
TABLE_COLUMNS = (
    *("covariate", "level", "reference", "n", "n_events", "coefficient", "hazard_ratio"),
    *("low", "high", "p_value", "schoenfeld_p", "is_proportional"),
)


@dataclass(frozen=True)
class Covariates:
    """What the hazard may depend on: numbers, categories with their reference level, strata.

    A ratio is per unit of a number, or of a level against the reference; strata have baselines
    of their own and no ratio.
    """

    numbers: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)
    strata: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoxFit:
    """Hazard ratios, one row per number and level of a category.

    `table`: `covariate`, `level`, `reference` (empty for numbers), `n`, `n_events` (spells of
    the level; of all for numbers), `coefficient`, `hazard_ratio`, `low`, `high`, `p_value`,
    `schoenfeld_p`, `is_proportional` (p at least .01). `penalty` is 0, or .01 where the fit
    without it does not converge. `left_out`: columns that are the same for everybody. `reason`
    is None, "no_events", "no_covariates" or "not_converged": the table is then empty.
    """

    table: pd.DataFrame
    n: int
    n_events: int
    log_likelihood: float | None = None
    likelihood_ratio: float | None = None
    df: int | None = None
    concordance: float | None = None
    penalty: float = 0.0
    left_out: tuple[str, ...] = ()
    reason: str | None = None


def fit_cox(spells: pd.DataFrame, covariates: Covariates, *, confidence: float = 0.95) -> CoxFit:
    """Estimate hazard ratios with Wald intervals, and test that they hold over time.

    Parameters
    ----------
    spells : as in `survival.check_spells`, with the columns of `covariates`
    covariates : `categories` maps a column to its reference level
    confidence : of the intervals

    Returns
    -------
    CoxFit

    Raises
    ------
    DataError
        As in `check_spells`; a covariate is missing or empty, or no row has a reference level.

    References
    ----------
    Cox, D. R. (1972), JRSS B 34, 187-220. Grambsch, P. M. & Therneau, T. M. (1994), Biometrika
    81, 515-526. Efron, B. (1977), JASA 72, 557-565.
    """
    plain = check_spells(spells.reset_index(drop=True))
    rows = spells.reset_index(drop=True).loc[plain.index]
    design, left_out = _varying(_design(rows, covariates))
    n, n_events = int(plain["n"].sum()), int(plain.loc[plain["event_observed"], "n"].sum())
    fit = CoxFit(pd.DataFrame(columns=list(TABLE_COLUMNS)), n, n_events, left_out=left_out)
    reason = "no_events" if not n_events else "no_covariates" if design.empty else None
    if reason:
        return replace(fit, reason=reason)
    if not (plain["entry"] > 0).any():
        plain = plain.drop(columns="entry")
    strata = {name: pd.factorize(rows[name], sort=True)[0] for name in covariates.strata}
    table = plain.assign(**strata).join(design)
    return _estimate(fit, _one_by_one(table), covariates, confidence)


def _one_by_one(table: pd.DataFrame) -> pd.DataFrame:
    # A row per spell, so that ties are of spells and not of kinds of them. Sorted by every column:
    # floats are summed in the order of rows.
    table = table.loc[np.repeat(table.index, table["n"])].drop(columns="n")
    return table.sort_values(list(table.columns), kind="stable", ignore_index=True)


def _design(rows: pd.DataFrame, covariates: Covariates) -> pd.DataFrame:
    missing = sorted({*covariates.categories, *covariates.strata} - set(rows.columns))
    if missing:
        raise DataError(f"spells: no column {', '.join(missing)}. Name columns of the table.")
    for name in [*covariates.categories, *covariates.strata]:
        _refuse_empty(rows[name])
    levels = {
        f"{name}={level}": (rows[name] == level).astype(float)
        for name, reference in covariates.categories.items()
        for level in _levels(rows[name], reference)
    }
    return to_floats(rows, covariates.numbers).assign(**levels)


def _refuse_empty(column: pd.Series) -> None:
    n_empty = int(column.isna().sum())
    if n_empty:
        raise DataError(f"spells: {n_empty} rows have no {column.name}. Fill or drop them.")


def _levels(column: pd.Series, reference: str) -> list[str]:
    levels = sorted(column.unique().tolist())
    if len(column) and reference not in levels:
        raise DataError(f"spells: no row of {column.name} is {reference}. Name another reference.")
    return [level for level in levels if level != reference]


def _varying(design: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    same = [str(name) for name in design if design[name].min() == design[name].max()]
    return design.drop(columns=same), tuple(same)


def _estimate(
    fit: CoxFit, table: pd.DataFrame, covariates: Covariates, confidence: float
) -> CoxFit:
    names = [str(name) for name in table if name not in {*SPELL_COLUMNS, *covariates.strata}]
    time, event = table["duration"].to_numpy(), table["event_observed"].to_numpy(float)
    stratum = _number_strata(table, covariates)
    entry = table["entry"].to_numpy() if "entry" in table else np.zeros(len(table))
    # Who is watched from the start is watched at 0, too.
    entry = np.where(entry > 0, entry, -1.0)
    x = table[names].to_numpy(float)
    spells = sort_spells(x, time, event, stratum=stratum, entry=entry)
    for penalty in (0.0, PENALTY):
        found = fit_partial(spells, penalty=penalty)
        if found is not None:
            return replace(
                fit,
                table=_read(found, table, covariates, names=names, confidence=confidence),
                log_likelihood=found.log_likelihood,
                likelihood_ratio=2 * (found.log_likelihood - found.null_log_likelihood),
                df=len(names),
                concordance=measure_concordance(x @ found.beta, time, event, stratum=stratum),
                penalty=penalty,
            )
    return replace(fit, reason="not_converged")


def _number_strata(table: pd.DataFrame, covariates: Covariates) -> np.ndarray:
    if not covariates.strata:
        return np.zeros(len(table), dtype=np.intp)
    return table.groupby(list(covariates.strata), sort=True).ngroup().to_numpy(dtype=np.intp)


def _read(
    found: PartialFit,
    table: pd.DataFrame,
    covariates: Covariates,
    *,
    names: list[str],
    confidence: float,
) -> pd.DataFrame:
    errors = np.sqrt(np.diag(found.covariance))
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * errors
    rows = [_count(name, table, covariates) for name in names]
    read = pd.DataFrame(rows, columns=list(TABLE_COLUMNS[:5])).assign(
        coefficient=found.beta,
        hazard_ratio=np.exp(found.beta),
        low=np.exp(found.beta - half),
        high=np.exp(found.beta + half),
        p_value=2 * stats.norm.sf(np.abs(found.beta) / errors),
        schoenfeld_p=_test_proportional(found, table),
    )
    return read.assign(is_proportional=read["schoenfeld_p"] >= PROPORTIONAL_P)


def _test_proportional(found: PartialFit, table: pd.DataFrame) -> Floats:
    # Against 1 - S(t) (as in R): ranks of tied times would depend on the order of rows.
    points = fit_survival(table).points
    steps = np.searchsorted(points["time"], found.sorted.time, side="right") - 1
    gone = 1 - points["survival"].to_numpy()[steps]
    centred = gone - gone.mean()
    variance = np.diag(found.covariance) * len(gone) * (centred**2).sum()
    squared = (centred[:, None] * measure_residuals(found)).sum(axis=0) ** 2
    # All events at one time: nothing can be seen to change with it.
    tests = np.divide(squared, variance, out=np.zeros_like(squared), where=variance > 0)
    p_values: Floats = stats.chi2.sf(tests, 1)
    return p_values


def _count(
    name: str, table: pd.DataFrame, covariates: Covariates
) -> tuple[str, str, str, int, int]:
    category, _, level = name.partition("=")
    is_level = category in covariates.categories and name not in covariates.numbers
    spells = table[table[name] == 1] if is_level else table
    counts = (len(spells), int(spells["event_observed"].sum()))
    if is_level:
        return (category, level, covariates.categories[category], *counts)
    return (name, "", "", *counts)
