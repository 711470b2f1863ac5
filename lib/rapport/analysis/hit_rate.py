"""How often the next purchase is among five products that would have been offered before it.

Each customer's last basket is held out, and what was known before it says what would have been
offered: by rules and by popularity, to the same customers, from the same purchases. A customer is
hit if the held-out basket holds one of the five. Where no customer is known, each product of a
held-out basket is hidden in turn and looked for from the others, and a basket counts with the
share that is found. Rules are offered only if they hit more often than popularity, the interval of
the paired difference above 0: to sell what sells anyhow is no recommendation, and not to be beaten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rapport.analysis.intervals import mean_interval, wilson
from rapport.analysis.recommend import Ints, Shelf, rank_by_popularity, rank_by_rules
from rapport.analysis.resampling import FEWEST

Hits = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HitRates:
    """Shares hit of `n` buyers (customers, or baskets), with their difference, rules less popular.

    `difference` is None, and nothing is better, where there were fewer than 30.
    """

    n: int
    rules: float
    popular: float
    rules_ends: tuple[float, float] | None
    popular_ends: tuple[float, float] | None
    difference: tuple[float, float] | None

    @property
    def is_better(self) -> bool:
        """Whether rules hit more often than popularity beyond doubt."""
        return self.difference is not None and self.difference[0] > 0


def hits_of(places: Ints, wanted: sparse.csr_matrix) -> Hits:
    """Say of each buyer whether one of the products offered was bought: 1 or 0.

    Parameters
    ----------
    places : columns offered, one row per buyer, -1 for none
    wanted : what each bought in the basket held out

    Examples
    --------
    >>> hits_of(np.array([[2, 0], [1, -1]]), sparse.csr_matrix([[1, 0, 0], [1, 0, 1]])).tolist()
    [1.0, 0.0]
    """
    rows = np.repeat(np.arange(len(places)), places.shape[1]).reshape(places.shape)
    found = np.asarray(wanted[rows.ravel(), np.maximum(places, 0).ravel()]).reshape(places.shape)
    return ((found > 0) & (places >= 0)).any(axis=1).astype(float)


def try_customers(
    shelf: Shelf, weights: sparse.csr_matrix, known: sparse.csr_matrix, wanted: sparse.csr_matrix
) -> tuple[Hits, Hits]:
    """Say whom rules and whom popularity would have hit, of those with a product to hit.

    Parameters
    ----------
    shelf : what was bought before, in the window, and what is not to be offered
    weights : confidences counted without the baskets held out
    known : purchases that popularity counts, without those held out
    wanted : products of the held-out basket that may be offered

    Returns
    -------
    1 or 0 by rules and by popularity, of buyers with a purchase before and a product wanted
    """
    asked = (np.diff(wanted.indptr) > 0) & (np.diff(shelf.bought.indptr) > 0)
    by_rules, _ = rank_by_rules(shelf, weights)
    popular, _ = rank_by_popularity(shelf, known)
    return hits_of(by_rules, wanted)[asked], hits_of(popular, wanted)[asked]


def try_baskets(
    baskets: sparse.csr_matrix, weights: sparse.csr_matrix, n_of_item: Ints
) -> tuple[Hits, Hits]:
    """Say which share of each held-out basket's products is found from its others.

    Parameters
    ----------
    baskets : one row per basket held out, one column per product
    weights, n_of_item : confidences and baskets of each product, without those held out

    Returns
    -------
    shares by rules and by popularity, of baskets with two products or more
    """
    sizes = np.diff(baskets.indptr)
    kept = baskets[np.flatnonzero(sizes > 1)]
    n, lengths = int(kept.shape[0]), np.diff(kept.indptr)
    basket = np.repeat(np.arange(n), lengths)
    # One row per product hidden: the basket without it.
    wanted = sparse.csr_matrix(
        (np.ones(len(basket), np.int64), (np.arange(len(basket)), kept.indices)),
        shape=(len(basket), kept.shape[1]),
    )
    others = (kept[basket] - wanted).tocsr()
    others.eliminate_zeros()
    shelf = Shelf(others, others, np.zeros(len(basket), np.int64))
    by_rules, _ = rank_by_rules(shelf, weights)
    popular = _rank_alike(shelf, n_of_item)
    found = [hits_of(places, wanted) for places in (by_rules, popular)]
    sums = [np.bincount(basket, weights=hits, minlength=n) for hits in found]
    return sums[0] / lengths, sums[1] / lengths


def _rank_alike(shelf: Shelf, n_of_item: Ints) -> Ints:
    """Offer everybody the products that are in most baskets."""
    counted = sparse.csr_matrix(n_of_item[np.newaxis, :])
    return rank_by_popularity(shelf, counted)[0]


def compare_hits(rules: Hits, popular: Hits, *, confidence: float, seed: int) -> HitRates:
    """Compare the hits of both, buyer by buyer.

    Parameters
    ----------
    rules, popular : 1, 0 or a share of each buyer, in one order

    Returns
    -------
    Wilson's interval of each share (the bootstrap's where a buyer counts with a share), and the
    bootstrap's of the mean difference

    Examples
    --------
    >>> compare_hits(np.ones(40), np.zeros(40), confidence=0.95, seed=0).is_better
    True
    """
    n = len(rules)
    if n == 0:
        return HitRates(0, 0.0, 0.0, None, None, None)
    span = mean_interval(rules - popular, confidence=confidence, seed=seed) if n >= FEWEST else None
    return HitRates(
        n,
        rules=float(rules.mean()),
        popular=float(popular.mean()),
        rules_ends=_ends(rules, confidence, seed),
        popular_ends=_ends(popular, confidence, seed),
        difference=span.ends if span else None,
    )


def _ends(hits: Hits, confidence: float, seed: int) -> tuple[float, float] | None:
    if np.isin(hits, (0, 1)).all():
        return wilson(int(hits.sum()), len(hits), confidence=confidence).ends
    span = mean_interval(hits, confidence=confidence, seed=seed)
    return span.ends if span else None
