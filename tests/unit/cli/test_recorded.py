"""What a record says of how its numbers were made."""

from pathlib import Path

from rapport.cli.recorded import (
    choose_printing,
    describe_making,
    describe_printing,
    list_strange,
)
from rapport.press.run.tasks import ChapterTask, Result, Table, TableTask

SAME = {"analysis/churn.py": "1", "assets/locale/labels.yml": "1", "present/figures/dots.py": "1"}


def chapter(name="churn", *, period="2026-05", reads=("churn_months",), **parts):
    task = ChapterTask(
        f"shop/{period}/{name}", "shop", period, name, Path(f"06_{name}.ipynb"), {},
        {"unit_parameters": {"currency": "GBP"}},
    )  # fmt: skip
    made = {"orders": Table("o1", 3, 9)} if period is None else {}
    told = {"code": ["1"], "modules": SAME, "tables": dict.fromkeys(reads, "t1"),
            "parameters": {"unit": "shop", "period": period, "churn_after_days": 180},
            "context": {"as_of": "2026-05-31", "unit_parameters": {"currency": "GBP"}}}  # fmt: skip
    return Result(task, "executed", "", "k", told | parts, tables=made)


def mart(name="churn_months", *, reads=("orders",), sql="1"):
    task = TableTask(f"shop/2026-05/{name}", "shop", "2026-05", name, "a:b", {}, {}, ())
    parts = {"tables": dict.fromkeys(reads, "t1"), "modules": {f"marts/{name}.sql": sql}}
    return Result(task, "executed", "", "k", parts)


def method(*results):
    ingestion = chapter("ingestion", period=None, reads=())
    return describe_making([ingestion, *results])["methods"]["churn"]


def moved(one, other):
    return {part for part in one if one[part] != other[part]}


def test_inputs_are_the_tables_of_ingestion():
    told = describe_making([chapter("ingestion", period=None, reads=()), mart(), chapter()])

    assert told["canonical"] == ["orders"]
    assert told["unit_parameters"] == {"currency": "GBP"}
    assert told["methods"]["churn"]["reads"] == ["orders"]


def test_another_period_is_no_other_method():
    april = method(mart(), chapter(period="2026-04"))

    assert moved(method(mart(), chapter()), april) == set()


def test_each_part_of_a_method_moves_by_itself():
    same = method(mart(), chapter())

    assert moved(same, method(mart(), chapter(code=["2"]))) == {"cells"}
    assert moved(same, method(mart(sql="2"), chapter())) == {"marts"}
    other = SAME | {"analysis/churn.py": "2"}
    assert moved(same, method(mart(), chapter(modules=other))) == {"code"}
    for shown in ("assets/locale/labels.yml", "present/figures/dots.py"):
        assert moved(same, method(mart(), chapter(modules=SAME | {shown: "2"}))) == {"words"}
    parameters = {"unit": "shop", "period": "2026-05", "churn_after_days": 90}
    assert moved(same, method(mart(), chapter(parameters=parameters))) == {"parameters"}


def test_a_mart_of_a_mart_is_a_part_of_the_method():
    chain = [mart("order_spells"), mart(reads=("order_spells",))]
    other = [mart("order_spells", sql="2"), mart(reads=("order_spells",))]

    assert moved(method(*chain, chapter()), method(*other, chapter())) == {"marts"}
    assert method(*chain, chapter())["reads"] == ["orders"]


def test_what_is_long_is_told_by_its_digest_and_taken_from_what_is_at_hand():
    logo = {"bytes": "x" * 5000}
    told = describe_printing({"unit": "shop", "bands": ["sample"], "brand": logo})

    assert told["bands"] == ["sample"]
    assert set(told["brand"]) == {"sha256"}
    chosen = choose_printing({"printing": told}, {"brand": logo, "bands": []})
    assert chosen == {"brand": logo, "bands": ["sample"]}


def test_what_the_record_holds_apart_is_taken_from_there():
    long = dict.fromkeys(map(str, range(99)), "d" * 64)
    predicate = {"printing": describe_printing({"definitions": long}), "definitions": long}

    assert choose_printing(predicate, {}) == {"definitions": long}


def test_what_is_not_at_hand_as_it_was_is_named():
    logo = {"bytes": "x" * 5000}
    told = describe_printing({"brand": logo, "definitions": logo, "bands": []})

    assert list_strange(told, {"brand": logo}) == []
    assert list_strange(told, {"brand": {"bytes": "y" * 5000}}) == ["brand"]
