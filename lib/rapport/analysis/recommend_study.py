"""The recommendation chapter's questions put to its methods: what goes together, and what next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from rapport.analysis.durables import find_once
from rapport.analysis.hit_rate import HitRates, compare_hits, try_baskets, try_customers
from rapport.analysis.pair_rules import Baskets, Counted, Limits, find_rules
from rapport.analysis.recommend import (
    POPULAR,
    Ints,
    Shelf,
    find_reasons,
    make_matrix,
    rank_by_popularity,
    rank_by_rules,
    weigh_pairs,
)

FEWEST_BASKETS = 200
"""Baskets of two products or more; of fewer, no rule is looked for."""
MOST_TESTED = 5_000
"""Baskets held out of a unit that knows no customer; drawn by a digest of their number."""
NO_LEVEL = "no_level"
OFFERED = ["customer_id", "product_id", "rank", "reason"]


@dataclass(frozen=True, eq=False)
class RuleStudy:
    """The rules found, and what can be said: rules, no_rules, few, none, no_level or sample."""

    outcome: str
    counted: Counted
    rules: pd.DataFrame


@dataclass(frozen=True)
class Asked:
    """How next products are found: pairs, what may be offered again, intervals, few customers.

    `durables` are first categories of goods that one has once: what a customer has of them is not
    offered again even where `offer_again` allows it.
    """

    min_pairs: int = 10
    offer_again: bool = False
    confidence: float = 0.95
    seed: int = 0
    min_n: int = 30
    durables: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class NextStudy:
    """What is offered next, and why so.

    `outcome`: better or popular of customers, better_baskets or popular_baskets where none is
    known, untested, level (goods are looked at by category), or none.
    """

    outcome: str
    hits: HitRates = field(default_factory=lambda: HitRates(0, 0.0, 0.0, None, None, None))
    offers: pd.DataFrame | None = None
    n_products: int = 0
    coverage: float = 0.0
    tail: float = 0.0


def count_pairs(
    pairs: pd.DataFrame, items: pd.DataFrame, buyers: pd.DataFrame, totals: pd.DataFrame
) -> Counted:
    """Put the marts of pairs together.

    Parameters
    ----------
    pairs, items, buyers, totals : the marts `pair_counts`, `pair_items`, `pair_customers` and
        `basket_totals`
    """
    row = {name: 0 if pd.isna(n) else int(n) for name, n in totals.iloc[0].items()}
    whole = Baskets(row["n_baskets"], row["n_items"], row["n_places"])
    later = Baskets(row["n_late"], row["n_items_late"], row["n_places_late"])
    return Counted(pairs, items, buyers, whole, later)


def study_rules(
    counted: Counted,
    totals: pd.DataFrame,
    limits: Limits,
    *,
    is_sample: bool,
    level: str = "product",
) -> RuleStudy:
    """Find the rules, if baskets are whole and enough.

    Parameters
    ----------
    is_sample : the lines are a draw, so that no basket is whole
    level : what an item is, as `name_level` names it
    """
    n_of_two = int(totals["n_of_two"].iloc[0])
    nothing = find_rules(_without_pairs(counted), limits)
    if is_sample or not counted.whole.n:
        without = "no_level" if level == NO_LEVEL else "none"
        return RuleStudy("sample" if is_sample else without, counted, nothing)
    if n_of_two < FEWEST_BASKETS:
        return RuleStudy("few", counted, nothing)
    rules = find_rules(counted, limits)
    return RuleStudy("rules" if len(rules) else "no_rules", counted, rules)


def _without_pairs(counted: Counted) -> Counted:
    return Counted(
        counted.pairs.iloc[:0], counted.items, counted.customers, counted.whole, counted.later
    )


def study_next(
    found: RuleStudy, histories: pd.DataFrame, people: pd.DataFrame, asked: Asked, *, level: str
) -> NextStudy:
    """Test what rules and popularity would have offered, and offer the better.

    Parameters
    ----------
    histories : `buyer_key`, `item_no`, `is_recent`, `is_before`, `is_owned_before`, `is_held`
        (0 or 1): one row per customer and product, or per basket held out
    people : one row per customer who may be asked: `customer_id`, `order_key`, `segment` (None for
        those without one); no row where no customer is known
    level : what an item is; next products are of products alone
    """
    if found.outcome in ("sample", "none", "no_level", "few"):
        return NextStudy("none")
    if level != "product":
        return NextStudy("level")
    if people.empty:
        return _try_baskets(found.counted, histories, asked)
    return _try_customers(found.counted, histories, people, asked)


def _try_baskets(counted: Counted, histories: pd.DataFrame, asked: Asked) -> NextStudy:
    keys = np.unique(histories["buyer_key"].to_numpy(np.int64))
    # Knuth's multiplicative digest: which baskets are tested hangs on no order and no chance.
    digests = keys * 2_654_435_761 % 2**32
    drawn = keys[np.sort(np.argsort(digests, kind="stable")[:MOST_TESTED])]
    rows = histories[histories["buyer_key"].isin(drawn)]
    held = _matrix(rows, drawn, len(counted.items), rows["is_held"].eq(1))
    n_rest = counted.items["n_rest"].to_numpy(np.int64)
    weights = weigh_pairs(counted.pairs, n_rest, min_pairs=asked.min_pairs, count="n_rest")
    hits = _compare(*try_baskets(held, weights, n_rest), asked)
    outcome = "better_baskets" if hits.is_better else "popular_baskets"
    return NextStudy("untested_baskets" if hits.difference is None else outcome, hits)


def _compare(rules: np.ndarray, popular: np.ndarray, asked: Asked) -> HitRates:
    if len(rules) < asked.min_n:
        return HitRates(len(rules), 0.0, 0.0, None, None, None)
    return compare_hits(rules, popular, confidence=asked.confidence, seed=asked.seed)


def _matrix(
    rows: pd.DataFrame, keys: Ints, n_items: int, chosen: pd.Series[bool]
) -> sparse.csr_matrix:
    kept = rows[chosen]
    places = np.searchsorted(keys, kept["buyer_key"].to_numpy(np.int64))
    return make_matrix(places, kept["item_no"].to_numpy(np.int64) - 1, (len(keys), n_items))


def _try_customers(
    counted: Counted, histories: pd.DataFrame, people: pd.DataFrame, asked: Asked
) -> NextStudy:
    known = people.sort_values("order_key", kind="stable", ignore_index=True)
    keys = known["order_key"].to_numpy(np.int64)
    rows = histories[histories["buyer_key"].isin(keys)]
    segment = 1 + pd.factorize(known["segment"], sort=True)[0].astype(np.int64)
    hits = _test(counted, rows, (keys, segment), asked)
    offered = _offer(counted, rows, (keys, segment), asked, by_rules=hits.is_better)
    ids = known["customer_id"].to_numpy()[offered["buyer"].to_numpy()]
    offers = offered.assign(customer_id=ids)[OFFERED]
    if offers.empty:
        return NextStudy("none", hits)
    outcome = "better" if hits.is_better else "popular"
    open_items = counted.items[~counted.items["is_withdrawn"].astype(bool)]
    best = set(counted.items["item"].head(-(-len(counted.items) // 5)))
    return NextStudy(
        "untested" if hits.difference is None else outcome, hits, offers, len(open_items),
        coverage=offers["product_id"].nunique() / max(len(open_items), 1),
        tail=float((~offers["product_id"].isin(best)).mean()),
    )  # fmt: skip


def _test(
    counted: Counted, rows: pd.DataFrame, buyers: tuple[Ints, Ints], asked: Asked
) -> HitRates:
    (keys, segment), n = buyers, len(counted.items)
    before, owned = rows["is_before"].eq(1), rows["is_owned_before"].eq(1)
    once = find_once(rows, counted.items, asked.durables, offer_again=asked.offer_again)
    barred = owned & once
    shelf = Shelf(_matrix(rows, keys, n, before), _matrix(rows, keys, n, barred), segment)
    wanted = _matrix(rows, keys, n, rows["is_held"].eq(1) & ~barred)
    counts = _matrix(rows, keys, n, before | (owned & rows["is_recent"].eq(1)))
    n_rest = counted.items["n_rest"].to_numpy(np.int64)
    weights = weigh_pairs(counted.pairs, n_rest, min_pairs=asked.min_pairs, count="n_rest")
    return _compare(*try_customers(shelf, weights, counts, wanted), asked)


def _offer(
    counted: Counted, rows: pd.DataFrame, buyers: tuple[Ints, Ints], asked: Asked, *, by_rules: bool
) -> pd.DataFrame:
    """Offer up to five products to everybody who bought in the window: `buyer`, rank and reason."""
    (keys, segment), n = buyers, len(counted.items)
    recent = _matrix(rows, keys, n, rows["is_recent"].eq(1))
    once = find_once(rows, counted.items, asked.durables, offer_again=asked.offer_again)
    owned = _matrix(rows, keys, n, once)
    closed = np.flatnonzero(counted.items["is_withdrawn"].to_numpy(bool))
    shelf = Shelf(recent, owned, segment, closed)
    reasons = np.full((len(keys), 5), -1, dtype=np.int64)
    if by_rules:
        n_of_item = counted.items["n_baskets"].to_numpy(np.int64)
        weights = weigh_pairs(counted.pairs, n_of_item, min_pairs=asked.min_pairs)
        places, _ = rank_by_rules(shelf, weights)
        reasons = find_reasons(shelf, weights, places)
    else:
        places, _ = rank_by_popularity(shelf, recent)
    buyer, rank = np.nonzero((places >= 0) & (np.diff(recent.indptr) > 0)[:, np.newaxis])
    items = np.append(counted.items["item"].to_numpy(object), POPULAR)
    return pd.DataFrame(
        {
            "buyer": buyer,
            "product_id": items[places[buyer, rank]],
            "rank": rank + 1,
            "reason": items[reasons[buyer, rank]],
        }
    )


def join_people(customers: pd.DataFrame, segments: pd.DataFrame | None) -> pd.DataFrame:
    """Give each customer's key and segment, None for those without one.

    Examples
    --------
    >>> customers = pd.DataFrame({"customer_id": ["a"], "order_key": [3]})
    >>> join_people(customers, None)["segment"].tolist()
    [None]
    """
    people = customers[["customer_id", "order_key"]]
    if segments is None:
        return people.assign(segment=None)
    of = dict(zip(segments["customer_id"], segments["segment"], strict=True))
    return people.assign(segment=people["customer_id"].map(of))


def name_level(levels: pd.DataFrame) -> str:
    """Name the level of goods that is taken; `no_level` where no product carries the one asked for.

    Examples
    --------
    >>> name_level(pd.DataFrame({"level": ["product", "category_1"], "is_taken": [False, True]}))
    'category_1'
    """
    taken = levels[levels["is_taken"].astype(bool)]
    if len(taken):
        return str(taken["level"].iloc[0])
    return NO_LEVEL if len(levels) else "product"


def has_baskets(found: RuleStudy) -> bool:
    """Whether there are whole baskets to speak of."""
    return found.outcome in ("rules", "no_rules", "few")


def name_rules(found: RuleStudy) -> pd.DataFrame | None:
    """Give the rules as they are published, with the names of the products; None without one.

    Returns
    -------
    one row per rule, in the order found: `product_a`, `name_a`, `product_b`, `name_b`, counts,
    `support`, `confidence`, `low`, `high`, `lift`, `lift_adjusted`, `n_expected`, `n_beyond`, `p`
    """
    if found.rules.empty:
        return None
    names = found.counted.items.set_index("item_no")["name"]
    rules = found.rules.rename(columns={"a": "product_a", "b": "product_b"})
    named = rules.assign(
        name_a=names.loc[rules["item_a"]].to_numpy(), name_b=names.loc[rules["item_b"]].to_numpy()
    )
    first = ["product_a", "name_a", "product_b", "name_b"]
    rest = [name for name in rules.columns if name not in (*first, "item_a", "item_b")]
    return named[[*first, *rest]]
