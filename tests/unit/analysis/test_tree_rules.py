import numpy as np
import pandas as pd
import pytest

from rapport.analysis.tree_rules import Condition, fit_tree_rules, rule_table


@pytest.fixture
def customers():
    return pd.DataFrame(
        {
            "order_key": range(400),
            "n_orders": np.tile([1, 2, 3, 4], 100),
            "gross": np.repeat([10.5, 20.25, 90.0, 95.5], 100),
        }
    )


def test_a_cut_that_made_the_groups_is_found_and_whole_measures_have_whole_bounds(customers):
    outcomes = (customers["n_orders"] <= 2).map({True: 2, False: 1})

    told = fit_tree_rules(customers, outcomes, measures=["n_orders", "gross"])

    assert told.fidelity == 1
    assert [rule.conditions for rule in told.rules] == [
        (Condition("n_orders", 2, None),),
        (Condition("n_orders", None, 2),),
    ]
    assert [(rule.outcome, rule.n, rule.share) for rule in told.rules] == [(1, 200, 1), (2, 200, 1)]


def test_two_cuts_of_one_measure_are_one_condition(customers):
    outcomes = customers["n_orders"].isin([2, 3]).astype(int) + 1

    told = fit_tree_rules(customers, outcomes, measures=["n_orders"])

    middle = [rule for rule in told.rules if rule.outcome == 2]
    assert {(part.above, part.at_most) for rule in middle for part in rule.conditions} <= {
        (1, 2),
        (2, 3),
        (1, 3),
    }
    assert sum(rule.n for rule in told.rules) == 400


def test_rules_that_do_not_retell_the_groups_are_withheld(customers):
    chance = pd.Series(np.random.default_rng(0).integers(1, 3, 400))

    told = fit_tree_rules(customers, chance, measures=["n_orders", "gross"])

    assert (told.rules, told.reason) == ((), "unfaithful")
    assert told.fidelity < 0.8


def test_shuffled_rows_change_nothing(customers):
    outcomes = (customers["gross"] > 50).astype(int) + 1
    shuffled = customers.sample(frac=1, random_state=2)

    told = fit_tree_rules(shuffled, outcomes.loc[shuffled.index], measures=["n_orders", "gross"])

    assert told == fit_tree_rules(customers, outcomes, measures=["n_orders", "gross"])


def test_customers_without_a_group_are_left_out(customers):
    outcomes = (customers["n_orders"] <= 2).map({True: 2, False: 1}).where(customers.index < 200, 0)

    told = fit_tree_rules(customers, outcomes, measures=["n_orders"])

    assert sum(rule.n for rule in told.rules) == 200


@pytest.mark.parametrize(("n", "reason"), [(0, "too_few_customers"), (400, "one_group")])
def test_without_groups_to_tell_apart_the_reason_is_said(customers, n, reason):
    some = customers.head(n)

    told = fit_tree_rules(some, pd.Series(1, some.index), measures=["gross"])

    assert (told.rules, told.fidelity, told.reason) == ((), None, reason)


def test_the_table_has_a_row_per_condition(customers):
    outcomes = (customers["n_orders"] <= 2).map({True: 2, False: 1})
    told = fit_tree_rules(customers, outcomes, measures=["n_orders"])

    rules = rule_table(told.rules)

    assert rules["rule"].tolist() == [1, 2]
    assert rules["at_most"].isna().tolist() == [True, False]
    assert rule_table([]).empty
