import pytest

import executed
from document import example
from rapport.errors import ChapterError
from rapport.press.proof.record import canonical_json, list_values, make_run_id, pack, unpack


def value(ident, number=1):
    return {
        "id": ident, "value": number, "kind": "count", "unit": "orders", "n": 5,
        "interval": [0, 2], "table": None, "chapter": "churn",
    }  # fmt: skip


def test_json_is_spelled_in_one_way():
    assert canonical_json({"b": "示", "a": [1, None]}) == '{"a":[1,null],"b":"示"}'.encode()


def test_values_stand_by_id_with_the_eight_fields():
    listed = list_values([value("churn.b"), value("churn.a")], {})

    assert [one["id"] for one in listed] == ["churn.a", "churn.b"]
    assert set(listed[0]) == {
        "id", "value", "kind", "unit", "n", "interval", "shown", "chapter",
    }  # fmt: skip


def test_what_is_shown_are_the_characters_of_the_first_place():
    documents = {language: example(language) for language in ("en", "zh")}
    for language, text in (("en", "£1.42m"), ("zh", "142.27 万英镑")):
        run = executed.run(text, kind="value", ident="churn.a")
        documents[language]["front"]["headline"] = [run, {**run, "text": "later"}]

    (listed,) = list_values([value("churn.a")], documents)

    assert listed["shown"] == {"en": "£1.42m", "zh": "142.27 万英镑"}


def test_a_value_that_stands_nowhere_is_shown_as_nothing():
    documents = {language: example(language) for language in ("en", "zh")}

    (listed,) = list_values([value("churn.nowhere")], documents)

    assert listed["shown"] == {"en": None, "zh": None}


def test_an_id_recorded_twice_is_refused():
    with pytest.raises(ChapterError, match="recorded twice"):
        list_values([value("churn.a"), value("churn.a", 2)], {})


def test_a_run_has_one_number_whatever_the_order_of_its_parts():
    assert make_run_id({"a": 1, "b": 2}) == make_run_id({"b": 2, "a": 1})
    assert make_run_id({"a": 1}) != make_run_id({"a": 2})
    assert len(make_run_id({})) == 12


def test_what_is_packed_comes_back():
    content = {"values": [value("churn.a")], "words": executed.words("a", "示")}

    assert unpack(pack(content)) == content
