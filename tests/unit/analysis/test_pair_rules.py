import pandas as pd
import pytest

from rapport.analysis.pair_rules import Baskets, Counted, Limits, find_rules, lift_categories
from support import table

ALL = Baskets(n=200, n_items=400, n_places=400)
LATER = Baskets(n=100, n_items=200, n_places=200)
ITEMS = """
    item_no  item    n_baskets  n_late
    1        bread          80      40
    2        butter         50      25
    3        jam            50      25
    4        salt           20      10
"""
PAIRS = """
    item_a  item_b  n_ab  n_late
    1       2         40      20
    1       3         11       6
    2       3         30      15
    3       4         12       0
"""
# 80 * 50 / 200 * .5 = 10 are expected of bread and butter, 6.25 of butter and jam.


def counted(pairs=PAIRS, items=ITEMS, n_customers=99, whole=ALL, later=LATER):
    rows = table(pairs)
    buyers = rows[["item_a", "item_b"]].assign(n_customers=n_customers)
    return Counted(rows, table(items), buyers, whole, later)


def test_the_size_factor_is_one_where_every_basket_would_meet_by_chance():
    # Sizes 1 and 3: N sum s(s-1) / (sum s)^2 = 2 * 6 / 16.
    assert Baskets(n=2, n_items=4, n_places=6).size_factor == 0.75
    assert Baskets(n=5, n_items=5, n_places=0).size_factor == 1.0


def test_rules_are_listed_by_baskets_beyond_expectation_and_never_by_lift():
    rules = find_rules(counted(), Limits())

    assert rules[["a", "b"]].to_numpy().tolist() == [["butter", "bread"], ["butter", "jam"]]
    assert rules["n_beyond"].tolist() == [30.0, 23.75]
    assert rules["lift_adjusted"].tolist() == [4.0, 4.8]


def test_a_rule_leads_from_the_rarer_product_with_its_interval():
    first = find_rules(counted(), Limits()).iloc[0]

    assert (first["n_a"], first["n_b"], first["confidence"]) == (50, 80, 0.8)
    assert first["support"] == 0.2
    assert (round(first["low"], 3), round(first["high"], 3)) == (0.67, 0.888)


def test_a_pair_that_the_later_half_does_not_hold_is_no_rule():
    # Jam and salt: 12 where 2.5 are expected, none of them later.
    assert "salt" not in set(find_rules(counted(), Limits())["a"])
    pairs = PAIRS.replace("3       4         12       0", "3       4         12       6")
    assert "salt" in set(find_rules(counted(pairs), Limits())["a"])


def test_a_pair_of_one_household_is_no_rule():
    assert find_rules(counted(n_customers=9), Limits()).empty
    assert len(find_rules(counted(n_customers=10), Limits())) == 2


def test_chance_is_asked_of_all_possible_pairs_not_of_those_counted():
    # Two items more often together than expected, p about .0002: one of six pairs that four
    # products make passes; of ten thousand pairs that 150 products make it does not.
    pairs = """
        item_a  item_b  n_ab  n_late
        2       3         17       9
    """
    many = pd.concat([
        table(ITEMS),
        pd.DataFrame({"item_no": range(5, 151), "item": "rare", "n_baskets": 1, "n_late": 0}),
    ])  # fmt: skip
    few = counted(pairs)

    assert len(find_rules(few, Limits())) == 1
    assert find_rules(Counted(few.pairs, many, few.customers, ALL, LATER), Limits()).empty


def test_a_lift_of_the_limit_exactly_is_large_enough():
    # Expected 10, found 12; one pair alone can be made of two products.
    pairs = """
        item_a  item_b  n_ab  n_late
        1       2         12       6
    """
    items = "\n".join(ITEMS.splitlines()[:4])

    assert len(find_rules(counted(pairs, items), Limits(fdr=1.0, min_lift=1.2))) == 1
    assert find_rules(counted(pairs, items), Limits(fdr=1.0, min_lift=1.21)).empty


def test_shuffled_pairs_give_the_same_rules_and_the_input_is_unchanged():
    given = counted()
    before = given.pairs.copy()

    turned = Counted(given.pairs[::-1], given.items[::-1], given.customers[::-1], ALL, LATER)

    pd.testing.assert_frame_equal(find_rules(given, Limits()), find_rules(turned, Limits()))
    pd.testing.assert_frame_equal(given.pairs, before)


@pytest.mark.parametrize("items", [ITEMS, "item_no  item  n_baskets  n_late"])
def test_no_pairs_give_no_rules(items):
    given = counted(items=items)
    empty = Counted(given.pairs.iloc[:0], given.items, given.customers.iloc[:0], ALL, LATER)

    rules = find_rules(empty, Limits())

    assert rules.empty
    assert "confidence" in rules


def test_counts_of_a_very_large_shop_do_not_overflow():
    whole = Baskets(n=10**9, n_items=4 * 10**9, n_places=12 * 10**9)
    items = """
        item_no  item  n_baskets   n_late
        1        a     500000000   250000000
        2        b     400000000   200000000
    """
    pairs = """
        item_a  item_b  n_ab        n_late
        1       2       390000000   195000000
    """
    half = Baskets(5 * 10**8, 2 * 10**9, 6 * 10**9)

    rules = find_rules(counted(pairs, items, whole=whole, later=half), Limits())

    assert rules["n_expected"].tolist() == [150_000_000.0]


def test_categories_met_too_seldom_have_no_index():
    cells = table("""
        category_a  category_b  n_a  n_b  n_ab  n_baskets  n_items  n_places
        cups        pans         50   40    30        100      100       100
        cups        pots          9   40     9        100      100       100
    """)

    index = lift_categories(cells, min_pairs=10)["index"]

    assert index.iloc[0] == 150.0
    assert pd.isna(index.iloc[1])
