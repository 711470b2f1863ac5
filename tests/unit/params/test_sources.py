"""What a source may declare."""

import pytest
from pydantic import ValidationError

from rapport.params import Source
from rapport.params.sources import name_selects


def refusal(**declared):
    with pytest.raises(ValidationError) as caught:
        Source(**declared)
    return str(caught.value)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"format": "csv"}, "format csv needs a `path`"),
        ({"format": "select", "query": "SELECT 1", "path": "x"}, "format select has no `path`"),
        ({"format": "fixed", "path": "x"}, "format fixed needs `fields`"),
        ({"format": "sqlite", "path": "x"}, "format sqlite needs `table` or `query`"),
        (
            {"format": "sqlite", "path": "x", "table": "t", "query": "SELECT 1"},
            "format sqlite needs `table` or `query`",
        ),
        ({"format": "python"}, "format python needs `function`"),
        ({"format": "csv", "path": "x", "table": "t"}, "`table` belongs to format sqlite"),
        ({"format": "parquet", "path": "x", "delimiter": ";"}, "`delimiter` belongs to format csv"),
        ({"format": "csv", "path": "x", "delivery": "1"}, "`delivery` belongs to format python"),
        ({"format": "csv", "path": "x", "delimiter": '"'}, "must differ"),
        ({"format": "csv", "path": "x", "delimiter": ";;"}, "delimiter"),
        ({"format": "csv", "path": "x", "delimiter": "\n"}, "delimiter"),
        ({"format": "csv", "path": "x", "delimiter": "，"}, "delimiter"),
        ({"format": "csv", "path": "x", "limits": {"ratio": 1}}, "limits.ratio"),
        ({"format": "csv", "path": "x\0y"}, "path"),
        ({"format": "python", "function": "a.b:c"}, "function"),
        ({"format": "database", "table": "t"}, "format database needs `database`"),
        ({"format": "csv", "path": "x", "database": "erp"}, "format database needs `database`"),
        ({"format": "database", "database": "erp"}, "needs `table` or `query`"),
        ({"format": "database", "database": "ERP", "table": "t"}, "database"),
        (
            {"format": "database", "database": "erp", "query": "SELECT sleep(1)"},
            "the `query` calls sleep, which is no plain function",
        ),
        ({"format": "csv", "path": "gs://bucket/a.csv"}, "`path` is a file, or objects"),
        ({"format": "csv", "path": "s3://bucket"}, "s3://bucket/name"),
        ({"format": "csv", "path": "s3://*/a.csv"}, "s3://bucket/name"),
    ],
)
def test_what_does_not_belong_together_is_refused(declared, said):
    assert said in refusal(**declared)


def test_a_source_survives_its_way_through_a_task_as_it_is():
    source = Source(
        format="python", function="till:orders", arguments={"shop": "north", "page": 3},
        delivery="2026-06", limits={"rows": 10},
    )  # fmt: skip

    assert Source.model_validate(source.model_dump(mode="json", by_alias=True)) == source


def test_a_select_in_a_list_of_mappings_becomes_a_source_with_its_number():
    unit = {
        "sources": {"a": {"path": "a.csv", "format": "csv"}},
        "tables": {"orders": [{"from": "a"}, {"from": "with x as (select 1) select * from x"}]},
    }

    made = name_selects(unit)

    assert [mapping["from"] for mapping in made["tables"]["orders"]] == ["a", "select_orders_2"]
    assert made["sources"]["select_orders_2"]["format"] == "select"
    assert unit["tables"]["orders"][1]["from"].startswith("with")


@pytest.mark.parametrize("name", ["selected", "with_cards", "select"])
def test_a_source_whose_name_begins_like_a_select_is_a_source(name):
    unit = {"sources": {name: {}}, "tables": {"orders": {"from": name}}}

    assert name_selects(unit) == unit


@pytest.mark.parametrize("unit", [{}, {"tables": None, "sources": {}}, {"tables": {"x": 3}}])
def test_what_is_no_unit_is_left_to_the_model(unit):
    assert name_selects(unit) == unit
