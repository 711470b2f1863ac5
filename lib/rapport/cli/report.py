"""One unit's executed chapters handed to the press to be printed and published, in a worker."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rapport.assets.files import asset_path, page_paths
from rapport.cli.beside import list_beside, read_day
from rapport.cli.changes import find_changes, keep_previous
from rapport.cli.checking import make_gate, take_chapter
from rapport.cli.drafts import KEPT, spell_draft
from rapport.cli.notes import fill_notes
from rapport.cli.recorded import describe_making, describe_printing
from rapport.present.chapters.change_page import tell_changes
from rapport.present.formats import show_date, show_period
from rapport.present.labels import LANGUAGES, has_label, label
from rapport.press.index import INDEX
from rapport.press.proof.approval import DRAFT
from rapport.press.proof.program import read_program
from rapport.press.proof.record import canonical_json, sha256
from rapport.press.proof.signing import read_signer
from rapport.press.publish import Chapter, Published, Report, publish
from rapport.press.render.frame import DataSource, Frame, Parameter, read_words
from rapport.press.run.keys.code import PACKAGE_FOLDER
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result
from rapport.tables import read_rows

RENDERING = "press/render/"
RENDERERS = ("rapport-reports", "nbconvert", "typst")

Arguments = Mapping[str, Any]
"""As `reporting.plan_report` gives them, and what the worker adds: `store` and `modules`."""


def print_report(arguments: Arguments, results: Mapping[str, Result]) -> dict[str, Any]:
    """Publish one report and say where it is.

    Parameters
    ----------
    arguments : see `Arguments`; `reports/` lies beside the folder of the store
    results : every task of the unit's period, ingestion among them, all done

    Returns
    -------
    unit, period, number of the run, and paths relative to the project: `folder`, `files`, and
    `keeps`, by which it counts as printed
    """
    store = Store(Path(arguments["store"]))
    project = store.root.parents[1]
    done, min_count = list(results.values()), arguments["parameters"]["min_count"]
    report = make_report(arguments, done, store)
    gate = make_gate(report.chapters, done, store, min_count=min_count)
    gate.check_chapters()
    signer = read_signer(os.environ)
    made = publish(report, reports=project / "reports", gate=gate, signer=signer)
    return {
        "unit": arguments["unit"],
        "period": arguments["period"],
        "run": made.run_id,
        "folder": made.folder.relative_to(project).as_posix(),
        "files": [file.relative_to(project).as_posix() for file in made.files],
        "new": made.is_new,
        "keeps": _keeps(made, project) | keep_previous(made.link, report.predicate),
    }


def make_report(arguments: Arguments, results: Sequence[Result], store: Store) -> Report:
    """Gather all that one report is made of; see `print_report`."""
    min_count = arguments["parameters"]["min_count"]
    chapters = [result for result in results if isinstance(result.task, ChapterTask)]
    taken = [take_chapter(result, store, min_count) for result in chapters]
    sources, beside = _sources(chapters, store), list_beside(arguments, chapters, store)
    predicate = _predicate(arguments, results)
    if "changes" not in arguments:
        # A report that is printed again, to be approved or verified, is told what it said.
        reports = store.root.parents[1] / "reports"
        told = find_changes(reports, arguments, taken, predicate)
        arguments = {**arguments, "changes": told}
    if arguments["approval"].get("state") == DRAFT:
        # What it became holds no such file: there is nothing left to approve.
        beside |= {KEPT: spell_draft(arguments, sources, beside)}
    return Report(
        frame=make_frame(arguments, sources, taken),
        as_of=read_day(arguments),
        chapters=taken,
        formats=arguments["formats"],
        rendering=make_rendering(arguments),
        predicate={**predicate, "printing": describe_printing(arguments)},
        beside=beside,
    )


def _keeps(made: Published, project: Path) -> dict[str, str | None]:
    manifest = made.link / "manifest.json"
    files = [*made.files, made.link.parents[1] / INDEX]
    return {
        manifest.relative_to(project).as_posix(): sha256(manifest.read_bytes()),
        **{file.relative_to(project).as_posix(): None for file in files},
    }


def make_frame(
    arguments: Arguments, sources: Sequence[DataSource], chapters: Sequence[Chapter]
) -> Frame:
    """Gather what the report says that no chapter says."""
    words, period = read_words(), arguments["period"]
    return Frame(
        unit=arguments["unit"],
        titles=arguments["titles"],
        period=period,
        period_labels={lang: show_period(period, lang) for lang in LANGUAGES},
        as_of_labels=_as_of(read_day(arguments), words),
        languages=tuple(arguments["languages"]),
        words=words,
        record_id="",
        signer=arguments["signer"],
        bands=arguments["bands"],
        approval=arguments["approval"],
        brand=arguments["brand"],
        published=arguments["published"],
        parameters=_differing(arguments),
        sources=sources,
        note=_fill_note(arguments, chapters),
        changes=tell_changes(arguments["changes"]),
        versions=sorted(arguments["versions"].items()),
    )


def _fill_note(arguments: Arguments, chapters: Sequence[Chapter]) -> dict[str, Any]:
    return fill_notes(
        arguments["notes"],
        [value for chapter in chapters for value in chapter.values],
        languages=arguments["languages"],
        words=read_words(),
        confidence=arguments["parameters"]["confidence"],
    )


def _as_of(day: date | None, words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    if day is None:
        return dict(words["undated"])
    return {lang: words["as_of"][lang].format(as_of=show_date(day, lang)) for lang in LANGUAGES}


def _differing(arguments: Arguments) -> list[Parameter]:
    found = []
    # By name: a record and a draft keep no other order, and must print the same page again.
    for name, value in sorted(arguments["parameters"].items()):
        default = arguments["defaults"][name]
        if value != default:
            key = f"parameter.{name}"
            words = {lang: label(key, lang) for lang in LANGUAGES} if has_label(key) else None
            found.append(Parameter(name, str(value), str(default), words))
    return found


def _sources(chapters: Sequence[Result], store: Store) -> list[DataSource]:
    read = [result.tables["data_sources"] for result in chapters if "data_sources" in result.tables]
    return [
        DataSource(str(row["source"]), int(row["n_rows"]), str(row["digest"]))
        for table in read
        for row in read_rows(store.object_path(table.digest))
    ]


def make_rendering(arguments: Arguments) -> dict[str, Any]:
    """Give what the render key is the digest of: templates, fonts, code and versions."""
    renderers = [item for item in arguments["modules"].items() if item[0].startswith(RENDERING)]
    return {
        "assets": {
            path.relative_to(asset_path()).as_posix(): _digest(path) for path in page_paths()
        },
        "code": sha256(canonical_json(renderers)),
        "versions": {name: arguments["versions"][name] for name in RENDERERS},
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _predicate(arguments: Arguments, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "parameters": arguments["parameters"],
        "sources": arguments["sources"],
        "notes": {note["file"]: note["digest"] for note in arguments["notes"]},
        "definitions": arguments["definitions"],
        "tables": {
            name: {"sha256": table.digest, "rows": table.n_rows, "kinds": dict(table.kinds)}
            for result in results
            for name, table in result.tables.items()
        },
        "code": {
            "modules": _modules(results),
            "package": read_program(PACKAGE_FOLDER),
            "cells": {r.task.id: sha256(canonical_json(_part(r, "code"))) for r in results},
        },
        "environment": _part(results[0], "conditions"),
        **describe_making(results),
    }


def _modules(results: Sequence[Result]) -> dict[str, Any]:
    """Give every file of the package that some task used, once, with its digest."""
    found: dict[str, Any] = {}
    for result in results:
        found |= _part(result, "modules") or {}
    return dict(sorted(found.items()))


def _part(result: Result, name: str) -> Any:
    return (result.parts or {}).get(name)
