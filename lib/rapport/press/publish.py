"""Executed chapters to a published report: render, record, seal, log, put in place.

The order matters: values -> run id -> bodies -> one statement over all bodies -> slots filled ->
log line -> folder renamed, link swapped. Whatever ends the process on the way, the report that
was there before is untouched.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rapport.press.folders import finish_points, point, written_aside
from rapport.press.proof import log
from rapport.press.proof.envelope import make_envelope, make_statement
from rapport.press.proof.record import (
    canonical_json,
    list_values,
    make_run_id,
    pack,
    sha256,
)
from rapport.press.proof.slot import fill_slot, make_block, slot_size
from rapport.press.render.document import build_documents
from rapport.press.render.frame import Frame
from rapport.press.render.html import render_html
from rapport.press.render.notebook import ExecutedChapter
from rapport.press.render.pdf import render_pdf

LONG = ("code", "execution", "rendering", "tables")


@dataclass(frozen=True)
class Chapter:
    """One executed chapter as the press kept it."""

    name: str
    number: int
    key: str
    notebook: bytes
    """The canonical notebook."""
    values: Sequence[Mapping[str, Any]]
    tables: Mapping[str, Path]
    """What it wrote, by name."""


@dataclass(frozen=True)
class Report:
    """Everything that one report is made of."""

    frame: Frame
    """Its `record_id` is filled in here."""
    as_of: date
    chapters: Sequence[Chapter]
    formats: Sequence[str]
    rendering: Mapping[str, Any]
    """What the render key is the digest of: templates, fonts, versions."""
    predicate: Mapping[str, Any]
    """Parameters, inputs, code, environment, settings: what the envelope tells of the run."""


@dataclass(frozen=True)
class Published:
    """Where a report lies, and whether it had to be made."""

    folder: Path
    link: Path
    run_id: str
    files: tuple[Path, ...]
    is_new: bool


def publish(report: Report, *, reports: Path) -> Published:
    """Render, seal and put a report in place; do nothing if this very run is there.

    Parameters
    ----------
    report : what to publish
    reports : the folder of all reports

    Raises
    ------
    ChapterError
        A notebook holds what a report cannot show, or two values share an id.
    RapportError
        The record does not fit its slot, or another run keeps the log.
    """
    unit = reports / report.frame.unit
    finish_points(unit)
    drafts = build_documents(_notebooks(report), report.frame)
    values = list_values(_values(report), drafts)
    run_id = make_run_id(_identity(report, values))
    folder = unit / "runs" / f"{report.frame.period}-{run_id}"
    link = unit / report.frame.period
    is_new = not (folder / "manifest.json").is_file()
    if is_new:
        _make(report, values, folder)
    if is_new or not link.exists() or link.resolve() != folder.resolve():
        point(link, folder)
    files = tuple(link / name for name in _names(report))
    return Published(folder, link, run_id, files, is_new)


def _make(report: Report, values: Sequence[Mapping[str, Any]], folder: Path) -> None:
    run_id = folder.name.rpartition("-")[2]
    documents = build_documents(_notebooks(report), replace(report.frame, record_id=run_id))
    text = json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8") + b"\n"
    block = make_block(slot_size(text))
    bodies = {
        name: _render(documents[name.split(".")[1]], name, report, block) for name in _names(report)
    }
    beside = {
        "values.json": text,
        **{f"notebooks/{c.number:02}_{c.name}.ipynb": c.notebook for c in report.chapters},
        **{
            f"tables/{t}.parquet": p.read_bytes()
            for c in report.chapters
            for t, p in c.tables.items()
        },
    }
    digests = {name: sha256(content) for name, content in {**beside, **bodies}.items()}
    journal = folder.parents[2] / "log.jsonl"
    with log.lock(journal):
        index, head = log.read_head(journal)
        predicate = _predicate(report, run_id, {"index": index + 1, "before": head})
        manifest = make_statement(digests, predicate)
        statement = make_statement(digests, _packed(predicate, values))
        sealed = {name: fill_slot(body, make_envelope(statement)) for name, body in bodies.items()}
        beside["manifest.json"] = _pretty(manifest)
        with written_aside(folder) as aside:
            for name, content in {**beside, **sealed}.items():
                path = aside / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
        log.append_locked(journal, _log_line(report, run_id, digests))


def _notebooks(report: Report) -> list[ExecutedChapter]:
    return [ExecutedChapter(c.name, c.number, json.loads(c.notebook)) for c in report.chapters]


def _values(report: Report) -> list[dict[str, Any]]:
    return [{**value, "chapter": c.name} for c in report.chapters for value in c.values]


def _names(report: Report) -> list[str]:
    return [f"report.{lang}.{form}" for form in report.formats for lang in report.frame.languages]


def _render(document: Any, name: str, report: Report, block: bytes) -> bytes:
    if name.endswith(".pdf"):
        return render_pdf(document, slot=block, date=report.as_of)
    return render_html(document, slot=block)


def _identity(report: Report, values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    frame = report.frame
    render_key = {
        "rendering": report.rendering,
        "languages": list(frame.languages),
        "formats": list(report.formats),
        "bands": list(frame.bands),
        "signer": frame.signer,
        # Prose is no part of an execution key, so the text of the notebooks is part of this one.
        "notebooks": [sha256(c.notebook) for c in report.chapters],
        "parameters": [(p.name, p.value, p.default) for p in frame.parameters],
        "sources": [(s.name, s.n_rows, s.digest) for s in frame.sources],
        "titles": frame.titles,
    }
    return {
        "unit": frame.unit,
        "period": frame.period,
        "execution": {c.name: c.key for c in report.chapters},
        "render": sha256(canonical_json(render_key)),
        "values": sha256(canonical_json(values)),
    }


def _predicate(report: Report, run_id: str, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **report.predicate,
        "run": run_id,
        "unit": report.frame.unit,
        "period": report.frame.period,
        "as_of": report.as_of.isoformat(),
        "execution": {c.name: c.key for c in report.chapters},
        "rendering": dict(report.rendering),
        "languages": list(report.frame.languages),
        "formats": list(report.formats),
        "log": dict(place),
        "made": log.now(),
        "machine": {"system": platform.system(), "processor": platform.machine()},
    }


def _packed(predicate: Mapping[str, Any], values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pack what is long, so that the envelope fits its slot; the manifest spells it out."""
    long = {name: predicate[name] for name in LONG if name in predicate}
    plain = {name: part for name, part in predicate.items() if name not in LONG}
    return {**plain, "packed": pack(long | {"values": list(values)})}


def _log_line(report: Report, run_id: str, digests: Mapping[str, str]) -> dict[str, Any]:
    return {
        "event": "published",
        "run": run_id,
        "unit": report.frame.unit,
        "period": report.frame.period,
        "bodies": {name: digests[name] for name in _names(report)},
        "values": digests["values.json"],
    }


def _pretty(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8"
    )
