"""A unit's ingestion, marts and chapters as tasks of the press."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rapport.cli.work import Unit, list_notebooks
from rapport.marts.catalog import MARTS, list_buildable
from rapport.marts.periods import Period
from rapport.params import ChapterParams, UnitParams
from rapport.params.chapters import can_have
from rapport.press.run.keys.sources import chapter_name, make_chapter_task
from rapport.press.run.tasks import ChapterTask, Limits, TableTask, Task
from rapport.privacy import PRIVATE, SAMPLE_KEY, name_key, read_key
from rapport.privacy.erased import read_erased
from rapport.schema import SCHEMAS

INGESTION = "01_ingestion.ipynb"
# What every chapter sees of its unit: the key of each holds these.
SEEN = (
    "name", "title", "language", "currency", "timezone", "sample", "snapshot", "confidence",
    "min_count", "calendar",
)  # fmt: skip
# What a unit aims at, decided and calls its customers, which moves nothing of the ingestion.
PLANS = ("tags", "topics", "targets", "alerts", "actions", "lists", "contacts", "population")
# Where data lie and how they are mapped, which `trust_unit` lets no chapter but ingestion see.
OF_INGESTION = {"sources", "tables", "expect", "quarantine", "rates", "identity", "limits"}
HERE = "duckdb"
"""The engine that needs no server; which one a unit has moves no number and is told no chapter."""
# Libraries of extras without which a chapter says less: its key holds which of them are there.
EXTRAS = {"satisfaction": ("rjieba", "vaderSentiment")}
# Tables that every unit's marts may read, empty where the unit delivers none.
ALWAYS = ("orders",)


def plan_ingestion(root: Path, unit: Unit) -> ChapterTask:
    """Make the task that reads a unit's sources, once for all periods."""
    params = unit.params
    unseen = {*ChapterParams.model_fields, *PLANS}
    unseen |= {"limits", "festivals", "calendar", "archive", "engine"}
    unseen -= {"min_count"}
    key = SAMPLE_KEY if params.sample else read_key(os.environ)
    gone = read_erased(root, unit.name, lambda: key)
    context = {
        "as_of": None,
        "unit_parameters": params.model_dump(mode="json", by_alias=True, exclude=unseen),
        "sources": {
            name: {
                "paths": [str(path.resolve()) for path in unit.sources.files[name]],
                "digest": digest,
            }
            for name, digest in unit.sources.digests.items()
        },
        # Another key gives other pseudonyms; its name says so and tells nothing of the key.
        "pseudonyms": name_key(key),
        # The reason for a run names what moved: how many, never who.
        **({"erasures": len(gone), "erased": {"digests": list(gone)}} if gone else {}),
        "language": params.language,
    }
    return make_chapter_task(
        root / "notebooks" / INGESTION,
        (unit.name, None),
        parameters={**params.chapter_values(), "unit": unit.name},
        context=context,
        limits=_limits(params),
    )


def _without_private(task: ChapterTask) -> ChapterTask:
    # Such a chapter runs as far as its `read`, which says why it gets no such table.
    kept = [tuple(t for t in names if t not in PRIVATE) for names in (task.reads, task.optional)]
    return replace(task, reads=kept[0], optional=kept[1])


def _limits(params: UnitParams) -> Limits:
    given = params.limits
    return Limits(given.chapter_seconds, given.cell_seconds, given.memory_mb * 2**20)


def plan_period(
    root: Path, unit: Unit, period: Period | None, *, tables: Mapping[str, str]
) -> list[Task]:
    """Make the tasks of one period: marts that the tables allow, and chapters that it can have."""
    code = period.code if period else None
    values = unit.params.chapter_values()
    as_of = unit.as_of(period) if period else None
    context = {
        "as_of": as_of.isoformat() if as_of else None,
        "unit_parameters": describe_unit(unit.params),
        "language": unit.params.language,
    }
    tasks: list[Task] = []
    for notebook in list_notebooks(root):
        if notebook.name != INGESTION and can_have(chapter_name(notebook), unit.params):
            parameters = {**values, "unit": unit.name, "period": code}
            task = make_chapter_task(
                notebook, (unit.name, code), parameters=parameters,
                context=context | _list_extras(chapter_name(notebook)), frame=SEEN,
                limits=_limits(unit.params),
            )  # fmt: skip
            tasks.append(_without_private(task))
    if period is None:
        return tasks
    if unit.params.engine == HERE:
        return [*_plan_marts(unit, period, tables), *tasks]
    asked = {table for task in tasks for table in (*task.reads, *task.optional)}
    return [*_plan_elsewhere([*_plan_marts(unit, period, tables)], unit, asked), *tasks]


def describe_unit(params: UnitParams) -> dict[str, Any]:
    """Give a unit's parameters as its chapters see them: of its tables the names alone."""
    told = params.model_dump(mode="json", by_alias=True, exclude={*OF_INGESTION, "engine"})
    return {**told, "tables": sorted(params.tables)}


def _list_extras(chapter: str) -> dict[str, Any]:
    names = EXTRAS.get(chapter)
    return {} if names is None else {"extras": [name for name in names if find_spec(name)]}


def _plan_marts(unit: Unit, period: Period, tables: Mapping[str, str]) -> Iterator[TableTask]:
    for name in _list_marts(tables):
        yield TableTask(
            id=f"{unit.name}/{period.code}/{name}",
            unit=unit.name,
            period=period.code,
            name=name,
            function="rapport.marts.build:run_task",
            arguments={"settings": _settings(name, unit, period.code)},
            reads=_reads(name, tables),
            code=("rapport.marts.build", *_texts(name)),
        )


def _plan_elsewhere(
    marts: Sequence[TableTask], unit: Unit, asked: Collection[str]
) -> Iterator[TableTask]:
    """Give the tasks whose tables come back, those of SELECTs to be made on the unit's engine."""
    # A unit on DuckDB is planned without.
    from rapport.marts.lineage import is_select, list_fetched, list_leaves, walk  # noqa: PLC0415

    there = {table for mart in marts for table in mart.reads} | {mart.name for mart in marts}
    fetched = list_fetched([mart.name for mart in marts], asked)
    for mart in marts:
        if mart.name not in fetched:
            continue
        if not is_select(mart.name):
            yield mart
            continue
        needed, used = list_leaves(mart.name)
        yield replace(
            mart,
            function="rapport.marts.elsewhere:run_task",
            arguments={"engine": unit.params.engine},
            reads={table: table for table in sorted(needed | used & there)},
            code=("rapport.marts.elsewhere", *(t for m in walk(mart.name) for t in _texts(m.name))),
        )


def _list_marts(tables: Mapping[str, str]) -> list[str]:
    """Name what can be made of a unit's tables; first those without a row that it does not have.

    Page one and churn count orders: that there are none is a count, too.
    """
    absent = [name for name in ALWAYS if name not in tables]
    there = [name for name in SCHEMAS if name in tables or name in ALWAYS]
    return [*absent, *list_buildable(there)]


def _reads(name: str, tables: Mapping[str, str]) -> dict[str, str]:
    if name not in MARTS:
        return {}
    return {t: t for t in (*MARTS[name].reads, *(t for t in MARTS[name].uses if t in tables))}


@cache
def _texts(name: str) -> tuple[str, ...]:
    return (f"marts/{name}.sql",) if name in MARTS and MARTS[name].sql else ()


def _settings(mart: str, unit: Unit, code: str) -> dict[str, Any]:
    # Only these read the parameters; the others read the table that the first one makes.
    if mart == "settings":
        return unit.params.mart_values()
    if mart == "periods":
        of: dict[str, Any] = {"is_snapshot": True} if unit.params.snapshot else {}
        if unit.params.festivals != "none":
            of["festivals"] = unit.params.festivals
        if unit.fiscal is not None:
            of["calendar"] = unit.params.calendar.model_dump(exclude={"holidays"})
        return {**unit.params.chapter_values(), **of, "period": code}
    if mart == "tags_held":
        return {"tags": {name: tag.when for name, tag in unit.params.tags.items()}}
    if mart == "feedback_texts":
        return {"topics": {name: dict(t.patterns) for name, t in unit.params.topics.items()}}
    if mart == "funnel_steps":
        return {"funnel_steps": unit.params.chapter_values()["funnel_steps"]}
    return {}
