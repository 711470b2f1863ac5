"""`rapport run`: from units and periods to published reports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rapport.cli.closing import say_result
from rapport.cli.clustering import find_crew
from rapport.cli.expansion import Expansion, is_wanted
from rapport.cli.moves import add_moves
from rapport.cli.planning import plan_ingestion, plan_period
from rapport.cli.progress import Progress
from rapport.cli.quarto import render_beside
from rapport.cli.reporting import name_signer
from rapport.cli.standing import Standings, tell_standing
from rapport.cli.work import (
    Unit,
    find_units,
    list_notebooks,
    name_units,
    require_chapters,
    require_period,
)
from rapport.errors import DisclosureError, ParameterError
from rapport.params import Language, find_root
from rapport.press.proof.running import Running, log_abandoned
from rapport.press.render.quarto.find import Quarto, find_quarto
from rapport.press.run.execute import exit_code_of, run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.keys.reads import read_chapter
from rapport.press.run.plan import World, describe_plan, plan
from rapport.press.run.store import Store
from rapport.press.run.store.notebook_cache import check_folder, publish_notebooks
from rapport.press.run.tasks import (
    Planned,
    ReportTask,
    Result,
    Scope,
    Task,
    name_of,
)

FORMATS = ("html", "pdf", "phone")
DISCLOSED = DisclosureError.__name__
LANGUAGES: tuple[str, ...] = get_args(Language)


@dataclass(frozen=True)
class Request:
    """What was asked for, read and checked."""

    root: Path
    units: Sequence[Unit]
    """Those that have to be planned."""
    world: World
    expansion: Expansion
    standing: Standings
    arguments: argparse.Namespace
    quarto: Quarto | None = None
    """Found before anything starts, where it shall render, too."""


def run(arguments: argparse.Namespace) -> int:
    """Make the reports that were asked for; give the exit code."""
    _finish_erasures(find_root(Path.cwd()))
    request = read_request(arguments)
    if arguments.dry_run:
        return _say_plan(request)
    # Not cleaned until what was made is printed, too.
    reports = request.root / "reports"
    log_abandoned(reports)
    with (
        request.world.store.shared(),
        Progress(sys.stderr, as_json=arguments.json) as progress,
        Running(reports, progress) as running,
    ):
        standing = request.standing.list_results()
        made = run_tasks(
            [plan_ingestion(request.root, unit) for unit in request.units],
            request.world,
            crew=find_crew(arguments, request.world.store),
            fresh=arguments.fresh,
            on_event=tell_standing(standing, running),
            expand=request.expansion,
        )
        made = add_moves(made, request.world.store)
        _log_failures(request, made.values())
        if not arguments.chapter:
            _remember(request, made.values())
        request.standing.keep(request.units, made.values())
        results = _sort_by_unit(request, [*standing.values(), *made.values()])
        progress.close(results)
        say_result(request.root, results.values(), as_json=arguments.json)
        if request.quarto is not None:
            for path in render_beside(results, request.root, request.world.store, request.quarto):
                sys.stderr.write(f"{path} (Quarto, not sealed)\n")
        if arguments.jupyter_cache is not None:
            passed = _choose_passed(results.values())
            publish_notebooks(arguments.jupyter_cache, passed, request.world.store)
    return worst_code([exit_code_of(results.values()), _say_errors(request)])


def _finish_erasures(root: Path) -> None:
    if any((root / "data" / "erased").glob("*.pending.json")):
        from rapport.cli.erasure import finish_erasures  # noqa: PLC0415 - hardly ever

        finish_erasures(root)


def read_request(arguments: argparse.Namespace) -> Request:
    """Read the flags of `rapport run` and find its units.

    Raises
    ------
    ParameterError
        A flag or parameter is wrong; nothing has started.
    ChapterError
        A notebook cannot be read.
    DataError
        A unit that was named has no sources.
    """
    root = find_root(Path.cwd())
    formats = read_list(arguments.format, FORMATS, "--format")
    languages = read_list(arguments.language, LANGUAGES, "--language") if arguments.language else ()
    require_period(arguments.period)
    require_chapters(root, arguments.chapter)
    if arguments.jupyter_cache is not None:
        check_folder(arguments.jupyter_cache)
    name_signer()
    world = World(Store(root / "data" / "store"), read_conditions(root))
    shape = (formats, languages)
    standing = Standings(root, arguments, shape=shape, world=world)
    names = standing.find(name_units(root, arguments))
    # Where every unit stands, notebooks are as they were when they could be read.
    for notebook in list_notebooks(root) if names else ():
        read_chapter(notebook)
    units, failed = find_units(root, names, arguments)
    expansion = Expansion(root, units, world.store, arguments=arguments, shape=shape)
    expansion.errors += failed
    quarto = find_quarto(os.environ) if arguments.renderer else None
    return Request(root, units, world, expansion, standing, arguments, quarto)


def _sort_by_unit(request: Request, results: Iterable[Result]) -> dict[str, Result]:
    places = _place_units(request)
    ordered = sorted(results, key=lambda result: places[result.task.unit])
    return {result.task.id: result for result in ordered}


def _place_units(request: Request) -> dict[str, int]:
    names = name_units(request.root, request.arguments)
    return {name: place for place, name in enumerate(names)}


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


def _choose_passed(results: Iterable[Result]) -> list[Result]:
    """Choose the chapters that the gate let pass, with a report or without one."""
    done = list(results)
    looks = [result for result in done if isinstance(result.task, ReportTask)]
    passed = {(r.task.unit, r.task.period) for r in looks if r.status in ("executed", "reused")}
    stopped = {r.task.unit for r in looks if r.error and r.error.class_name == DISCLOSED}
    # Ingestion is of all periods: it passes with all of those that were looked at.
    passed |= {(unit, None) for unit, _ in passed if unit not in stopped}
    return [result for result in done if (result.task.unit, result.task.period) in passed]


def _log_failures(request: Request, results: Iterable[Result]) -> None:
    failed: dict[Scope, dict[str, str]] = {}
    for result in results:
        task = result.task
        # A report that could not be written is no run: whoever prints it again logs it then.
        if result.error is not None and not isinstance(task, ReportTask):
            scope = failed.setdefault((task.unit, task.period), {})
            scope[name_of(task)] = result.error.class_name
    if failed:
        # What keeps the log also draws the index: nobody waits for it if nothing failed.
        from rapport.press.publish import log_failure  # noqa: PLC0415

        for (unit, period), tasks in failed.items():
            log_failure(request.root / "reports", unit=unit, period=period, tasks=tasks)


def _remember(request: Request, results: Iterable[Result]) -> None:
    """Name the tables of every unit and period that is complete, for drafts to read."""
    made: dict[Scope, list[Result]] = {}
    for result in results:
        if not isinstance(result.task, ReportTask):
            made.setdefault((result.task.unit, result.task.period), []).append(result)
    for unit in request.units:
        for period in unit.periods:
            scopes = {code: made.get((unit.name, code), []) for code in (None, period.code)}
            if all(r.status in ("executed", "reused") for parts in scopes.values() for r in parts):
                for code, parts in scopes.items():
                    tables = {n: t.digest for r in parts for n, t in r.tables.items()}
                    request.world.store.write_current(unit.name, tables, period=code)


def _say_errors(request: Request) -> int:
    """Say which units could not be planned, and give the worst one's exit code."""
    for error in request.expansion.errors:
        sys.stderr.write(f"{error}\n")
    return worst_code(error.exit_code for error in request.expansion.errors)


def _say_plan(request: Request) -> int:
    described = describe_plan(_plan_all(request), request.root)
    places = _place_units(request)
    described["tasks"] += request.standing.describe()
    described["tasks"].sort(key=lambda row: places[row["unit"]])
    code = _say_errors(request)
    if request.arguments.json:
        sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        return code
    for row in described["tasks"]:
        of = row["period"] or "all periods"
        sys.stdout.write(
            f"{row['unit']} {of} {row['chapter']}: {row['action']} ({row['reason']})\n"
        )
    return code


def _plan_all(request: Request) -> list[Planned]:
    ingestion = [plan_ingestion(request.root, unit) for unit in request.units]
    fresh, expansion = request.arguments.fresh, request.expansion
    planned = plan(ingestion, request.world, fresh=fresh, expand=expansion)
    unread = {p.task.id for p in planned if p.action == "execute"}
    tasks: list[Task] = []
    for unit in (each for each in request.units if each.ingestion_id in unread):
        tasks += plan_period(request.root, unit, None, tables={})
    wanted = request.arguments.chapter
    waiting = [
        Planned(task, "execute", "sources not read yet", None, None)
        for task in tasks
        if not wanted or is_wanted(task, wanted)
    ]
    return [*planned, *waiting]
