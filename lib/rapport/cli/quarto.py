"""`rapport run --renderer quarto`: each report again by Quarto, beside ours and not sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.cli.closing import is_report
from rapport.cli.recorded import choose_printing
from rapport.press.folders import written_aside
from rapport.press.render.quarto.find import Quarto
from rapport.press.run.store import Store
from rapport.press.run.tasks import ReportTask, Result

if TYPE_CHECKING:
    from rapport.press.proof.manifest import Report
    from rapport.press.render.tree import Document

MANIFEST = "manifest.json"
FOLDER = "quarto"
"""Of a unit, beside its runs: a run's own folder holds nothing that is not sealed."""


def render_beside(
    results: Mapping[str, Result], root: Path, store: Store, quarto: Quarto
) -> list[Path]:
    """Render every report of a run by Quarto; give the files.

    Raises
    ------
    RapportError
        Quarto failed; reports that were made before stay.
    """
    return [
        path
        for result in results.values()
        if is_report(result.task) and result.made
        for path in _render_one(result, results, (root, store), quarto)
    ]


def _render_one(
    result: Result, results: Mapping[str, Result], where: tuple[Path, Store], quarto: Quarto
) -> list[Path]:
    # What prints takes a second to import, which no other run shall pay.
    from rapport.cli.report import make_report  # noqa: PLC0415
    from rapport.press.proof.manifest import PHONE  # noqa: PLC0415
    from rapport.press.publish import UNDATED  # noqa: PLC0415
    from rapport.press.render.quarto.render import render_quarto  # noqa: PLC0415

    root, store = where
    folder, task = root / str(result.made["folder"]), result.task
    assert isinstance(task, ReportTask)
    predicate = json.loads((folder / MANIFEST).read_bytes())["predicate"]
    told = choose_printing(predicate, {**task.arguments, "store": str(store.root), "modules": {}})
    report = make_report(told, [results[name] for name in task.needs], store)
    target = folder.parents[1] / FOLDER / folder.name
    with written_aside(target) as aside:
        for language, document in _build(report, str(result.made["run"])).items():
            for form in (form for form in report.formats if form != PHONE):
                content = render_quarto(document, form, quarto, day=report.as_of or UNDATED)
                (aside / f"report.{language}.{form}").write_bytes(content)
    return sorted(target.iterdir())


def _build(report: Report, number: str) -> dict[str, Document]:
    from rapport.press.render.document import build_documents, number_documents  # noqa: PLC0415
    from rapport.press.render.notebook import ExecutedChapter  # noqa: PLC0415

    chapters = [ExecutedChapter(c.name, c.number, json.loads(c.notebook)) for c in report.chapters]
    drafts = build_documents(chapters, report.frame)
    return number_documents(drafts, replace(report.frame, record_id=number))
