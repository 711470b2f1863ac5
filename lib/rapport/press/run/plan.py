"""What has to run, in which order, and why.

A task waits for whatever makes the tables that it reads. It is reused if its key is known, and a
key holds the content of tables, so a mart that was made again and came out equal executes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.press.run import key as keys
from rapport.press.run.code import PACKAGE_FOLDER
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.order import find_needs, order_tasks
from rapport.press.run.sources import Sources, check_parameters
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Planned, Scope, Table, TableTask, Task

Known = Mapping[Scope, Mapping[str, str]]
"""Unit and period: table: digest of its content."""
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class World:
    """What tasks are planned and executed against."""

    store: Store
    conditions: Conditions
    given: Known = field(default_factory=dict)
    """Tables that no task makes: what an earlier phase or run left in the store."""
    package: Path = PACKAGE_FOLDER
    """Where the code lies whose digests go into keys; tests have one of their own."""


def plan(tasks: Iterable[Task], world: World, *, fresh: bool = False) -> list[Planned]:
    """Say of every task, in order of execution, whether it would run and why.

    Parameters
    ----------
    fresh : execute although the key is known

    Raises
    ------
    ParameterError
        A notebook has no parameter of a given name, two tasks make one table, or tasks wait for
        each other.
    ChapterError
        A notebook cannot be read.
    """
    sources = Sources(world.package)
    ordered = order_tasks(list(tasks))
    check_parameters(ordered, sources)
    known, needs = known_tables(world), find_needs(ordered)
    planned: dict[str, Planned] = {}
    for task in ordered:
        ahead = [t for t, maker in needs[task.id].items() if planned[maker].action == "execute"]
        decided = (
            _wait_for(task, ahead, world)
            if ahead
            else consider(task, known, world, sources, fresh=fresh)
        )
        planned[task.id] = decided
        if decided.action == "reuse" and decided.key is not None:
            record = world.store.read_task(decided.key) or {}
            made = {name: table["digest"] for name, table in record["tables"].items()}
            known.setdefault((task.unit, task.period), {}).update(made)
    return list(planned.values())


def known_tables(world: World) -> dict[Scope, dict[str, str]]:
    """Give the tables that are given and there: the store may have been cleaned since."""
    return {
        scope: {name: d for name, d in tables.items() if world.store.object_path(d).is_file()}
        for scope, tables in world.given.items()
    }


def consider(
    task: Task, known: Known, world: World, sources: Sources, *, fresh: bool = False
) -> Planned:
    """Decide about one task whose tables are known as far as they are made."""
    tables, missing = find_tables(task, known)
    if missing:
        return _wait_for(task, missing, world)
    parts = _parts(task, tables, world, sources)
    key = keys.execution_key(parts)
    if not fresh and find_record(world.store, key) is not None:
        return Planned(task, "reuse", UNCHANGED, key, parts)
    last = world.store.read_last(task.id)
    reason = "asked for" if fresh and last is not None else keys.explain(last, parts)
    return Planned(task, "execute", reason, key, parts)


def _wait_for(task: Task, tables: list[str], world: World) -> Planned:
    is_new = world.store.read_last(task.id) is None
    reason = keys.NEVER_RUN if is_new else f"needs {', '.join(tables)}, to be made first"
    return Planned(task, "execute", reason, None, None)


def find_tables(task: Task, known: Known) -> tuple[dict[str, str], list[str]]:
    """Give the digests of the tables that a task reads, and the names of those not there.

    The digests go by the names that the task reads them by; optional tables may be absent.
    """
    aliases = dict(task.reads) if isinstance(task, TableTask) else {t: t for t in task.reads}
    aliases |= {table: table for table in task.optional}
    seen = dict(known.get((task.unit, None), {})) | dict(known.get((task.unit, task.period), {}))
    found = {alias: seen[table] for alias, table in aliases.items() if table in seen}
    missing = [
        table
        for alias, table in aliases.items()
        if alias not in found and table not in task.optional
    ]
    return found, missing


def find_record(store: Store, key: str) -> dict[str, Any] | None:
    """Read what an execution gave, if all of it is still there and whole."""
    record = store.read_task(key)
    if record is None:
        return None
    objects = [*record["tables"].values(), *([record["notebook"]] if record["notebook"] else [])]
    is_whole = all(store.holds(part["digest"], part["size"]) for part in objects)
    return record if is_whole else None


def describe_plan(planned: Iterable[Planned], project: Path) -> dict[str, Any]:
    """Give the plan as `rapport run --dry-run --json` prints it: chapters only."""
    rows = []
    for decided in planned:
        task = decided.task
        if isinstance(task, ChapterTask):
            notebook = task.notebook.resolve().relative_to(project.resolve()).as_posix()
            rows.append({
                "unit": task.unit, "period": task.period, "chapter": task.chapter,
                "notebook": notebook, "parameters": dict(task.parameters),
                "action": decided.action, "reason": decided.reason, "key": decided.key,
            })  # fmt: skip
    return {"tasks": rows}


def _parts(task: Task, tables: Mapping[str, str], world: World, sources: Sources) -> keys.Parts:
    modules = sources.modules(task)
    if isinstance(task, TableTask):
        return keys.table_parts(task, modules=modules, tables=tables, conditions=world.conditions)
    cells = sources.chapter(task.notebook).cells
    return keys.chapter_parts(
        task, cells=cells, modules=modules, tables=tables, conditions=world.conditions
    )


def read_tables(record: Mapping[str, Any]) -> dict[str, Table]:
    """Give the tables of a record."""
    return {name: Table(**table) for name, table in record["tables"].items()}
