"""What goes with leaving sooner: Cox's regression put to a unit's contracts or customers.

Every attribute is held against the others, so that a ratio is of customers alike in all the rest
that is known. Attributes that the others already tell are left out and named. A ratio that does
not hold over time (Schoenfeld residuals) is given for the first half of the ends and the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rapport.analysis.contract_study import merge_levels
from rapport.analysis.cox import Covariates, CoxFit, fit_cox
from rapport.analysis.driver_bounds import part_boundless
from rapport.analysis.families import adjust_p_values
from rapport.analysis.measured import Measured
from rapport.analysis.measures import Floats

LEAST_EVENTS = 30
# A term needs ten events (Peduzzi et al. 1995, J. Clin. Epidemiol. 48, 1503-1510).
EVENTS_A_TERM = 10
# Of an attribute's variance this much must not be told by those before it: a VIF of ten.
OWN_SHARE = 0.1
TWICE = "*2"
MOST_SHOWN = 12
CUSTOMER = "_customer"


@dataclass(frozen=True)
class DriverStudy:
    """Hazard ratios, one row per term, and what became of the rest.

    `terms`: `term` (`plan=One year`, `price*2`), `covariate`, `level`, `reference` (empty of a
    number), `n`, `n_events` (of the level), `hazard_ratio`, `low`, `high`, `p_value`,
    `p_adjusted`, `is_difference`, `schoenfeld_p`, `is_proportional`; of terms that are not
    proportional `early`, `early_low`, `early_high`, `late`, `late_low`, `late_high`: the ratio up
    to `split` and after. `reason`: None, or why there are none: "too_few" (events), "none"
    (nothing tells the rows apart), "not_converged". `boundless`: columns of which a term was in
    the regression, and has no ratio that could be given, because it may lie beyond a thousand.
    """

    terms: pd.DataFrame
    n: int
    n_events: int
    reason: str | None
    split: float | None = None
    left_out: tuple[str, ...] = ()
    fit: CoxFit | None = field(default=None, repr=False)
    boundless: tuple[str, ...] = ()


@dataclass(frozen=True)
class DriverSettings:
    """What may go with leaving: numbers (a ratio is of twice as much) and categories.

    `cluster`: column of customers, who may have several spells.
    """

    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    min_n: int = 30
    fdr: float = 0.05
    confidence: float = 0.95
    cluster: str | None = None


def study_drivers(spells: pd.DataFrame, settings: DriverSettings) -> DriverStudy:
    """Fit the hazard of the event on all attributes at once.

    Parameters
    ----------
    spells : one row per spell: `duration`, `event_observed`, the columns of `settings`; numbers
        above 0
    """
    n, n_events = len(spells), int(spells["event_observed"].sum()) if len(spells) else 0
    empty = DriverStudy(_empty(), n, n_events, "too_few")
    if min(n_events, n - n_events) < LEAST_EVENTS:
        return empty
    design, info = _design(spells, settings)
    kept, left_out = _independent(design, most=n_events // EVENTS_A_TERM)
    if not kept:
        return DriverStudy(_empty(), n, n_events, "none")
    rows = design[kept].assign(
        duration=spells["duration"].to_numpy(float),
        event_observed=spells["event_observed"].to_numpy(bool),
    )
    if settings.cluster in spells:
        rows[CUSTOMER] = spells[settings.cluster].to_numpy()
    covariates = Covariates(tuple(kept))
    fit = fit_cox(rows, covariates, confidence=settings.confidence, cluster=CUSTOMER)
    if fit.reason:
        return DriverStudy(_empty(), n, n_events, fit.reason)
    terms = _count_levels(fit, info, rows).assign(p_adjusted=adjust_p_values(fit.table["p_value"]))
    terms["is_difference"] = terms["p_adjusted"] <= settings.fdr
    split = float(np.median(rows.loc[rows["event_observed"], "duration"]))
    terms = _split_over_time(terms, rows, split, settings.confidence)
    told = {info[name][0] for name in kept}
    gone = tuple(dict.fromkeys(info[name][0] for name in left_out if info[name][0] not in told))
    bound, columns = part_boundless(terms, n_events=n_events)
    reason = None if len(bound) else "not_converged"
    return DriverStudy(_rank(bound), n, n_events, reason, split, gone, fit, columns)


Info = dict[str, tuple[str, str, str]]


def _design(spells: pd.DataFrame, settings: DriverSettings) -> tuple[pd.DataFrame, Info]:
    columns: dict[str, Floats] = {}
    info: Info = {}
    for name in settings.categories:
        words = merge_levels(spells[name], settings.min_n)
        sizes = words.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        for level in sorted(str(word) for word in sizes.index[1:]):
            term = f"{name}={level}"
            columns[term] = np.asarray(words == level, dtype=float)
            info[term] = (name, level, str(sizes.index[0]))
    for name in settings.numbers:
        columns[name + TWICE] = np.log2(pd.to_numeric(spells[name]).to_numpy(float))
        info[name + TWICE] = (name, "", "")
    return pd.DataFrame(columns)[_pick_twins(columns, info)], info


def _pick_twins(columns: Mapping[str, Floats], info: Info) -> list[str]:
    # "No internet service" of six services says what "no" of the internet says: of columns that
    # are the same, the one with the shortest word stays.
    twins: dict[bytes, str] = {}
    for name, values in columns.items():
        key = values.tobytes()
        known = twins.get(key)
        if known is None or len(info[name][1]) < len(info[known][1]):
            twins[key] = name
    return [name for name in columns if name in twins.values()]


def _independent(design: pd.DataFrame, *, most: int) -> tuple[list[str], list[str]]:
    """Part terms into those that tell something of their own, and those that others tell."""
    kept: list[str] = []
    left_out: list[str] = []
    basis = np.zeros((len(design), 0))
    for name in design:
        own = design[name].to_numpy() - design[name].mean()
        rest = own - basis @ (basis.T @ own)
        length = float(rest @ rest)
        if len(kept) >= most or length <= OWN_SHARE * float(own @ own) or length == 0:
            left_out.append(str(name))
            continue
        kept.append(str(name))
        basis = np.column_stack([basis, rest / np.sqrt(length)])
    return kept, left_out


def _count_levels(fit: CoxFit, info: Info, rows: pd.DataFrame) -> pd.DataFrame:
    terms = fit.table.rename(columns={"covariate": "term"}).drop(columns=["level", "reference"])
    names = pd.DataFrame(
        [info[str(term)] for term in terms["term"]], columns=["covariate", "level", "reference"]
    )
    for place, (term, level) in enumerate(zip(terms["term"], names["level"], strict=True)):
        if level:
            own = rows[term] == 1
            terms.loc[place, ["n", "n_events"]] = (
                int(own.sum()), int((own & rows["event_observed"]).sum()),
            )  # fmt: skip
    return pd.concat([terms, names], axis=1)


def _split_over_time(
    terms: pd.DataFrame, rows: pd.DataFrame, split: float, confidence: float
) -> pd.DataFrame:
    moving = terms.loc[~terms["is_proportional"], "term"].tolist()
    names = terms["term"].tolist()
    # Of few ends, only what is looked at and what differs is held against each other.
    fewer = terms.loc[~terms["is_proportional"] | terms["is_difference"], "term"].tolist()
    ratios = ["hazard_ratio", "low", "high"]
    sides = {"early": _up_to(rows, split), "late": rows[rows["duration"] > split]}
    found = terms
    for side, part in sides.items():
        shown = [side, f"{side}_low", f"{side}_high"]
        found = found.assign(**dict.fromkeys(shown, np.nan))
        events = part[part["event_observed"]]
        # A level without an end in a half has no finite ratio there.
        enough = len(events) >= EVENTS_A_TERM * len(names)
        wanted = names if enough else fewer
        varying = [name for name in wanted if len(set(events[name])) > 1]
        if not moving or len(events) < EVENTS_A_TERM * max(len(varying), 1):
            continue
        fit = fit_cox(part, Covariates(tuple(varying)), confidence=confidence, cluster=CUSTOMER)
        by_term = fit.table.set_index("covariate")[ratios].reindex(moving)
        at = found["term"].isin(moving)
        found.loc[at, shown] = by_term.to_numpy(float)
    return found


def _up_to(rows: pd.DataFrame, split: float) -> pd.DataFrame:
    over = rows["duration"] > split
    return rows.assign(
        duration=rows["duration"].clip(upper=split),
        event_observed=rows["event_observed"] & ~over,
    )


def _rank(terms: pd.DataFrame) -> pd.DataFrame:
    strength = np.abs(np.log(terms["hazard_ratio"].to_numpy(dtype=float)))
    ordered = terms.assign(strength=-strength).sort_values(
        ["is_difference", "strength", "term"], ascending=[False, True, True], kind="stable"
    )
    return ordered.drop(columns="strength").reset_index(drop=True)


def _empty() -> pd.DataFrame:
    names = [
        "term", "covariate", "level", "reference", "n", "n_events", "hazard_ratio", "low", "high",
        "p_value", "p_adjusted", "is_difference", "schoenfeld_p", "is_proportional", "early",
        "early_low", "early_high", "late", "late_low", "late_high",
    ]  # fmt: skip
    return pd.DataFrame(columns=names)


def list_effects(study: DriverStudy) -> pd.DataFrame:
    """Give the terms that the figure draws, the largest ratio first: at most twelve."""
    shown = study.terms.head(MOST_SHOWN)
    return shown.sort_values(["hazard_ratio", "term"], ascending=[False, True], ignore_index=True)


def list_moving(study: DriverStudy) -> pd.DataFrame:
    """Give the terms whose ratio does not hold over time, with both halves; at most twelve."""
    moving = study.terms[~study.terms["is_proportional"].astype(bool)]
    known = moving[moving[["early", "late"]].notna().any(axis=1)]
    return known.head(MOST_SHOWN).reset_index(drop=True)


def name_drivers(study: DriverStudy) -> str:
    """Name what can be said: ok, plain (no ratio survives), or why there is nothing."""
    if study.reason:
        return study.reason
    return "ok" if bool(study.terms["is_difference"].any()) else "plain"


def measure_drivers(study: DriverStudy, *, unit: str) -> list[Measured]:
    """Name the numbers of the regression: spells, ends, the strongest ratio, how well it ranks."""
    found = [Measured("drivers.n", study.n, "count", unit),
             Measured("drivers.ended", study.n_events, "count", unit, study.n)]  # fmt: skip
    if study.reason or study.fit is None or study.fit.concordance is None:
        return found
    n_moving = len(list_moving(study))
    found += [
        Measured("drivers.concordance", study.fit.concordance, "estimator", "auc", study.n),
        Measured("drivers.log_likelihood", study.fit.log_likelihood, "estimator", "score", study.n),
        Measured("drivers.terms", len(study.terms), "count", "count"),
        Measured("drivers.differing", int(study.terms["is_difference"].sum()), "count", "count"),
        Measured("drivers.moving", n_moving, "count", "count"),
    ]
    if n_moving and study.split is not None:
        time = "months" if unit == "contracts" else "days"
        found.append(Measured("drivers.split", study.split, "count", time))
    for place, name in enumerate(("first", "second")):
        found += _measure_term(name, study.terms.iloc[place : place + 1])
    return found


def _measure_term(name: str, rows: pd.DataFrame) -> list[Measured]:
    return [
        part
        for row in rows[rows["is_difference"].astype(bool)].to_dict("records")
        for part in (
            Measured(f"drivers.{name}", str(row["term"]), "label", "term"),
            Measured(
                f"drivers.{name}.ratio", float(row["hazard_ratio"]), "estimator", "hazard_ratio",
                int(row["n"]), (float(row["low"]), float(row["high"])),
            ),
        )
    ]  # fmt: skip


def list_remarks(study: DriverStudy) -> list[str]:
    """Name what else must be said: penalised, boundless, left_out, moving."""
    if study.reason or study.fit is None:
        return []
    said = {
        "penalised": study.fit.penalty > 0,
        "boundless": bool(study.boundless),
        "left_out": bool(study.left_out),
        "moving": len(list_moving(study)) > 0,
    }
    return [name for name, holds in said.items() if holds]


def number_columns(rows: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Keep the names of columns that a ratio of twice as much can be given of: all above 0.

    Examples
    --------
    >>> number_columns(pd.DataFrame({"price": [1.0, 2.0], "seats": [0, 3]}), ["price", "seats"])
    ('price',)
    """
    return tuple(name for name in names if bool((rows[name].astype(float) > 0).all()))
