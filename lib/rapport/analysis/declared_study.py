"""What customers say of themselves: interests they named, and marks that are attitudes.

Interests that are named stand beside those that purchases show (`interests`). Groups are sought by
the same rules as by behaviour: kept only if they come back in other samples. It describes: whoever
names an interest differs in much besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.clusters import Clustering, ClusterSettings, fit_clusters
from rapport.analysis.intervals import wilson
from rapport.analysis.measured import Measured
from rapport.analysis.resampling import Estimator, Floats, interval_of, to_floats
from rapport.analysis.segmentation_groups import SPEND, name_groups
from rapport.analysis.segmentation_study import SegmentRules, count_or_hide

MOST_INTERESTS = 12
ANSWER_DAYS = 365
OTHER = "other"
INTERESTS = ("name", "n_customers", "share", "low", "high", "index", "index_low", "index_high")
GROUPS = ("cluster", "n", "share", "share_of_spend", "leans_to", "inside", "overall")


@dataclass(frozen=True)
class Declared:
    """What customers named or marked, and the groups that this makes.

    `outcome`: kinds, continuum, unstable, none_eligible, too_few_customers, all_alike as of groups
    by behaviour; `absent` (asked for, not delivered), `few` (fewer than `min_n` customers) or
    `none` (not asked for). `interests` has a row per interest, of attitudes none. `groups`: a row
    per group, `leans_to` the interest or mark that stands highest above that of all, by spread.
    """

    outcome: str
    interests: pd.DataFrame
    groups: pd.DataFrame
    measured: tuple[Measured, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to be said beside that there is nothing."""
        return self.outcome not in ("none", "absent", "few")


def _nothing(outcome: str) -> Declared:
    interests, groups = (pd.DataFrame(columns=list(names)) for names in (INTERESTS, GROUPS))
    return Declared(outcome, interests, groups)


def study_declared(
    told: pd.DataFrame | None, customers: pd.DataFrame, rules: SegmentRules, *, k_min: int = 3
) -> Declared:
    """Say which interests customers name, how much those spend who do, and seek groups.

    Parameters
    ----------
    told : `declared_interests`: `customer_id`, `n_interests`, `has_1` ..., `name_1` ...; None
        without
    customers : those scored: `order_key`, `rfm_spend`, indexed by `customer_id`

    Returns
    -------
    Declared
        `interests`: the customers who name it, their share of those who name any (Wilson), and
        `index`, their mean spend by that of all who name any, times 100, from `min_n` customers
        on. Those of fewer than `min_count` are one row, `other`, which is left out if it is small
    """
    if told is None:
        return _nothing("none")
    both = customers[["order_key", SPEND]].join(told.set_index("customer_id"), how="inner",
                                                rsuffix="_told")  # fmt: skip
    if len(both) < rules.min_n:
        return _nothing("none")
    both = both.sort_values("order_key", kind="stable")
    named = _name_interests(both, rules.min_count)
    kept = [name for name in named.columns if name != OTHER]
    points = named[kept].astype(float).div(both["n_interests"].astype(float), axis=0)
    found = both[["order_key", SPEND]].join(points.set_axis(_columns(kept), axis=1))
    found = found[named[kept].any(axis=1) & (len(kept) > 1)]
    groups = _seek(found, kept, rules, k_min=k_min, is_plain=False)
    table = _list_interests(both, named, rules)
    measured = [Measured("declared.n", len(both), "count", "customers", len(customers))]
    measured += [*_measure_first(table, len(both)), *_measure("declared", groups, len(both))]
    described = _describe(groups, named.loc[found.index, kept])
    outcome = name_groups(groups) if len(kept) > 1 else "all_alike"
    return Declared(outcome, table, described, tuple(measured))


def _measure_first(table: pd.DataFrame, n: int) -> list[Measured]:
    first = table[table["name"] != OTHER].head(1)
    return [
        Measured("declared.first", row["share"], "ratio", "share", n, (row["low"], row["high"]))
        for _, row in first.iterrows()
    ]


def _name_interests(both: pd.DataFrame, min_count: int) -> pd.DataFrame:
    """Give who names which interest, by name; those of few are `other` with all the rest."""
    places = range(1, MOST_INTERESTS + 1)
    held = {place: both[f"has_{place}"].astype(bool) for place in places}
    kept = [place for place in places if held[place].sum() >= min_count]
    shown = pd.DataFrame(
        {_tell_apart(str(both[f"name_{place}"].iloc[0])): held[place] for place in kept},
        index=both.index,
    )
    rest = both["n_interests"].astype(int) > shown.sum(axis=1)
    return shown.assign(**{OTHER: rest})


def _tell_apart(name: str) -> str:
    # An interest may be called as the row of all the rest is.
    return name if name != OTHER else f"{name}."


def _list_interests(both: pd.DataFrame, named: pd.DataFrame, rules: SegmentRules) -> pd.DataFrame:
    spend = to_floats(both[SPEND])
    rows = [
        _interest(name, named[name].to_numpy(bool), spend, rules)
        for name in named.columns
        if int(named[name].sum()) >= rules.min_count
    ]
    table = pd.DataFrame(rows, columns=list(INTERESTS))
    rank = table.assign(last=table["name"] == OTHER, falling=-table["n_customers"])
    order = rank.sort_values(["last", "falling", "name"], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _interest(name: str, has: Any, spend: Floats, rules: SegmentRules) -> dict[str, Any]:
    n, n_all = int(has.sum()), len(has)
    low, high = wilson(n, n_all, confidence=rules.confidence).ends
    row: dict[str, Any] = {
        "name": name, "n_customers": n, "share": n / n_all, "low": low, "high": high,
    }  # fmt: skip
    if n < rules.min_n or spend.sum() <= 0 or n == n_all:
        return row
    index = index_estimator(spend, has)
    span = interval_of(index, confidence=rules.confidence, seed=rules.seed)
    ends = (None, None) if span is None else span.ends
    return row | {"index": index.value, "index_low": ends[0], "index_high": ends[1]}


def index_estimator(spend: Floats, has: Floats) -> Estimator:
    """Make the estimator of the mean spend of some by that of all, times 100.

    Examples
    --------
    >>> index_estimator(np.array([10.0, 20.0, 30.0]), np.array([0, 0, 1])).value
    150.0
    """
    rows = np.column_stack([spend * has, has, spend, np.ones(len(spend))]).astype(np.float64)

    def weighted(weights: Floats) -> Floats:
        sums: Floats = weights @ rows
        parts: Floats = np.full(len(sums), np.nan)
        known = (sums[:, 1] > 0) & (sums[:, 2] > 0)
        some, n_some, every, n_every = sums[known].T
        parts[known] = 100 * (some / n_some) / (every / n_every)
        return parts

    def influence() -> Floats:
        value = float(weighted(np.ones((1, len(rows))))[0])
        each: Floats = value * (
            rows[:, 0] / rows[:, 0].mean() - rows[:, 1] / rows[:, 1].mean()
            - rows[:, 2] / rows[:, 2].mean() + 1
        )  # fmt: skip
        return each

    return Estimator(len(rows), weighted, influence)


def study_attitudes(
    surveys: pd.DataFrame | None, customers: pd.DataFrame, names: str, rules: SegmentRules,
    *, k_min: int = 3,
) -> Declared:  # fmt: skip
    """Seek groups of customers by the marks that the unit says are attitudes.

    Parameters
    ----------
    surveys : up to as_of, one row per answer: `survey_id`, `customer_id`, `answered_at`,
        `answered_on`, marks `s_...`; None without
    names : columns of marks, by comma

    Returns
    -------
    Declared
        of the last answer of each customer in 365 days that holds all of these marks
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    if not asked:
        return _nothing("none")
    if surveys is None or not set(asked) <= set(surveys):
        return _nothing("absent")
    marks = _last_answers(surveys, asked, rules)
    held = customers[["order_key", SPEND]].join(marks, how="inner")
    if len(held) < rules.min_n:
        return _nothing("few")
    found = held.rename(columns=dict(zip(asked, _columns(asked), strict=True)))
    groups = _seek(found, asked, rules, k_min=k_min, is_plain=True)
    n = count_or_hide("attitudes.n", len(held), rules.min_count)
    measured = (n, *_measure("attitudes", groups, len(held)))
    return Declared(
        name_groups(groups), pd.DataFrame(columns=list(INTERESTS)),
        _describe(groups, held[asked]), measured,
    )  # fmt: skip


def _last_answers(surveys: pd.DataFrame, asked: list[str], rules: SegmentRules) -> pd.DataFrame:
    days = (pd.Timestamp(rules.as_of) - pd.to_datetime(surveys["answered_on"])).dt.days
    whole = surveys[days.between(0, ANSWER_DAYS - 1) & surveys[asked].notna().all(axis=1)]
    known = whole[whole["customer_id"].notna()]
    ordered = known.sort_values(["answered_on", "answered_at", "survey_id"], kind="stable")
    last = ordered.drop_duplicates("customer_id", keep="last")
    return last.set_index("customer_id")[asked].astype(float)


def _columns(names: Sequence[str]) -> list[str]:
    # Names are anybody's and may be those of columns of ours.
    return [f"point_{place}" for place in range(len(names))]


def _seek(
    found: pd.DataFrame, names: Sequence[str], rules: SegmentRules, *, k_min: int,
    is_plain: bool,
) -> Clustering:  # fmt: skip
    taken = tuple(_columns(names))
    settings = ClusterSettings(
        taken, SPEND, k_min=k_min, min_count=rules.min_count, seed=rules.seed,
        plain=taken if is_plain else (),
    )  # fmt: skip
    return fit_clusters(found, settings)


def _describe(found: Clustering, said: pd.DataFrame) -> pd.DataFrame:
    if found.k is None:
        return pd.DataFrame(columns=list(GROUPS))
    points = said.astype(float)
    means, whole = points.groupby(found.labels).mean(), points.mean()
    # By spread, so that a mark on which all agree weighs as much as one on which they do not.
    leans = (means - whole) / points.std(ddof=0).where(lambda spread: spread > 0, 1.0)
    rows = found.profile[["cluster", "n", "share", "share_of_spend"]].copy()
    most = [int(leans.loc[cluster].to_numpy().argmax()) for cluster in rows["cluster"]]
    inside = [float(means.loc[c].iloc[at]) for c, at in zip(rows["cluster"], most, strict=True)]
    return rows.assign(
        leans_to=[str(said.columns[at]) for at in most], inside=inside,
        overall=[float(whole.iloc[at]) for at in most],
    )  # fmt: skip


def _measure(kind: str, found: Clustering, n: int) -> list[Measured]:
    grouped = len(found.labels)
    measured = [Measured(f"{kind}.n_grouped", grouped, "count", "customers", n)]
    if len(found.diagnostics):
        of = found.diagnostics[found.diagnostics["reason"] != "below_k_min"]
        measured.append(
            Measured(f"{kind}.most_rand", float(of["rand"].max()), "iterative", "ratio", grouped)
        )
    if found.k is None:
        return measured
    row = found.diagnostics[found.diagnostics["is_chosen"]].iloc[0]
    parts = {"rand": "rand", "silhouette": "silhouette", "null": "null_silhouette"}
    return [
        *measured,
        Measured(f"{kind}.k", found.k, "count", "groups", grouped),
        *(Measured(f"{kind}.{name}", float(row[column]), "iterative", "ratio", grouped)
          for name, column in parts.items()),
    ]  # fmt: skip
