"""What has to run, in which order, and why.

A task waits for whatever makes the tables that it reads. It is reused if its key is known, and a
key holds the content of tables, so a mart that was made again and came out equal executes nothing.
"""

import hashlib
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.keys import key as keys
from rapport.press.run.keys.code import PACKAGE_FOLDER, Package
from rapport.press.run.keys.facts import read_facts
from rapport.press.run.keys.sources import Sources, check_parameters
from rapport.press.run.order import Order
from rapport.press.run.store import Store
from rapport.press.run.tasks import (
    ChapterTask,
    Planned,
    ReportTask,
    Result,
    Scope,
    Table,
    TableTask,
    Task,
    is_needed,
)

Known = Mapping[Scope, dict[str, str]]
"""Unit and period: table: digest of its content."""
Record = Mapping[str, Any]
"""What the store keeps of an execution."""
Expand = Callable[[Result], Iterable[Task]]
"""Called with a task that is settled well; gives tasks that can only be named now."""
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class World:
    """What tasks are planned and executed against."""

    store: Store
    conditions: Conditions
    given: Known = field(default_factory=dict)
    """Tables that no task makes: what an earlier run left in the store."""
    package: Path = PACKAGE_FOLDER
    """Where the code lies whose digests go into keys; tests have one of their own."""

    @property
    def project(self) -> Path:
        """The project's folder, of which the store is `data/store`."""
        return self.store.root.parents[1]


def plan(
    tasks: Iterable[Task], world: World, *, fresh: bool = False, expand: Expand | None = None
) -> list[Planned]:
    """Say of every task, in order of execution, whether it would run and why.

    Parameters
    ----------
    fresh : execute although the key is known
    expand : gives the tasks that follow from one that would be reused

    Raises
    ------
    ParameterError
        A notebook has no parameter of a given name, two tasks make one table, or tasks wait for
        each other.
    ChapterError
        A notebook cannot be read.
    """
    planner, order = Planner(world, fresh=fresh), Order()
    planned: dict[str, Planned] = {}
    check_parameters(order.add(tasks), planner.sources)
    while (task := order.take_open()) is not None:
        needs = order.needs[task.id].items()
        waits = [(table, maker) for table, maker in needs if is_needed(task, maker)]
        ahead = [table for table, maker in waits if planned[maker].action == "execute"]
        decided, record = planner.wait_for(task, ahead) if ahead else planner.consider(task)
        planned[task.id] = decided
        order.settle(task.id)
        if record is not None:
            result = make_result(decided, "reused", record)
            planner.note(result, result.notebook)
            more = list(expand(result)) if expand else []
            check_parameters(order.add(more), planner.sources)
    return [planned[task_id] for task_id in order.tasks]


class Planner:
    """Decides about tasks one after another, each by what became of those before it."""

    def __init__(self, world: World, *, fresh: bool = False) -> None:
        self.world = world
        self.package = Package(world.package, read_facts(world.store))
        self.sources = Sources(self.package)
        self.known = known_tables(world)
        self._fresh = fresh
        self._done: dict[str, dict[str, Any]] = {}
        self._spelled: keys.Spelled = {}

    def consider(self, task: Task) -> tuple[Planned, Record | None]:
        """Decide about a task whose tables are known as far as they are made.

        Returns
        -------
        the decision, and what an earlier execution gave if it is to be reused
        """
        tables, missing = find_tables(task, self.known)
        if missing:
            return self.wait_for(task, missing)
        parts = self._parts(task, tables)
        key = keys.execution_key(parts, self._spelled)
        record = None if self._fresh else find_record(self.world, key)
        if record is not None:
            return Planned(task, "reuse", UNCHANGED, key, parts), record
        last = self.world.store.read_last(task.id)
        reason = "asked for" if self._fresh and last is not None else keys.explain(last, parts)
        return Planned(task, "execute", reason, key, parts), None

    def find_made(self, planned: Planned) -> Record | None:
        """Read what the execution of a task would give, if it was made since that was decided."""
        assert planned.key is not None
        return None if self._fresh else find_record(self.world, planned.key)

    def wait_for(self, task: Task, tables: list[str]) -> tuple[Planned, None]:
        """Decide about a task that needs what is not made yet."""
        is_new = self.world.store.read_last(task.id) is None
        reason = keys.NEVER_RUN if is_new else f"needs {', '.join(tables)}, to be made first"
        return Planned(task, "execute", reason, None, None), None

    def note(self, result: Result, notebook: str | None) -> None:
        """Note what became of a task.

        Parameters
        ----------
        notebook : digest of the canonical notebook as it was executed
        """
        task = result.task
        made = {name: table.digest for name, table in result.tables.items()}
        scope = self.known.setdefault((task.unit, task.period), {})
        for table in task.writes:
            scope.pop(table, None)
        scope |= made
        # A mart that was made anew and came out equal leaves reports as they are: no key.
        self._done[task.id] = {"tables": made}
        if result.private:
            self._done[task.id]["private"] = {n: t.digest for n, t in result.private.items()}
        if isinstance(task, ChapterTask):
            code = self.sources.chapter(task.notebook)
            texts = {"prose": code.prose, "text": code.written}
            self._done[task.id] |= {"key": result.key, "notebook": notebook, **texts}

    def _parts(self, task: Task, tables: Mapping[str, str]) -> keys.Parts:
        modules, conditions = self.sources.modules(task), self.world.conditions
        if isinstance(task, TableTask):
            return keys.table_parts(task, modules=modules, tables=tables, conditions=conditions)
        if isinstance(task, ReportTask):
            done = {name: self._done[name] for name in task.needs}
            return keys.report_parts(task, done=done, modules=modules, conditions=conditions)
        cells = self.sources.chapter(task.notebook).cells
        return keys.chapter_parts(
            task, cells=cells, modules=modules, tables=tables, conditions=conditions
        )


def known_tables(world: World) -> dict[Scope, dict[str, str]]:
    """Give the tables that are given and there: the store may have been cleaned since."""
    return {
        scope: {name: d for name, d in tables.items() if world.store.object_path(d).is_file()}
        for scope, tables in world.given.items()
    }


def find_tables(task: Task, known: Known) -> tuple[dict[str, str], list[str]]:
    """Give the digests of the tables that a task reads, and the names of those not there.

    The digests go by the names that the task reads them by; optional tables may be absent.
    """
    aliases = dict(task.reads) if isinstance(task, TableTask) else {t: t for t in task.reads}
    aliases |= {table: table for table in task.optional}
    seen = ChainMap(*(known.get((task.unit, period), {}) for period in (task.period, None)))
    found = {alias: seen[table] for alias, table in aliases.items() if table in seen}
    missing = [
        table
        for alias, table in aliases.items()
        if alias not in found and table not in task.optional
    ]
    return found, missing


def find_record(world: World, key: str) -> Record | None:
    """Read what an execution gave, if all of it is still there and whole."""
    record = world.store.read_task(key)
    if record is None:
        return None
    tables = [*record["tables"].values(), *record.get("private", {}).values()]
    objects = [*tables, *([record["notebook"]] if record["notebook"] else [])]
    is_whole = all(world.store.holds(part["digest"], part["size"]) for part in objects)
    keeps = record.get("made", {}).get("keeps", {})
    is_kept = all(_is_kept(world.project / path, digest) for path, digest in keeps.items())
    return record if is_whole and is_kept else None


def _is_kept(path: Path, digest: str | None) -> bool:
    if not path.is_file():
        return False
    return digest is None or hashlib.sha256(path.read_bytes()).hexdigest() == digest


def describe_plan(planned: Iterable[Planned], project: Path) -> dict[str, Any]:
    """Give the plan as `rapport run --dry-run --json` prints it: chapters only.

    A chapter whose execution is reused in a report that is printed anew is rendered.
    """
    decisions = list(planned)
    printed: dict[str, str] = {}
    for decided in decisions:
        if isinstance(decided.task, ReportTask) and decided.action == "execute":
            for name in decided.task.needs:
                printed.setdefault(name, f"{decided.reason}: rendering")
    rows, of_project = [], lru_cache(lambda path: _within(path, project))
    for decided in decisions:
        task = decided.task
        if isinstance(task, ChapterTask):
            is_rendered = decided.action == "reuse" and task.id in printed
            rows.append({
                "unit": task.unit, "period": task.period, "chapter": task.chapter,
                "notebook": of_project(task.notebook), "parameters": dict(task.parameters),
                "action": "render" if is_rendered else decided.action,
                "reason": printed[task.id] if is_rendered else decided.reason,
                "key": decided.key,
            })  # fmt: skip
    return {"tasks": rows}


def _within(path: Path, project: Path) -> str:
    return path.resolve().relative_to(project.resolve()).as_posix()


def make_result(planned: Planned, status: Any, record: Record) -> Result:
    """Give the result of a task from the record of its execution."""
    return Result(
        planned.task, status, planned.reason, planned.key, planned.parts,
        tables={name: Table(**table) for name, table in record["tables"].items()},
        private={name: Table(**table) for name, table in record.get("private", {}).items()},
        notebook=record["notebook"] and record["notebook"]["digest"],
        values=tuple(record["values"]),
        made=record.get("made", {}),
        warnings=tuple(record["warnings"]),
        seconds=record["seconds"],
        cpu_seconds=record["cpu_seconds"],
        peak_bytes=record["peak_bytes"],
    )  # fmt: skip
