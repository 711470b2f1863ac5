from decimal import Decimal

import pandas as pd
import pytest

from rapport.analysis.interests import study_interests, take_shares
from rapport.present.chapters.segmentation_interests import interest_table
from rapport.present.sentences import Sentence, all_templates
from rapport.present.tables import render_table
from rapport.present.values import Suppressed, Value

NAMES = ["Kitchen", "Garden", "Books"]


def draw(n_each=40, tastes=((8, 1, 1), (1, 8, 1), (1, 1, 8))):
    """Customers who lean to one category each, a little unlike one another."""
    rows = []
    for place in range(n_each * len(tastes)):
        parts = [Decimal(part * 10 + (place * (at + 3)) % 7)
                 for at, part in enumerate(tastes[place % len(tastes)])]  # fmt: skip
        rows.append({
            "customer_id": f"c{place:03}", "order_key": place, "gross": sum(parts), "n_lines": 5,
            **{f"gross_{at}": part for at, part in enumerate(parts, start=1)},
        })  # fmt: skip
    named = {f"name_{at}": name for at, name in enumerate(NAMES, start=1)}
    empty = {f"name_{at}": None for at in range(len(NAMES) + 1, 9)}
    return pd.DataFrame(rows).assign(**named, **empty)


def study(rows, **settings):
    return study_interests(rows, customers=list(rows["customer_id"]), **settings)


def test_customers_who_buy_alike_make_a_group_that_leans_to_what_they_buy():
    found = study(draw())

    assert found.outcome == "kinds"
    assert sorted(found.groups["category"]) == sorted(NAMES)
    assert found.groups["n"].tolist() == [40, 40, 40]
    assert found.groups["share_in"].gt(2 * found.groups["share_of_all"]).all()


def test_shuffled_rows_give_the_same_groups():
    rows = draw()

    shuffled = study(rows.sample(frac=1, random_state=4))

    pd.testing.assert_frame_equal(study(rows).groups, shuffled.groups)


def test_who_may_not_be_profiled_is_in_no_group():
    rows = draw()

    found = study_interests(rows, customers=list(rows["customer_id"][:90]))

    assert found.groups["n"].sum() == 90
    assert {one.name: one.value for one in found.measured}["interests.n"] == 90


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        (draw(n_each=5), "too_few_customers"),
        (draw(tastes=((1, 1, 1),)).assign(gross_1=1, gross_2=1, gross_3=1, gross=3), "all_alike"),
        (draw().assign(name_2=None, name_3=None), "none"),
        (draw().iloc[:0], "none"),
    ],
)
def test_where_no_groups_can_be_sought_it_says_why(rows, outcome):
    found = study(rows, min_count=10)

    assert found.outcome == outcome
    assert found.groups.empty


def test_without_categories_nothing_is_looked_for():
    assert study_interests(None, customers=["c1"]).measured == ()


def test_shares_are_of_all_that_a_customer_bought():
    rows = draw(n_each=1)

    shares = take_shares(rows, 3)

    whole = shares[["share_1", "share_2", "share_3"]].sum(axis=1)
    assert whole.tolist() == pytest.approx([1, 1, 1])


def values(n=120):
    named = {one.slot: Value(one.name, one.value, one.kind, one.unit)
             for one in study(draw()).measured}  # fmt: skip
    return named | {"interests_n": Value("interests.n", n, "count", "customers")}


@pytest.mark.parametrize("case", all_templates()["segmentation.interests"]["cases"])
def test_every_outcome_is_told_in_both_languages(case):
    for language in ("en", "zh"):
        told = Sentence("segmentation.interests", values(), case=case).text(language)
        assert told
        assert "nan" not in told


def test_a_small_group_is_hidden_and_another_with_it():
    groups = study(draw()).groups.assign(n=[80, 35, 5])

    spec = interest_table(groups, values(), min_count=10)

    assert [row[1] for row in render_table(spec, "en")] == ["80", "withheld", "withheld"]


def test_no_table_is_shown_where_its_sum_would_tell_the_few_left_out():
    hidden = values(Suppressed(10, 123, is_rest=True))

    assert interest_table(study(draw()).groups, hidden, min_count=10) is None
