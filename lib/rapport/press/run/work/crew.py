"""What a run wants of whoever executes its tasks: a pool of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Protocol

from rapport.press.run.tasks import Task
from rapport.press.run.work.worker import Job, Outcome

Cell = tuple[int, int]
"""Number of the cell that is done, and of all cells."""
HERE = "here"
"""The place of tasks that this machine executes."""


class Crew(Protocol):
    """Executes jobs, some at once, and ends what it began when it is left.

    Left with an exception it ends what is at work, too.
    """

    def __enter__(self) -> object:
        """Get ready; nothing need be started before the first job."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything that was started."""

    @property
    def n_busy(self) -> int:
        """How many jobs are at work."""

    def place(self, task: Task) -> str:
        """Say where a task is executed; the same at any time."""

    def free_places(self) -> Collection[str]:
        """Give the places where a task could start now."""

    def start(self, job: Job) -> None:
        """Take a job whose place is free."""

    def wait(self) -> Iterator[tuple[Job, Cell | Outcome]]:
        """Wait until something happens, be it that there is room now, and give all that did."""
