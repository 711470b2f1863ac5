"""Traces in published reports: a value's past, and what a copied report may lean on."""

import json
import shutil
from pathlib import Path

import pytest

import executed
from rapport.press.proof.tracing.previous import find_previous
from rapport.press.proof.tracing.trace import Places, open_report, trace
from rapport.press.publish import Chapter, publish
from unit.press.test_publish import report, value


def told(number):
    said = executed.sentence("headline", "", "")
    one = {**executed.run(str(number)), "source": {"kind": "value", "id": "churn.n"}}
    said["text"] = {"en": [one], "zh": [one]}
    record = {"type": "values", "values": [value("churn.n", number)]}
    cells = executed.notebook(
        executed.opening("Churn: who?", "流失：谁？"), executed.code(record, said)
    )
    for place, cell in enumerate(cells["cells"]):
        if cell["cell_type"] == "code":
            cell["source"] = "chapter.record_all(found)" if place else "found = 1"
    content = json.dumps(cells, ensure_ascii=False).encode("utf-8")
    return Chapter("churn", 6, "key", content, [value("churn.n", number)], {})


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for period, number in (("2026-03", 3), ("2026-04", 4), ("2026-05", 5), ("2026", 12)):
        plain = report(told(number), period=period)
        known = {"code": {"modules": {}}, "sources": {}, "parameters": {}, "tables": {}}
        publish(plain.__class__(**{**vars(plain), "predicate": known}), reports=folder)
    return folder


def places(reports):
    return Places(Path("nowhere"), reports, Path("nowhere"))


def test_the_previous_value_is_of_the_newest_earlier_report_of_that_length(reports):
    found = find_previous({"unit": "shop", "period": "2026-05"}, "churn.n", reports)

    assert (found["period"], found["value"]["value"]) == ("2026-04", 4)
    assert find_previous({"unit": "shop", "period": "2026-03"}, "churn.n", reports) is None
    assert find_previous({"unit": "shop", "period": "2026"}, "churn.n", reports) is None
    assert find_previous({"unit": "shop", "period": "2026-05"}, "churn.other", reports) is None


def test_a_past_that_was_changed_is_no_past(reports, tmp_path):
    copied = Path(shutil.copytree(reports, tmp_path / "reports", symlinks=True))
    for path in (copied / "shop" / "2026-04").glob("report.*"):
        path.write_bytes(path.read_bytes().replace(b"Churn", b"Chorn"))

    assert find_previous({"unit": "shop", "period": "2026-05"}, "churn.n", copied) is None


def test_a_report_taken_elsewhere_is_followed_by_its_runs_folder_in_the_project(reports, tmp_path):
    sent = shutil.copy(reports / "shop" / "2026-05" / "report.zh.html", tmp_path / "sent.html")

    here, away = open_report(str(sent), reports), open_report(str(sent), tmp_path)

    assert here.folder.name.startswith("2026-05-")
    assert (away.folder, away.notebooks) == (None, [])
    found = trace(here, here.values[0], places(reports))
    assert found["notebook"]["cell"] == 2
    assert found["previous"]["value"]["value"] == 4
    assert trace(away, away.values[0], places(tmp_path))["notebook"] is None


def test_a_report_beside_another_runs_record_does_not_lean_on_it(reports, tmp_path):
    copied = Path(shutil.copytree(reports / "shop" / "2026-04", tmp_path / "2026-05"))
    shutil.copy(reports / "shop" / "2026-05" / "report.en.html", copied / "other.html")

    opened = open_report(str(copied / "other.html"), tmp_path / "none")

    assert opened.notebooks == []
