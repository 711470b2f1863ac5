"""What satisfaction goes with: which attributes drive it, how much each, and what to mend first.

An attribute is called a driver only if its coefficient in an ordered logit leaves 0 out once the
family of attributes is tested as one. Shares of R squared (LMG) rank attributes and make no driver:
what goes together with a driver gets a share of its own accord. Answers of one questionnaire go
together because one mood answers all of it (halo), so importance is association, never effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from rapport.analysis.families import adjust_p_values
from rapport.analysis.intervals import wilson
from rapport.analysis.lmg import share_r_squared
from rapport.analysis.ordered_logit import fit_ordered_logit
from rapport.analysis.ordered_logit_cuts import compare_cuts

LEAST, LEAST_EACH = 200, 20
FEWEST, MOST = 3, 12
# An attribute that fewer of the answers hold would cost too many rows.
FILLED = 0.5
# Of an attribute's variance this much must not be told by those before it: a VIF of ten.
OWN_SHARE = 0.1
GOOD = 4
FIELDS = ("fix_first", "keep", "watch", "leave")
COLUMNS = (
    "attribute", "n", "coefficient", "low", "high", "p_value", "p_adjusted", "is_driver",
    "share", "share_low", "share_high", "performance", "performance_low", "performance_high",
    "mean", "gap", "gap_p_adjusted", "is_apart", "cut_p_adjusted", "is_even", "field",
)  # fmt: skip


@dataclass(frozen=True)
class DriverRules:
    """The parameters that drivers follow."""

    confidence: float = 0.95
    fdr: float = 0.05
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Drivers:
    """The attributes of one questionnaire, and what became of the rest.

    `table`: `COLUMNS`, the greatest share first. `outcome` is csat or nps (in three classes).
    `reason`: None, or why there is nothing: "no_outcome", "no_attributes" (delivered none, or all
    empty), "few_attributes", "few_answers", "one_grade", "not_converged". `left_out`: attributes
    hardly filled, all alike, or told by the others.
    """

    table: pd.DataFrame
    outcome: str | None
    n: int
    needed: int
    r_squared: float | None
    reason: str | None
    left_out: tuple[str, ...] = ()
    spread: float | None = None
    gradient: float | None = None


def find_drivers(answers: pd.DataFrame, rules: DriverRules | None = None) -> Drivers:
    """Find which attributes go with satisfaction, each held against the others.

    Parameters
    ----------
    answers : one row per customer: `csat` (1 to 5) and `nps` (0 to 10), either may be empty, and
        attributes `s_*` (1 to 5); rows in any order

    Returns
    -------
    see `Drivers`

    References
    ----------
    McCullagh (1980) and Groemping (2006), as in `ordered_logit` and `lmg`; Martilla, J. A. &
    James, J. C. (1977), Journal of Marketing 41, 77-79 (the four fields).
    """
    rules = rules or DriverRules()
    outcome, grades = _choose_outcome(answers)
    names = sorted(str(name) for name in answers if str(name).startswith("s_"))
    if outcome is None:
        return _none("no_outcome", None)
    scored = answers[grades.notna()]
    filled = {name: int(scored[name].notna().sum()) for name in names}
    named = [name for name in names if filled[name] and filled[name] >= FILLED * len(scored)]
    gone = [name for name in names if name not in named]
    if not named:
        return _none("no_attributes", outcome, left_out=tuple(gone))
    fullest = sorted(named, key=lambda name: (-filled[name], name))[:MOST]
    rows = scored[sorted(fullest)].dropna().astype(float)
    kept, told = _independent(rows)
    gone += [name for name in named if name not in fullest] + told
    needed = max(LEAST, LEAST_EACH * len(kept))
    reason = _refuse(len(rows), needed, kept, grades[rows.index])
    if reason is not None:
        return _none(reason, outcome, n=len(rows), needed=needed, left_out=tuple(gone))
    found = _fit(rows[kept], grades[rows.index].astype(int), rules)
    if isinstance(found, str):
        return _none(found, outcome, n=len(rows), needed=needed, left_out=tuple(gone))
    table, r_squared, gradient = found
    spread = float(
        np.abs(np.corrcoef(rows[kept].to_numpy().T)[np.triu_indices(len(kept), 1)]).mean()
    )
    return Drivers(
        table, outcome, len(rows), needed, r_squared, None, tuple(sorted(gone)), spread, gradient
    )


def _choose_outcome(answers: pd.DataFrame) -> tuple[str | None, pd.Series]:
    for name in ("csat", "nps"):
        column = pd.to_numeric(answers[name]) if name in answers else pd.Series(dtype=float)
        if column.notna().any():
            if name == "csat":
                return name, column
            # Two cuts make the classes of the score: up to 6, 7 and 8, 9 and 10.
            return name, ((column > 6).astype(float) + (column > 8)).where(column.notna())
    return None, pd.Series(dtype=float)


def _refuse(n: int, needed: int, kept: list[str], grades: pd.Series) -> str | None:
    if n < needed:
        return "few_answers"
    if len(kept) < FEWEST:
        return "few_attributes"
    return "one_grade" if grades.nunique() < 2 else None


def _none(reason: str, outcome: str | None, *, n: int = 0, needed: int = LEAST,
          left_out: tuple[str, ...] = ()) -> Drivers:  # fmt: skip
    empty = pd.DataFrame(columns=list(COLUMNS))
    return Drivers(empty, outcome, n, needed, None, reason, tuple(sorted(left_out)))


def _independent(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Part attributes into those that tell something of their own, and those others tell."""
    kept: list[str] = []
    told: list[str] = []
    basis = np.zeros((len(rows), 0))
    for name in rows:
        own = rows[name].to_numpy() - rows[name].mean() if len(rows) else np.zeros(0)
        rest = own - basis @ (basis.T @ own)
        length = float(rest @ rest)
        if length == 0 or length <= OWN_SHARE * float(own @ own):
            told.append(str(name))
            continue
        kept.append(str(name))
        basis = np.column_stack([basis, rest / np.sqrt(length)])
    return kept, told


def _fit(
    rows: pd.DataFrame, grades: pd.Series, rules: DriverRules
) -> tuple[pd.DataFrame, float, float] | str:
    fit = fit_ordered_logit(rows, grades, confidence=rules.confidence)
    shares = share_r_squared(rows, grades, confidence=rules.confidence, seed=rules.seed)
    if fit.reason is not None or shares is None:
        return fit.reason or "not_converged"
    ranked = shares.table.drop(columns="part").rename(
        columns={"low": "share_low", "high": "share_high"}
    )
    cuts = compare_cuts(rows, grades)[["attribute", "p_value"]]
    cuts = cuts.assign(cut_p_adjusted=adjust_p_values(cuts["p_value"])).drop(columns="p_value")
    table = fit.table.drop(columns="se").merge(ranked, on="attribute").merge(cuts, on="attribute")
    table["p_adjusted"] = adjust_p_values(table["p_value"])
    # Both: the family's test, and the interval that is printed beside it.
    apart = (table["low"] > 0) | (table["high"] < 0)
    table["is_driver"] = (table["p_adjusted"] <= rules.fdr) & apart
    table["is_even"] = ~(table["cut_p_adjusted"] <= rules.fdr)
    liked = _perform(rows, rules.confidence)
    liked = liked.assign(gap_p_adjusted=adjust_p_values(liked["gap_p"])).drop(columns="gap_p")
    table = table.merge(liked, on="attribute").assign(n=len(rows))
    table["is_apart"] = table["gap_p_adjusted"] <= rules.fdr
    table["field"] = _place(table)
    table = table.sort_values(["share", "attribute"], ascending=[False, True], ignore_index=True)
    return table[list(COLUMNS)], shares.r_squared, fit.gradient


def _perform(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Give the share that likes each attribute, and how far it is from the mean of the others.

    The same customers grade all attributes, so the gap is tested within customers.
    """
    likes = (rows >= GOOD).astype(float)
    n, k = likes.shape
    found = []
    for name in rows:
        good = int(likes[name].sum())
        ends = wilson(good, n, confidence=confidence)
        gaps = likes[name] - (likes.sum(axis=1) - likes[name]) / (k - 1)
        error = float(gaps.std(ddof=1)) / n**0.5
        p_value = 2 * float(stats.norm.sf(abs(gaps.mean()) / error)) if error else np.nan
        found.append((str(name), good / n, ends.low, ends.high, float(rows[name].mean()),
                      float(gaps.mean()), p_value))  # fmt: skip
    columns = ["attribute", "performance", "performance_low", "performance_high", "mean", "gap",
               "gap_p"]  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def _place(table: pd.DataFrame) -> list[str]:
    """Place attributes in four fields: drivers of an even share or more, by performance."""
    matters = table["is_driver"] & (table["coefficient"] > 0)
    matters &= table["share"] >= 1 / len(table)
    is_weak = table["performance"] < table["performance"].mean()
    return [
        ("fix_first" if weak else "keep") if matter else ("watch" if weak else "leave")
        for matter, weak in zip(matters, is_weak, strict=True)
    ]
