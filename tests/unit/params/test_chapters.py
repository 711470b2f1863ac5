import pytest

from rapport.params import UnitParams
from rapport.params.chapters import NEEDS, can_have, list_lacks
from rapport.schema import SCHEMAS

OF_ORDERS = ["profiling", "segmentation", "lifecycle", "value", "churn"]


def unit(*tables, **more):
    return UnitParams.model_validate(
        {
            "name": "shop",
            "title": {"en": "Shop", "zh": "商店"},
            "currency": "GBP",
            "sources": {"till": {"path": "till.csv", "format": "csv"}},
            "tables": {name: {"from": "till", "columns": {}} for name in tables},
            **more,
        }
    )


def chapters(params):
    return [chapter for chapter in NEEDS if can_have(chapter, params)]


def test_a_unit_with_orders_alone_has_the_chapters_on_orders():
    assert chapters(unit("orders")) == OF_ORDERS


def test_a_unit_with_contracts_alone_is_not_segmented_by_what_it_buys():
    assert chapters(unit("subscriptions")) == ["lifecycle", "value", "churn"]


@pytest.mark.parametrize(
    ("table", "held"),
    [
        ("interactions", ["profiling"]),
        ("surveys", ["satisfaction"]),
        ("campaign_contacts", []),
        ("campaigns", []),
        ("customers", []),
    ],
)
def test_a_unit_without_orders_has_what_its_tables_tell(table, held):
    assert chapters(unit(table)) == held


def test_a_chapter_on_campaigns_needs_to_know_them_and_whom_they_reached():
    assert chapters(unit("campaigns", "campaign_contacts")) == ["campaigns"]


def test_every_unit_has_a_summary():
    assert can_have("summary", unit("customers"))


@pytest.mark.parametrize("flag", ["baskets_only", "lines_are_a_sample"])
def test_nobody_can_be_seen_to_come_back_without_customers_or_in_a_draw(flag):
    assert chapters(unit("order_lines", **{flag: True})) == ["recommendation"]


@pytest.mark.parametrize(
    ("bare", "drawn", "reason"), [(True, False, "undated"), (False, True, "drawn")]
)
def test_why_nobody_can_be_seen_to_come_back_is_told(bare, drawn, reason):
    lacks = list_lacks(["order_lines"], baskets_only=bare, is_drawn=drawn)

    assert {lack.chapter: lack.reason for lack in lacks} == {
        **dict.fromkeys(OF_ORDERS, reason),
        **dict.fromkeys(("satisfaction", "campaigns"), "undelivered"),
    }
    assert [lack.chapter for lack in lacks] == [c for c in NEEDS if c != "recommendation"]


def test_chapters_need_canonical_tables():
    assert {table for tables in NEEDS.values() for table in tables} <= set(SCHEMAS)
