"""Reports as tasks of the press: what a worker prints, named by plain values."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from rapport.assets.files import asset_path, page_paths
from rapport.cli.closing import GATE
from rapport.cli.work import Unit
from rapport.marts.periods import Period
from rapport.params import ChapterParams, UnitParams
from rapport.press.proof.record import canonical_json, sha256
from rapport.press.proof.signing import KEY_VARIABLE, PASSPHRASE_VARIABLE, read_signer
from rapport.press.run.tasks import ReportTask, Task

DEFINITIONS = ("identity", "rates", "service_products", "tags", "topics", "lists")
CALENDAR = (
    "timezone", "currency", "festivals", "snapshot", "baskets_only", "lines_are_a_sample",
    "price_per",
)  # fmt: skip
VERSIONED = ("rapport-reports", "papermill", "nbconvert", "typst", "duckdb", "pandas")
Shape = tuple[Sequence[str], Sequence[str]]
"""Formats and languages; no languages means the unit's own."""


def plan_gate(unit: Unit, period: Period, tasks: Iterable[Task]) -> ReportTask:
    """Make the task that looks through a unit's chapters where no report is printed.

    Parameters
    ----------
    tasks : chapters, and what they were made of; ingestion is added
    """
    return ReportTask(
        id=f"{unit.name}/{period.code}/{GATE}",
        unit=unit.name,
        period=period.code,
        function="rapport.cli.checking:check_chapters",
        arguments={"min_count": unit.params.min_count},
        needs=(unit.ingestion_id, *(task.id for task in tasks)),
        code=("rapport.cli.checking",),
    )


def plan_report(
    unit: Unit,
    period: Period,
    tasks: Iterable[Task],
    shape: Shape,
    *,
    after: tuple[str, ...] = (),
) -> ReportTask:
    """Make the task that prints a unit's report of a period.

    Parameters
    ----------
    tasks : all of the period; ingestion is added
    after : the report of the period before, if it is printed by the same run
    """
    params, (formats, languages) = unit.params, shape
    as_of = unit.as_of(period)
    return ReportTask(
        id=f"{unit.name}/{period.code}/report",
        unit=unit.name,
        period=period.code,
        function="rapport.cli.report:print_report",
        arguments={
            "unit": unit.name,
            "titles": params.title.model_dump(),
            "period": period.code,
            "as_of": as_of.isoformat() if as_of else None,
            "bands": _bands(unit, period),
            "signer": name_signer(),
            "approval": _approval(unit),
            "definitions": define(params),
            "notes": [note.describe() for note in unit.notes if note.period == period.code],
            "brand": dict(unit.brand),
            "published": dict(unit.published),
            "languages": list(languages or params.languages),
            "formats": list(formats),
            "parameters": params.chapter_values(),
            "defaults": ChapterParams().model_dump(mode="json"),
            "sources": dict(unit.sources.digests),
            "versions": read_versions(),
        },
        needs=(unit.ingestion_id, *(task.id for task in tasks)),
        code=list_code(),
        after=after,
    )


def list_code() -> tuple[str, ...]:
    """Name what a report's key holds the digests of: modules that print, and files of pages."""
    return ("rapport.cli.report", *_page_files())


def name_signer() -> str:
    """Give the name that pages print as their signer's; empty where no key is named.

    Raises
    ------
    ParameterError
        The key that RAPPORT_SIGNING_KEY names cannot be used.
    """
    if os.environ.get(KEY_VARIABLE):
        # Workers read it from a folder of their own.
        os.environ[KEY_VARIABLE] = str(Path(os.environ[KEY_VARIABLE]).absolute())
    return _name_signer(*(os.environ.get(name, "") for name in (KEY_VARIABLE, PASSPHRASE_VARIABLE)))


@cache
def _name_signer(key: str, passphrase: str) -> str:
    # Once for all reports of a run: a passphrase is made slow to try.
    signer = read_signer({KEY_VARIABLE: key, PASSPHRASE_VARIABLE: passphrase})
    return signer.name if signer else ""


def _bands(unit: Unit, period: Period) -> list[str]:
    day = unit.as_of(period)
    ends = period.last_on is None or (day is not None and day >= period.last_on)
    is_whole = ends or unit.params.snapshot
    named = (
        ("draft", bool(_approval(unit))),
        ("sample", unit.params.sample),
        ("incomplete", not is_whole),
    )
    return [name for name, is_on in named if is_on]


def define(params: UnitParams) -> dict[str, str]:
    """Give a digest of every definition by which sources become figures; paths move none."""
    told = params.model_dump(mode="json", by_alias=True)
    sources = {
        name: {key: part for key, part in source.items() if key != "path"}
        for name, source in told["sources"].items()
    }
    plain = {name: told[name] for name in DEFINITIONS}
    calendar = {name: told[name] for name in CALENDAR}
    parts = {**told["tables"], **plain, "sources": sources, "calendar": calendar}
    return {name: sha256(canonical_json(part)) for name, part in sorted(parts.items())}


def _approval(unit: Unit) -> dict[str, str]:
    return {"state": "draft"} if unit.params.approval == "required" else {}


@cache
def read_versions() -> dict[str, str]:
    """Read the versions of what makes reports, as installed here."""
    return {name: importlib.metadata.version(name) for name in VERSIONED}


@cache
def _page_files() -> tuple[str, ...]:
    package = asset_path().parent
    return tuple(path.relative_to(package).as_posix() for path in page_paths())
