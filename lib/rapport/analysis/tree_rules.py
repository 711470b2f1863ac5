"""Rules that a person can read: a shallow decision tree that retells what a model says.

The tree explains, it does not decide: its fidelity (share of customers it labels as the
model does, on folds it has not seen) is part of the result, and under .8 rules are withheld.
Rules are conditions on measures, never text; sentences are made in `present`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from rapport.analysis.measures import Floats, sort_by_key, to_floats

DEPTH = 3
MIN_LEAF, MIN_LEAF_SHARE = 50, 0.02
N_FOLDS = 5
MIN_FIDELITY = 0.8


@dataclass(frozen=True)
class Condition:
    """`above` < measure <= `at_most`; None means no bound on that side.

    Bounds of whole measures are whole, so "at most 45 days" is exact.
    """

    measure: str
    above: float | None
    at_most: float | None


@dataclass(frozen=True)
class Rule:
    """Customers who meet all `conditions`: `n`, the `outcome` of most, and the `share` in it."""

    outcome: int
    conditions: tuple[Condition, ...]
    n: int
    share: float


@dataclass(frozen=True)
class TreeRules:
    """Rules that hold every customer once, largest first within an outcome.

    `reason` is None, "unfaithful" (fidelity under .8: no rules), "too_few_customers" or
    "one_group" (nothing to tell apart).
    """

    rules: tuple[Rule, ...]
    fidelity: float | None
    reason: str | None


def fit_tree(values: Floats, outcomes: npt.NDArray[np.int_]) -> DecisionTreeClassifier:
    """Grow the tree of depth 3 whose leaves hold at least 50 customers and 2 %."""
    return _tree(len(outcomes)).fit(values, outcomes)


def _tree(n: int) -> DecisionTreeClassifier:
    smallest = max(MIN_LEAF, int(np.ceil(MIN_LEAF_SHARE * n)))
    # The seed decides between cuts that are equally good.
    return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=smallest, random_state=0)


def fit_tree_rules(
    customers: pd.DataFrame, outcomes: pd.Series, *, measures: Sequence[str], seed: int = 0
) -> TreeRules:
    """Retell an assignment of customers as rules on their measures.

    Parameters
    ----------
    customers : one row per customer: `order_key` and `measures`, as they are (no logarithms)
    outcomes : the cluster (1 ...) of every customer, in the same order; 0 is left out

    Returns
    -------
    TreeRules

    Raises
    ------
    DataError
        As in `measures.to_floats`.

    References
    ----------
    Breiman, L. et al. (1984), Classification and Regression Trees, Wadsworth.
    """
    grouped = customers.assign(outcome=outcomes.to_numpy())
    ordered = sort_by_key(grouped[grouped["outcome"] > 0])
    values, wanted = to_floats(ordered, measures), ordered["outcome"].to_numpy(dtype=int)
    if len(values) < 2 * MIN_LEAF:
        return TreeRules((), None, "too_few_customers")
    if len(np.unique(wanted)) < 2:
        return TreeRules((), None, "one_group")
    folds = KFold(N_FOLDS, shuffle=True, random_state=seed)
    # Folds are not stratified: a cluster of fewer than five customers would forbid it.
    retold = cross_val_predict(_tree(len(values)), values.to_numpy(), wanted, cv=folds)
    fidelity = float((retold == wanted).mean())
    if fidelity < MIN_FIDELITY:
        return TreeRules((), fidelity, "unfaithful")
    return TreeRules(read_rules(fit_tree(values.to_numpy(), wanted), values), fidelity, None)


def read_rules(tree: DecisionTreeClassifier, values: pd.DataFrame) -> tuple[Rule, ...]:
    """Read a fitted tree's leaves as rules, by outcome, then largest first."""
    whole = {str(name): bool((values[name] % 1 == 0).all()) for name in values}
    rules = [
        _rule(tree, leaf, path, whole) for leaf, path in _leaves(tree, 0, list(values.columns), {})
    ]
    return tuple(sorted(rules, key=lambda rule: (rule.outcome, -rule.n)))


Bounds = dict[str, tuple[float, float]]


def _leaves(
    tree: DecisionTreeClassifier, node: int, names: list[str], bounds: Bounds
) -> list[tuple[int, Bounds]]:
    grown = tree.tree_
    if grown.children_left[node] < 0:
        return [(node, bounds)]
    name, cut = names[grown.feature[node]], float(grown.threshold[node])
    low, high = bounds.get(name, (-np.inf, np.inf))
    left = _leaves(tree, grown.children_left[node], names, {**bounds, name: (low, min(high, cut))})
    right = _leaves(
        tree, grown.children_right[node], names, {**bounds, name: (max(low, cut), high)}
    )
    return left + right


def _rule(tree: DecisionTreeClassifier, leaf: int, bounds: Bounds, whole: dict[str, bool]) -> Rule:
    # Shares of the classes in the leaf; the most frequent names the rule.
    shares = tree.tree_.value[leaf][0] / tree.tree_.value[leaf][0].sum()
    most = int(np.argmax(shares))
    conditions = tuple(
        Condition(name, _bound(low, whole[name]), _bound(high, whole[name]))
        for name, (low, high) in sorted(bounds.items())
    )
    n = int(tree.tree_.n_node_samples[leaf])
    return Rule(int(tree.classes_[most]), conditions, n, float(shares[most]))


def _bound(cut: float, is_whole: bool) -> float | None:  # noqa: FBT001
    if not np.isfinite(cut):
        return None
    return float(np.floor(cut)) if is_whole else cut


def rule_table(rules: Sequence[Rule]) -> pd.DataFrame:
    """Put rules into a table: one row per condition.

    Returns
    -------
    `rule` (1 ...), `outcome`, `n`, `share`, `measure`, `above`, `at_most` (empty = no bound);
    a rule without conditions has one row without measure
    """
    rows = [
        (number, rule.outcome, rule.n, rule.share, part.measure, part.above, part.at_most)
        for number, rule in enumerate(rules, start=1)
        for part in rule.conditions or (Condition("", None, None),)
    ]
    columns = ["rule", "outcome", "n", "share", "measure", "above", "at_most"]
    return pd.DataFrame(rows, columns=columns)
