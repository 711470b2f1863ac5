"""Groceries: 9,835 baskets of 169 kinds of goods, and the rules that others printed of them.

Hahsler, Hornik & Reutterer (2006), in From Data and Information Analysis to Knowledge Engineering,
598-605, and the package arules: 5,668 rules at support .001 and confidence .5, 410 at .8, the
highest lift 18.9957. Lantz, Machine Learning with R: 463 rules at .006 and .25, the highest lift
3.9565. Computed here from the same file: the size factor 1.4358, 150 pair rules at .006 and .25,
165 pairs that the chapter keeps, and none of baskets whose goods were shuffled.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from published.reference_data import assert_as_printed, find
from rapport import tables
from rapport.analysis.pair_rules import Limits
from rapport.analysis.recommend import weigh_pairs
from rapport.analysis.recommend_study import (
    Asked,
    count_pairs,
    join_people,
    study_next,
    study_rules,
)
from rapport.ingest import find_sources, ingest
from rapport.marts.build import build_mart
from rapport.params import find_root, load_unit

ROOT = find_root(Path(__file__))
KEY = b"a key for tests, of 32 bytes....."
MARTS = (
    "settings", "periods", "basket_levels", "basket_items", "basket_totals", "pair_items",
    "pair_counts", "pair_customers", "basket_histories",
)  # fmt: skip


@pytest.fixture(scope="module")
def canonical(tmp_path_factory):
    find("groceries/groceries.csv.gz")
    into = tmp_path_factory.mktemp("groceries")
    unit = load_unit(ROOT, "groceries")
    delivered = ingest(unit, find_sources(unit, ROOT), key=KEY).tables
    names = ("order_lines", "customers", "products", "snapshot")
    return {n: tables.write_table(delivered[n], into / f"{n}.parquet").path for n in names}


def make_marts(canonical, into):
    settings = {**load_unit(ROOT, "groceries").chapter_values(), "period": "all"}
    paths = dict(canonical)
    for name in MARTS:
        paths[name] = build_mart(name, paths, settings=settings, into=into).path
    return {name: tables.read_table(paths[name]) for name in MARTS}


def count(marts):
    named = ("pair_counts", "pair_items", "pair_customers", "basket_totals")
    return count_pairs(*(marts[name] for name in named))


@pytest.fixture(scope="module")
def marts(canonical, tmp_path_factory):
    return make_marts(canonical, tmp_path_factory.mktemp("marts"))


@pytest.fixture(scope="module")
def found(marts):
    return study_rules(count(marts), marts["basket_totals"], Limits(), is_sample=False)


@pytest.fixture(scope="module")
def itemsets(marts):
    """Count every set of goods that ten baskets hold, by descent from its most bought item."""
    rows = marts["basket_items"]
    held = np.zeros((9_835, 169), dtype=bool)
    held[rows["basket_no"].to_numpy(int) - 1, rows["item_no"].to_numpy(int) - 1] = True
    counted = {}
    ahead = [((), held)]
    while ahead:
        items, baskets = ahead.pop()
        sums = baskets.sum(axis=0)
        for item in range(items[-1] + 1 if items else 0, 169):
            if sums[item] >= 10:
                counted[*items, item] = int(sums[item])
                ahead.append(((*items, item), baskets[baskets[:, item]]))
    return counted


def list_rules(itemsets, *, least, confidence):
    """List rules of one consequent: in whole numbers, since .8 of floats loses four of 410."""
    share = Fraction(confidence)
    rules = []
    for items, n in itemsets.items():
        if len(items) < 2 or n < least:
            continue
        for consequent in items:
            rest = tuple(item for item in items if item != consequent)
            if n * share.denominator >= share.numerator * itemsets[rest]:
                lift = n * 9_835 / (itemsets[rest] * itemsets[consequent,])
                rules.append((rest, consequent, lift))
    return rules


def test_the_baskets(marts):
    totals = marts["basket_totals"].iloc[0]

    assert (totals["n_baskets"], len(marts["pair_items"]), totals["n_items"]) == (9835, 169, 43367)
    assert marts["pair_items"]["name"].head(3).tolist() == [
        "whole milk", "other vegetables", "rolls/buns",
    ]  # fmt: skip
    assert marts["pair_items"]["n_baskets"].head(3).tolist() == [2513, 1903, 1809]


@pytest.mark.parametrize(
    ("least", "confidence", "printed"), [(10, "0.5", 5668), (10, "0.8", 410), (60, "0.25", 463)]
)
def test_rules_of_any_length(itemsets, least, confidence, printed):
    # Support .006 of 9,835 baskets is 59.01: sixty.
    assert len(list_rules(itemsets, least=least, confidence=confidence)) == printed


def test_the_highest_lifts(itemsets):
    at_half = max(lift for *_, lift in list_rules(itemsets, least=10, confidence="0.5"))
    at_quarter = max(lift for *_, lift in list_rules(itemsets, least=60, confidence="0.25"))

    assert_as_printed(at_half, "18.9957")
    assert_as_printed(at_quarter, "3.9565")


def test_pairs_of_the_mart_are_those_of_the_full_count(marts, itemsets):
    pairs = marts["pair_counts"]

    counted = {items: n for items, n in itemsets.items() if len(items) == 2}

    assert dict(zip(zip(pairs["item_a"] - 1, pairs["item_b"] - 1, strict=True), pairs["n_ab"],
                    strict=True)) == counted  # fmt: skip


def test_pair_rules_at_the_support_of_a_textbook(marts):
    n_of = marts["pair_items"].set_index("item_no")["n_baskets"]
    pairs = marts["pair_counts"][lambda rows: rows["n_ab"] >= 60]

    n_rules = sum(
        int((4 * pairs["n_ab"].to_numpy() >= n_of.loc[pairs[side]].to_numpy()).sum())
        for side in ("item_a", "item_b")
    )

    assert n_rules == 150


def test_the_size_factor(found):
    assert_as_printed(found.counted.whole.size_factor, "1.4358")


def test_the_rules_that_are_kept(found):
    assert (found.outcome, len(found.rules), found.counted.n_possible) == ("rules", 165, 14_196)


def test_no_rule_is_kept_of_shuffled_baskets(canonical, tmp_path):
    # Which basket holds what is drawn anew; sizes of baskets and counts of goods stay near theirs.
    lines = tables.read_table(canonical["order_lines"])
    drawn = np.random.default_rng(0).permutation(len(lines))
    shuffled = lines.assign(product_id=lines["product_id"].to_numpy()[drawn])
    arrow = pa.Table.from_pandas(
        shuffled, schema=pa.parquet.read_schema(canonical["order_lines"]), preserve_index=False
    )
    path = tables.write_table(arrow, tmp_path / "order_lines.parquet").path
    marts = make_marts({**canonical, "order_lines": path}, tmp_path)

    found = study_rules(count(marts), marts["basket_totals"], Limits(), is_sample=False)

    assert (found.outcome, len(found.rules)) == ("no_rules", 0)


@pytest.fixture(scope="module")
def tested(marts, found):
    nobody = join_people(pd.DataFrame({"customer_id": [], "order_key": []}), None)
    return study_next(found, marts["basket_histories"], nobody, Asked(), level="product")


def test_hidden_goods_are_found_by_rules_more_often_than_by_popularity(tested):
    assert (tested.outcome, tested.offers, tested.hits.n) == ("better_baskets", None, 1_543)
    assert_as_printed(tested.hits.popular, ".254")
    assert_as_printed(tested.hits.rules, ".269")
    assert_as_printed(tested.hits.difference[0], ".009")
    assert_as_printed(tested.hits.difference[1], ".022")


def test_the_figures_of_one_draw_lie_around_those_of_all_draws(tested):
    # Popularity .271, confidences .284: one fifth of the baskets and one item hidden in each of
    # 1,555. Here each item is hidden in turn; shares of so many draws scatter by .011.
    assert abs(tested.hits.popular - 0.271) < 2 * 0.011
    assert abs(tested.hits.rules - 0.284) < 2 * 0.011


def test_ranked_by_lift_less_than_half_is_found(marts, tested):
    held, weights, n_of_item = read_test(marts)

    by_lift = hit_one_item(held, weights / np.maximum(n_of_item, 1))

    assert by_lift < tested.hits.popular / 2


def read_test(marts):
    n_of_item = marts["pair_items"]["n_rest"].to_numpy(int)
    weights = weigh_pairs(marts["pair_counts"], n_of_item, min_pairs=10, count="n_rest").toarray()
    rows = marts["basket_histories"]
    baskets = [items.to_numpy(int) - 1 for _, items in rows.groupby("buyer_key")["item_no"]]
    return [items for items in baskets if len(items) > 1], weights, n_of_item


def hit_one_item(baskets, weights):
    """Hide one item of each basket and count how often it is among the five best others."""
    drawn = np.random.default_rng(0)
    hits = 0
    for items in baskets:
        hidden = drawn.choice(items)
        others = items[items != hidden]
        scores = weights[others].sum(axis=0)
        scores[others] = -1
        hits += hidden in np.argsort(-scores, kind="stable")[:5]
    return hits / len(baskets)
