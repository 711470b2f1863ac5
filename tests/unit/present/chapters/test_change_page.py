"""What a report says of earlier ones: in both languages, and no more than the records tell."""

from __future__ import annotations

import re
from typing import Any

from rapport.present.chapters.change_page import tell_changes
from rapport.present.sentences import text_of

APRIL = {"run": "747fc49dd812", "period": "2026-04", "values": "0" * 64}
NOTHING: dict[str, Any] = {
    "previous": None, "same": None, "methods": [], "restated": [], "n_moved": 0, "n_values": 0,
}  # fmt: skip
NET = {"id": "summary.net", "kind": "money", "unit": "GBP"}


def tell(**facts: Any) -> list[dict[str, Any]]:
    return tell_changes({**NOTHING, **facts})


def texts(outputs: list[dict[str, Any]], language: str = "en") -> list[str]:
    return [
        text_of(output["title" if output["type"] == "table" else "text"][language])
        for output in outputs
    ]


def rows(outputs: list[dict[str, Any]], identity: str, language: str) -> list[list[str]]:
    (table,) = (output for output in outputs if output["id"] == identity)
    return [[cell[language] for cell in row["cells"]] for row in table["rows"]]


def test_without_an_earlier_report_there_is_one_line():
    (only,) = tell()

    assert only["role"] == "gap"
    assert text_of(only["text"]["en"]).startswith("No earlier report of this unit")
    assert text_of(only["text"]["zh"]) == "本单元此前没有发布过报告，无可对照。"


def test_the_report_before_is_named_by_period_and_record():
    told = tell(previous=APRIL)

    assert "that of April 2026, record 747f c49d d812" in texts(told)[1]
    assert "Parameters, data definitions and calculations are those of that report." in texts(told)
    assert "Every key figure that was printed then comes out the same today." in texts(told)
    assert not any(output["type"] == "table" for output in told)


def test_changes_of_the_method_are_named_by_their_kind():
    churn = {"en": "Churn", "zh": "流失"}
    told = tell(
        previous=APRIL,
        methods=[
            {"cause": "parameter", "name": "churn_after_days", "then": "180", "now": "90",
             "topic": None},
            {"cause": "parameter", "name": "spend", "then": "net", "now": "gross", "topic": None},
            {"cause": "definition", "name": "orders", "then": None, "now": None, "topic": None},
            {"cause": "definition", "name": "sources", "then": None, "now": None, "topic": None},
            {"cause": "libraries", "name": "libraries", "then": None, "now": None, "topic": None},
            {"cause": "code", "name": "churn", "then": None, "now": None, "topic": churn},
            {"cause": "code", "name": "all", "then": None, "now": None, "topic": None},
        ],
    )  # fmt: skip

    assert rows(told, "summary.methods", "en") == [
        ["parameter", "Days to churn", "180", "90"],
        ["parameter", "What counts as spend", "net", "gross"],
        ["data definition", "Orders", "as recorded", "changed"],
        ["data definition", "How sources are read", "as recorded", "changed"],
        ["libraries", "Libraries that calculate", "as recorded", "changed"],
        ["calculation", "Churn", "as recorded", "changed"],
        ["calculation", "All chapters", "as recorded", "changed"],
    ]
    assert rows(told, "summary.methods", "zh")[0] == ["参数", "判定流失的天数", "180", "90"]


def test_restated_figures_stand_with_what_was_printed_and_what_moved():
    restated = {
        "figure": "net", "period": "2026-04", "why": ["data", "parameter"],
        "then": {**NET, "value": "2092.5600"}, "now": {**NET, "value": "2592.5600"},
    }  # fmt: skip
    told = tell(previous=APRIL, restated=[restated, {**restated, "why": []}])

    first, second = rows(told, "summary.restated", "en")
    assert first == ["Net sales", "April 2026", "£2.1k", "£2.6k", "data delivered, parameter"]
    assert second[-1] == "nothing that the records name"
    assert rows(told, "summary.restated", "zh")[0] == [
        "销售额（净）", "2026年4月", "2,093\xa0英镑", "2,593\xa0英镑", "数据交付、参数",
    ]  # fmt: skip


def test_an_earlier_run_of_the_same_period_is_told_with_how_much_moved():
    same = {**APRIL, "period": "2026-05"}

    assert "30 of 92 values are given otherwise now" in " ".join(
        texts(tell(same=same, n_moved=30, n_values=92))
    )
    assert "every value is as it was" in " ".join(texts(tell(same=same, n_moved=0, n_values=92)))


def test_both_languages_tell_the_same_values():
    told = tell(previous=APRIL, same={**APRIL, "period": "2026-05"}, n_moved=1, n_values=9)

    for output in told:
        values = [
            sorted(run["source"]["id"] for run in output["text"][language]
                   if run["source"]["kind"] != "template")
            for language in ("en", "zh")
        ]  # fmt: skip
        assert values[0] == values[1]
        for run in output["text"]["en"]:
            assert run["source"]["kind"] != "template" or not re.search(r"\d", run["text"])
