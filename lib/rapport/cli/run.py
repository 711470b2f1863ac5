"""`rapport run`: from units and periods to published reports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rapport.cli.progress import Progress
from rapport.cli.report import publish_report
from rapport.cli.work import Unit, find_units, plan_ingestion, plan_period, spans_of
from rapport.errors import ParameterError
from rapport.params import find_root
from rapport.press.run.execute import exit_code_of, run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.order import select_tasks
from rapport.press.run.plan import World, describe_plan, plan
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Planned, Result, Task

FORMATS = ("html", "pdf")
LANGUAGES = ("en", "zh")


def run(arguments: argparse.Namespace) -> int:
    """Make the reports that were asked for; give the exit code."""
    root = find_root(Path.cwd())
    formats = read_list(arguments.format, FORMATS, "--format")
    languages = read_list(arguments.language, LANGUAGES, "--language") if arguments.language else ()
    units = find_units(root, arguments)
    world = World(Store(root / "data" / "store"), read_conditions(root))
    if arguments.dry_run:
        return _say_plan(root, units, world, arguments)
    progress = Progress(sys.stderr)
    first = run_tasks(
        [plan_ingestion(root, unit) for unit in units], world, **_how(arguments, progress)
    )
    second, ready = _plan_rest(root, units, first, world, arguments)
    results = {**first, **run_tasks(second, ready, **_how(arguments, progress))}
    made = []
    if not arguments.chapter:
        made = _publish(root, units, results, ready, formats, languages)
    progress.close(results)
    _say_result(made, results, as_json=arguments.json)
    return exit_code_of(results.values())


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


def _plan_rest(
    root: Path,
    units: Sequence[Unit],
    first: dict[str, Result],
    world: World,
    arguments: argparse.Namespace,
) -> tuple[list[Task], World]:
    given: dict[tuple[str, str | None], dict[str, str]] = {}
    tasks: list[Task] = []
    for unit in units:
        result = first[unit.ingestion_id]
        if result.status not in ("executed", "reused"):
            continue
        digests = {name: table.digest for name, table in result.tables.items()}
        given[(unit.name, None)] = digests
        unit.read_span(world.store.object_path(digests["snapshot"]))
        for period in spans_of(unit, arguments.period):
            tasks += plan_period(root, unit, period, tables=digests)
    wanted = arguments.chapter
    if wanted:
        tasks = select_tasks(tasks, [t.id for t in tasks if _is_wanted(t, wanted)])
    return tasks, World(world.store, world.conditions, given)


def _is_wanted(task: Task, chapters: Sequence[str]) -> bool:
    return isinstance(task, ChapterTask) and task.chapter in chapters


def _publish(
    root: Path,
    units: Sequence[Unit],
    results: dict[str, Result],
    world: World,
    formats: Sequence[str],
    languages: Sequence[str],
) -> list[dict[str, Any]]:
    made = []
    for unit in units:
        for period in unit.periods:
            mine = [r for r in results.values() if r.task.unit == unit.name]
            parts = [r for r in mine if r.task.period in (None, period.code)]
            if any(result.status in ("failed", "stopped") for result in parts):
                continue
            _remember(unit, period.code, parts, world.store)
            if formats:
                made.append(publish_report(root, unit, period, parts, world, (formats, languages)))
    return made


def _remember(unit: Unit, period: str, parts: Sequence[Result], store: Store) -> None:
    for scope in (None, period):
        tables = {
            name: table.digest
            for result in parts
            if result.task.period == scope
            for name, table in result.tables.items()
        }
        store.write_current(unit.name, tables, period=scope)


def _say_plan(
    root: Path, units: Sequence[Unit], world: World, arguments: argparse.Namespace
) -> int:
    ingestion = plan([plan_ingestion(root, unit) for unit in units], world, fresh=arguments.fresh)
    read = {p.task.unit: p for p in ingestion if p.action == "reuse" and p.key}
    given: dict[tuple[str, str | None], dict[str, str]] = {}
    tasks: list[Task] = []
    unread: list[Planned] = []
    for unit in units:
        planned = read.get(unit.name)
        record = world.store.read_task(planned.key) if planned and planned.key else None
        if record is None:
            unread += [
                Planned(task, "execute", "sources not read yet", None, None)
                for task in plan_period(root, unit, None, tables={})
            ]
            continue
        digests = {name: table["digest"] for name, table in record["tables"].items()}
        given[(unit.name, None)] = digests
        unit.read_span(world.store.object_path(digests["snapshot"]))
        for period in spans_of(unit, arguments.period):
            tasks += plan_period(root, unit, period, tables=digests)
    rest = plan(tasks, World(world.store, world.conditions, given), fresh=arguments.fresh)
    described = describe_plan([*ingestion, *rest, *unread], root)
    if arguments.json:
        sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        return 0
    for row in described["tasks"]:
        period = row["period"] or "all periods"
        sys.stdout.write(
            f"{row['unit']} {period} {row['chapter']}: {row['action']} ({row['reason']})\n"
        )
    return 0


def _say_result(
    made: Sequence[dict[str, Any]], results: dict[str, Result], *, as_json: bool
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
