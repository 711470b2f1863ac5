import numpy as np
import pandas as pd
from scipy import sparse

from rapport.analysis.hit_rate import compare_hits, hits_of, try_baskets, try_customers
from rapport.analysis.recommend import (
    PARTS,
    Shelf,
    find_reasons,
    make_matrix,
    rank_by_popularity,
    rank_by_rules,
    weigh_pairs,
)

PAIRS = pd.DataFrame({"item_a": [1, 1, 2], "item_b": [2, 3, 4], "n_ab": [30, 20, 10]})
N_OF_ITEM = np.array([60, 40, 40, 20])


def matrix(*rows, n=4):
    """Draw who bought what: one text of columns per buyer."""
    at = [(r, int(c)) for r, row in enumerate(rows) for c in row]
    places = np.array(at, dtype=np.int64).reshape(-1, 2)
    return make_matrix(places[:, 0], places[:, 1], (len(rows), n))


def shelf(bought, barred=None, segment=None, closed=()):
    n = bought.shape[0]
    return Shelf(bought, bought if barred is None else barred,
                 np.zeros(n, int) if segment is None else np.array(segment),
                 np.array(closed, dtype=np.int64))  # fmt: skip


def test_scores_add_up_the_confidences_of_all_that_was_bought():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)

    places, scores = rank_by_rules(shelf(matrix("0", "12")), weights)

    assert places[0, :3].tolist() == [1, 2, 3]
    assert scores[0, :2].tolist() == [PARTS // 2, PARTS // 3]
    # From 1 and 2 to 0: 30 / 40 + 20 / 40.
    assert (places[1, 0], scores[1, 0]) == (0, 1_250_000_000)


def test_pairs_that_few_baskets_hold_lead_nowhere():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=11)

    assert weights.toarray()[1, 3] == 0
    assert weights.toarray()[0, 1] == PARTS // 2


def test_what_is_barred_or_closed_is_never_offered():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)

    places, _ = rank_by_rules(shelf(matrix("0"), closed=[1]), weights)

    assert places[0].tolist() == [2, 3, -1, -1, -1]


def test_what_is_used_up_may_be_offered_again():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)

    places, _ = rank_by_rules(shelf(matrix("01"), barred=matrix("")), weights)

    assert set(places[0, :2]) == {0, 1}


def test_of_equal_scores_the_product_sold_more_often_goes_first():
    weights = sparse.csr_matrix((4, 4), dtype=np.int64)

    places, scores = rank_by_rules(shelf(matrix("3")), weights)

    assert places[0].tolist() == [0, 1, 2, -1, -1]
    assert not scores.any()


def test_a_large_segment_is_offered_its_own_best_sellers_and_a_small_one_those_of_all():
    bought = matrix(*["3"] * 30, *["2"] * 29, *["1"] * 40)
    segment = [1] * 30 + [2] * 29 + [3] * 40

    places, _ = rank_by_popularity(shelf(bought, matrix(*[""] * 99), segment), bought)

    assert (places[0, 0], places[30, 0], places[60, 0]) == (3, 1, 1)


def test_the_reason_is_the_purchase_that_leads_most_surely():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)
    given = shelf(matrix("12", "0"))

    places, _ = rank_by_rules(given, weights)
    reasons = find_reasons(given, weights, places)

    assert (places[0, 0], reasons[0, 0]) == (0, 1)
    assert reasons[1, 2] == -1, "nothing bought leads to the best seller that fills up"


def test_ranks_do_not_hang_on_how_many_buyers_are_scored_at_a_time(monkeypatch):
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)
    given = shelf(matrix("0", "12", "3", "", "013"))
    whole = rank_by_rules(given, weights)

    monkeypatch.setattr("rapport.analysis.recommend._CELLS", 4)

    assert all((a == b).all() for a, b in zip(whole, rank_by_rules(given, weights), strict=True))


def test_nobody_is_offered_nothing():
    places, scores = rank_by_rules(shelf(matrix()), sparse.csr_matrix((4, 4), dtype=np.int64))

    assert places.shape == scores.shape == (0, 5)


def test_a_place_left_empty_hits_nothing():
    places = np.array([[-1, -1, -1, -1, -1]])

    assert hits_of(places, matrix("0")).tolist() == [0.0]


def test_customers_without_a_past_or_without_something_new_are_not_asked():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)
    before, wanted = matrix("0", "", "0"), matrix("1", "1", "")

    by_rules, popular = try_customers(shelf(before), weights, before, wanted)

    assert by_rules.tolist() == [1.0]
    assert len(popular) == 1


def test_a_basket_counts_with_the_share_of_its_goods_that_is_found():
    weights = weigh_pairs(PAIRS, N_OF_ITEM, min_pairs=10)
    baskets = matrix("01", "3")

    by_rules, popular = try_baskets(baskets, weights, N_OF_ITEM)

    # Four products in all: three are left to offer, so everything is found, and a basket of one
    # product asks nothing.
    assert by_rules.tolist() == popular.tolist() == [1.0]


def test_a_difference_that_may_be_none_is_not_better():
    random = np.random.default_rng(0)
    even, other = random.integers(0, 2, (2, 200)).astype(float)

    assert not compare_hits(even, other, confidence=0.95, seed=0).is_better
    assert compare_hits(np.ones(40), np.zeros(40), confidence=0.95, seed=0).is_better
    assert compare_hits(np.ones(29), np.zeros(29), confidence=0.95, seed=0).difference is None
    assert compare_hits(np.empty(0), np.empty(0), confidence=0.95, seed=0).n == 0
