"""What goes with a shorter time until it happens: Cox's regression, by lifelines.

Assumes that hazards of two customers keep their ratio over time; every covariate is tested
for it (Schoenfeld residuals, at .01), and one that fails belongs into `strata` or into a
figure by period. A hazard ratio is an association. Ties after Efron, baseline after Breslow.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceError, ConvergenceWarning
from lifelines.statistics import proportional_hazard_test
from scipy import stats

from rapport.analysis.cox_residuals import scale_residuals
from rapport.analysis.measures import to_floats
from rapport.analysis.repeated import is_repeated, sandwich
from rapport.analysis.survival import check_spells
from rapport.errors import DataError

PENALTY = 0.01
PROPORTIONAL_P = 0.01
MANY = 20_000
CLUSTER = "_cluster"
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


def fit_cox(
    spells: pd.DataFrame,
    covariates: Covariates,
    *,
    confidence: float = 0.95,
    cluster: str | None = None,
) -> CoxFit:
    """Estimate hazard ratios with Wald intervals, and test that they hold over time.

    Parameters
    ----------
    spells : as in `survival.check_spells`, with the columns of `covariates`
    covariates : `categories` maps a column to its reference level
    confidence : of the intervals
    cluster : column of customers; where some have several spells, standard errors are those of the
        sandwich over customers (Lin & Wei 1989), else nothing changes

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
    81, 515-526. Davidson-Pilon, C. (2019), lifelines, JOSS 4(40), 1317.
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
    # Numbers for strata: lifelines makes column names of them, and text there warns.
    strata = {name: pd.factorize(rows[name], sort=True)[0] for name in covariates.strata}
    table = plain.assign(**strata).join(design)
    if cluster is not None and is_repeated(spells, cluster):
        table[CLUSTER] = pd.factorize(rows[cluster], sort=True)[0]
    return _estimate(fit, _one_by_one(table), covariates, confidence)


def _one_by_one(table: pd.DataFrame) -> pd.DataFrame:
    # A row per spell: lifelines weighs tied events by their mean weight, so that collapsed rows
    # would give another ratio. Sorted by every column: floats are summed in the order of rows.
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
    customers = table[CLUSTER].to_numpy() if CLUSTER in table else None
    table = table.drop(columns=CLUSTER, errors="ignore")
    for penalty in (0.0, PENALTY):
        fitter = _try(table, list(covariates.strata), confidence, penalty)
        if fitter is not None:
            test = fitter.log_likelihood_ratio_test()
            read = _read(fitter, table, covariates)
            if customers is not None:
                read = _over_customers(read, sandwich(fitter, table, customers), confidence)
            return replace(
                fit,
                table=read,
                log_likelihood=float(fitter.log_likelihood_),
                likelihood_ratio=float(test.test_statistic),
                df=int(test.degrees_freedom),
                concordance=float(fitter.concordance_index_),
                penalty=penalty,
            )
    return replace(fit, reason="not_converged")


def _try(
    table: pd.DataFrame, strata: list[str], confidence: float, penalty: float
) -> CoxPHFitter | None:
    # lifelines says "not converged" by warning or error; both count. With the penalty only the
    # error does: its warnings then speak of the same separation that the penalty is there for.
    fitter = CoxPHFitter(alpha=1 - confidence, penalizer=penalty)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore" if penalty else "error", ConvergenceWarning)
        try:
            return fitter.fit(
                table,
                "duration",
                "event_observed",
                strata=strata or None,
                entry_col="entry" if "entry" in table else None,
            )
        except (ConvergenceError, ConvergenceWarning):
            return None


def _read(fitter: CoxPHFitter, table: pd.DataFrame, covariates: Covariates) -> pd.DataFrame:
    found = fitter.summary
    with np.errstate(all="ignore"):
        # Ranks of tied times would depend on the order of rows; 1 - S(t) does not (as in R).
        test = proportional_hazard_test(
            fitter, table, time_transform="km", precomputed_residuals=_residuals(fitter, table)
        ).summary["p"]
    low, high = fitter.confidence_intervals_.to_numpy().T
    rows = [_count(str(name), table, covariates) for name in found.index]
    read = pd.DataFrame(rows, columns=list(TABLE_COLUMNS[:5])).assign(
        coefficient=found["coef"].to_numpy(),
        hazard_ratio=np.exp(found["coef"].to_numpy()),
        low=np.exp(low),
        high=np.exp(high),
        p_value=found["p"].to_numpy(),
        schoenfeld_p=test.reindex(found.index).to_numpy(dtype=float),
    )
    return read.assign(is_proportional=read["schoenfeld_p"] >= PROPORTIONAL_P)


def _over_customers(read: pd.DataFrame, errors: np.ndarray, confidence: float) -> pd.DataFrame:
    """Give intervals and p-values by standard errors over customers."""
    coefficient = read["coefficient"].to_numpy(float)
    half = stats.norm.ppf((1 + confidence) / 2) * errors
    return read.assign(
        low=np.exp(coefficient - half),
        high=np.exp(coefficient + half),
        p_value=2 * stats.norm.sf(np.abs(coefficient) / errors),
    )


def _residuals(fitter: CoxPHFitter, table: pd.DataFrame) -> pd.DataFrame | None:
    # lifelines' own take time that grows with the square of the rows: minutes from 100,000 on.
    return scale_residuals(fitter, table) if len(table) > MANY and not fitter.strata else None


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
