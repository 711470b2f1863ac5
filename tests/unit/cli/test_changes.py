"""A report is held against the report before it: what moved in its method, and what is restated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from executed import notebook, opening
from rapport.cli.changes import find_changes, keep_previous
from rapport.press.chapters import Chapter
from rapport.press.proof.record import sha256

ARGUMENTS = {"unit": "shop", "period": "2026-05", "as_of": "2026-05-31"}
METHOD = {"cells": "c", "code": "m", "parameters": "p", "marts": "s", "words": "w", "reads": []}
NOW: dict[str, Any] = {
    "parameters": {"min_change": 0.02, "spend": "net"},
    "definitions": {"orders": "d1", "sources": "d2"},
    "methods": {"churn": METHOD, "summary": METHOD},
    "sources": {"till": "s1"},
    "environment": {"lock": "l1", "python": "3.11"},
}


def value(name: str, number: Any, *, kind: str = "count", unit: str = "customers") -> Any:
    return {"id": name, "value": number, "kind": kind, "unit": unit, "n": None, "interval": None}


def put_past(reports: Path, run: str, period: str, values: list[Any], **predicate: Any) -> None:
    folder = reports / "shop" / "runs" / f"{period}-{run}"
    folder.mkdir(parents=True)
    listed = [{**each, "chapter": "summary", "shown": {}} for each in values]
    content = json.dumps(listed).encode()
    (folder / "values.json").write_bytes(content)
    subject = [{"name": "values.json", "digest": {"sha256": sha256(content)}}]
    told = {**NOW, "run": run, "period": period, "execution": {"summary": "old"}, **predicate}
    manifest = json.dumps({"subject": subject, "predicate": told})
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    line = {"event": "published", "unit": "shop", "run": run, "period": period}
    with (reports / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def find(reports: Path, *values: Any, **predicate: Any) -> dict[str, Any]:
    chapters = [
        Chapter("churn", 6, "k1", _spell("Churn: who leaves?", "流失：谁离开？"), [], {}),
        Chapter("summary", 10, "k2", _spell("Summary", "总览"), list(values), {}),
    ]
    return find_changes(reports, ARGUMENTS, chapters, {**NOW, **predicate})


def _spell(en: str, zh: str) -> bytes:
    return json.dumps(notebook(opening(en, zh))).encode()


def test_without_a_past_there_is_nothing_to_tell(tmp_path):
    told = find(tmp_path, value("summary.active", 5))

    assert (told["previous"], told["same"], told["methods"]) == (None, None, [])


def test_the_nearest_period_of_the_same_length_is_the_one_before(tmp_path):
    for run, period in (("aa", "2026-03"), ("bb", "2026-04"), ("cc", "2026-W17"), ("dd", "2026-06"),
                        ("ee", "2026-Q1")):  # fmt: skip
        put_past(tmp_path, run, period, [])
    put_past(tmp_path, "ff", "2026-04", [])

    assert find(tmp_path)["previous"]["run"] == "ff"


def test_parameters_definitions_and_calculations_are_told_apart(tmp_path):
    put_past(
        tmp_path, "aa", "2026-04", [],
        parameters={"min_change": 0.05, "spend": "net"},
        definitions={"orders": "other", "sources": "d2"},
        methods={"churn": {**METHOD, "marts": "x"}, "summary": {**METHOD, "words": "x"}},
        environment={"lock": "l0", "python": "3.11"},
    )  # fmt: skip

    told = find(tmp_path)["methods"]

    assert [(each["cause"], each["name"], each["then"], each["now"]) for each in told] == [
        ("parameter", "min_change", "0.05", "0.02"),
        ("definition", "orders", None, None),
        ("libraries", "libraries", None, None),
        ("code", "churn", None, None),
    ]
    assert told[-1]["topic"] == {"en": "Churn", "zh": "流失"}


def test_calculations_of_all_chapters_are_one_change(tmp_path):
    other = {**METHOD, "code": "x"}
    put_past(tmp_path, "aa", "2026-04", [], methods={"churn": other, "summary": other})

    (only,) = find(tmp_path)["methods"]

    assert (only["cause"], only["name"]) == ("code", "all")


def test_a_record_that_told_of_no_definitions_is_no_change_of_them(tmp_path):
    put_past(tmp_path, "aa", "2026-04", [], definitions=None)

    assert find(tmp_path)["methods"] == []


def test_restated_is_a_key_figure_of_then_that_is_given_otherwise_now(tmp_path):
    then = [value("summary.active", 10), value("summary.new", 3), value("summary.churn", 0.5)]
    put_past(tmp_path, "aa", "2026-04", then, sources={"till": "s0"})
    now = [
        value("summary.active", 99), value("summary.active.previous", 12),
        value("summary.new.previous", 4), value("summary.churn.previous", 0.5),
    ]  # fmt: skip

    (only,) = find(tmp_path, *now)["restated"]

    assert (only["figure"], only["then"]["value"], only["now"]["value"]) == ("active", 10, 12)
    assert (only["period"], only["why"]) == ("2026-04", ["data"])


def test_a_run_of_equal_execution_is_passed_over(tmp_path):
    put_past(tmp_path, "aa", "2026-05", [value("summary.active", 1)])
    ours = {"execution": {"churn": "k1", "summary": "k2"}}
    put_past(tmp_path, "bb", "2026-05", [value("summary.active", 5)], **ours)

    told = find(tmp_path, value("summary.active", 5))

    assert told["same"]["run"] == "aa"
    assert (told["n_moved"], told["n_values"]) == (1, 1)
    assert [row["figure"] for row in told["restated"]] == ["active"]


def test_what_is_told_are_json_values(tmp_path):
    put_past(tmp_path, "aa", "2026-04", [value("summary.net", "10.00", kind="money", unit="GBP")])
    net = value("summary.net.previous", "11.00", kind="money", unit="GBP")

    told = find(tmp_path, net)

    assert json.loads(json.dumps(told)) == told


def test_a_report_is_kept_only_while_the_one_before_it_is_as_it_was(tmp_path):
    reports = tmp_path / "reports"
    put_past(reports, "aa", "2026-04", [])
    (reports / "shop" / "2026-04").symlink_to("runs/2026-04-aa")
    told = {"printing": {"changes": find(reports)}}

    kept = keep_previous(reports / "shop" / "2026-05", told)

    manifest = reports / "shop" / "2026-04" / "manifest.json"
    assert kept == {"reports/shop/2026-04/manifest.json": sha256(manifest.read_bytes())}
    nothing = {"printing": {"changes": {"previous": None}}}
    assert keep_previous(reports / "shop" / "2026-05", nothing) == {}
