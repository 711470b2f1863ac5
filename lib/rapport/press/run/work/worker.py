"""What happens in a worker: one task after another, each in a private folder.

A worker is a long-lived process, because papermill takes longer to import than a small chapter to
run, and a process of its own, because papermill changes the working folder. It puts what a task
made into the store; that the task succeeded is noted by the run, afterwards.
"""

import importlib
import io
import json
import logging
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rapport.errors import NO_ROOM, RapportError, tell_no_room
from rapport.press.run.store import Store
from rapport.press.run.store.store import PRIVATE, PUBLIC
from rapport.press.run.tasks import (
    ChapterTask,
    Failure,
    Kernel,
    ReportTask,
    Result,
    Table,
    TableTask,
    Task,
)

TASK_VARIABLE = "RAPPORT_TASK"
# What was written to an open file fails without a name.
SOMEWHERE = "the store, or the folder for temporary files (TMPDIR)"


@dataclass(frozen=True)
class Job:
    """A task and what the worker needs for it."""

    task: Task
    store: Store
    folder: Path
    """Private, on the store's file system."""
    tables: Mapping[str, str]
    """Name by which it is read: digest."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """The task's code, as its key was made of it, file of the package: digest."""
    text: str = ""
    """The notebook, likewise."""
    results: Mapping[str, Result] = field(default_factory=dict)
    """Of a report: the results that it prints, by task id."""


@dataclass(frozen=True)
class Outcome:
    """What a task made, or why it did not."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    private: Mapping[str, Table] = field(default_factory=dict)
    """As in a result."""
    notebook: Mapping[str, Any] | None = None
    """Digest and size of the canonical notebook."""
    values: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    made: Mapping[str, Any] = field(default_factory=dict)
    """What a report's function returned."""
    log: str = ""
    seconds: float = 0.0
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    kernel: Kernel | None = None
    worker: str = ""
    """As in a result."""


def run_job(job: Job, on_cell: Callable[[int, int], None]) -> Outcome:
    """Run one task to its end; an error of the task is an outcome, never an exception.

    Parameters
    ----------
    on_cell : called after each cell with its number and the number of cells
    """
    started, spent = time.monotonic(), cpu_seconds()
    try:
        with job.store.writing():
            outcome = _run(job, on_cell)
    except Exception as error:  # a bug in one task must not end the others
        outcome = Outcome(error=describe_error(error))
    seconds = time.monotonic() - started
    now = cpu_seconds()
    cpu = None if now is None or spent is None else now - spent + _spent_elsewhere(outcome)
    return replace(outcome, seconds=seconds, cpu_seconds=cpu)


def _spent_elsewhere(outcome: Outcome) -> float:
    """Give what a warm kernel took: it is no child of this process, which a cold one is."""
    kernel = outcome.kernel
    return (kernel.cpu_seconds or 0) if kernel is not None and kernel.start == "warm" else 0


def describe_error(error: Exception) -> Failure:
    """Describe what a task raised: a bug keeps its traceback, what a person can mend does not."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        message = tell_no_room(str(error.strerror), error.filename or SOMEWHERE)
        return Failure(type(error).__name__, message)
    is_bug = not isinstance(error, RapportError)
    lines = "".join(traceback.format_exception(error)).splitlines() if is_bug else []
    return Failure(type(error).__name__, str(error), traceback=tuple(lines[-10:]))


def cpu_seconds() -> float | None:
    """Give the processor time of this process and its ended children; None on Windows."""
    times = os.times()
    if os.name != "posix":
        return None
    return times.user + times.system + times.children_user + times.children_system


def _run(job: Job, on_cell: Callable[[int, int], None]) -> Outcome:
    if isinstance(job.task, TableTask):
        return _make_table(job, job.task)
    if isinstance(job.task, ReportTask):
        return _print_report(job, job.task)
    # Papermill takes more than a second to import: a worker for tables alone does without.
    from rapport.press.run.work.chapters import execute_chapter  # noqa: PLC0415

    write_task_file(job, job.task)
    return execute_chapter(job, on_cell)


def _print_report(job: Job, task: ReportTask) -> Outcome:
    function = _find_function(task.function)
    more = {"store": str(job.store.root), "modules": dict(job.modules)}
    return Outcome(made=function({**task.arguments, **more}, job.results))


def _find_function(dotted: str) -> Callable[..., Any]:
    module, _, name = dotted.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _make_table(job: Job, task: TableTask) -> Outcome:
    function = _find_function(task.function)
    paths = {alias: str(job.store.object_path(digest)) for alias, digest in job.tables.items()}
    into = job.folder / "writes"
    into.mkdir()
    given = {"name": task.name, "tables": paths, "into": str(into)}
    made = function({**task.arguments, **given, "store": str(job.store.root)})
    return Outcome(tables={name: store_table(job.store, table) for name, table in made.items()})


def store_table(store: Store, described: Mapping[str, Any], *, is_private: bool = False) -> Table:
    """Move a written file into the store; a private one for this user's eyes alone.

    Raises
    ------
    RuntimeError
        Its content has another digest than was said: it was changed after it was written.
    """
    path = Path(described["path"])
    size = path.stat().st_size
    digest = store.add_file(path, mode=PRIVATE if is_private else PUBLIC)
    if digest != described["digest"]:
        raise RuntimeError(f"{path.name}: has another digest than its writer said")
    kinds = dict(described.get("kinds") or {})
    return Table(digest, int(described["n_rows"]), size, kinds)


def write_task_file(job: Job, task: ChapterTask) -> None:
    """Write task.json, by which the chapter finds its world, and name it in the environment."""
    writes, private = job.folder / "writes", job.folder / "private"
    writes.mkdir()
    private.mkdir(mode=0o700)
    tables = {
        name: {"path": str(job.store.object_path(digest)), "digest": digest}
        for name, digest in job.tables.items()
    }
    content = {
        **task.context,
        "v": 1, "unit": task.unit, "period": task.period, "chapter": task.chapter,
        "parameters": dict(task.parameters), "tables": tables, "writes": str(writes),
        "private": str(private),
    }  # fmt: skip
    if task.period is None:
        # What one ingestion read need not be read by the next.
        content["kept"] = str(job.store.kept_folder(task.unit))
    path = job.folder / "task.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", newline="\n")
    os.environ[TASK_VARIABLE] = str(path)


def keep_warnings() -> logging.StreamHandler[io.StringIO]:
    """Keep warnings of papermill and of ours for the task's log, not for a person's screen.

    In memory: a file on a disk that is full would put a traceback on that screen.
    """
    handler = logging.StreamHandler(io.StringIO())
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    return handler
