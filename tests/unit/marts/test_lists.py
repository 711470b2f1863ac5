"""Lists by declared conditions over what chapters published."""

from decimal import Decimal

import pyarrow as pa
import pytest

from rapport.errors import ParameterError
from rapport.marts.lists import Rule, make_lists
from rapport.params.lists import find_needs

NAMES = ["c1", "c2", "c3", "c4"]


def standing(**more):
    measures = pa.table(
        {"customer_id": NAMES, "order_key": [1, 2, 3, 4], "n_orders": [1, 5, 9, 9],
         "gross": [Decimal(n) for n in (10, 50, 90, 90)],
         "rfm_net": [Decimal(n) for n in (10, 50, 90, 90)]}
    )  # fmt: skip
    habits = pa.table(
        {"customer_id": NAMES, "order_key": [1, 2, 3, 4], "n_discounted_orders": [1, 0, 9, None]}
    )
    return {"customer_measures": measures, "customer_habits": habits, **more}


def rule(when, money="spend"):
    return Rule(when, find_needs(when), money)


def listed(tables, **rules):
    rows = make_lists(tables, {name: rule(when) for name, when in rules.items()}).rows
    return [(row["list"], row["rank"], row["customer_id"]) for row in rows.to_pylist()]


def test_a_list_is_ordered_by_money_then_by_order_key():
    assert listed(standing(), many="n_orders > 1") == [
        ("many", 1, "c3"), ("many", 2, "c4"), ("many", 3, "c2"),
    ]  # fmt: skip


def test_a_condition_of_which_a_part_is_not_known_does_not_hold():
    assert listed(standing(), keen="share_discounted >= 0.5") == [
        ("keen", 1, "c3"), ("keen", 2, "c1"),
    ]  # fmt: skip


def test_what_other_chapters_published_is_joined_by_customer():
    scores = pa.table({"customer_id": ["c2", "c3"], "risk": [0.9, 0.1], "band": ["high", "low"],
                       "expected_loss": [3.0, 8.0]})  # fmt: skip
    offers = pa.table({"customer_id": ["c2", "c2"], "product_id": ["p", "q"]})
    tables = standing(churn_scores=scores, recommendations=offers)

    made = make_lists(
        tables, {"loss": rule("risk > 0", "expected_loss"), "two": rule("n_recommended = 2")}
    )

    rows = [(row["list"], row["customer_id"], row["money"]) for row in made.rows.to_pylist()]
    assert rows == [("loss", "c3", 8.0), ("loss", "c2", 3.0), ("two", "c2", 50.0)]


def test_a_list_that_needs_an_unpublished_table_or_column_is_not_made():
    scores = pa.table({"customer_id": ["c2"], "risk": [0.9], "band": ["high"]})
    rules = {"stage": rule("stage = 'new'"), "loss": rule("risk > 0", "expected_loss"),
             "all": rule("n_orders > 0")}  # fmt: skip

    made = make_lists(standing(churn_scores=scores), rules)

    assert made.lacking == {"stage": ("lifecycle_stages",), "loss": ("churn_scores",)}
    assert set(made.rows["list"].to_pylist()) == {"all"}


def test_without_measures_of_customers_no_list_is_made():
    made = make_lists({}, {"all": rule("n_orders > 0")})

    assert made.rows.num_rows == 0
    assert made.lacking == {"all": ("customer_measures", "customer_habits")}


def test_shuffled_rows_give_the_same_lists():
    tables = standing()
    turned = {name: rows.take([2, 0, 3, 1]) for name, rows in tables.items()}

    assert listed(turned, many="n_orders > 1") == listed(tables, many="n_orders > 1")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("n_orders", "is no yes or no"),
        ("n_orders > 'x'", "does not fit its columns"),
        ("(SELECT true)", "holds a subquery"),
        ("random() > 0.5", "calls random"),
        ("n_orders > 0; DROP TABLE x", "is no SQL expression"),
        ("current_date > first_ordered_on", "reads the clock"),
    ],
)
def test_a_condition_that_is_none_is_refused(when, said):
    with pytest.raises(ParameterError, match=r"lists\.bad") as caught:
        make_lists(standing(), {"bad": Rule(when, {}, "spend")})

    assert said in str(caught.value)
