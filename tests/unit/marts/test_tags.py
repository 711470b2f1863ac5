"""Who meets which condition: tags_held."""

import pytest

from rapport import tables
from rapport.errors import ParameterError
from unit.marts.test_habits import ORDERS, draw, make


def held(into, tags, **given):
    rows = tables.read_table(make(into, tags=tags, **given)["tags_held"])
    return [tuple(row) for row in rows[["window", "customer_id", "tag"]].to_numpy()]


def test_a_tag_is_held_by_those_who_meet_its_condition(tmp_path):
    tags = {"often": "n_orders >= 3", "big": "total_spend >= 20", "back": "n_returns > 0"}

    assert held(tmp_path, tags) == [
        ("current", "a", "back"), ("current", "a", "big"), ("current", "a", "often"),
        ("current", "b", "big"), ("previous", "a", "big"), ("previous", "a", "often"),
    ]  # fmt: skip


def test_a_condition_may_speak_of_habits_and_of_shares(tmp_path):
    edit = {0: {"discount": 1, "channel": "web"}, 5: {"channel": "store"}}
    tags = {"bargain": "share_discounted >= 0.25", "shop": "main_channel = 'store'",
            "small": "mean_order <= 10"}  # fmt: skip

    found = held(tmp_path, tags, edit=edit)

    assert [row[1:] for row in found if row[0] == "current"] == [
        ("a", "bargain"), ("a", "small"), ("b", "shop"),
    ]  # fmt: skip


def test_what_is_not_known_of_a_customer_holds_no_tag(tmp_path):
    assert held(tmp_path, {"any": "last_nps >= 0 or not (last_nps >= 0)"}) == []


def test_without_tags_the_table_has_no_row(tmp_path):
    assert held(tmp_path, {}) == []


def test_a_unit_without_orders_holds_no_tag(tmp_path):
    assert held(tmp_path, {"often": "n_orders > 3"}, orders="customer  day  kind  amount") == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("n_order > 3", "no measure of customers is called n_order. Did you mean n_orders?"),
        ("customer_id = 'a'", "no measure of customers is called customer_id."),
        ("total_spend", "the condition is no yes or no."),
        ("n_orders >", "the condition is no SQL expression."),
        ("random() > 0.5", "the condition calls random, which is not among the functions"),
        ("first_ordered_on < current_date", "the condition reads the clock."),
        ("n_orders > (select 1)", "the condition holds a subquery."),
        ("sum(n_orders) > 3", "the condition calls sum, which is not among the functions"),
        ("row_number() over () > 3", "the condition holds a window."),
        ("n_orders > 1 from read_csv('/etc/passwd')", "the condition is more than one expression"),
        ("true; select 1", "the condition is more than one expression"),
        ("cast(country as date) > n_orders", "the condition does not fit its columns."),
        ("tags_held = 1", "no measure of customers is called tags_held."),
    ],
)
def test_a_condition_that_is_none_is_refused(tmp_path, when, said):
    with pytest.raises(ParameterError, match=r"^tags\.odd: ") as refused:
        held(tmp_path, {"odd": when})

    assert said in str(refused.value)


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(ParameterError) as refused:
        held(tmp_path, {"a": "n_order > 3", "b": "total_spend", "c": "n_orders > 1"})

    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["tags.a", "tags.b"]


def test_a_condition_that_fails_on_a_customer_tells_no_value(tmp_path):
    edit = {0: {"channel": "web"}}

    with pytest.raises(ParameterError) as refused:
        held(tmp_path, {"odd": "cast(main_channel as integer) > 1"}, edit=edit)

    assert str(refused.value) == (
        "tags.odd: the condition does not fit its columns. Mend types and brackets."
    )


@pytest.mark.parametrize("when", ["n_orders >= 3 -- and no more", "n_orders >= 3 as often"])
def test_comments_and_names_do_not_get_into_the_query(tmp_path, when):
    assert ("current", "a", "often") in held(tmp_path, {"often": when})


def test_text_of_customers_is_compared_and_never_run(tmp_path):
    given = draw(0)
    given["edit"][0]["channel"] = "web"
    tags = {"odd": "main_channel = '''); drop table measured; --'"}

    assert held(tmp_path, tags, **given) == []


def test_tags_do_not_depend_on_the_order_of_orders(tmp_path):
    lines = ORDERS.strip().splitlines()
    mixed = "\n".join([lines[0], *reversed(lines[1:])])
    tags = {"often": "n_orders >= 3", "big": "total_spend >= 20"}

    one = held(tmp_path / "one", tags)
    other = held(tmp_path / "two", tags, orders=mixed)

    assert sorted(one) == sorted(other)
