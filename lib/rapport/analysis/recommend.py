"""Next best products: what customers who bought the same went on to have, or what sells best.

By rules: the sum of the confidences from everything that a customer bought in the window to each
product. By popularity: customers of the same segment who bought it in the window. Withdrawn
products, and what a customer has had before unless goods are used up, are never offered. Products
are never ranked by lift, which puts the rarest first. Confidences are counted in parts of a
billion, so that sums are exact and ties are ties: of equals the product sold more often goes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Ints = npt.NDArray[np.int64]
PARTS = 1_000_000_000
N_OFFERED = 5
POPULAR = "popular"
# Scores of some customers at a time: two million cells are 16 MB.
_CELLS = 2_000_000
FEWEST_OF_SEGMENT = 30


@dataclass(frozen=True, eq=False)
class Shelf:
    """Buyers and products as a matrix: one row per buyer, one column per product by number.

    `bought` holds what scores are derived from, `barred` what a buyer is not to be offered,
    `segment` the number of each buyer's segment (0 for those without one), `closed` the columns
    that nobody is offered.
    """

    bought: sparse.csr_matrix
    barred: sparse.csr_matrix
    segment: Ints
    closed: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def n_items(self) -> int:
        """How many products there are."""
        return int(self.bought.shape[1])


def make_matrix(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Make the matrix of ones at these places, each once.

    Examples
    --------
    >>> make_matrix(np.array([0, 0]), np.array([1, 1]), (1, 2)).toarray().tolist()
    [[0, 1]]
    """
    ones = np.ones(len(rows), dtype=np.int64)
    made = sparse.csr_matrix((ones, (rows, columns)), shape=shape)
    made.sum_duplicates()
    made.data[:] = 1
    return made


def weigh_pairs(
    pairs: pd.DataFrame, n_of_item: Ints, *, min_pairs: int, count: str = "n_ab"
) -> sparse.csr_matrix:
    """Give the confidence of every pair in both directions, in parts of a billion.

    Parameters
    ----------
    pairs : one row per pair: `item_a`, `item_b` (numbers from 1), and the column `count`
    n_of_item : baskets of each item, in order of its number
    min_pairs : baskets that a pair must be in; others have no confidence

    Returns
    -------
    from row to column

    Examples
    --------
    >>> pairs = pd.DataFrame({"item_a": [1], "item_b": [2], "n_ab": [10]})
    >>> weigh_pairs(pairs, np.array([40, 20]), min_pairs=10).toarray().tolist()
    [[0, 250000000], [500000000, 0]]
    """
    often = pairs[pairs[count] >= min_pairs]
    a, b = (often[name].to_numpy(np.int64) - 1 for name in ("item_a", "item_b"))
    n = often[count].to_numpy(np.int64) * PARTS
    weights = np.concatenate([n // n_of_item[a], n // n_of_item[b]])
    ends = (np.concatenate([a, b]), np.concatenate([b, a]))
    size = len(n_of_item)
    return sparse.csr_matrix((weights, ends), shape=(size, size), dtype=np.int64)


def rank_by_rules(shelf: Shelf, weights: sparse.csr_matrix) -> tuple[Ints, Ints]:
    """Rank products for each buyer by the sum of confidences from what the buyer bought.

    Parameters
    ----------
    weights : as `weigh_pairs` gives them

    Returns
    -------
    column numbers of the best five, best first, -1 where there is no product left to offer; and
    their scores, in which nothing bought leads to a product where it is 0

    Examples
    --------
    >>> shelf = Shelf(make_matrix(np.array([0]), np.array([0]), (1, 3)),
    ...               make_matrix(np.array([0]), np.array([0]), (1, 3)), np.array([0]))
    >>> weights = sparse.csr_matrix(np.array([[0, 1, 9], [0, 0, 0], [0, 0, 0]]))
    >>> rank_by_rules(shelf, weights)[0].tolist()
    [[2, 1, -1, -1, -1]]
    """
    found = [
        _best(np.asarray((shelf.bought[part] @ weights).toarray(), np.int64), shelf, part)
        for part in _parts(shelf)
    ]
    return _stack(found)


def rank_by_popularity(shelf: Shelf, known: sparse.csr_matrix) -> tuple[Ints, Ints]:
    """Rank products for each buyer by how many of the same segment bought them.

    A segment of fewer than 30 buyers, and those without one, are offered what all bought.

    Parameters
    ----------
    known : purchases that are counted, one row per buyer of the shelf

    Returns
    -------
    as `rank_by_rules`

    Examples
    --------
    >>> bought = make_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), (2, 2))
    >>> none = make_matrix(np.array([], int), np.array([], int), (2, 2))
    >>> rank_by_popularity(Shelf(none, none, np.array([0, 0])), bought)[0][0].tolist()
    [0, 1, -1, -1, -1]
    """
    sizes = np.bincount(shelf.segment)
    group = np.where(sizes[shelf.segment] >= FEWEST_OF_SEGMENT, shelf.segment, 0)
    n_groups = int(group.max(initial=0)) + 1
    counts = np.zeros((n_groups, shelf.n_items), dtype=np.int64)
    for number in np.unique(group):
        counted = known if number == 0 else known[np.flatnonzero(group == number)]
        counts[number] = np.asarray(counted.sum(axis=0)).ravel()
    found = [_best(counts[group[part]], shelf, part) for part in _parts(shelf)]
    return _stack(found)


def _parts(shelf: Shelf) -> Iterator[slice]:
    size = max(1, _CELLS // max(shelf.n_items, 1))
    for start in range(0, int(shelf.bought.shape[0]), size):
        yield slice(start, start + size)


def _stack(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if not found:
        none = np.empty((0, N_OFFERED), dtype=np.int64)
        return none, none
    return np.vstack([places for places, _ in found]), np.vstack([score for _, score in found])


def _best(scores: Ints, shelf: Shelf, part: slice) -> tuple[Ints, Ints]:
    """Give the columns of the highest scores of each row, of equals the lower number first."""
    n_rows, n_items = scores.shape
    # One number holds score and place, so that no two are equal and no order is left to chance.
    ranked = scores * (n_items + 1) + (n_items - np.arange(n_items))
    rows, columns = shelf.barred[part].nonzero()
    ranked[rows, columns] = -1
    ranked[:, shelf.closed] = -1
    n = min(N_OFFERED, n_items)
    top = np.empty((n_rows, 0), np.int64)
    if n:
        # same everywhere: only what is barred is equal, and none of it is shown
        top = np.argpartition(-ranked, n - 1, axis=1)[:, :n]
    order = np.argsort(-np.take_along_axis(ranked, top, axis=1), axis=1, kind="stable")
    top = np.take_along_axis(top, order, axis=1)
    is_open = np.take_along_axis(ranked, top, axis=1) >= 0
    values = np.where(is_open, np.take_along_axis(scores, top, axis=1), 0)
    places = np.where(is_open, top, -1)
    room = ((0, 0), (0, N_OFFERED - n))
    return np.pad(places, room, constant_values=-1), np.pad(values, room)


def find_reasons(shelf: Shelf, weights: sparse.csr_matrix, places: Ints) -> Ints:
    """Find which purchase leads most surely to each product offered.

    Parameters
    ----------
    places : as `rank_by_rules` gives them

    Returns
    -------
    the column of that purchase, -1 where none leads there

    Examples
    --------
    >>> shelf = Shelf(make_matrix(np.array([0, 0]), np.array([0, 1]), (1, 3)),
    ...               make_matrix(np.array([0]), np.array([0]), (1, 3)), np.array([0]))
    >>> weights = sparse.csr_matrix(np.array([[0, 0, 4], [0, 0, 9], [0, 0, 0]]))
    >>> find_reasons(shelf, weights, np.array([[2, -1, -1, -1, -1]])).tolist()
    [[1, -1, -1, -1, -1]]
    """
    reasons = np.full(places.shape, -1, dtype=np.int64)
    best = np.zeros(places.shape, dtype=np.int64)
    buyers, bought = shelf.bought.nonzero()
    for rank in range(places.shape[1]):
        offered = places[buyers, rank]
        leads = np.asarray(weights[bought, np.maximum(offered, 0)]).ravel()
        leads[offered < 0] = 0
        np.maximum.at(best[:, rank], buyers, leads)
        is_best = (leads > 0) & (leads == best[buyers, rank])
        # Of equals the one with the lower number: rows are written from the last to the first.
        reasons[buyers[is_best][::-1], rank] = bought[is_best][::-1]
    return reasons
