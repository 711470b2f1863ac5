"""The segmentation chapter's last questions put to K-means: are there groups, and how firm.

Segments are made by definition; groups are looked for, and may be absent. What is said of them is
chosen here, from how often they come back and how far apart they lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rapport.analysis.clusters import Clustering
from rapport.analysis.measured import Measured
from rapport.analysis.rfm import MEASURES
from rapport.analysis.segmentation_study import count_or_hide
from rapport.analysis.tree_rules import Rule, TreeRules, fit_tree_rules
from rapport.privacy import suppress_small

TAKEN = tuple(MEASURES.values())
SPEND = MEASURES["m"]


def name_groups(clustering: Clustering) -> str:
    """Name what became of the search for groups.

    "kinds" (groups stand apart), "continuum" (firm, but no further apart than in a cloud), or
    "forced" (the parameter k asks for groups that are not firm), or why there are none:
    "too_few_customers", "all_alike", "unstable", "none_eligible".
    """
    marked = clustering.diagnostics
    if clustering.reason == "none_eligible":
        tried = marked.loc[marked["reason"] != "below_k_min", "reason"]
        return "unstable" if tried.str.startswith("unstable").all() else "none_eligible"
    if clustering.reason is not None:
        return clustering.reason
    if not marked.loc[marked["is_chosen"], "reason"].isin(["", "below_k_min"]).all():
        return "forced"
    return "continuum" if clustering.is_continuum else "kinds"


def measure_groups(clustering: Clustering, *, min_count: int = 10) -> list[Measured]:
    """Name the numbers of the groups: how many, how far apart, how firm, how many left out."""
    marked, n = clustering.diagnostics, _say_whole(clustering, min_count)
    whole = len(clustering.labels)
    found = [
        Measured("groups.n", whole - clustering.n_left_out, "count", "customers", whole),
        count_or_hide("groups.n_left_out", clustering.n_left_out, min_count),
    ]
    if len(marked):
        most = float(marked.loc[marked["reason"] != "below_k_min", "rand"].max())
        found.append(Measured("groups.most_rand", most, "iterative", "ratio", n))
    if clustering.k is None:
        return found
    row = marked[marked["is_chosen"]].iloc[0]
    return [
        *found,
        Measured("groups.k", clustering.k, "count", "groups", n),
        Measured("groups.silhouette", float(row["silhouette"]), "iterative", "ratio", n),
        Measured("groups.null", float(row["null_silhouette"]), "iterative", "ratio", n),
        Measured("groups.rand", float(row["rand"]), "iterative", "ratio", n),
        Measured("groups.jaccard", float(row["jaccard"]), "iterative", "ratio", n),
    ]


def _say_whole(clustering: Clustering, min_count: int) -> int:
    """Give of how many customers groups are said: of all scored, where that leaves out but few."""
    n = clustering.n_left_out
    return len(clustering.labels) - (n if n >= min_count else 0)


def list_remarks(clustering: Clustering, *, min_count: int = 10) -> list[tuple[str, str]]:
    """Name what else must be said of the groups, with its case: who is in none, some or few."""
    n = clustering.n_left_out if clustering.k is not None else 0
    return [("left_out", "few" if n < min_count else "some")] if n else []


def describe_choice(clustering: Clustering, *, k: int) -> str:
    """Say whether numbers of groups were tried, or one was given; `k` is the parameter."""
    if clustering.diagnostics.empty:
        return "untried"
    return "given" if k else "tried"


def place_groups(
    clustering: Clustering, customers: pd.DataFrame, *, measures: Sequence[str] = TAKEN,
    min_count: int = 10,
) -> pd.DataFrame:  # fmt: skip
    """Place the median customer of each group among all who were grouped, on each measure.

    Returns
    -------
    one row per group and measure, without groups of fewer than `min_count` customers and the one
    that protects a lone one of them: `cluster`, `measure`,
    `percentile` (0 to 100: customers below, and half of those who tie), `n`; no rows without
    groups
    """
    grouped = (clustering.labels > 0).to_numpy()
    rows: list[dict[str, Any]] = []
    groups = clustering.profile.to_dict("records")
    hidden = suppress_small([int(group["n"]) for group in groups], min_count)
    for group, is_hidden in zip(groups, hidden, strict=True):
        for name in () if is_hidden else measures:
            values = customers.loc[grouped, name].astype(float).to_numpy()
            median = float(group[f"median_{name}"])
            rank = float(np.mean(values < median) + np.mean(values == median) / 2)
            rows.append(
                {"cluster": int(group["cluster"]), "measure": name, "percentile": 100 * rank,
                 "n": int(group["n"])}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["cluster", "measure", "percentile", "n"])


def study_rules(
    clustering: Clustering, customers: pd.DataFrame, *, measures: Sequence[str] = TAKEN, seed: int
) -> TreeRules | None:
    """Retell the groups as rules on the measures; None without groups."""
    if clustering.k is None:
        return None
    return fit_tree_rules(customers, clustering.labels, measures=measures, seed=seed)


def measure_rules(
    rules: TreeRules | None, clustering: Clustering, *, min_count: int = 10
) -> list[Measured]:
    """Name the share of customers whom the rules put where K-means does."""
    if rules is None or rules.fidelity is None:
        return []
    n = _say_whole(clustering, min_count)
    return [Measured("rules.fidelity", rules.fidelity, "iterative", "share", n)]


def name_rules(rules: TreeRules | None) -> list[str]:
    """Name what became of the rules, as none or one: ok, or the reason why there are none."""
    return [] if rules is None else [rules.reason or "ok"]


def list_rules(rules: TreeRules | None, *, measures: Sequence[str] = TAKEN) -> pd.DataFrame:
    """Give a row per rule: `cluster`, `n`, `share`, and bounds `above_<measure>`, `at_most_...`."""
    bounds = [f"{side}_{name}" for name in measures for side in ("above", "at_most")]
    rows = [_rule_row(rule) for rule in (rules.rules if rules else ())]
    return pd.DataFrame(rows, columns=["cluster", "n", "share", *bounds])


def _rule_row(rule: Rule) -> dict[str, Any]:
    row: dict[str, Any] = {"cluster": rule.outcome, "n": rule.n, "share": rule.share}
    for part in rule.conditions:
        row |= {f"above_{part.measure}": part.above, f"at_most_{part.measure}": part.at_most}
    return row


def join_groups(scores: pd.DataFrame, clustering: Clustering) -> pd.DataFrame:
    """Give a row per customer: `customer_id`, scores, `segment`, `cluster` (0 = no group)."""
    clusters = clustering.labels.to_numpy(dtype="int64")
    return scores.assign(cluster=clusters).rename_axis("customer_id").reset_index()
