"""The numbers that the recommendation chapter says of rules and of next products."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.recommend_study import NextStudy, RuleStudy, has_baskets, name_rules

N_SHOWN = 15
N_CATEGORIES = 7


def measure_rules(found: RuleStudy, totals: pd.DataFrame) -> list[Measured]:
    """Measure the baskets, what their sizes explain, the rules and the first of them."""
    if not has_baskets(found):
        return []
    row, counted = totals.iloc[0], found.counted
    known = [
        Measured("baskets", counted.whole.n, "count", "baskets"),
        Measured("baskets.of_two", int(row["n_of_two"]), "count", "baskets"),
        Measured("baskets.large", int(row["n_large"]), "count", "baskets"),
        Measured("items", len(counted.items), "count", "products"),
        Measured("pairs.possible", counted.n_possible, "count", "pairs"),
        Measured("pairs.counted", len(counted.pairs), "count", "pairs"),
        Measured("size_factor", counted.whole.size_factor, "ratio", "ratio"),
        Measured("rules", len(found.rules), "count", "rules"),
    ]
    return [*known, *_measure_first(found)]


def _measure_first(found: RuleStudy) -> list[Measured]:
    rules = name_rules(found)
    if rules is None:
        return []
    first = rules.iloc[0]
    span = (float(first["low"]), float(first["high"]))
    n_a, n_ab = int(first["n_a"]), int(first["n_ab"])
    return [
        Measured("first.a", str(first["name_a"]), "label", "text"),
        Measured("first.b", str(first["name_b"]), "label", "text"),
        Measured("first.both", n_ab, "count", "baskets"),
        Measured("first.expected", float(first["n_expected"]), "estimator", "points"),
        Measured("first.confidence", n_ab / n_a, "ratio", "share", n=n_a, interval=span),
    ]


def measure_next(found: NextStudy) -> list[Measured]:
    """Measure the hit rates and what is offered."""
    hits = found.hits
    unit = "baskets" if found.outcome.endswith("baskets") else "customers"
    known = [Measured("hits.n", hits.n, "count", unit)]
    if hits.difference is not None:
        low, high = hits.difference
        known += [
            Measured("hits.rules", hits.rules, "estimator", "share", hits.n, hits.rules_ends),
            Measured("hits.popular", hits.popular, "estimator", "share", hits.n,
                     hits.popular_ends),
            Measured("hits.difference", hits.rules - hits.popular, "estimator", "pp", hits.n,
                     (low, high)),
        ]  # fmt: skip
    if found.offers is None:
        return known
    n = int(found.offers["customer_id"].nunique())
    return [
        *known,
        Measured("offers.customers", n, "count", "customers"),
        Measured("offers.coverage", found.coverage, "ratio", "share", found.n_products),
        Measured("offers.tail", found.tail, "ratio", "share", len(found.offers)),
    ]


def list_first_rules(found: RuleStudy) -> pd.DataFrame | None:
    """Give the rules that are shown, the first fifteen; None without one."""
    rules = name_rules(found)
    return None if rules is None else rules.head(N_SHOWN)


def list_hits(found: NextStudy) -> pd.DataFrame | None:
    """Give the hit rates by method with their intervals; None where nothing was tested.

    Returns
    -------
    one row per method (rules, popular): `method`, `share`, `low`, `high`, `n`
    """
    hits = found.hits
    if hits.difference is None:
        return None
    rows = [("rules", hits.rules, hits.rules_ends), ("popular", hits.popular, hits.popular_ends)]
    return pd.DataFrame(
        [
            {"method": name, "share": share, "low": (ends or (share, share))[0],
             "high": (ends or (share, share))[1], "n": hits.n}
            for name, share, ends in rows
        ]
    )  # fmt: skip


def list_category_pairs(
    found: RuleStudy, lifts: pd.DataFrame, cells: pd.DataFrame
) -> pd.DataFrame | None:
    """Give the lifts of pairs of the categories that most baskets hold; None of fewer than three.

    None also where baskets are no whole ones or too few.

    Parameters
    ----------
    lifts : as `lift_categories` gives them
    cells : `category_a`, `category_b`, `n_a`, `n_b`
    """
    if found.outcome not in ("rules", "no_rules"):
        return None
    sizes = dict(zip(cells["category_a"], cells["n_a"], strict=True))
    sizes |= dict(zip(cells["category_b"], cells["n_b"], strict=True))
    often = sorted(sizes, key=lambda name: (-int(sizes[name]), str(name)))[:N_CATEGORIES]
    if len(often) < 3:
        return None
    kept = lifts[lifts["category_a"].isin(often) & lifts["category_b"].isin(often)]
    return None if kept["index"].isna().all() else kept.reset_index(drop=True)


def list_facts(found: RuleStudy, totals: pd.DataFrame, level: str) -> Iterator[str]:
    """Name what must be known of the baskets: how many, large ones left out, goods by category."""
    if not has_baskets(found):
        return
    yield "data"
    if int(totals["n_large"].iloc[0]):
        yield "large"
    if level != "product":
        yield "level"


def list_readings(found: RuleStudy) -> Iterator[tuple[str, str]]:
    """Name the sentences that say how to read the rules, each with its role."""
    if found.outcome in ("rules", "no_rules"):
        yield "size", "paragraph"
    if found.outcome == "rules":
        yield "how_to_read", "aside"


def list_gaps(found: RuleStudy, category_pairs: pd.DataFrame | None) -> Iterator[str]:
    """Name what is left out of the pictures of rules."""
    if found.outcome in ("rules", "no_rules") and category_pairs is None:
        yield "no_grid"


def list_offers(found: NextStudy) -> Iterator[str]:
    """Name the sentences on what is offered; none where nothing is."""
    if found.offers is not None:
        yield "offers"


def is_sound(rules: RuleStudy, found: NextStudy, *, min_count: int) -> bool:
    """Whether what must hold does: counts nest, shares lie in 0 to 1, ranks are 1 to 5."""
    table = rules.rules
    nests = (table["n_ab"] <= table["n_a"]) & (table["n_a"] <= table["n_b"])
    holds = bool(nests.all() and (table["n_customers"] >= min_count).all())
    holds &= all(table[name].between(0, 1).all() for name in ("support", "confidence"))
    if found.offers is None:
        return holds
    twice = found.offers.duplicated(["customer_id", "product_id"]).any()
    return holds and not twice and bool(found.offers["rank"].between(1, 5).all())
