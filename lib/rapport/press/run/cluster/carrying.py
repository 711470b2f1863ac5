"""Carries jobs away and what was made of them home, beside the run's own thread.

Objects go through the depot, which may be slow; the run hears of everything by a message.
"""

from __future__ import annotations

import pickle
import queue
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from typing import Any

from rapport.press.run.cluster.depot import Depot, bring
from rapport.press.run.cluster.errand import objects_of
from rapport.press.run.cluster.line import Line
from rapport.press.run.cluster.passport import read_passport
from rapport.press.run.store import Store
from rapport.press.run.tasks import Failure, name_of
from rapport.press.run.work.crew import Cell
from rapport.press.run.work.watch import PARTIAL
from rapport.press.run.work.worker import Job, Outcome, describe_error

N_CARRIERS = 4
MEMORY = (
    "Most often there was not enough memory: look at the workers' logs, or start them with fewer "
    "threads."
)


@dataclass(frozen=True)
class Refusal:
    """A worker did not begin, because it differs from the run."""

    worker: str
    why: str


@dataclass(frozen=True)
class Loss:
    """A worker, or what it keeps for the run, ended with the job."""

    why: str


Message = Cell | Outcome | Refusal | Loss


class Carriers:
    """Some threads that carry, and what they have to tell."""

    def __init__(self, line: Line, depot: Depot, store: Store, *, cold: bool) -> None:
        self._line = line
        self._depot = depot
        self._store = store
        self._cold = cold
        self._passport = ""
        self._threads = ThreadPoolExecutor(N_CARRIERS)
        self._inbox: queue.SimpleQueue[tuple[int, Message]] = queue.SimpleQueue()
        self.bell, self._button = Pipe(duplex=False)
        """Can be read once there is something to hear."""
        self._lock = threading.Lock()
        self._is_closed = False
        self._futures: dict[int, Any] = {}

    def prepare(self) -> None:
        """Leave in the depot what every worker must have in common with this machine.

        Raises
        ------
        StoreError
            The depot cannot be written.
        """
        self._passport = self._store.add_bytes(read_passport().spell())
        self._depot.put(self._store.object_path(self._passport), self._passport)

    def carry(self, number: int, job: Job, workers: Collection[str] | None) -> None:
        """Carry a job away, to one of these workers; whatever becomes of it is told later."""
        self._do(self._carry_away, number, job, workers)

    def hear(self) -> Iterator[tuple[int, Message]]:
        """Give what there is to tell now: the number of a job, and what became of it."""
        while self.bell.poll():
            self.bell.recv_bytes()
            yield self._inbox.get()

    def tell(self, number: int, message: Message) -> None:
        """Have something heard."""
        with self._lock:
            if not self._is_closed:
                self._inbox.put((number, message))
                self._button.send_bytes(b".")

    def close(self) -> None:
        """Take back what is away, and end."""
        with self._lock:
            self._is_closed = True
        self._line.cancel(list(self._futures.values()))
        self._threads.shutdown(cancel_futures=True)
        self._line.close()
        for end in (self.bell, self._button):
            end.close()

    def _do(self, act: Any, number: int, *given: Any) -> None:
        def do() -> None:
            try:
                act(number, *given)
            except Exception as error:  # it must be heard of by whoever waits
                self.tell(number, Outcome(error=describe_error(error)))

        with self._lock:
            if not self._is_closed:
                self._threads.submit(do)

    def _carry_away(self, number: int, job: Job, workers: Collection[str] | None) -> None:
        for digest in sorted(set(job.tables.values())):
            self._depot.put(self._store.object_path(digest), digest)
        errand = {
            "run": self._line.run, "number": number, "depot": self._depot.address,
            "passport": self._passport, "cold": self._cold, "job": pickle.dumps(job),
        }  # fmt: skip
        future = self._line.send(errand, name_of(job.task), workers)
        self._futures[number] = future
        future.add_done_callback(lambda done: self._do(self._carry_home, number, job, done))

    def _carry_home(self, number: int, job: Job, future: Any) -> None:
        if self._futures.get(number) is not future:
            return  # it was sent again meanwhile
        del self._futures[number]
        message = _open(future)
        if isinstance(message, Mapping):
            message = self._unpack(job, message)
        self.tell(number, message)

    def _unpack(self, job: Job, given: Mapping[str, Any]) -> Outcome:
        outcome: Outcome = pickle.loads(given["outcome"])  # noqa: S301 - of a worker of ours
        for digest, mode in objects_of(outcome):
            bring(self._depot, self._store, digest, mode=mode)
        if given["partial"]:
            bring(self._depot, self._store, given["partial"])
            shutil.copyfile(self._store.object_path(given["partial"]), job.folder / PARTIAL)
        return replace(outcome, worker=given["worker"])


def _open(future: Any) -> Mapping[str, Any] | Outcome | Refusal | Loss:
    """Read what came of an errand."""
    if future.status == "finished":
        given: Mapping[str, Any] = future.result()
        if "refused" in given:
            return Refusal(given["worker"], given["refused"])
        if "lost" in given:
            return Loss(f"worker {given['worker']}: {given['lost']}")
        return given
    if future.status != "error":
        return Loss("the scheduler forgot the task")
    error = future.exception()
    last = getattr(error, "last_worker", None)
    if last is None:
        return Loss(f"a worker could not begin ({type(error).__name__})")
    # The scheduler tried it again by itself, as often as it is set to.
    message = f"the worker was lost each time it was tried, last {last.address}. {MEMORY}"
    return Outcome(error=Failure("WorkerError", message))
