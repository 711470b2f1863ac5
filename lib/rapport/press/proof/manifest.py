"""What a run's record says: its parts, its predicate in full and packed, its line in the log."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapport.press.chapters import Chapter
from rapport.press.proof import log
from rapport.press.proof.record import canonical_json, pack, sha256
from rapport.press.render.editions import name_editions
from rapport.press.render.frame import Frame
from rapport.press.render.tree import Document, Runs

LONG = (
    "canonical", "code", "execution", "methods", "places", "printing", "published", "rendering",
    "shown", "tables", "unit_parameters",
)  # fmt: skip


PHONE = "phone"
"""The form of a report that is page one alone: a narrow PDF, and a picture beside it."""


@dataclass(frozen=True)
class Report:
    """Everything that one report is made of."""

    frame: Frame
    """Its `record_id` is filled in here."""
    as_of: date | None
    """None where the data carry no day."""
    chapters: Sequence[Chapter]
    formats: Sequence[str]
    rendering: Mapping[str, Any]
    """What the render key is the digest of: templates, fonts, versions."""
    predicate: Mapping[str, Any]
    """Parameters, inputs, code, environment, settings: what the envelope tells of the run."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Files for programs that lie beside the report, by name."""


@dataclass(frozen=True)
class Run:
    """A report that has its number, and where it shall lie."""

    report: Report
    id: str
    values: Sequence[Mapping[str, Any]]
    shown: Mapping[str, Mapping[str, str]]
    folder: Path
    link: Path
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Where each value stands, by language: see `render.places`."""


def list_names(report: Report) -> list[str]:
    """Name the files that carry a seal: a form and an edition each, page one for telephones last.

    That page is the same in every edition, so there is one a language.
    """
    editions = name_editions(report.frame.brand, report.frame.languages)
    forms = [form for form in report.formats if form != PHONE]
    names = [f"report.{edition}.{form}" for form in forms for edition in editions]
    phones = [f"report.{PHONE}.{language}.pdf" for language in report.frame.languages]
    return [*names, *(phones if PHONE in report.formats else [])]


def spell_values(run: Run) -> bytes:
    """Spell `values.json`."""
    text = json.dumps(run.values, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8") + b"\n"


def list_parts(report: Report, values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """List what makes a run what it is: its number is the digest of these parts."""
    frame = report.frame
    render_key = {
        "rendering": report.rendering,
        "languages": list(frame.languages),
        "formats": list(report.formats),
        "bands": list(frame.bands),
        "signer": frame.signer,
        # Prose is no part of an execution key, so the text of the notebooks is part of this one.
        # By number: in which order they ran depends on which tables are tasks of their own.
        "notebooks": [
            sha256(c.notebook) for c in sorted(report.chapters, key=lambda c: (c.number, c.name))
        ],
        "parameters": [(p.name, p.value, p.default) for p in frame.parameters],
        "sources": [(s.name, s.n_rows, s.digest) for s in frame.sources],
        "titles": frame.titles,
        "note": frame.note,
        "changes": frame.changes,
        "approval": frame.approval,
        "brand": frame.brand,
        "published": frame.published,
        "beside": {name: sha256(content) for name, content in sorted(report.beside.items())},
    }
    return {
        "unit": frame.unit,
        "period": frame.period,
        "execution": {c.name: c.key for c in report.chapters},
        "render": sha256(canonical_json(render_key)),
        "values": sha256(canonical_json(values)),
    }


def show(documents: Mapping[str, Document]) -> dict[str, dict[str, str]]:
    """Give what the index of all reports says of this one, in each language."""
    return {
        language: {
            "title": document["unit"]["title"],
            "period": document["period"]["label"],
            "as_of": document["as_of_label"],
            "headline": _plain(document["front"]["headline"]),
        }
        for language, document in documents.items()
    }


def _plain(runs: Runs) -> str:
    return "".join(run["text"] for run in runs).replace("\u200b", "")


def make_predicate(run: Run, place: Mapping[str, Any]) -> dict[str, Any]:
    """Tell everything of a run; `place` is its line in the log and the head before it."""
    report = run.report
    return {
        **report.predicate,
        "run": run.id,
        "unit": report.frame.unit,
        "period": report.frame.period,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "execution": {c.name: c.key for c in report.chapters},
        "rendering": dict(report.rendering),
        # What the pages say: an envelope without a signature is then seen to have lost it.
        "signer": report.frame.signer,
        **({"approval": dict(report.frame.approval)} if report.frame.approval else {}),
        "languages": list(report.frame.languages),
        "formats": list(report.formats),
        "shown": run.shown,
        "places": run.places,
        "published": dict(report.frame.published),
        "log": dict(place),
        "made": log.now(),
        "machine": {"system": platform.system(), "processor": platform.machine()},
    }


def pack_predicate(
    predicate: Mapping[str, Any], values: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Pack what is long, so that the envelope fits its slot; the manifest spells it out."""
    long = {name: predicate[name] for name in LONG if name in predicate}
    plain = {name: part for name, part in predicate.items() if name not in LONG}
    return {**plain, "packed": pack(long | {"values": list(values)})}


def make_log_line(run: Run, digests: Mapping[str, str]) -> dict[str, Any]:
    """Make the line that the log keeps of a published run."""
    return {
        "event": "published",
        "run": run.id,
        "unit": run.report.frame.unit,
        "period": run.report.frame.period,
        **({"approval": dict(run.report.frame.approval)} if run.report.frame.approval else {}),
        "bodies": {name: digests[name] for name in list_names(run.report)},
        "values": digests["values.json"],
    }
