"""Two models of risk: a logistic regression on standardised measures, and boosted trees.

The logistic one is the default and gives the reasons; its parts add up. Categories are
one column per level; levels of fewer than 30 customers in training are one level, "other",
as are levels that training never saw.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from rapport.analysis.measures import Floats, signed_log, to_floats
from rapport.errors import DataError

Kind = Literal["logistic", "boosted"]
MIN_LEVEL = 30
OTHER = "other"


@dataclass(frozen=True)
class Features:
    """Columns that a model may use: `measures` are taken as logarithms, `plain` as they are."""

    measures: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """All columns, in the order in which models hold them."""
        return [*self.measures, *self.plain, *self.categories]


@dataclass(frozen=True)
class Encoder:
    """How customers become columns, learnt from the training customers alone."""

    features: Features
    levels: dict[str, tuple[str, ...]]
    mean: Floats
    spread: Floats

    def owners(self) -> list[str]:
        """Name the feature behind each column of the linear form."""
        numbers = [*self.features.measures, *self.features.plain]
        return numbers + [name for name, levels in self.levels.items() for _ in levels]


def fit_encoder(customers: pd.DataFrame, features: Features) -> Encoder:
    """Learn levels, means and spreads from training customers.

    Raises
    ------
    DataError
        As in `measures.to_floats`, or a category has no column.
    """
    missing = [name for name in features.categories if name not in customers]
    if missing:
        raise DataError(f"features: no column {', '.join(missing)}. Rebuild the mart.")
    levels = {name: _frequent(customers[name]) for name in features.categories}
    n_numbers = len(features.measures) + len(features.plain)
    unfitted = Encoder(features, levels, np.zeros(1), np.ones(1))
    columns = _columns(unfitted, customers)
    spread = columns.std(axis=0)
    # Levels keep their 0 and 1; a measure that is the same for all stays 0.
    spread[n_numbers:] = 1.0
    return Encoder(features, levels, columns.mean(axis=0), np.where(spread > 0, spread, 1.0))


def _text(column: pd.Series) -> pd.Categorical:
    """Give a category as text with codes, an empty cell as the empty text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Categorical(column)
    return pd.Categorical(column.astype("object").where(column.notna(), "").astype(str))


def _frequent(column: pd.Series) -> tuple[str, ...]:
    words = _text(column)
    counts = np.bincount(words.codes, minlength=len(words.categories))
    known = {str(word) for word in words.categories[counts >= MIN_LEVEL]}
    return (*sorted(known - {OTHER}), OTHER)


def _codes(encoder: Encoder, customers: pd.DataFrame, name: str) -> npt.NDArray[np.intp]:
    levels, words = encoder.levels[name], _text(customers[name])
    places = {level: place for place, level in enumerate(levels)}
    place_of = [places.get(str(word), len(levels) - 1) for word in words.categories]
    codes: npt.NDArray[np.intp] = np.asarray(place_of, dtype=np.intp)[words.codes]
    return codes


def numbers(encoder: Encoder, customers: pd.DataFrame) -> pd.DataFrame:
    """Give measures as they are and one 0-or-1 column `category=level` per level."""
    features = encoder.features
    levels = [f"{name}={level}" for name, of_name in encoder.levels.items() for level in of_name]
    names = [*features.measures, *features.plain, *levels]
    return pd.DataFrame(_numbers(encoder, customers), index=customers.index, columns=names)


def _numbers(encoder: Encoder, customers: pd.DataFrame) -> Floats:
    features = encoder.features
    parts = [to_floats(customers, [*features.measures, *features.plain]).to_numpy()]
    for name, levels in encoder.levels.items():
        codes = _codes(encoder, customers, name)
        parts.append((codes[:, None] == np.arange(len(levels))).astype(float))
    # Column by column in memory: sums down a column are then exact of equal values.
    return np.asfortranarray(np.column_stack(parts))


def _columns(encoder: Encoder, customers: pd.DataFrame) -> Floats:
    columns = _numbers(encoder, customers)
    n_logs = len(encoder.features.measures)
    columns[:, :n_logs] = signed_log(columns[:, :n_logs])
    return columns


def encode(encoder: Encoder, customers: pd.DataFrame) -> Floats:
    """Give the linear form: logarithms, standardised, levels centred; one column per owner."""
    standard: Floats = (_columns(encoder, customers) - encoder.mean) / encoder.spread
    return standard


def take_floats(customers: pd.DataFrame, features: Features) -> pd.DataFrame:
    """Give the customers with measures as floats and categories as codes, once for all folds.

    Raises
    ------
    DataError
        As in `measures.to_floats`.
    """
    floats = to_floats(customers, [*features.measures, *features.plain])
    words = {
        name: pd.Series(_text(customers[name]), customers.index)
        for name in features.categories
        if name in customers
    }
    return customers.assign(**{str(name): floats[name] for name in floats}, **words)


def _encode_trees(encoder: Encoder, customers: pd.DataFrame) -> Floats:
    # Trees cut by order alone: no logarithms, and levels as codes of categories.
    features = encoder.features
    numeric = to_floats(customers, [*features.measures, *features.plain]).to_numpy()
    codes = [_codes(encoder, customers, name).astype(float) for name in features.categories]
    return np.column_stack([numeric, *codes]) if codes else numeric


@dataclass(frozen=True)
class RiskModel:
    """A fitted model; `shift` is added to its logits (the intercept set anew)."""

    kind: Kind
    encoder: Encoder
    estimator: LogisticRegression | HistGradientBoostingClassifier
    shift: float = 0.0


def fit_model(
    customers: pd.DataFrame, labels: npt.NDArray[np.int_], *, features: Features, kind: Kind
) -> RiskModel:
    """Fit one of the two models; no class weights, which would bend the risks."""
    encoder = fit_encoder(customers, features)
    if kind == "logistic":
        # Penalty 1 on standardised columns: it only keeps levels of one class finite.
        linear = LogisticRegression(C=1.0, max_iter=2_000)
        return RiskModel(kind, encoder, linear.fit(encode(encoder, customers), labels))
    n_numbers = len(features.measures) + len(features.plain)
    boosted = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=5.0,
        early_stopping=False,
        categorical_features=list(range(n_numbers, n_numbers + len(features.categories))) or None,
        random_state=0,
    )
    return RiskModel(kind, encoder, boosted.fit(_encode_trees(encoder, customers), labels))


def encode_for(model: RiskModel, customers: pd.DataFrame) -> tuple[Floats, list[str]]:
    """Give the columns that a model takes, and the feature behind each."""
    if model.kind == "logistic":
        return encode(model.encoder, customers), model.encoder.owners()
    return _encode_trees(model.encoder, customers), model.encoder.features.names()


def score_columns(model: RiskModel, columns: Floats) -> Floats:
    """Give the logits of risk of customers encoded by `encode_for`, in the order given."""
    logits = model.estimator.decision_function(columns)
    shifted: Floats = np.asarray(logits, dtype=float) + model.shift
    return shifted


def score_logits(model: RiskModel, customers: pd.DataFrame) -> Floats:
    """Give each customer's logit of risk, in the order given."""
    return score_columns(model, encode_for(model, customers)[0])


def score_risks(model: RiskModel, customers: pd.DataFrame) -> Floats:
    """Give each customer's risk, 0 to 1, in the order given."""
    risks: Floats = special.expit(score_logits(model, customers))
    return risks


def split_contributions(model: RiskModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Split the logistic logit into what each feature adds to the mean customer's.

    Returns
    -------
    one row per customer, one column per feature; the columns add up to the logit less the
    intercept
    """
    assert model.kind == "logistic"
    parts = encode(model.encoder, customers) * model.estimator.coef_[0]
    columns = pd.DataFrame(parts, index=customers.index, columns=model.encoder.owners())
    by_feature = {name: columns.loc[:, [name]].sum(axis=1) for name in dict.fromkeys(columns)}
    return pd.DataFrame(by_feature, index=customers.index)
