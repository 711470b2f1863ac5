"""One value of a report, followed to where it stands and to what it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rapport.press.proof.packed import spell_out
from rapport.press.proof.reading import MANIFEST, find_report
from rapport.press.proof.seal.check import Seal, check
from rapport.press.proof.seal.files import read_plain
from rapport.press.proof.seal.folder import check_folder
from rapport.press.proof.strict import read_json
from rapport.press.proof.tracing.code import find_origin
from rapport.press.proof.tracing.definitions import (
    ARITHMETIC,
    find_pages,
    follow_uses,
    read_definition,
)
from rapport.press.proof.tracing.notebooks import (
    Notebook,
    find_cell,
    list_code,
    list_parameters,
    list_sentences,
    read_notebooks,
)
from rapport.press.proof.tracing.previous import find_previous


@dataclass(frozen=True)
class Opened:
    """A report whose seal holds, and what of its run is at hand."""

    seal: Seal
    predicate: Mapping[str, Any]
    values: list[Any]
    folder: Path | None
    """The run's folder; None where only the report is here."""
    notebooks: list[Notebook]


@dataclass(frozen=True)
class Places:
    """Where things lie that the report does not carry."""

    package: Path
    reports: Path
    methods: Path


def open_report(where: str, reports: Path) -> Opened:
    """Open a report file or a run's folder, and check its seal.

    Raises
    ------
    ParameterError
        There is no such report.
    TamperedError
        It, or a notebook beside it, is not what was sealed.
    """
    path = find_report(where, reports)
    seal = check_folder(path, None).seal if path.is_dir() else check(read_plain(path), None)
    predicate, values = spell_out(seal.statement)
    folder = _find_folder(path, predicate, reports)
    return Opened(seal, predicate, values, folder, read_notebooks(folder, seal.statement))


def _find_folder(path: Path, predicate: Mapping[str, Any], reports: Path) -> Path | None:
    beside = path if path.is_dir() else path.resolve().parent
    run = f"{predicate['period']}-{predicate['run']}"
    near = (beside, reports / str(predicate["unit"]) / "runs" / run)
    return next((folder for folder in near if _is_run(folder, predicate["run"])), None)


def _is_run(folder: Path, number: str) -> bool:
    """Say whether a folder is that run's: a copied report may lie beside another one's record."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    record = read_json(manifest.read_bytes())
    return isinstance(record, dict) and record.get("predicate", {}).get("run") == number


def trace(opened: Opened, value: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """Follow one value; what is not at hand is None or empty, and never guessed.

    Returns
    -------
    `value` (its record), `run`, `unit`, `period`, `places` (language -> anchors), `sentences`,
    `notebook` (file, sha256, cell) or None, `functions`, `methods`, `tables`, `sources`,
    `parameters` (those that its cells use) and `previous` or None
    """
    predicate = opened.predicate
    chapter = str(value["chapter"])
    notebook = next((one for one in opened.notebooks if one.chapter == chapter), None)
    anchors = {
        language: of.get(value["id"], "").split()
        for language, of in predicate.get("places", {}).items()
    }
    return {
        "value": dict(value),
        **{name: predicate[name] for name in ("run", "unit", "period")},
        "places": anchors,
        "sentences": [s for one in opened.notebooks for s in list_sentences(one, value["id"])],
        "notebook": _locate(notebook, value["id"]),
        **_explain(notebook, value["id"], predicate, places),
        "sources": predicate["sources"],
        "previous": find_previous(predicate, value["id"], places.reports),
    }


def _locate(notebook: Notebook | None, value: str) -> dict[str, Any] | None:
    if notebook is None:
        return None
    return {
        "file": notebook.path, "sha256": notebook.sha256, "cell": find_cell(notebook, value),
    }  # fmt: skip


def _explain(
    notebook: Notebook | None, value: str, predicate: Mapping[str, Any], places: Places
) -> dict[str, Any]:
    cell = find_cell(notebook, value) if notebook else None
    if notebook is None or cell is None:
        return {"functions": [], "methods": [], "tables": [], "parameters": {}}
    origin = find_origin(list_code(notebook, cell), list_parameters(notebook))
    recorded = predicate["code"]["modules"]
    # What brings a period or a day to print computes nothing.
    names = [name for name in origin.functions if name.startswith(ARITHMETIC)]
    read = [read_definition(name, places.package, recorded) for name in names]
    known = [one for one in read if one is not None]
    pages = find_pages(places.methods, follow_uses(known, places.package))
    made = predicate["tables"]
    return {
        "functions": [asdict(one) for one in known],
        "methods": [asdict(page) for page in pages],
        "tables": [{"name": t, **made[t]} for t in origin.tables if t in made],
        "parameters": {
            name: predicate["parameters"].get(name, predicate.get(name))
            for name in origin.parameters
        },
    }
