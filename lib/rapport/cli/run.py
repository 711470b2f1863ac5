"""`rapport run`: from units and periods to published reports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.cli.progress import Progress
from rapport.cli.report import publish_report
from rapport.cli.work import (
    Unit,
    find_units,
    plan_ingestion,
    plan_period,
    require_chapters,
    require_period,
    spans_of,
)
from rapport.errors import ParameterError, RapportError
from rapport.params import find_root
from rapport.press.publish import log_failure
from rapport.press.render.notebook import LANGUAGES
from rapport.press.run.execute import exit_code_of, run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.order import select_tasks
from rapport.press.run.plan import World, describe_plan, plan
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Planned, Result, Scope, Task, name_of

FORMATS = ("html", "pdf")


@dataclass(frozen=True)
class Request:
    """What was asked for, read and checked."""

    root: Path
    units: Sequence[Unit]
    world: World
    formats: tuple[str, ...]
    languages: tuple[str, ...]
    """Empty = each unit's own."""
    arguments: argparse.Namespace


def run(arguments: argparse.Namespace) -> int:
    """Make the reports that were asked for; give the exit code."""
    request = read_request(arguments)
    if arguments.dry_run:
        return _say_plan(request)
    progress = Progress(sys.stderr)
    ingestion = [plan_ingestion(request.root, unit) for unit in request.units]
    first = run_tasks(ingestion, request.world, **_how(arguments, progress))
    tasks, world = _plan_rest(request, first)
    results = {**first, **run_tasks(tasks, world, **_how(arguments, progress))}
    _log_failures(request, results)
    made, errors = ([], []) if arguments.chapter else _publish(request, results, world)
    progress.close(results)
    for error in errors:
        sys.stderr.write(f"{error}\n")
    _say_result(made, results, as_json=arguments.json)
    return worst_code([exit_code_of(results.values()), *(error.exit_code for error in errors)])


def read_request(arguments: argparse.Namespace) -> Request:
    """Read the flags of `rapport run` and find its units.

    Raises
    ------
    ParameterError
        A flag or parameter is wrong; nothing has started.
    DataError
        A unit that was named has no sources.
    """
    root = find_root(Path.cwd())
    formats = read_list(arguments.format, FORMATS, "--format")
    languages = read_list(arguments.language, LANGUAGES, "--language") if arguments.language else ()
    require_period(arguments.period)
    require_chapters(root, arguments.chapter)
    units = find_units(root, arguments)
    world = World(Store(root / "data" / "store"), read_conditions(root))
    return Request(root, units, world, formats, languages, arguments)


def worst_code(codes: Iterable[int]) -> int:
    """Give the exit code of several: 4 before 3 before 2 before 1 before 0.

    Examples
    --------
    >>> worst_code([0, 1, 3]), worst_code([])
    (3, 0)
    """
    return max(codes, default=0)


def read_list(text: str, known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Read `html,pdf` or `none`.

    Raises
    ------
    ParameterError
        A name is not known.

    Examples
    --------
    >>> read_list("zh,en", ("en", "zh"), "--language"), read_list("none", FORMATS, "--format")
    (('zh', 'en'), ())
    """
    if text == "none":
        return ()
    names = tuple(dict.fromkeys(text.split(",")))
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ParameterError(f"{flag}: {', '.join(wrong)} is none of {', '.join(known)}.")
    return names


def _how(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    jobs = arguments.jobs or os.cpu_count() or 1
    return {"workers": jobs, "fresh": arguments.fresh, "on_event": progress}


def _plan_rest(request: Request, first: Mapping[str, Result]) -> tuple[list[Task], World]:
    read = {
        unit.name: {name: table.digest for name, table in result.tables.items()}
        for unit in request.units
        for result in [first[unit.ingestion_id]]
        if result.status in ("executed", "reused")
    }
    return _plan_units(request, read)


def _plan_units(
    request: Request, read: Mapping[str, Mapping[str, str]]
) -> tuple[list[Task], World]:
    """Make the tasks of every unit whose sources are read: unit -> canonical table -> digest."""
    world, arguments = request.world, request.arguments
    tasks: list[Task] = []
    for unit in (each for each in request.units if each.name in read):
        tables = read[unit.name]
        unit.read_span(world.store.object_path(tables["snapshot"]))
        is_named = unit.name in arguments.units
        for period in spans_of(unit, arguments.period, is_named=is_named):
            tasks += plan_period(request.root, unit, period, tables=tables)
    wanted = arguments.chapter
    if wanted:
        tasks = select_tasks(tasks, [t.id for t in tasks if _is_wanted(t, wanted)])
    given: dict[Scope, Mapping[str, str]] = {(name, None): read[name] for name in read}
    return tasks, World(world.store, world.conditions, given)


def _is_wanted(task: Task, chapters: Sequence[str]) -> bool:
    return isinstance(task, ChapterTask) and task.chapter in chapters


def _publish(
    request: Request, results: Mapping[str, Result], world: World
) -> tuple[list[dict[str, Any]], list[RapportError]]:
    """Publish every report whose chapters are all done; one that fails stops no other."""
    made, errors = [], []
    shape = (request.formats, request.languages)
    for unit in request.units:
        for period in unit.periods:
            mine = [r for r in results.values() if r.task.unit == unit.name]
            parts = [r for r in mine if r.task.period in (None, period.code)]
            if any(result.status in ("failed", "stopped") for result in parts):
                continue
            _remember(unit, period.code, parts, world.store)
            try:
                if request.formats:
                    made.append(publish_report((unit, period), parts, world, shape))
            except RapportError as error:
                errors.append(error)
    return made, errors


def _log_failures(request: Request, results: Mapping[str, Result]) -> None:
    failed: dict[Scope, dict[str, str]] = {}
    for result in results.values():
        if result.error is not None:
            task = result.task
            scope = failed.setdefault((task.unit, task.period), {})
            scope[name_of(task)] = result.error.class_name
    for (unit, period), tasks in failed.items():
        log_failure(request.root / "reports", unit=unit, period=period, tasks=tasks)


def _remember(unit: Unit, period: str, parts: Sequence[Result], store: Store) -> None:
    for scope in (None, period):
        tables = {
            name: table.digest
            for result in parts
            if result.task.period == scope
            for name, table in result.tables.items()
        }
        store.write_current(unit.name, tables, period=scope)


def _say_plan(request: Request) -> int:
    described = describe_plan(_plan_all(request), request.root)
    if request.arguments.json:
        sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        return 0
    for row in described["tasks"]:
        of = row["period"] or "all periods"
        sys.stdout.write(
            f"{row['unit']} {of} {row['chapter']}: {row['action']} ({row['reason']})\n"
        )
    return 0


def _plan_all(request: Request) -> list[Planned]:
    world, fresh = request.world, request.arguments.fresh
    ingestion = [plan_ingestion(request.root, unit) for unit in request.units]
    first = plan(ingestion, world, fresh=fresh)
    read = {p.task.unit: _tables_of(p, world.store) for p in first if p.action == "reuse"}
    tasks, given = _plan_units(request, read)
    unread: list[Task] = []
    for unit in (each for each in request.units if each.name not in read):
        unread += plan_period(request.root, unit, None, tables={})
    wanted = request.arguments.chapter
    waiting = [
        Planned(task, "execute", "sources not read yet", None, None)
        for task in unread
        if not wanted or _is_wanted(task, wanted)
    ]
    return [*first, *plan(tasks, given, fresh=fresh), *waiting]


def _tables_of(planned: Planned, store: Store) -> dict[str, str]:
    assert planned.key is not None
    record = store.read_task(planned.key)
    assert record is not None
    return {name: table["digest"] for name, table in record["tables"].items()}


def _say_result(
    made: Sequence[dict[str, Any]], results: Mapping[str, Result], *, as_json: bool
) -> None:
    if as_json:
        chapters = [
            {"unit": r.task.unit, "period": r.task.period, "chapter": r.task.chapter,
             "status": r.status, "reason": r.reason, "key": r.key, "seconds": round(r.seconds, 3)}
            for r in results.values()
            if isinstance(r.task, ChapterTask)
        ]  # fmt: skip
        described = {"reports": list(made), "chapters": chapters}
        sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        return
    for report in made:
        for file in report["files"]:
            sys.stdout.write(f"{file}\n")
