"""What is bought with what, beyond what the size of baskets explains.

Two products meet in large baskets even if nobody wants them together: of N baskets of sizes s they
are expected together c * n_a * n_b / N times, c = N * sum s(s-1) / (sum s)^2, and lift is measured
against that. A rule is kept if enough baskets and customers hold both, if chance alone would hardly
give so many in any of all possible pairs, if the size-adjusted lift is large enough, and if it
holds in the later half of the baskets too. Rules say what goes together and never why: bundles,
promotions side by side and substitutes of one order look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from rapport.analysis.intervals import wilson

Truths = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
COLUMNS = (
    "item_a", "item_b", "a", "b", "n_a", "n_b", "n_ab", "n_customers", "support", "confidence",
    "low", "high", "lift", "lift_adjusted", "n_expected", "n_beyond", "p",
)  # fmt: skip


@dataclass(frozen=True)
class Baskets:
    """Baskets counted: how many, items in them, and ordered pairs of places in one basket."""

    n: int
    n_items: int
    n_places: int

    @property
    def size_factor(self) -> float:
        """The lift that pairs have by the sizes of baskets alone; 1 without a pair.

        Examples
        --------
        >>> Baskets(n=4, n_items=8, n_places=8).size_factor
        0.5
        """
        if not self.n_places:
            return 1.0
        return float(Fraction(self.n * self.n_places, self.n_items**2))


@dataclass(frozen=True)
class Limits:
    """What a rule must reach: baskets that hold both, customers, adjusted lift, false finds."""

    min_pairs: int = 10
    min_customers: int = 10
    min_lift: float = 1.2
    fdr: float = 0.05
    confidence: float = 0.95


@dataclass(frozen=True)
class Counted:
    """The counts of pairs: the tables `pair_counts`, `pair_items`, `pair_customers`.

    `whole` and `later` are all baskets and those of the later half.
    """

    pairs: pd.DataFrame
    items: pd.DataFrame
    customers: pd.DataFrame
    whole: Baskets
    later: Baskets

    @property
    def n_possible(self) -> int:
        """How many pairs the items can make: the family of all tests."""
        return len(self.items) * (len(self.items) - 1) // 2


def find_rules(counted: Counted, limits: Limits) -> pd.DataFrame:
    """Find the pairs that are bought together more often than sizes of baskets and chance explain.

    Parameters
    ----------
    counted : `pairs` with `item_a`, `item_b`, `n_ab`, `n_late`; `items` with `item_no`, `item`,
        `n_baskets`, `n_late`; `customers` with `item_a`, `item_b`, `n_customers`

    Returns
    -------
    one row per rule, most baskets beyond expectation first (never by lift, which favours the rare)
        `item_a` leads to `item_b`, the direction of the greater confidence (`low` to `high` is
        Wilson's); `n_expected` by size, `n_beyond` more than that; `lift` plain, `lift_adjusted`
        divided by the size factor; `p` of the Poisson tail

    References
    ----------
    Brin, S., Motwani, R. & Silverstein, C. (1997), Beyond Market Baskets, SIGMOD, 265-276.
    Benjamini, Y. & Hochberg, Y. (1995), JRSS B 57, 289-300.

    Examples
    --------
    >>> items = pd.DataFrame({"item_no": [1, 2], "item": ["a", "b"], "n_baskets": [20, 20],
    ...                       "n_late": [10, 10]})
    >>> pairs = pd.DataFrame({"item_a": [1], "item_b": [2], "n_ab": [20], "n_late": [10]})
    >>> buyers = pd.DataFrame({"item_a": [1], "item_b": [2], "n_customers": [20]})
    >>> whole, later = Baskets(100, 100, 100), Baskets(50, 50, 50)
    >>> find_rules(Counted(pairs, items, buyers, whole, later), Limits())["lift"].tolist()
    [5.0]
    """
    rows = _join(counted)
    rows = rows[rows["n_ab"] >= limits.min_pairs]
    kept = rows[_survives(rows["p"].to_numpy(float), counted.n_possible, limits.fdr)]
    kept = kept[kept["n_customers"] >= limits.min_customers]
    kept = kept[_is_large(kept, counted.whole, Fraction(str(limits.min_lift)))]
    kept = kept[_is_later(kept, counted.later)]
    return _describe(kept, counted.whole, limits.confidence)


def _join(counted: Counted) -> pd.DataFrame:
    """Give each pair the counts of its items, the expectation, and its p-value."""
    items = counted.items.set_index("item_no")[["item", "n_baskets", "n_late"]]
    rows = counted.pairs.merge(counted.customers, on=["item_a", "item_b"], how="left")
    rows["n_customers"] = rows["n_customers"].fillna(0).astype(np.int64)
    for side in "ab":
        of = items.loc[rows[f"item_{side}"]]
        rows[side], rows[f"n_{side}"] = of["item"].to_numpy(), of["n_baskets"].to_numpy()
        rows[f"n_late_{side}"] = of["n_late"].to_numpy()
    product = rows["n_a"].to_numpy(float) * rows["n_b"].to_numpy(float)
    rows["n_expected"] = counted.whole.size_factor * product / max(counted.whole.n, 1)
    # P(X >= n) of a Poisson count is the regularised incomplete gamma function.
    rows["p"] = special.gammainc(rows["n_ab"].to_numpy(float), rows["n_expected"].to_numpy(float))
    return rows


def _survives(p: Floats, n_possible: int, fdr: float) -> Truths:
    """Say which tests survive Benjamini and Hochberg in a family of which they are a part.

    The pairs that no ten baskets hold were not counted out: they are tests that failed.
    """
    ordered = np.argsort(p, kind="stable")
    passed = p[ordered] <= fdr * np.arange(1, len(p) + 1) / max(n_possible, 1)
    n = int(np.flatnonzero(passed).max()) + 1 if passed.any() else 0
    kept = np.zeros(len(p), dtype=bool)
    kept[ordered[:n]] = True
    return kept


def _is_large(rows: pd.DataFrame, baskets: Baskets, least: Fraction) -> Truths:
    # In whole numbers: a lift that is 1.2 exactly must not fall to a rounded division. Python's
    # own, because the products of large shops do not fit into 64 bits.
    above = baskets.n_items**2 * least.denominator
    below = least.numerator * baskets.n_places
    counts = zip(rows["n_ab"], rows["n_a"], rows["n_b"], strict=True)
    found = [int(ab) * above >= int(a) * int(b) * below for ab, a, b in counts]
    return np.array(found, dtype=bool)


def _is_later(rows: pd.DataFrame, baskets: Baskets) -> Truths:
    """Say which rules lift in the later half too, by that half's own sizes."""
    counts = zip(rows["n_late"], rows["n_late_a"], rows["n_late_b"], strict=True)
    above, below = baskets.n_items**2, baskets.n_places
    found = [int(ab) * above > int(a) * int(b) * below for ab, a, b in counts]
    return np.array(found, dtype=bool)


def _describe(rows: pd.DataFrame, baskets: Baskets, confidence: float) -> pd.DataFrame:
    turned = rows["n_a"] > rows["n_b"]
    pairs = (("item_a", "item_b"), ("a", "b"), ("n_a", "n_b"))
    sides = {one: rows[one].where(~turned, rows[two]) for one, two in pairs}
    sides |= {two: rows[two].where(~turned, rows[one]) for one, two in pairs}
    made = rows.assign(**sides)
    spans = [
        wilson(int(ab), int(a), confidence=confidence).ends
        for ab, a in zip(made["n_ab"], made["n_a"], strict=True)
    ]
    made["support"] = made["n_ab"] / max(baskets.n, 1)
    made["confidence"] = made["n_ab"] / made["n_a"]
    made["low"], made["high"] = [low for low, _ in spans], [high for _, high in spans]
    made["lift"] = made["n_ab"] * float(baskets.n) / (made["n_a"] * made["n_b"].astype(float))
    made["lift_adjusted"] = made["lift"] / baskets.size_factor
    made["n_beyond"] = made["n_ab"] - made["n_expected"]
    by = ["n_beyond", "n_ab", "item_a", "item_b"]
    ordered = made.sort_values(by, ascending=[False, False, True, True], ignore_index=True)
    return ordered[list(COLUMNS)]


def lift_categories(cells: pd.DataFrame, *, min_pairs: int) -> pd.DataFrame:
    """Give the size-adjusted lift of every two categories that enough baskets could hold.

    Parameters
    ----------
    cells : one row per pair: `category_a`, `category_b`, `n_a`, `n_b`, `n_ab`, and of all baskets
        `n_baskets`, `n_items`, `n_places`

    Returns
    -------
    one row per pair: `category_a`, `category_b`, `n_ab`, `index` (100 is what sizes explain; None
    where fewer than `min_pairs` baskets are expected or hold both)

    Examples
    --------
    >>> cells = pd.DataFrame({"category_a": ["cups"], "category_b": ["pans"], "n_a": [50],
    ...     "n_b": [40], "n_ab": [30], "n_baskets": [100], "n_items": [100], "n_places": [100]})
    >>> lift_categories(cells, min_pairs=10)["index"].tolist()
    [150.0]
    """
    factor = cells["n_baskets"] * cells["n_places"] / cells["n_items"].astype(float) ** 2
    expected = factor * cells["n_a"] * cells["n_b"] / cells["n_baskets"]
    index = 100 * cells["n_ab"] / expected
    known = (expected >= min_pairs) & (cells["n_ab"] >= min_pairs)
    made = cells.assign(index=index.where(known))
    return made[["category_a", "category_b", "n_ab", "index"]]
