"""What a risk rests on: measures permuted in turn, reasons of one customer, readable rules.

All three describe the model, not the world: a reason is an association. Measures that go
together are permuted together, for each alone would look unneeded.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse.csgraph import connected_components

from rapport.analysis.measures import Floats, sample_by_digest, to_floats
from rapport.analysis.risk_checks import Estimate, Labels, estimate_auc
from rapport.analysis.risk_models import (
    Features,
    RiskModel,
    encode_for,
    fit_encoder,
    numbers,
    score_columns,
    split_contributions,
)
from rapport.analysis.tree_rules import fit_tree, read_rules

N_REPEATS = 10
N_REASONS = 3
# Forty predictions of 200,000 customers by boosted trees cost 42 CPU s.
MAX_ROWS = 20_000
# Rank correlation from which two measures are permuted as one.
TOGETHER = 0.7


@dataclass(frozen=True)
class RiskRules:
    """Readable rules of risk: `table` has a row per condition, rules of highest share first.

    `rule`, `n`, `share` (of its customers who left), `measure`, `above`, `at_most`; a level of
    a category is a measure `category=level` that is 1 or 0. `auc` is of the rules alone, on
    customers they were not made from.
    """

    table: pd.DataFrame
    auc: Estimate


def group_features(customers: pd.DataFrame, features: Features) -> list[tuple[str, ...]]:
    """Group measures whose rank correlation is .7 or more; a category stands alone."""
    names = [*features.measures, *features.plain]
    ranks = to_floats(customers, names).rank()
    varying = [name for name in names if ranks[name].min() < ranks[name].max()]
    close = ranks[varying].corr().abs().to_numpy() >= TOGETHER
    parts = connected_components(close, directed=False)[1] if varying else np.array([], dtype=int)
    groups = [
        tuple(name for name, part in zip(varying, parts, strict=True) if part == wanted)
        for wanted in dict.fromkeys(parts.tolist())
    ]
    alone = [name for name in names if name not in varying]
    return [*groups, *((name,) for name in [*alone, *features.categories])]


def measure_importance(
    model: RiskModel, customers: pd.DataFrame, labels: Labels, *, seed: int = 0
) -> pd.DataFrame:
    """Measure what AUC is lost when a group of features is shuffled among customers.

    Parameters
    ----------
    customers : one row per customer the model has not seen, sorted by `order_key`; of more
        than 20,000 a digest sample is taken

    Returns
    -------
    one row per group, largest loss first
        `features` (names joined by " + "), `loss` (mean of 10 shuffles), `sd`

    References
    ----------
    Breiman, L. (2001), Random Forests, Machine Learning 45, 5-32.
    """
    chosen = sample_by_digest(customers["order_key"], MAX_ROWS)
    customers, labels = customers.iloc[chosen], labels[chosen]
    rng = np.random.default_rng(seed)
    columns, owners = encode_for(model, customers)
    whole = estimate_auc(labels, score_columns(model, columns)).value
    left = {}
    for group in group_features(customers, model.encoder.features):
        own = np.array([owner in group for owner in owners])
        left[group] = _shuffled_aucs(model, columns, labels, own=own, rng=rng)
    rows = [
        (" + ".join(group), whole - np.mean(areas), np.std(areas, ddof=1))
        for group, areas in left.items()
    ]
    table = pd.DataFrame(rows, columns=["features", "loss", "sd"])
    table = table.sort_values(["loss", "features"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def _shuffled_aucs(
    model: RiskModel,
    columns: Floats,
    labels: Labels,
    *,
    own: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> list[float]:
    # A customer's columns come from that customer alone, so they are shuffled once encoded.
    areas = []
    for _ in range(N_REPEATS):
        order = rng.permutation(len(columns))
        mixed = columns.copy(order="K")
        mixed[:, own] = columns[order][:, own]
        areas.append(estimate_auc(labels, score_columns(model, mixed)).value)
    return areas


def name_reasons(model: RiskModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Name the three features that raise each customer's logistic risk most.

    Returns
    -------
    one row per customer, in the order given
        `top_reason_1` to `top_reason_3`; empty where fewer raise the risk above the mean
    """
    parts = split_contributions(model, customers)
    values = parts.to_numpy()
    # Stable, so that equal contributions keep the order of the features.
    order = np.argsort(-values, axis=1, kind="stable")[:, :N_REASONS]
    raising = np.take_along_axis(values, order, axis=1) > 0
    names = np.array([*parts.columns, None], dtype=object)
    named = names[np.where(raising, order, len(names) - 1)]
    # Always three columns, however few features there are.
    columns = {
        f"top_reason_{place + 1}": named[:, place] if place < named.shape[1] else None
        for place in range(N_REASONS)
    }
    return pd.DataFrame(columns, index=customers.index, dtype=object)


def fit_risk_rules(
    train: pd.DataFrame, test: pd.DataFrame, *, features: Features, confidence: float = 0.95
) -> RiskRules:
    """Make rules of depth 3 from `train` (with its `is_lapsed`), and measure them on `test`."""
    encoder = fit_encoder(train, features)
    values = numbers(encoder, train)
    tree = fit_tree(values.to_numpy(), train["is_lapsed"].to_numpy(dtype=int))
    rules = sorted(
        ((r.share if r.outcome else 1 - r.share, r) for r in read_rules(tree, values)),
        key=lambda pair: (-pair[0], -pair[1].n),
    )
    rows = [
        (place, rule.n, share, part.measure, part.above, part.at_most)
        for place, (share, rule) in enumerate(rules, start=1)
        for part in rule.conditions
    ]
    columns = ["rule", "n", "share", "measure", "above", "at_most"]
    risks = tree.predict_proba(numbers(encoder, test).to_numpy())[:, 1]
    labels = test["is_lapsed"].to_numpy(dtype=int)
    return RiskRules(
        pd.DataFrame(rows, columns=columns), estimate_auc(labels, risks, confidence=confidence)
    )
