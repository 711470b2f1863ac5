"""The records that travel between the command, the plan and the workers: plain data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Scope = tuple[str, str | None]
"""Unit and period; no period = made once for all periods of the unit."""


@dataclass(frozen=True)
class Table:
    """One table in the store."""

    digest: str
    n_rows: int
    size: int
    """Bytes of the file: a half-written one is found without reading it."""
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What one execution of a chapter may take; it moves no number and is in no key."""

    chapter_seconds: float
    """On the wall, from the start of the kernel to its end."""
    cell_seconds: float
    memory_bytes: int
    """Of the kernel's process, resident."""


@dataclass(frozen=True)
class TableTask:
    """One table made by a function of the package, in a worker.

    The function gets one mapping, `arguments` and beside them `name`, `tables` (alias: path),
    `into` (a folder) and `store` (the folder beneath which all of them lie), and returns
    `{name: {"path", "digest", "n_rows"}}`.
    """

    id: str
    unit: str
    period: str | None
    name: str
    function: str
    """`module:function`."""
    arguments: Mapping[str, Any]
    reads: Mapping[str, str]
    """Alias: table."""
    code: tuple[str, ...]
    """Modules, followed to all that they import, and files beneath the package (`marts/a.sql`)."""

    @property
    def writes(self) -> tuple[str, ...]:
        """The one table that it makes."""
        return (self.name,)

    @property
    def optional(self) -> tuple[str, ...]:
        """A table task needs all that it reads."""
        return ()


@dataclass(frozen=True)
class ChapterTask:
    """One execution of one chapter for one unit and period."""

    id: str
    unit: str
    period: str | None
    chapter: str
    notebook: Path
    parameters: Mapping[str, Any]
    """The JSON values that papermill injects."""
    context: Mapping[str, Any]
    """Handed on in task.json: `as_of`, `unit_parameters`, `sources`, `language`. All of it is part
    of the key, but paths of sources (their digest stays) and what `unit_fields` leaves out."""
    reads: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    """Modules of the package that the notebook imports."""
    writes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Tables read where the unit has them."""
    unit_fields: tuple[str, ...] | None = None
    """Names in `unit_parameters` that the chapter can see; None = all of them."""
    limits: Limits | None = None


@dataclass(frozen=True)
class ReportTask:
    """One report printed from the results of other tasks by a function of the package.

    The function gets, in a worker, one mapping, `arguments` and beside them `store` (its folder)
    and `modules` (files of the package: digest), and the results by task id. It returns JSON
    values; among them is `keeps`, `{path: sha256 or None}`: files of the project that must be
    there, and as they were, for the report to count as printed.
    """

    id: str
    unit: str
    period: str | None
    function: str
    """`module:function`."""
    arguments: Mapping[str, Any]
    """JSON values, all of them part of the key."""
    needs: tuple[str, ...]
    """Ids of the tasks whose results it prints."""
    code: tuple[str, ...]
    """Modules, followed to all that they import, and files beneath the package."""
    after: tuple[str, ...] = ()
    """Ids of reports that are printed first if they are at all, whatever becomes of them: no part
    of the key, for what is read of them is named in `keeps`."""

    @property
    def reads(self) -> tuple[str, ...]:
        """It reads results, no tables by name."""
        return ()

    @property
    def writes(self) -> tuple[str, ...]:
        """It makes files, no tables."""
        return ()

    @property
    def optional(self) -> tuple[str, ...]:
        """It needs all that it prints."""
        return ()


Task = TableTask | ChapterTask | ReportTask


def is_needed(task: Task, maker: str) -> bool:
    """Say whether a task cannot do without what it waits for."""
    return not isinstance(task, ReportTask) or maker in task.needs


def name_of(task: Task) -> str:
    """Give what tells a task from the others of its unit and period.

    Examples
    --------
    >>> name_of(ReportTask("shop/2010-11/report", "shop", "2010-11", "a:b", {}, (), ()))
    'report'
    """
    if isinstance(task, ChapterTask):
        return task.chapter
    return task.name if isinstance(task, TableTask) else task.id.rpartition("/")[2]


@dataclass(frozen=True)
class Planned:
    """What would happen to a task, and why."""

    task: Task
    action: Literal["execute", "reuse"]
    reason: str
    key: str | None
    """None where a table that the task needs is not made yet."""
    parts: Mapping[str, Any] | None
    """What the key is the digest of."""


@dataclass(frozen=True)
class Failure:
    """Why a task failed; what is kept of it."""

    class_name: str
    """The error's class: it crosses a kernel as a name, `errors.exit_code_for` reads it."""
    message: str
    cell: int | None = None
    """Of the notebook as the analyst opens it, counted from 1; None outside a cell."""
    title: str = ""
    """The heading above the cell."""
    traceback: tuple[str, ...] = ()
    """The last ten lines."""
    command: str = ""
    """What to type to go on."""
    partial: Path | None = None
    """The notebook as far as it came."""


@dataclass(frozen=True)
class Kernel:
    """A kernel's own account."""

    start: Literal["warm", "cold"]
    note: str = ""
    """Why a warm kernel was not to be had."""
    exit_status: int | None = None
    """Negative: the signal that ended it."""
    cpu_seconds: float | None = None
    peak_bytes: int | None = None


@dataclass(frozen=True)
class Result:
    """What became of one task."""

    task: Task
    status: Literal["executed", "reused", "failed", "stopped"]
    reason: str
    key: str | None
    parts: Mapping[str, Any] | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)
    private: Mapping[str, Table] = field(default_factory=dict)
    """Tables that no task reads by name, no report and no draft: a report's function finds them."""
    notebook: str | None = None
    """Digest of the canonical notebook, an object of the store."""
    values: tuple[Mapping[str, Any], ...] = ()
    """As in the bundles, in order of the notebook."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """What a report's function returned."""
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    log: Path | None = None
    """Standard error of the notebook and its kernel, if there was any."""
    seconds: float = 0.0
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    kernel: Kernel | None = None
    """How its kernel was started and ended; None where none was started by this run."""
    worker: str = ""
    """The address of another machine's worker that executed it; for logs alone."""


@dataclass(frozen=True)
class Event:
    """Something a person who waits would like to see."""

    kind: Literal["started", "cell", "reused", "executed", "failed", "stopped"]
    task: Task
    n_settled: int
    n_tasks: int
    """As many as are known: reading a unit's sources brings its other tasks."""
    text: str = ""
    """Reason, or message of the error."""
    cell: int = 0
    n_cells: int = 0
    result: Result | None = None
    """Of a task that is settled."""
