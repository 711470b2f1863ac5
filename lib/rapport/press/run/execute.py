"""Run tasks: reuse what is known, execute the rest on a pool, keep what succeeded.

One task's failure stops what needs its tables, nothing else. A task's record is written after all
its objects, so a run that is killed at any moment resumes where it was.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rapport.errors import exit_code_for
from rapport.press.run.keep import keep_failure, keep_log, keep_success, reread
from rapport.press.run.order import find_needs, order_tasks
from rapport.press.run.plan import World, consider, find_tables, known_tables
from rapport.press.run.pool import Pool
from rapport.press.run.sources import Sources, check_parameters
from rapport.press.run.tasks import (
    ChapterTask,
    Event,
    Failure,
    Planned,
    Result,
    Scope,
    Task,
)
from rapport.press.run.worker import Job, Outcome

Listener = Callable[[Event], None]


def run_tasks(
    tasks: Iterable[Task],
    world: World,
    *,
    workers: int = 2,
    fresh: bool = False,
    on_event: Listener | None = None,
) -> dict[str, Result]:
    """Run tasks with all that they need, and say what became of each.

    Parameters
    ----------
    tasks : in any order; each waits for the makers of the tables that it reads
    workers : how many run at once; none is started if everything can be reused
    fresh : execute although the key is known, and warn if the result differs
    on_event : called in this process as things happen

    Returns
    -------
    task id: result, in order of execution

    Raises
    ------
    ParameterError, ChapterError
        As `plan.plan`, before any kernel starts. Errors of tasks are results, not raised.
    KeyboardInterrupt
        After every child has ended; what was done until then stays done.
    """
    sources = Sources(world.package)
    ordered = order_tasks(list(tasks))
    check_parameters(ordered, sources)
    run = _Run(world, sources, ordered, find_needs(ordered), fresh, on_event or _ignore)
    folder: Path | None = None
    try:
        with Pool(workers) as pool:
            while len(run.results) < len(ordered):
                run.settle()
                while run.ready and pool.n_free:
                    folder = folder or world.store.make_folder()
                    pool.start(run.start(folder))
                for job, message in pool.wait() if pool.n_busy else ():
                    run.receive(job, message)
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    return {task.id: run.results[task.id] for task in ordered}


def exit_code_of(results: Iterable[Result]) -> int:
    """Give the exit code of a run: 0, or the worst failure's, 4 before 3 before the others.

    Examples
    --------
    >>> exit_code_of([])
    0
    """
    codes = {exit_code_for(result.error.class_name) for result in results if result.error}
    return next((code for code in (4, 3, 2, 1) if code in codes), max(codes, default=0))


@dataclass
class _Run:
    """One run's state: what is waiting, ready, running and settled."""

    world: World
    sources: Sources
    waiting: list[Task]
    needs: dict[str, dict[str, str]]
    fresh: bool
    listener: Listener
    ready: list[Planned] = field(default_factory=list)
    running: dict[str, Planned] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    known: dict[Scope, dict[str, str]] = field(default_factory=dict)
    n_tasks: int = 0

    def __post_init__(self) -> None:
        self.waiting = list(self.waiting)
        self.n_tasks = len(self.waiting)
        self.known = known_tables(self.world)

    def settle(self) -> None:
        """Look at every task whose makers are settled: reuse it, stop it, or make it ready."""
        open_tasks = [task for task in self.waiting if self._is_open(task)]
        while open_tasks:
            for task in open_tasks:
                self.waiting.remove(task)
                self._decide(task)
            open_tasks = [task for task in self.waiting if self._is_open(task)]

    def start(self, folder: Path) -> Job:
        """Take the first ready task and make its job."""
        planned = self.ready.pop(0)
        task = planned.task
        private = folder / str(len(self.results) + len(self.running))
        while private.exists():
            private = private.with_name(f"{private.name}x")
        private.mkdir()
        self.running[task.id] = planned
        self._tell("started", task, text=planned.reason)
        text = self.sources.chapter(task.notebook).text if isinstance(task, ChapterTask) else ""
        tables, _ = find_tables(task, self.known)
        return Job(task, self.world.store, private, tables, text)

    def receive(self, job: Job, message: tuple[int, int] | Outcome) -> None:
        """Take what a worker sent: a cell that is done, or the task's outcome."""
        if not isinstance(message, Outcome):
            cell, n_cells = message
            self._tell("cell", job.task, cell=cell, n_cells=n_cells)
            return
        planned = self.running.pop(job.task.id)
        outcome = self._check_code(planned, message)
        if outcome.error is None:
            result = keep_success(self.world.store, planned, outcome, job.text)
        else:
            result = keep_failure(self.world.store, planned, outcome, job.folder)
        shutil.rmtree(job.folder, ignore_errors=True)
        self._finish(replace(result, log=keep_log(self.world.store, result, outcome.log)))

    def _is_open(self, task: Task) -> bool:
        return all(maker in self.results for maker in self.needs[task.id].values())

    def _decide(self, task: Task) -> None:
        lost = [
            table
            for table, maker in self.needs[task.id].items()
            if self.results[maker].status in ("failed", "stopped") and table not in task.optional
        ]
        if lost:
            self._finish(Result(task, "stopped", f"needs {', '.join(lost)}, which failed", None))
            return
        planned = consider(task, self.known, self.world, self.sources, fresh=self.fresh)
        if planned.action == "reuse":
            text = self.sources.chapter(task.notebook).text if isinstance(task, ChapterTask) else ""
            self._finish(reread(self.world.store, planned, text))
        elif planned.key is None:
            self._finish(_lacking(planned, find_tables(task, self.known)[1]))
        else:
            self.ready.append(planned)

    def _check_code(self, planned: Planned, outcome: Outcome) -> Outcome:
        """Fail a task whose code was edited while it ran: its key would promise too much."""
        modules = Sources(self.world.package).modules(planned.task)
        if outcome.error is not None or planned.parts is None:
            return outcome
        if modules == planned.parts["modules"]:
            return outcome
        moved = min(modules.items() ^ planned.parts["modules"].items())
        message = f"{planned.task.id}: `{moved[0]}` changed while it ran. Run it again."
        return replace(outcome, error=Failure("ChapterError", message))

    def _finish(self, result: Result) -> None:
        task = result.task
        self.results[task.id] = result
        made = {name: table.digest for name, table in result.tables.items()}
        scope = self.known.setdefault((task.unit, task.period), {})
        for table in task.writes:
            scope.pop(table, None)
        scope |= made
        text = result.error.message if result.error else result.reason
        self._tell(result.status, task, text=text, result=result)

    def _tell(self, kind: Any, task: Task, **facts: Any) -> None:
        self.listener(Event(kind, task, len(self.results), self.n_tasks, **facts))


def _ignore(_: Event) -> None:
    """Nobody waits."""


def _lacking(planned: Planned, missing: list[str]) -> Result:
    names = ", ".join(missing)
    message = (
        f"{planned.task.id}: needs {names}, which nothing makes. Give the unit the sources of it, "
        f"or leave the chapter out."
    )
    error = Failure("DataError", message)
    return Result(planned.task, "failed", f"needs {names}", None, error=error)
