"""Weights that make those who answered look like those who were asked, margin by margin.

Raking (iterative proportional fitting) knows what is told apart and nothing else: within a group
those who answered stand for those who did not, which no weight can prove. Weights are kept within
bounds, because one answer that stands for ten makes a score a matter of luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.analysis.measures import Floats

BOUNDS = (0.2, 5.0)
MOST_ROUNDS = 200
TOLERANCE = 1e-9
HALVINGS = 60
OTHER = "other"


@dataclass(frozen=True, eq=False)
class Weights:
    """A weight of each answer, in the order given; they sum to the number asked.

    `effective_n` is the number of equal answers that would be as sure: (sum w)^2 / sum w^2.
    `n_trimmed` counts the weights at a bound; `is_matched` says whether every margin is met
    (within a thousandth of those asked), which bounds may prevent.
    """

    weights: Floats
    effective_n: float
    n_trimmed: int
    is_matched: bool


def rake(
    answered: pd.DataFrame, asked: pd.DataFrame, *, bounds: tuple[float, float] = BOUNDS
) -> Weights | None:
    """Weight answers so that each column is shared out as among those asked.

    Parameters
    ----------
    answered : one row per customer who answered, the columns to be matched (words)
    asked : one row per customer asked, the same columns
    bounds : least and greatest weight, as multiples of the mean weight

    Returns
    -------
    the weights; None where nobody answered

    References
    ----------
    Deming, W. E. & Stephan, F. F. (1940), Annals of Mathematical Statistics 11, 427-444.
    Kish, L. (1965), Survey Sampling (effective size).

    Examples
    --------
    >>> asked = pd.DataFrame({"segment": ["a"] * 6 + ["b"] * 4})
    >>> weights = rake(asked.iloc[[0, 6, 7]], asked)
    >>> weights.weights.round(6).tolist(), round(weights.effective_n, 3)
    ([6.0, 2.0, 2.0], 2.273)
    """
    n, total = len(answered), float(len(asked))
    if n == 0:
        return None
    margins = [_Margin.of(answered[name], asked[name]) for name in answered.columns]
    mean = total / n
    low, high = bounds[0] * mean, bounds[1] * mean
    weights = np.full(n, mean)
    for _ in range(MOST_ROUNDS):
        before = weights
        for margin in margins:
            weights = margin.match(weights)
        weights = _hold(weights * (total / weights.sum()), low, high)
        if float(np.abs(weights - before).max()) <= TOLERANCE * mean:
            break
    is_matched = all(margin.is_met(weights, total) for margin in margins)
    at_bound = (weights <= low * (1 + 1e-9)) | (weights >= high * (1 - 1e-9))
    effective = float(weights.sum() ** 2 / (weights @ weights))
    return Weights(weights, effective, int(at_bound.sum()), is_matched)


@dataclass(frozen=True, eq=False)
class _Margin:
    codes: np.ndarray
    wanted: Floats

    @classmethod
    def of(cls, answered: pd.Series, asked: pd.Series) -> _Margin:
        names = sorted(set(answered.astype(str)))
        place = {name: at for at, name in enumerate(names)}
        counts = asked.astype(str).value_counts()
        wanted = np.array([float(counts.get(name, 0)) for name in names])
        # A group in which nobody answered cannot be matched: it is shared out among the others.
        wanted *= len(asked) / wanted.sum()
        codes = answered.astype(str).map(place).to_numpy(np.intp)
        return cls(codes, wanted)

    def match(self, weights: Floats) -> Floats:
        sums = np.bincount(self.codes, weights=weights, minlength=len(self.wanted))
        matched: Floats = weights * (self.wanted / sums)[self.codes]
        return matched

    def is_met(self, weights: Floats, total: float) -> bool:
        sums = np.bincount(self.codes, weights=weights, minlength=len(self.wanted))
        return bool(np.abs(sums - self.wanted).max() <= total / 1000)


def _hold(weights: Floats, low: float, high: float) -> Floats:
    """Keep weights within bounds and their sum, the others in the proportions that they have."""
    total = float(weights.sum())
    if weights.min() >= low and weights.max() <= high:
        return weights
    # The mean lies within the bounds, so some factor gives the sum: halved until it is found.
    least, most = np.log(low / weights.max()), np.log(high / weights.min())
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        if float(np.clip(weights * np.exp(middle), low, high).sum()) < total:
            least = middle
        else:
            most = middle
    held = np.clip(weights * np.exp(most), low, high)
    return np.asarray(held * (total / held.sum()))


def merge_few(answered: pd.Series, asked: pd.Series, *, least: int) -> tuple[pd.Series, pd.Series]:
    """Put the groups in which fewer than `least` answered together, and more until they are enough.

    Returns
    -------
    both columns with `other` for what was put together

    Examples
    --------
    >>> one, _ = merge_few(pd.Series(["a", "a", "b"]), pd.Series(["a", "b"]), least=2)
    >>> one.tolist()
    ['other', 'other', 'other']
    """
    counts = answered.astype(str).value_counts().reindex(
        sorted(set(answered.astype(str)) | set(asked.astype(str))), fill_value=0
    ).sort_values(kind="stable")  # fmt: skip
    together = [str(name) for name, n in counts.items() if n < least]
    rest = [str(name) for name in counts.index if str(name) not in together]
    while together and rest and int(counts[together].sum()) < least:
        together.append(rest.pop(0))
    return _rename(answered, together), _rename(asked, together)


def _rename(column: pd.Series, together: list[str]) -> pd.Series:
    words = column.astype(str)
    return words.where(~words.isin(together), OTHER)
