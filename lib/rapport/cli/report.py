"""One unit's executed chapters handed to the press to be published."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rapport import tables
from rapport.assets.files import asset_path, font_paths
from rapport.cli.work import Unit
from rapport.marts.periods import Period
from rapport.params import ChapterParams
from rapport.present.formats import show_date, show_period
from rapport.present.labels import LANGUAGES, has_label, label
from rapport.press.proof.record import canonical_json, sha256
from rapport.press.publish import Chapter, Report, publish
from rapport.press.render.frame import DataSource, Frame, Parameter, read_words
from rapport.press.run.plan import World
from rapport.press.run.tasks import ChapterTask, Result

VERSIONED = ("rapport-reports", "papermill", "nbconvert", "typst", "duckdb", "pandas")
PERSONAL = "customer_id"


def publish_report(
    whose: tuple[Unit, Period],
    results: Sequence[Result],
    world: World,
    shape: tuple[Sequence[str], Sequence[str]],
) -> dict[str, Any]:
    """Publish one report and say where it is.

    Parameters
    ----------
    whose : unit and period
    results : every task of the unit's period, ingestion among them, all done
    world : what they were executed against; `reports/` lies beside the folder of its store
    shape : formats and languages; no languages means the unit's own
    """
    (unit, period), (formats, languages) = whose, shape
    chapters = [result for result in results if isinstance(result.task, ChapterTask)]
    report = Report(
        frame=make_frame(unit, period, chapters, languages or unit.params.languages, world),
        as_of=unit.as_of(period),
        chapters=[_chapter(result, world) for result in chapters],
        formats=formats,
        rendering=_rendering(),
        predicate=_predicate(unit, results, world),
    )
    made = publish(report, reports=world.store.root.parents[1] / "reports")
    return {
        "unit": unit.name,
        "period": period.code,
        "run": made.run_id,
        "folder": str(made.folder),
        "files": [str(file) for file in made.files],
        "new": made.is_new,
    }


def _chapter(result: Result, world: World) -> Chapter:
    task = result.task
    assert isinstance(task, ChapterTask)
    assert result.notebook is not None
    assert result.key is not None
    return Chapter(
        name=task.chapter,
        number=int(task.notebook.name[:2]),
        key=result.key,
        notebook=world.store.object_path(result.notebook).read_bytes(),
        values=result.values,
        tables={
            name: world.store.object_path(table.digest)
            for name, table in result.tables.items()
            # One row a customer stays in the store: a report's folder is handed on.
            if PERSONAL not in table.kinds and task.period is not None
        },
    )


def make_frame(
    unit: Unit,
    period: Period,
    chapters: Sequence[Result],
    languages: Sequence[str],
    world: World,
) -> Frame:
    """Gather what the report says that no chapter says."""
    params = unit.params
    day = unit.as_of(period)
    words = read_words()
    whole = period.last_on is None or (day is not None and day >= period.last_on)
    bands = [name for name, on in (("sample", params.sample), ("incomplete", not whole)) if on]
    return Frame(
        unit=unit.name,
        titles=params.title.model_dump(),
        period=period.code,
        period_labels={lang: show_period(period.code, lang) for lang in LANGUAGES},
        as_of_labels=_as_of(day, words),
        languages=tuple(languages),
        words=words,
        record_id="",
        bands=bands,
        parameters=_differing(unit),
        sources=_sources(chapters, world),
        versions=[(name, _version(name)) for name in VERSIONED],
    )


def _as_of(day: date | None, words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    if day is None:
        return dict(words["undated"])
    return {lang: words["as_of"][lang].format(as_of=show_date(day, lang)) for lang in LANGUAGES}


def _differing(unit: Unit) -> list[Parameter]:
    defaults = ChapterParams().model_dump(mode="json")
    found = []
    for name, value in unit.params.chapter_values().items():
        if value != defaults[name]:
            key = f"parameter.{name}"
            words = {lang: label(key, lang) for lang in LANGUAGES} if has_label(key) else None
            found.append(Parameter(name, str(value), str(defaults[name]), words))
    return found


def _sources(chapters: Sequence[Result], world: World) -> list[DataSource]:
    read = [result.tables["data_sources"] for result in chapters if "data_sources" in result.tables]
    return [
        DataSource(str(row["source"]), int(row["n_rows"]), str(row["digest"]))
        for table in read
        for row in tables.read_table(world.store.object_path(table.digest)).to_dict("records")
    ]


def _version(name: str) -> str:
    return importlib.metadata.version(name)


def _rendering() -> dict[str, Any]:
    kinds = ("html", "typst", "locale")
    files = [p for kind in kinds for p in sorted(asset_path(kind).rglob("*")) if p.is_file()]
    files.remove(asset_path("html", "index.html.j2"))  # no part of any report
    return {
        "assets": {p.relative_to(asset_path()).as_posix(): sha256(p.read_bytes()) for p in files},
        "fonts": {p.name: sha256(p.read_bytes()) for p in font_paths()},
        "versions": {name: _version(name) for name in ("rapport-reports", "nbconvert", "typst")},
    }


def _predicate(unit: Unit, results: Sequence[Result], world: World) -> dict[str, Any]:
    return {
        "parameters": unit.params.chapter_values(),
        "sources": dict(unit.sources.digests),
        "tables": {
            name: {"sha256": table.digest, "rows": table.n_rows}
            for result in results
            for name, table in result.tables.items()
        },
        "code": {
            "modules": _modules(results),
            "cells": {r.task.id: sha256(canonical_json(_part(r, "code"))) for r in results},
        },
        "environment": {**asdict(world.conditions), "enforced": dict(world.conditions.enforced)},
    }


def _modules(results: Sequence[Result]) -> dict[str, Any]:
    """Give every file of the package that some task used, once, with its digest."""
    found: dict[str, Any] = {}
    for result in results:
        found |= _part(result, "modules") or {}
    return dict(sorted(found.items()))


def _part(result: Result, name: str) -> Any:
    return (result.parts or {}).get(name)
