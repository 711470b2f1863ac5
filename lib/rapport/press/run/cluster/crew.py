"""A run's crew on a cluster: marts and chapters go to its workers, the rest stays here.

Sources are read and reports are printed and signed on the run's own machine: raw data, the key of
pseudonyms and the key that signs never leave it. A lost worker costs its tasks another try, a
worker that differs from the run is asked no more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from rapport.errors import ParameterError, StoreError
from rapport.press.run.cluster.carrying import MEMORY, Carriers, Loss, Message, Refusal
from rapport.press.run.cluster.depot import FolderDepot, open_depot
from rapport.press.run.cluster.line import Line
from rapport.press.run.store import Store
from rapport.press.run.tasks import Failure, ReportTask, Task
from rapport.press.run.work.crew import HERE, Cell
from rapport.press.run.work.pool import Pool
from rapport.press.run.work.worker import Job, Outcome

logger = logging.getLogger(__name__)

AWAY = "away"
TRIES = 3
SECONDS_WITHOUT_WORKER = 60.0
SECONDS_BETWEEN_LOOKS = 2.0
PAUSE = 0.2
LACKS = "has no package `rapport` that knows of clusters"


@dataclass
class _Away:
    job: Job
    workers: frozenset[str] | None = None
    """Those that may run it; None = any."""
    n_lost: int = 0


class Cluster:
    """A cluster's workers, with a pool of this machine beside them."""

    def __init__(
        self, address: str, store: Store, *, shared: str | None, here: Pool, cold: bool
    ) -> None:
        """Prepare; nothing is connected before it is entered.

        Parameters
        ----------
        address : of the scheduler
        store : of the run
        shared : a folder or address that this machine and the workers share; None = the store
        here : executes what does not leave this machine
        cold : workers start every kernel afresh

        Raises
        ------
        ParameterError
            There is no such kind of address.
        """
        self._line = line = Line(address)
        self._of_run = None if shared is None else open_depot(f"{shared.rstrip('/')}/{line.run}")
        depot = self._of_run or FolderDepot(store.root)
        self._carriers = Carriers(line, depot, store, cold=cold)
        self._here = here
        self._away: dict[int, _Away] = {}
        self._n_sent = 0
        self._refused: dict[str, str] = {}
        self._given_up = ""
        self._seen_at = time.monotonic()

    def __enter__(self) -> Cluster:
        """Connect, and wait for a first worker.

        Raises
        ------
        ParameterError
            There is no scheduler, or no worker of it comes.
        StoreError
            What all share cannot be written.
        """
        self._line.connect(self._hear_of_cell)
        try:
            self._carriers.prepare()
            self._wait_for_worker()
        except BaseException:
            self._close()
            raise
        self._here.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._close()
        finally:
            self._here.__exit__(kind, error, trace)

    def _close(self) -> None:
        self._carriers.close()
        if self._of_run is not None:
            try:
                self._of_run.clear()
            except StoreError as error:
                logger.warning("cluster: %s was not emptied: %s", self._of_run.address, error)

    @property
    def n_busy(self) -> int:
        """How many jobs are at work, here and away."""
        return self._here.n_busy + len(self._away)

    def place(self, task: Task) -> str:
        """Say where a task is executed."""
        return HERE if isinstance(task, ReportTask) or task.period is None else AWAY

    def free_places(self) -> Collection[str]:
        """Give the places where a task could start now."""
        n_away = sum(self._list_suitable().values())
        # What nobody can do any more is taken, to fail.
        away = (AWAY,) if len(self._away) < n_away or self._given_up else ()
        return (*self._here.free_places(), *away)

    def start(self, job: Job) -> None:
        """Hand a job to the pool, or send it away."""
        if self.place(job.task) == HERE:
            self._here.start(job)
            return
        self._n_sent += 1
        self._away[self._n_sent] = _Away(job)
        self._send(self._n_sent)

    def wait(self) -> Iterator[tuple[Job, Cell | Outcome]]:
        """Wait until something happens, or a moment has passed, and give all that did."""
        yield from self._here.wait([self._carriers.bell], timeout=SECONDS_BETWEEN_LOOKS)
        for number, message in self._carriers.hear():
            away = self._away.get(number)
            settled = None if away is None else self._take(number, away, message)
            if settled is not None:
                yield settled
        self._look()

    def _take(
        self, number: int, away: _Away, message: Message
    ) -> tuple[Job, Cell | Outcome] | None:
        if isinstance(message, tuple):
            return away.job, message
        if isinstance(message, Refusal):
            self._refuse(message.worker, message.why)
            self._send(number)
            return None
        if isinstance(message, Loss):
            away.n_lost += 1
            if away.n_lost <= TRIES and not self._given_up:
                logger.warning("cluster: %s is tried again: %s", away.job.task.id, message.why)
                self._send(number)
                return None
            tried = f"{message.why}, at the last of {away.n_lost} tries. {MEMORY}"
            message = _fail(self._given_up or tried)
        del self._away[number]
        return away.job, message

    def _send(self, number: int) -> None:
        away = self._away[number]
        if self._given_up:
            self._carriers.tell(number, _fail(self._given_up))
            return
        away.workers = frozenset(self._list_suitable()) if self._refused else None
        if away.workers is None or away.workers:
            self._carriers.carry(number, away.job, away.workers)

    def _look(self) -> None:
        """Look whether somebody is there for what is away."""
        for worker in self._line.list_without_us():
            self._refuse(worker, LACKS)
        suitable, now = self._list_suitable(), time.monotonic()
        if suitable:
            self._seen_at = now
        why = self._find_end(bool(suitable), now - self._seen_at)
        if why and not self._given_up:
            self._given_up = why
            for number in self._away:
                self._carriers.tell(number, _fail(why))
        for number, away in self._away.items():
            # Those that might have run it are gone; others have come.
            if away.workers is not None and not away.workers & suitable.keys() and suitable:
                self._send(number)

    def _find_end(self, is_attended: bool, seconds: float) -> str:  # noqa: FBT001
        if not self._line.is_open:
            return f"the scheduler at {self._line.address} is gone. Start it, then run again."
        if is_attended or seconds < SECONDS_WITHOUT_WORKER:
            return ""
        if self._refused:
            told = "; ".join(f"{at} ({why})" for at, why in sorted(self._refused.items())[:3])
            return f"no worker has what this run has: {told}. Install the same there."
        return f"the cluster has had no worker for {seconds:.0f} s. Start some, then run again."

    def _refuse(self, worker: str, why: str) -> None:
        if worker not in self._refused:
            self._refused[worker] = why
            logger.warning("cluster: worker %s gets no task, because it differs: %s", worker, why)
            if not self._list_suitable():
                # Nobody is on the way who would be waited for.
                self._seen_at = float("-inf")

    def _list_suitable(self) -> dict[str, int]:
        workers = self._line.list_workers()
        return {at: n for at, n in workers.items() if at not in self._refused}

    def _wait_for_worker(self) -> None:
        ends = time.monotonic() + SECONDS_WITHOUT_WORKER
        while not self._list_suitable():
            if time.monotonic() > ends or self._line.list_without_us():
                raise ParameterError(
                    f"--cluster {self._line.address}: the scheduler has no worker that could run a "
                    "chapter. Start some where rapport-reports[cluster] is installed."
                )
            time.sleep(PAUSE)
        self._seen_at = time.monotonic()

    def _hear_of_cell(self, told: Mapping[str, Any]) -> None:
        cell, n_cells = told["cell"]
        self._carriers.tell(told["number"], (cell, n_cells))


def _fail(why: str) -> Outcome:
    return Outcome(error=Failure("ClusterError", why))
