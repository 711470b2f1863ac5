"""One run as it stands: which tasks wait, are ready, run, and what became of the others."""

import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapport.press.run.keep import (
    keep_failure,
    keep_log,
    keep_success,
    reread,
    seconds_of_last,
)
from rapport.press.run.keys.facts import write_facts
from rapport.press.run.keys.sources import check_parameters
from rapport.press.run.order import Order, Queue
from rapport.press.run.plan import Expand, Planner, Record, World, find_tables
from rapport.press.run.store.journal import Journal
from rapport.press.run.tasks import (
    ChapterTask,
    Event,
    Failure,
    Planned,
    ReportTask,
    Result,
    Task,
    is_needed,
)
from rapport.press.run.work.worker import Job, Outcome

Listener = Callable[[Event], None]


class State:
    """The tasks of one run, from the moment they join to their results."""

    def __init__(
        self,
        world: World,
        *,
        fresh: bool = False,
        expand: Expand | None = None,
        listener: Listener | None = None,
        place: Callable[[Task], str] = lambda _: "",
    ) -> None:
        self.results: dict[str, Result] = {}
        self._world = world
        self._expand = expand
        self._listener = listener
        self._planner = Planner(world, fresh=fresh)
        self._order = Order()
        self._queue = Queue(self._order, lambda task: seconds_of_last(world.store, task), place)
        self._planned: dict[str, Planned] = {}
        self._journal = Journal(world.store.root / "logs" / "runs")
        self._n_started = 0

    @property
    def is_done(self) -> bool:
        """Whether it is known of every task what became of it."""
        return len(self.results) == len(self._order.tasks)

    @property
    def has_waiting(self) -> bool:
        """Whether a task could start if there was room for it."""
        return len(self._queue) > 0

    def has_ready(self, places: Collection[str]) -> bool:
        """Say whether a task could start in one of these places now."""
        return self._queue.has_any(places)

    def join(self, tasks: Iterable[Task]) -> None:
        """Take tasks in, checked."""
        ordered = self._order.add(tasks)
        check_parameters(ordered, self._planner.sources)
        self._queue.join(ordered)

    def settle(self) -> None:
        """Look at every task whose makers are settled: reuse it, stop it, or make it ready."""
        while (task := self._order.take_open()) is not None:
            self._decide(task)

    def start(self, folder: Path, places: Collection[str]) -> Job | None:
        """Take the most urgent task and make its job, in a folder of its own below `folder`.

        The task is one that runs in one of these places, for which one is ready.

        None if there is nothing to do any more: another unit with equal tables, or another run,
        made the same while the task waited.
        """
        planned = self._planned[self._queue.pop(places)]
        task = planned.task
        record = self._planner.find_made(planned)
        if record is not None:
            self._reuse(replace(planned, action="reuse", reason="made meanwhile"), record)
            return None
        self._n_started += 1
        private = folder / str(self._n_started)
        private.mkdir()
        self._tell("started", task, text=planned.reason)
        tables, _ = find_tables(task, self._planner.known)
        assert planned.parts is not None
        job = Job(task, self._world.store, private, tables, planned.parts["modules"])
        if isinstance(task, ReportTask):
            return replace(job, results={name: self.results[name] for name in task.needs})
        return replace(job, text=self._text_of(task))

    def receive(self, job: Job, message: tuple[int, int] | Outcome) -> None:
        """Take what a worker sent: a cell that is done, or the task's outcome."""
        if not isinstance(message, Outcome):
            cell, n_cells = message
            self._tell("cell", job.task, cell=cell, n_cells=n_cells)
            return
        store, planned = self._world.store, self._planned[job.task.id]
        outcome = self._check_code(planned, message)
        if outcome.error is None:
            result = keep_success(store, planned, outcome, job.text)
        else:
            result = keep_failure(store, planned, outcome, job.folder)
        shutil.rmtree(job.folder, ignore_errors=True)
        log = keep_log(store, result, outcome.log)
        self._finish(replace(result, log=log, worker=outcome.worker), result.notebook)

    def end(self) -> dict[str, Result]:
        """Give the results in order of execution, and keep what was found in the code."""
        write_facts(self._world.store, self._planner.package)
        return {task_id: self.results[task_id] for task_id in self._order.tasks}

    def _decide(self, task: Task) -> None:
        lost = [
            table
            for table, maker in self._order.needs[task.id].items()
            # A unit may lack an optional table; one that was to be made and failed is missing.
            if self.results[maker].status in ("failed", "stopped") and is_needed(task, maker)
        ]
        if lost:
            reason = f"needs {', '.join(lost)}, which failed"
            self._finish(Result(task, "stopped", reason, None), None)
            return
        planned, record = self._planner.consider(task)
        if record is not None:
            self._reuse(planned, record)
        elif planned.key is None:
            missing = find_tables(task, self._planner.known)[1]
            self._finish(_lacking(planned, missing), None)
        else:
            self._planned[task.id] = planned
            self._queue.push(task.id)

    def _reuse(self, planned: Planned, record: Record) -> None:
        result = reread(self._world.store, planned, record, self._text_of(planned.task))
        self._finish(result, record["notebook"] and record["notebook"]["digest"])

    def _text_of(self, task: Task) -> str:
        if not isinstance(task, ChapterTask):
            return ""
        return self._planner.sources.chapter(task.notebook).text

    def _check_code(self, planned: Planned, outcome: Outcome) -> Outcome:
        """Fail a task whose code was edited while it ran: its key would promise too much."""
        if outcome.error is not None or planned.parts is None:
            return outcome
        moved = self._planner.sources.find_move(planned.task, planned.parts["modules"])
        if moved is None:
            return outcome
        message = f"{planned.task.id}: `{moved}` changed while it ran. Run it again."
        return replace(outcome, error=Failure("ChapterError", message))

    def _finish(self, result: Result, notebook: str | None) -> None:
        task = result.task
        self.results[task.id] = result
        self._planner.note(result, notebook)
        self._order.settle(task.id)
        self._journal.note(result)
        if self._expand is not None and result.status in ("executed", "reused"):
            self.join(self._expand(result))
        text = result.error.message if result.error else result.reason
        self._tell(result.status, task, text=text, result=result)

    def _tell(self, kind: Any, task: Task, **facts: Any) -> None:
        if self._listener is not None:
            n_settled, n_tasks = len(self.results), len(self._order.tasks)
            self._listener(Event(kind, task, n_settled, n_tasks, **facts))


def _lacking(planned: Planned, missing: list[str]) -> Result:
    names = ", ".join(missing)
    message = (
        f"{planned.task.id}: needs {names}, which nothing makes. Give the unit the sources of it, "
        f"or leave the chapter out."
    )
    error = Failure("DataError", message)
    return Result(planned.task, "failed", f"needs {names}", None, error=error)
