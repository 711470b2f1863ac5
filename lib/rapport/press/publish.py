"""Executed chapters to a published report: render, record, seal, log, put in place.

The order matters: values -> run id -> bodies -> one statement over all bodies -> slots filled ->
log line -> folder renamed -> link swapped -> index. Whatever ends the process on the way, the
report that was there before is untouched, and the next run begins where this one was cut off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rapport.errors import RapportError
from rapport.press.chapters import Chapter
from rapport.press.folders import finish_points, leads, point, written_aside
from rapport.press.index import write_index
from rapport.press.proof import log
from rapport.press.proof.approval import DRAFT, find_final
from rapport.press.proof.envelope import Signs, make_envelope, make_statement
from rapport.press.proof.manifest import (
    PHONE,
    Report,
    Run,
    list_names,
    list_parts,
    make_log_line,
    make_predicate,
    pack_predicate,
    show,
    spell_values,
)
from rapport.press.proof.page_one import PAGE_ONE, spell_page_one
from rapport.press.proof.record import (
    list_values,
    make_run_id,
    sha256,
)
from rapport.press.proof.slot import fill_slot, make_block, slot_size
from rapport.press.proof.words import check_words
from rapport.press.render.document import build_documents, number_documents
from rapport.press.render.editions import cut_editions
from rapport.press.render.html import render_html
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.pdf import render_pdf, render_phone, render_picture
from rapport.press.render.places import spell_places
from rapport.press.render.tree import Document

__all__ = ["Chapter", "Published", "Report", "log_failure", "publish", "reproduce"]

logger = logging.getLogger(__name__)

Gate = Callable[[Mapping[str, Document], Sequence[Mapping[str, Any]]], None]
# A PDF must carry a date: that of a report without one is the first day that archives know.
UNDATED = date(1970, 1, 1)


@dataclass(frozen=True)
class Published:
    """Where a report lies, and whether it had to be made."""

    folder: Path
    link: Path
    run_id: str
    files: tuple[Path, ...]
    is_new: bool


def publish(
    report: Report, *, reports: Path, gate: Gate | None = None, signer: Signs | None = None
) -> Published:
    """Render, seal and put a report in place; do nothing if this very run is there.

    Parameters
    ----------
    report : what to publish
    reports : the folder of all reports
    gate : looks at documents and values, and raises what keeps the report from being published
    signer : signs the record; the pages name who that is, see `frame.signer`

    Raises
    ------
    ChapterError
        A notebook holds what a report cannot show, or two values share an id.
    RapportError
        The record does not fit its slot, or another run keeps the log.
    """
    assert bool(report.frame.signer) == bool(signer)
    run, drafts = _number(report, reports, gate)
    if report.frame.approval.get("state") == DRAFT:
        run = _take_final(run)
    try:
        is_new = _put(run, drafts, signer)
    except OSError as error:
        raise RapportError(
            f"{report.frame.unit} {report.frame.period}: the report cannot be written "
            f"({error.strerror}). What was published before is untouched. Make room in "
            "`reports/` and for temporary files, or make them writable, and run again."
        ) from error
    files = tuple(run.link / name for name in list_names(run.report))
    return Published(run.folder, run.link, run.id, files, is_new)


def number_of(report: Report) -> str:
    """Give the number that a report would have if it were published."""
    run, _ = _number(report, Path(), None)
    return run.id


def _take_final(run: Run) -> Run:
    """Give the run that a draft became, so that printing the draft again leaves it in place."""
    final = find_final(run.folder.parent, run.id)
    if final is None:
        return run
    return replace(run, id=final.name.rpartition("-")[2], folder=final)


def reproduce(report: Report) -> tuple[Run, dict[str, str]]:
    """Render a report as it would be published, and publish nothing.

    Returns
    -------
    the run, and the digest of each of its files, bodies of those that carry a seal
    """
    run, drafts = _number(report, Path(), None)
    files = {**_beside(run), **_render_all(run, drafts)}
    return run, {name: sha256(content) for name, content in files.items()}


def _number(report: Report, reports: Path, gate: Gate | None) -> tuple[Run, Mapping[str, Document]]:
    """Give a report its number."""
    drafts = build_documents(_notebooks(report), report.frame)
    values = list_values(_values(report), drafts)
    check_words(drafts, values, tuple(report.predicate.get("tables", ())))
    if gate is not None:
        gate(drafts, values)
    run_id = make_run_id(list_parts(report, values))
    unit = reports / report.frame.unit
    folder = unit / "runs" / f"{report.frame.period}-{run_id}"
    page = {PAGE_ONE: spell_page_one(drafts, values, bands=report.frame.bands)}
    report = replace(report, beside={**report.beside, **page})
    link, ids = unit / report.frame.period, {value["id"] for value in values}
    run = Run(report, run_id, values, show(drafts), folder, link, spell_places(drafts, ids))
    return run, drafts


def log_failure(reports: Path, *, unit: str, period: str | None, tasks: Mapping[str, str]) -> None:
    """Keep in the log that tasks of a run failed, and say so in the index.

    Parameters
    ----------
    reports : the folder of all reports
    unit, period : whose run it was; no period where the sources could not be read
    tasks : name -> class of the error; messages stay out, the log is kept for ever
    """
    entry = {"event": "failed", "unit": unit, "period": period, "failed": dict(tasks)}
    journal = reports / "log.jsonl"
    with log.lock(journal):
        log.append_locked(journal, entry)
        try:
            write_index(reports)
        except OSError as error:  # the run has failed already, and the next one draws it
            logger.warning("index.html: cannot be written (%s). Make room.", error.strerror)


def _put(run: Run, drafts: Mapping[str, Document], signer: Signs | None) -> bool:
    """Make what is not there yet; tell whether the run had to be made."""
    reports = run.link.parents[1]
    # Of a run that is there the link or the index may be missing still: who made it was killed.
    bodies = {} if _is_made(run.folder) else _render_all(run, drafts)
    with log.lock(reports / "log.jsonl"):
        finish_points(run.link.parent)
        # Another process may have made the very same run while this one was rendering.
        is_new = not _is_made(run.folder)
        if is_new:
            _make(run, bodies, signer)
        if not leads(run.link, run.folder):
            point(run.link, run.folder)
        write_index(reports)
    return is_new


def _is_made(folder: Path) -> bool:
    return (folder / "manifest.json").is_file()


def _render_all(run: Run, drafts: Mapping[str, Document]) -> dict[str, bytes]:
    report = run.report
    documents = number_documents(drafts, replace(report.frame, record_id=run.id))
    editions = cut_editions(documents, report.frame.brand, report.frame.words)
    block = make_block(slot_size(spell_values(run)))
    bodies = {
        name: _render(editions[name.split(".", 1)[1].rpartition(".")[0]], name, report, block)
        for name in list_names(report)
        if PHONE not in name.split(".")
    }
    return {
        **bodies,
        **(_render_phones(report, documents, block) if PHONE in report.formats else {}),
    }


def _render_phones(
    report: Report, documents: Mapping[str, Document], block: bytes
) -> dict[str, bytes]:
    """Render page one for telephones: a PDF that carries the record, and a picture."""
    day = report.as_of or UNDATED
    pages = {
        f"report.{PHONE}.{language}.pdf": render_phone(document, slot=block, date=day)
        for language, document in documents.items()
    }
    pictures = {
        f"{PHONE}.{language}.png": render_picture(document, date=day)
        for language, document in documents.items()
    }
    return {**pages, **pictures}


def _make(run: Run, bodies: Mapping[str, bytes], signer: Signs | None) -> None:
    """Seal the bodies, log the run and put its folder in place; the log is locked."""
    journal = run.link.parents[1] / "log.jsonl"
    beside = _beside(run)
    digests = {name: sha256(content) for name, content in {**beside, **bodies}.items()}
    index, head = log.read_head(journal)
    predicate = make_predicate(run, {"index": index + 1, "before": head})
    statement = make_statement(digests, pack_predicate(predicate, run.values))
    envelope = make_envelope(statement, signer)
    # A picture cannot carry the record; its digest is in it, as those of the files beside are.
    carry = list_names(run.report)
    sealed = {
        name: fill_slot(body, envelope) if name in carry else body for name, body in bodies.items()
    }
    beside["manifest.json"] = _pretty(make_statement(digests, predicate))
    with written_aside(run.folder) as aside:
        for name, content in {**beside, **sealed}.items():
            path = aside / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        # Before the folder is in place: a report that anyone can see is in the log.
        log.append_locked(journal, make_log_line(run, digests))


def _beside(run: Run) -> dict[str, bytes]:
    """Give the files of a run that carry no seal: name -> content."""
    chapters = run.report.chapters
    tables = {name: path for c in chapters for name, path in c.tables.items()}
    return {
        **run.report.beside,
        "values.json": spell_values(run),
        **{f"notebooks/{c.number:02}_{c.name}.ipynb": c.notebook for c in chapters},
        **{f"tables/{name}.parquet": path.read_bytes() for name, path in tables.items()},
        **{f"lists/{name}.csv": rows for c in chapters for name, rows in c.lists.items()},
    }


def _notebooks(report: Report) -> list[ExecutedChapter]:
    return [ExecutedChapter(c.name, c.number, json.loads(c.notebook)) for c in report.chapters]


def _values(report: Report) -> list[dict[str, Any]]:
    return [{**value, "chapter": c.name} for c in report.chapters for value in c.values]


def _render(document: Document, name: str, report: Report, block: bytes) -> bytes:
    if name.endswith(".pdf"):
        return render_pdf(document, slot=block, date=report.as_of or UNDATED)
    return render_html(document, slot=block)


def _pretty(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8"
    )
