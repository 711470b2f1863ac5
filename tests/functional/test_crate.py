"""A run as a Process Run RO-Crate: what a tool that knows nothing of us reads of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from functional.command import rapport
from rapport.errors import ParameterError, TamperedError

pytest.importorskip("rocrate", reason="the extra `crate` is not installed")


@pytest.fixture(scope="module")
def crate(made, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("crates") / "crate"
    done = rapport(made.project, "export-crate", "shop/2026-05", str(folder))
    assert done.code == 0, done.said
    return folder


def read(folder: Path) -> dict[str, dict]:
    graph = json.loads((folder / "ro-crate-metadata.json").read_bytes())["@graph"]
    return {entity["@id"]: entity for entity in graph}


def listed(entity: dict, name: str) -> list[dict]:
    found = entity[name]
    return found if isinstance(found, list) else [found]


def test_it_says_which_version_and_profile_it_keeps(crate):
    graph = read(crate)

    assert graph["ro-crate-metadata.json"]["conformsTo"]["@id"].endswith("/ro/crate/1.1")
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert {"name", "description", "license", "datePublished"} <= graph["./"].keys()


def test_one_action_made_the_reports_from_parameters_and_tables_with_the_chapters(crate, made):
    graph = read(crate)
    (action,) = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    record = json.loads((made.report / "manifest.json").read_bytes())["predicate"]

    program = graph[action["instrument"]["@id"]]
    inputs = [graph[part["@id"]] for part in listed(action, "object")]
    results = {part["@id"] for part in listed(action, "result")}

    assert listed(graph["./"], "mentions") == [{"@id": action["@id"]}]
    assert action["endTime"] == record["made"]
    assert {part["@id"] for part in listed(program, "hasPart")} == {
        "notebooks/01_ingestion.ipynb", "notebooks/06_churn.ipynb", "notebooks/10_summary.ipynb",
    }  # fmt: skip
    given = {part["name"]: part["value"] for part in inputs if part["@type"] == "PropertyValue"}
    assert given == {name: str(value) for name, value in record["parameters"].items()}
    assert {part["name"] for part in inputs if "value" not in part} == set(record["canonical"])
    assert {"report.en.pdf", "report.zh.html", "values.json", "manifest.json"} <= results


def test_every_file_is_there_with_its_digest_and_no_list_of_customers(crate):
    files = [e for e in read(crate).values() if "File" in e["@type"]]

    assert files
    for file in files:
        content = (crate / file["@id"]).read_bytes()
        if not file["@id"].startswith("report."):  # a sealed file is known by its body
            assert file["identifier"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert file["contentSize"] == str(len(content))
    there = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert there == {file["@id"] for file in files} | {"ro-crate-metadata.json"}
    assert not (crate / "lists").exists()


def test_a_folder_that_is_there_is_left_alone(made, tmp_path):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    done = rapport(made.project, "export-crate", "shop/2026-05", str(tmp_path))

    assert done.code == ParameterError.exit_code
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_run_that_was_changed_is_not_described(made, tmp_path):
    run = Path(shutil.copytree(made.report.resolve(), tmp_path / "run"))
    (run / "values.json").write_bytes((run / "values.json").read_bytes().replace(b"1", b"2", 1))

    done = rapport(made.project, "export-crate", str(run), str(tmp_path / "crate"))

    assert done.code == TamperedError.exit_code
    assert "values.json" in done.said
    assert not (tmp_path / "crate").exists()
