from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.clusters import ClusterSettings, fit_clusters
from rapport.analysis.segmentation_groups import (
    SPEND,
    TAKEN,
    describe_choice,
    join_groups,
    list_remarks,
    list_rules,
    measure_groups,
    measure_rules,
    name_groups,
    name_rules,
    place_groups,
    study_rules,
)


def three_kinds(n=100):
    """Three clouds far apart: often and much, seldom and little, long ago."""
    random = np.random.default_rng(7)
    centres = [(5, 30, 3000), (40, 6, 300), (300, 1, 20)]
    rows = [
        (days + random.integers(0, 3), orders + random.integers(0, 2), spend + random.integers(9))
        for days, orders, spend in centres
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=list(TAKEN))
    frame["rfm_spend"] = [Decimal(int(value)) for value in frame["rfm_spend"]]
    return frame.assign(order_key=range(len(frame)), customer_id=[f"c{n}" for n in frame.index])


def fit(customers, **settings):
    return fit_clusters(customers, ClusterSettings(TAKEN, SPEND, ks=(2, 3, 4), **settings))


@pytest.fixture(scope="module")
def customers():
    return three_kinds()


@pytest.fixture(scope="module")
def groups(customers):
    return fit(customers)


def test_groups_that_stand_apart_are_called_kinds(groups):
    assert name_groups(groups) == "kinds"
    named = {one.name: one.value for one in measure_groups(groups)}
    assert named["groups.k"] == 3
    assert named["groups.silhouette"] - named["groups.null"] >= 0.1


def test_a_cloud_without_groups_is_not_called_kinds():
    random = np.random.default_rng(1)
    points = np.exp(random.normal(3, 1, size=(300, 3))).round()
    frame = pd.DataFrame(points, columns=list(TAKEN)).assign(order_key=range(300))

    assert name_groups(fit(frame)) in ("continuum", "unstable", "none_eligible")


def test_a_number_given_by_hand_that_is_not_firm_is_called_forced(customers):
    # A fourth group can only halve one of the three: too small for the number asked.
    found = fit(customers, k=4, min_count=70)

    assert found.k == 4
    assert name_groups(found) == "forced"


def test_too_few_customers_and_equals_have_no_groups(customers):
    few, equals = customers.head(8), pd.concat([customers.head(1)] * 60)

    assert name_groups(fit(few)) == "too_few_customers"
    assert name_groups(fit(equals.assign(order_key=range(60)))) == "all_alike"
    assert name_groups(fit(customers.iloc[:0])) == "too_few_customers"


def test_nothing_is_tried_of_too_few(customers, groups):
    assert describe_choice(fit(customers.head(8)), k=0) == "untried"
    assert describe_choice(groups, k=0) == "tried"
    assert describe_choice(groups, k=3) == "given"


def test_a_few_left_out_are_remarked_on_without_their_number(customers):
    spend = [Decimal(-1), *customers["rfm_spend"][1:]]

    found = fit(customers.assign(rfm_spend=spend))

    assert list_remarks(found) == [("left_out", "few")]
    named = {one.name: one.value for one in measure_groups(found)}
    assert named["groups.n_left_out"] is None


def test_where_few_are_left_out_groups_are_said_of_all_who_were_scored(customers):
    few = fit(customers.assign(rfm_spend=[Decimal(-1), *customers["rfm_spend"][1:]]))
    many = fit(customers.assign(rfm_spend=[Decimal(-1)] * 12 + list(customers["rfm_spend"][12:])))

    told = {one.name: one for one in measure_groups(few)}
    all_told = {one.name: one for one in measure_groups(many)}

    # The count of those grouped says of how many it is a part: it is hidden when it is recorded.
    assert (told["groups.n"].value, told["groups.n"].n) == (299, 300)
    assert {
        one.n for name, one in told.items() if name not in ("groups.n", "groups.n_left_out")
    } == {300}
    assert all_told["groups.k"].n == 288


def test_the_median_customer_of_the_middle_group_stands_in_the_middle(customers, groups):
    placed = place_groups(groups, customers).set_index(["cluster", "measure"])["percentile"]

    assert placed[2, "rfm_spend"] == pytest.approx(50, abs=4)
    assert placed[1, "rfm_spend"] > 75
    assert placed[3, "rfm_days_since"] > 75


def test_small_groups_are_not_placed(customers, groups):
    assert place_groups(groups, customers, min_count=1000).empty


def test_beside_one_small_group_the_next_smallest_is_not_placed_either(customers, groups):
    sizes = groups.profile.sort_values("n")
    smallest = replace(groups, profile=groups.profile.assign(
        n=groups.profile["n"].mask(groups.profile["cluster"] == sizes["cluster"].iloc[0], 4)
    ))  # fmt: skip

    placed = place_groups(smallest, customers, min_count=10)

    assert set(placed["cluster"]) == set(sizes["cluster"].iloc[2:])


def test_rules_retell_groups_and_hold_everybody_once(customers, groups):
    rules = study_rules(groups, customers, seed=0)

    listed = list_rules(rules)

    assert name_rules(rules) == ["ok"]
    assert listed["n"].sum() == len(customers)
    assert set(listed["cluster"]) == {1, 2, 3}
    (fidelity,) = measure_rules(rules, groups)
    assert fidelity.value > 0.95
    assert fidelity.n == len(customers)


def test_no_groups_have_no_rules(customers):
    none = fit(customers.head(8))

    rules = study_rules(none, customers.head(8), seed=0)

    assert rules is None
    assert name_rules(rules) == []
    assert list_rules(rules).empty
    assert measure_rules(rules, none) == []


def test_scores_and_groups_are_joined_customer_by_customer(customers, groups):
    scores = pd.DataFrame({"segment": "new"}, index=customers["customer_id"])

    joined = join_groups(scores, groups)

    assert list(joined.columns) == ["customer_id", "segment", "cluster"]
    assert joined["cluster"].tolist() == groups.labels.tolist()
