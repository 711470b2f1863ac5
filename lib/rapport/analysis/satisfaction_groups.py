"""Response and scores of segments and stages side by side, each as one family of comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.families import adjust_p_values
from rapport.analysis.nonresponse import UNKNOWN, rate_groups
from rapport.analysis.nps import Counts, compare_scores, score_counts

COLUMNS = (
    "group", "n_customers", "n_delivered", "rate", "low", "high", "is_different",
    "n_answers", "nps", "nps_low", "nps_high", "is_apart",
)  # fmt: skip


@dataclass(frozen=True)
class GroupRules:
    """The parameters that comparisons of groups follow."""

    min_n: int = 30
    min_count: int = 10
    confidence: float = 0.95
    fdr: float = 0.05
    seed: int = 0


def compare_groups(people: pd.DataFrame, *, by: str, rules: GroupRules) -> pd.DataFrame:
    """Compare response and score of each group with all other groups together.

    Parameters
    ----------
    people : one row per customer asked or heard: `n_delivered`, `n_answered`, `nps`, column `by`
    by : segment, stage ...

    Returns
    -------
    one row per group of at least `min_count` customers, the rest put together as `other`:
        `COLUMNS`; the score is empty under `min_count` answers, and not compared under `min_n`;
        no row where fewer than two groups are known

    Examples
    --------
    >>> people = pd.DataFrame({"n_delivered": 1, "n_answered": 1, "nps": [9, 2] * 40,
    ...                        "stage": ["loyal", "new"] * 40})
    >>> compare_groups(people, by="stage", rules=GroupRules())["is_apart"].tolist()
    [True, True]
    """
    if by not in people or people[by].dropna().nunique() < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    words = people[by].fillna(UNKNOWN).astype(str)
    sizes = words.value_counts()
    small = [str(name) for name in sizes[sizes < rules.min_count].index]
    named = people.assign(**{by: words.where(~words.isin(small), "other")})
    reached = named[named["n_delivered"] > 0]
    rates = rate_groups(
        reached, by=by, fdr=rules.fdr, confidence=rules.confidence, seed=rules.seed
    ) if len(reached) else None  # fmt: skip
    table = _score_groups(named, by, rules)
    if rates is not None:
        kept = rates[["group", "n_delivered", "rate", "low", "high", "is_different"]]
        table = table.merge(kept, on="group", how="left")
    else:
        table = table.assign(n_delivered=0, rate=np.nan, low=np.nan, high=np.nan,
                             is_different=False)  # fmt: skip
    table["is_different"] = [
        value is not None and bool(value == 1) for value in table["is_different"]
    ]
    table["n_delivered"] = table["n_delivered"].fillna(0).astype(int)
    table = table[table["n_customers"] >= rules.min_count]
    return table.sort_values(
        ["n_customers", "group"], ascending=[False, True], ignore_index=True
    )[list(COLUMNS)]  # fmt: skip


def _score_groups(people: pd.DataFrame, by: str, rules: GroupRules) -> pd.DataFrame:
    every = _count(people["nps"])
    found = []
    for name, own in people.groupby(by, sort=True):
        counts = _count(own["nps"])
        n = int(sum(counts))
        score = score_counts(counts, confidence=rules.confidence) if n >= rules.min_count else None
        rest = (every[0] - counts[0], every[1] - counts[1], every[2] - counts[2])
        other = compare_scores(counts, rest) if min(n, sum(rest)) >= rules.min_n else None
        found.append({
            "group": str(name), "n_customers": len(own), "n_answers": n,
            "nps": np.nan if score is None else score.value,
            "nps_low": np.nan if score is None else score.low,
            "nps_high": np.nan if score is None else score.high,
            "p_value": np.nan if other is None else other.p_value,
        })  # fmt: skip
    table = pd.DataFrame(found)
    return table.assign(is_apart=adjust_p_values(table["p_value"]) <= rules.fdr)


def _count(nps: pd.Series) -> Counts:
    known = pd.to_numeric(nps).dropna()
    low, high = int((known <= 6).sum()), int((known >= 9).sum())
    return (low, len(known) - low - high, high)


def name_groups(*tables: pd.DataFrame) -> str:
    """Name what is to be said of groups: apart, alike, or none (fewer than two are known)."""
    shown = [table for table in tables if len(table) > 1]
    if not shown:
        return "none"
    marked = [table[["is_different", "is_apart"]].astype(bool).any(axis=None) for table in shown]
    return "apart" if any(marked) else "alike"
