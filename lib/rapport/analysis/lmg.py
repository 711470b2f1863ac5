"""How much of what a regression explains each attribute stands for: shares of R squared (LMG).

An attribute's share is what it adds to R squared, averaged over all orders in which attributes can
enter. Shares sum to R squared. An attribute without any effect gets a share where it goes together
with others that have one, so the shares rank attributes and prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd

from rapport.analysis.measures import Floats

DRAWS = 500
_ROWS = 4_000_000


@dataclass(frozen=True, eq=False)
class Shares:
    """`table`: `attribute`, `part` (of the variance), `share` (of R squared), `low`, `high`."""

    table: pd.DataFrame
    r_squared: float
    n: int


def share_r_squared(
    attributes: pd.DataFrame, outcome: pd.Series, *, confidence: float = 0.95, seed: int = 0
) -> Shares | None:
    """Share R squared of a linear regression out among its attributes.

    Parameters
    ----------
    attributes : one row per customer, 1 to 12 columns of numbers, none empty, none constant, none
        told by the others
    outcome : one number per customer
    confidence, seed : of the percentile interval of 500 draws of customers

    Returns
    -------
    the shares, which add up to R squared; None where nothing is explained

    References
    ----------
    Lindeman, R. H., Merenda, P. F. & Gold, R. Z. (1980), Introduction to Bivariate and
    Multivariate Analysis. Groemping, U. (2006), Journal of Statistical Software 17(1).

    Examples
    --------
    >>> rows = pd.DataFrame({"a": [1, 2, 3, 4, 5, 6.0], "b": [1, 0, 1, 0, 1, 0.0]})
    >>> found = share_r_squared(rows, pd.Series([1, 2, 3, 4, 5, 6.0]))
    >>> round(found.r_squared, 6), round(float(found.table["part"].sum()), 6)
    (1.0, 1.0)
    """
    matrix = np.column_stack([attributes.to_numpy(np.float64), np.asarray(outcome, np.float64)])
    cells, counts = np.unique(matrix, axis=0, return_counts=True)
    own = _part_out(_correlate(cells, counts[None, :].astype(np.float64)))[0]
    r_squared = float(own.sum())
    if not r_squared > 0:
        return None
    drawn = _draw_parts(cells, counts, seed)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(drawn / drawn.sum(axis=1, keepdims=True), [tail, 1 - tail], axis=0)
    table = pd.DataFrame(
        {"attribute": [str(name) for name in attributes.columns], "part": own,
         "share": own / r_squared, "low": low, "high": high}
    )  # fmt: skip
    return Shares(table, r_squared, len(matrix))


def _draw_parts(cells: Floats, counts: np.ndarray, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    n, step = int(counts.sum()), max(1, _ROWS // len(counts))
    parts = []
    for start in range(0, DRAWS, step):
        rows = min(step, DRAWS - start)
        drawn = random.multinomial(n, counts / n, size=rows).astype(np.float64)
        parts.append(_part_out(_correlate(cells, drawn)))
    return np.concatenate(parts)


def _correlate(cells: Floats, weights: Floats) -> Floats:
    """Give correlations of all columns, one matrix per row of weights."""
    n = weights.sum(axis=1)
    centred = cells - cells.mean(axis=0)
    k = cells.shape[1]
    means = weights @ centred / n[:, None]
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(cells), k * k)
    moments = (weights @ products).reshape(-1, k, k) / n[:, None, None]
    spread = moments - means[:, :, None] * means[:, None, :]
    # A draw may hold one answer of an attribute only: it then explains nothing there.
    size = np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 1e-12))
    matrix: Floats = spread / size[:, :, None] / size[:, None, :]
    at = np.arange(k)
    matrix[:, at, at] = 1.0
    return matrix


def _part_out(correlations: Floats) -> Floats:
    """Give each attribute's part of R squared, one row per matrix; the outcome stands last."""
    k = correlations.shape[1] - 1
    explained = np.zeros((1 << k, len(correlations)))
    _explain(correlations, list(range(k)), 0, explained)
    masks = np.arange(1 << k)
    sizes = np.array([mask.bit_count() for mask in range(1 << k)])
    parts = np.zeros((len(correlations), k))
    for j in range(k):
        without = masks[(masks >> j) & 1 == 0]
        weight = np.array([1 / (k * comb(k - 1, size)) for size in sizes[without]])
        parts[:, j] = weight @ (explained[without | (1 << j)] - explained[without])
    return parts


def _explain(rest: Floats, names: list[int], mask: int, explained: Floats) -> None:
    """Fill in R squared of `mask` with each set of later attributes, by Schur complements.

    `rest` holds what `mask` leaves unexplained of the attributes `names` and, last, the outcome.
    """
    for place, name in enumerate(names):
        pivot = np.maximum(rest[:, place, place], 1e-12)
        later = rest[:, place + 1 :, place]
        left = rest[:, place + 1 :, place + 1 :] - (
            later[:, :, None] * later[:, None, :] / pivot[:, None, None]
        )
        grown = mask | (1 << name)
        explained[grown] = 1 - left[:, -1, -1]
        _explain(left, names[place + 1 :], grown, explained)
