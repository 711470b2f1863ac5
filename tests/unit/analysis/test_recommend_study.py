import numpy as np
import pandas as pd
import pytest

from rapport.analysis.pair_rules import Limits
from rapport.analysis.recommend_study import (
    Asked,
    count_pairs,
    join_people,
    name_level,
    study_next,
    study_rules,
)
from rapport.analysis.recommend_tables import (
    is_sound,
    list_category_pairs,
    list_facts,
    list_first_rules,
    list_gaps,
    list_hits,
    list_offers,
    list_readings,
    measure_next,
    measure_rules,
)

N_ITEMS, N_PAIRS = 16, 6
FLAGS = ("is_recent", "is_before", "is_owned_before", "is_held")


def draw_shop(n_customers=300, *, seed=0, liking=0.8):
    """Draw customers with a basket before and one held out: each even place follows the odd one."""
    random = np.random.default_rng(seed)
    before = np.zeros((n_customers, N_ITEMS), dtype=bool)
    held = np.zeros_like(before)
    first = random.integers(0, N_PAIRS, n_customers) * 2
    before[np.arange(n_customers), first] = True
    follows = random.random(n_customers) < liking
    held[np.flatnonzero(follows), first[follows] + 1] = True
    held[np.flatnonzero(~follows), random.integers(2 * N_PAIRS, N_ITEMS, (~follows).sum())] = True
    return before, held


def tables_of(before, held):
    """Make the marts of such a shop: each basket of the past holds what follows, too."""
    past = before.copy()
    past[:, 1 : 2 * N_PAIRS : 2] |= before[:, : 2 * N_PAIRS : 2]
    past = np.vstack([past] * 2)
    both = past.astype(int).T @ past
    a, b = np.triu_indices(N_ITEMS, 1)
    pairs = pd.DataFrame({"item_a": a + 1, "item_b": b + 1, "n_ab": both[a, b],
                          "n_late": both[a, b] // 2, "n_rest": both[a, b]})  # fmt: skip
    pairs = pairs[pairs["n_ab"] >= 10].reset_index(drop=True)
    n = both.diagonal()
    names = [f"p{item}" for item in range(1, N_ITEMS + 1)]
    items = pd.DataFrame({"item_no": range(1, N_ITEMS + 1), "item": names, "name": names,
                          "n_baskets": n, "n_late": n // 2, "n_rest": n,
                          "is_withdrawn": False, "category": None})  # fmt: skip
    buyers = pairs[["item_a", "item_b"]].assign(n_customers=pairs["n_ab"])
    sizes = past.sum(axis=1)
    counts = {"n_baskets": len(past), "n_items": sizes.sum(),
              "n_places": (sizes * (sizes - 1)).sum()}  # fmt: skip
    late = {"n_late": len(past) // 2, "n_items_late": sizes.sum() // 2,
            "n_places_late": counts["n_places"] // 2}  # fmt: skip
    totals = pd.DataFrame([{**counts, **late, "n_of_two": int((sizes > 1).sum()), "n_large": 0}])
    return pairs, items, buyers, totals, histories_of(before, held)


def histories_of(before, held):
    rows = []
    for buyer in range(len(before)):
        for item in np.flatnonzero(before[buyer] | held[buyer]):
            was, late = int(before[buyer, item]), int(held[buyer, item])
            rows.append((buyer, item + 1, 1, was, was, late))
    return pd.DataFrame(rows, columns=["buyer_key", "item_no", *FLAGS])


def people_of(n):
    keys = np.arange(n)
    return pd.DataFrame({"customer_id": [f"c{k}" for k in keys], "order_key": keys,
                         "segment": None})  # fmt: skip


def study(before, held, *, is_sample=False, level="product", people=None, **asked):
    pairs, items, buyers, totals, histories = tables_of(before, held)
    counted = count_pairs(pairs, items, buyers, totals)
    found = study_rules(counted, totals, Limits(), is_sample=is_sample)
    who = people_of(len(before)) if people is None else people
    return found, study_next(found, histories, who, Asked(**asked), level=level), totals


def test_rules_that_hit_more_often_are_offered_with_their_reason():
    found, offered, _ = study(*draw_shop())

    assert found.outcome == "rules"
    assert offered.outcome == "better"
    led = offered.offers[offered.offers["reason"] != "popular"]
    assert len(led)
    # p2 follows p1 and leads back to it, and so on.
    numbers = [led[name].str[1:].astype(int) for name in ("reason", "product_id")]
    assert ((numbers[0] + 1) // 2 == (numbers[1] + 1) // 2).all()
    assert is_sound(found, offered, min_count=10)


def test_best_sellers_are_offered_where_rules_do_not_hit():
    before, held = draw_shop(liking=0.0)

    _, offered, _ = study(before, held)

    assert offered.outcome == "popular"
    assert set(offered.offers["reason"]) == {"popular"}
    assert offered.hits.difference[0] <= 0


def test_nothing_owned_is_offered_unless_goods_are_used_up():
    before, held = draw_shop()
    _, once, _ = study(before, held)
    _, again, _ = study(before, held, offer_again=True)

    owned = {(f"c{b}", f"p{i + 1}") for b, i in np.argwhere(before | held)}

    def offered(found):
        return set(zip(found.offers["customer_id"], found.offers["product_id"], strict=True))

    assert not offered(once) & owned
    assert offered(again) & owned


def test_durables_are_not_offered_again_where_other_goods_are():
    before, held = draw_shop()
    pairs, items, buyers, totals, histories = tables_of(before, held)
    items = items.assign(category=np.where(items["item_no"] % 2, "Lamps", "Soap"))
    found = study_rules(
        count_pairs(pairs, items, buyers, totals), totals, Limits(), is_sample=False
    )
    asked = Asked(offer_again=True, durables=("Lamps",))
    offers = study_next(found, histories, people_of(len(before)), asked, level="product").offers

    owned = {(f"c{b}", f"p{i + 1}") for b, i in np.argwhere(before | held)}
    again = owned & set(zip(offers["customer_id"], offers["product_id"], strict=True))
    # Odd numbers are lamps.
    assert again
    assert {int(product[1:]) % 2 for _, product in again} == {0}


def test_a_durable_bought_again_is_no_hit():
    before, _ = draw_shop()
    pairs, items, buyers, totals, histories = tables_of(before, before)
    items = items.assign(category="Lamps")
    found = study_rules(
        count_pairs(pairs, items, buyers, totals), totals, Limits(), is_sample=False
    )
    asked = Asked(offer_again=True, durables=("Lamps",))

    offered = study_next(found, histories, people_of(len(before)), asked, level="product")

    assert (offered.hits.n, offered.outcome) == (0, "untested")


def test_goods_that_are_used_up_can_be_hit_again():
    before, _ = draw_shop()

    _, once, _ = study(before, before)
    _, again, _ = study(before, before, offer_again=True)

    assert (once.hits.n, once.outcome) == (0, "untested")
    assert again.hits.n == len(before)


@pytest.mark.parametrize(
    ("change", "outcome", "coming"),
    [({"is_sample": True}, "sample", "none"), ({"level": "category_1"}, "rules", "level")],
)
def test_what_the_data_do_not_carry_is_not_said(change, outcome, coming):
    found, offered, _ = study(*draw_shop(), **change)

    assert (found.outcome, offered.outcome, offered.offers) == (outcome, coming, None)
    assert list_hits(offered) is None
    assert list(list_offers(offered)) == []


def test_too_few_baskets_give_no_rule_and_no_offer():
    found, offered, totals = study(*draw_shop(n_customers=20))

    assert (found.outcome, offered.outcome) == ("few", "none")
    assert measure_rules(found, totals)
    assert list(list_facts(found, totals, "product")) == ["data"]
    assert list(list_readings(found)) == []


def test_no_basket_at_all_is_said_as_such():
    nothing = pd.DataFrame([dict.fromkeys(
        ("n_baskets", "n_items", "n_places", "n_late", "n_items_late", "n_places_late", "n_of_two",
         "n_large"), 0,
    )])  # fmt: skip
    pairs, items, buyers, _, histories = (part.iloc[:0] for part in tables_of(*draw_shop()))

    found = study_rules(
        count_pairs(pairs, items, buyers, nothing), nothing, Limits(), is_sample=False
    )
    offered = study_next(found, histories, people_of(0), Asked(), level="product")

    assert (found.outcome, offered.outcome) == ("none", "none")
    assert measure_rules(found, nothing) == []
    assert list_first_rules(found) is None
    assert is_sound(found, offered, min_count=10)


def test_a_level_that_no_product_carries_is_said_as_such():
    levels = pd.DataFrame({"level": ["product"], "is_taken": [False]})
    pairs, items, buyers, totals, _ = (part.iloc[:0] for part in tables_of(*draw_shop()))
    empty = totals.reindex([0]).fillna(0)

    counted = count_pairs(pairs, items, buyers, empty)
    level = name_level(levels)
    found = study_rules(counted, empty, Limits(), is_sample=False, level=level)

    assert found.outcome == "no_level"
    assert name_level(levels.iloc[:0]) == "product"


def test_fewer_customers_than_min_n_are_not_tested_but_served():
    before, held = draw_shop()
    held[20:] = False

    _, offered, _ = study(before, held)

    assert offered.outcome == "untested"
    assert set(offered.offers["reason"]) == {"popular"}
    assert {one.name for one in measure_next(offered)} == {
        "hits.n", "offers.customers", "offers.coverage", "offers.tail",
    }  # fmt: skip


def test_customers_who_may_not_be_profiled_are_offered_nothing():
    before, held = draw_shop()
    people = people_of(len(before)).iloc[:200]

    _, offered, _ = study(before, held, people=people)

    assert set(offered.offers["customer_id"]) <= set(people["customer_id"])


def test_the_order_of_rows_changes_nothing():
    before, held = draw_shop()
    pairs, items, buyers, totals, histories = tables_of(before, held)
    people = people_of(len(before))

    def run(turn):
        counted = count_pairs(pairs[::turn], items, buyers[::turn], totals)
        found = study_rules(counted, totals, Limits(), is_sample=False)
        return study_next(found, histories[::turn], people[::turn], Asked(), level="product")

    pd.testing.assert_frame_equal(run(1).offers, run(-1).offers)
    assert run(1).hits == run(-1).hits


def test_categories_are_shown_from_three_on_that_meet():
    found, _, _ = study(*draw_shop())
    cells = pd.DataFrame({"category_a": ["a", "a", "b"], "category_b": ["b", "c", "c"],
                          "n_a": [50, 50, 40], "n_b": [40, 30, 30]})  # fmt: skip
    lifts = cells.assign(n_ab=20, index=[100.0, None, 120.0])

    assert len(list_category_pairs(found, lifts, cells)) == 3
    assert list_category_pairs(found, lifts.iloc[:1], cells.iloc[:1]) is None
    assert list_category_pairs(found, lifts.assign(index=None), cells) is None
    assert list(list_gaps(found, None)) == ["no_grid"]


def test_segments_are_joined_by_customer():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "order_key": [1, 2]})
    segments = pd.DataFrame({"customer_id": ["b"], "segment": ["new"]})

    joined = join_people(customers, segments)

    assert joined["segment"].tolist()[1] == "new"
    assert pd.isna(joined["segment"].iloc[0])
