"""Earlier reports are those that the log names as published and that are there as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rapport.press.proof.earlier import list_past, read_past
from rapport.press.proof.packed import sha256


def put_run(reports: Path, run: str, period: str, **more: Any) -> dict[str, Any]:
    folder = reports / "shop" / "runs" / f"{period}-{run}"
    folder.mkdir(parents=True)
    values = json.dumps([{"id": "summary.net", "value": "10.00"}]).encode()
    (folder / "values.json").write_bytes(values)
    manifest = {
        "subject": [{"name": "values.json", "digest": {"sha256": sha256(values)}}],
        "predicate": {"run": run, "period": period, "execution": {"summary": "k"}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return {"event": "published", "unit": "shop", "run": run, "period": period, **more}


def write_log(reports: Path, *lines: Any) -> None:
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    (reports / "log.jsonl").write_text(text, encoding="utf-8")


def test_a_project_without_a_log_has_no_earlier_report(tmp_path):
    assert list_past(tmp_path, "shop") == []


def test_runs_come_in_the_order_in_which_they_were_published(tmp_path):
    first, second = put_run(tmp_path, "bb", "2026-04"), put_run(tmp_path, "aa", "2026-05")
    write_log(tmp_path, first, second, first)

    assert [past.run for past in list_past(tmp_path, "shop")] == ["aa", "bb"]


def test_drafts_other_units_failures_and_runs_that_are_gone_are_none(tmp_path):
    draft = put_run(tmp_path, "aa", "2026-04", approval={"state": "draft"})
    final = put_run(tmp_path, "bb", "2026-04", approval={"state": "approved", "draft": "aa"})
    gone = {**final, "run": "cc"}
    other = {**final, "unit": "mall"}
    failed = {"event": "failed", "unit": "shop", "period": "2026-04", "failed": {}}
    write_log(tmp_path, draft, gone, other, failed, final, "{half a li")

    assert [past.run for past in list_past(tmp_path, "shop")] == ["bb"]


def test_a_run_is_named_by_the_digest_of_its_values(tmp_path):
    write_log(tmp_path, put_run(tmp_path, "aa", "2026-04"))
    (past,) = list_past(tmp_path, "shop")

    earlier = read_past(past)

    assert earlier is not None
    digest = sha256((past.folder / "values.json").read_bytes())
    assert earlier.name() == {"run": "aa", "period": "2026-04", "values": digest}
    assert earlier.execution == {"summary": "k"}


def test_a_run_whose_values_were_changed_is_not_believed(tmp_path):
    write_log(tmp_path, put_run(tmp_path, "aa", "2026-04"))
    (past,) = list_past(tmp_path, "shop")
    (past.folder / "values.json").write_text('[{"id": "summary.net", "value": "99.00"}]')

    assert read_past(past) is None


def test_a_record_that_cannot_be_read_is_not_believed(tmp_path):
    write_log(tmp_path, put_run(tmp_path, "aa", "2026-04"))
    (past,) = list_past(tmp_path, "shop")

    for spoiled in ("{", "[]", '{"subject": []}'):
        (past.folder / "manifest.json").write_text(spoiled, encoding="utf-8")
        assert read_past(past) is None
