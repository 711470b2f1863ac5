"""Two records compared part by part."""

import json

from rapport.press.proof.compare import Recorded, compare

DAY = {"unit": "shop", "period": "2026-05", "as_of": "2026-05-31", "languages": ["en", "zh"]}


def value(name="churn.rate", number=0.25, *, kind="ratio", shown="25%", chapter="churn", **more):
    return {
        "id": name, "chapter": chapter, "kind": kind, "value": number, "unit": "share", "n": 8,
        "interval": None, "shown": {"en": shown, "zh": shown}, **more,
    }  # fmt: skip


def record(*values, methods=None, **parts):
    predicate = {
        **DAY,
        "parameters": {"churn_after_days": 180, "confidence": 0.95},
        "sources": {"till": "s1"},
        "canonical": ["orders"],
        "tables": {"orders": {"sha256": "o1", "rows": 9}, "churn_months": {"sha256": "m1"}},
        "code": {"modules": {"analysis/rates.py": "c1"}, "cells": {"shop/2026-05/churn": "n1"}},
        "environment": {"lock": "l1", "python": "3.11", "enforced": {"TZ": "UTC"}},
        "methods": {"churn": methods or method()},
        "rendering": {"code": "r1", "assets": {}, "versions": {"typst": "0.15.0"}},
    }
    return Recorded(predicate | parts, values or (value(),))


def method(**parts):
    same = dict.fromkeys(("cells", "code", "words", "parameters", "marts"), "a")
    return {**same, "reads": ["orders"], **parts}


def causes(comparison):
    return [(cause.part, cause.name) for cause in comparison.causes]


def test_equal_records_have_no_cause_and_no_move():
    found = compare(record(), record())

    assert (found.grade, causes(found), found.moved) == ("B", [], [])


def test_a_value_that_moved_is_named_with_both_numbers():
    found = compare(record(value(number=0.25)), record(value(number=0.5, shown="50%")))

    (move,) = found.moved
    assert (move.id, move.grade, move.old, move.new, move.absolute) == (
        "churn.rate", "D", 0.25, 0.5, 0.25,
    )  # fmt: skip


def test_what_explains_most_comes_first():
    other = {"orders": {"sha256": "o2", "rows": 9}, "churn_months": {"sha256": "m1"}}

    found = compare(
        record(),
        record(
            sources={"till": "s2"},
            tables=other,
            parameters={"churn_after_days": 90, "confidence": 0.95},
            environment={"lock": "l2", "python": "3.12", "enforced": {"TZ": "UTC"}},
        ),
    )

    assert causes(found) == [
        ("source", "till"), ("input", "orders"), ("parameter", "churn_after_days"),
        ("lock", "lock"), ("python", "python"),
    ]  # fmt: skip


def test_the_same_table_in_another_mart_is_no_input():
    tables = {"orders": {"sha256": "o1", "rows": 9}, "churn_months": {"sha256": "m2"}}

    assert compare(record(), record(tables=tables)).of("input") == []


def test_methods_stand_apart_from_data():
    by_code = compare(record(), record(methods=method(code="b")))
    by_words = compare(record(), record(methods=method(words="b")))
    tables = {"orders": {"sha256": "o2", "rows": 9}}
    by_data = compare(record(), record(tables=tables))

    assert (by_code.methods, by_code.data) == ({"churn": ["code"]}, {})
    assert (by_words.methods, by_words.data) == ({}, {})
    assert (by_data.methods, by_data.data) == ({}, {"churn": ["orders"]})


def test_a_move_is_explained_by_what_its_chapter_is_made_of():
    moved = value(number=0.5)
    by_data = compare(record(), record(moved, tables={"orders": {"sha256": "o2", "rows": 9}}))
    by_lock = compare(record(), record(moved, environment={"lock": "l2", "python": "3.11"}))
    by_nothing = compare(record(), record(moved))

    assert by_data.explain(by_data.moved[0]) == "data in orders"
    assert by_lock.explain(by_lock.moved[0]) == "lock, setting"
    assert by_nothing.explain(by_nothing.moved[0]) == "nothing that the records name"


def test_values_of_one_record_alone_are_named():
    found = compare(record(value("a"), value("b")), record(value("b"), value("c")))

    assert [(move.id, move.parts) for move in found.moved] == [("a", ("gone",)), ("c", ("new",))]


def test_another_digit_in_print_is_a_grade_of_its_own():
    near = value(number=0.25 + 1e-14, shown="26%")

    (move,) = compare(record(), record(near)).moved

    assert (move.grade, move.parts) == ("C*", ("value", "shown"))


def test_a_language_that_one_report_lacks_is_not_compared():
    other = value(shown="25%") | {"shown": {"en": None, "zh": "25%"}}

    assert compare(record(), record(other, languages=["zh"])).moved == []


def test_a_denominator_is_compared_exactly_and_an_interval_by_its_kind():
    narrow = value(interval=[0.2, 0.3])
    near, far = value(interval=[0.2, 0.3 + 1e-14]), value(interval=[0.2, 0.31])

    assert compare(record(), record(value(n=9))).moved[0].parts == ("n",)
    assert compare(record(narrow), record(near)).moved[0].grade == "C"
    assert compare(record(narrow), record(far)).moved[0].grade == "D"


def test_true_and_one_are_two_parameters():
    one, true = record(parameters={"quotes": 1}), record(parameters={"quotes": True})

    assert causes(compare(one, true)) == [("parameter", "quotes")]


def test_records_of_two_periods_differ_in_their_period():
    found = compare(record(), record(period="2026-06", as_of="2026-06-30"))

    assert [cause.name for cause in found.of("parameter")] == ["as_of", "period"]


def test_it_is_json():
    told = compare(record(), record(value(number=1.0))).as_json()

    assert json.loads(json.dumps(told))["values"][0]["id"] == "churn.rate"
    assert told["equal"] == 0


def test_another_engine_of_marts_is_named_where_a_record_has_one():
    here, there = record(), record(engine="postgresql")

    assert causes(compare(here, record(engine="duckdb"))) == []
    assert causes(compare(there, here)) == [("setting", "engine of marts")]
