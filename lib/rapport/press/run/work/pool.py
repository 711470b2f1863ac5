"""As many workers as may run at once, one task each at a time.

Not `concurrent.futures`: there one killed worker breaks all tasks in flight, an interrupt leaves
kernels behind, and nothing says which process ran what.
"""

import logging
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any

from rapport.press.run.kernels.account import LOST_SERVER, end_kernel
from rapport.press.run.kernels.forks import FORKS_VARIABLE, ForkRefusedError, can_fork
from rapport.press.run.kernels.forks import NAME as FORKS
from rapport.press.run.kernels.forkserver import ForkServer
from rapport.press.run.kernels.preload import OF_A_RUN
from rapport.press.run.kernels.settings import (
    OF_WORKERS,
    PREFIX,
    SOCKETS_VARIABLE,
    kernel_environment,
)
from rapport.press.run.kernels.specs import jupyter_path
from rapport.press.run.store.leases import Lease, make_folder, sweep
from rapport.press.run.tasks import ChapterTask, Failure, Task
from rapport.press.run.work.crew import HERE, Cell
from rapport.press.run.work.worker import Job, Outcome
from rapport.press.run.work.workers import ForkedProcess, Process, fork_worker, spawn_worker

logger = logging.getLogger(__name__)


@dataclass
class _Worker:
    process: Process
    pipe: connection.Connection
    job: Job | None = None


class Pool:
    """As many workers as may run at once, started when the first task needs one."""

    def __init__(self, n_workers: int, *, cold: bool = False) -> None:
        """Prepare a pool; nothing is started yet.

        Parameters
        ----------
        n_workers : how many tasks run at once, at least one
        cold : start every kernel afresh instead of forking warm ones
        """
        self._n_workers = max(1, n_workers)
        self._workers: list[_Worker] = []
        self._sockets: Lease | None = None
        self._is_warm = can_fork() and not cold
        self._server: ForkServer | None = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            if kind is None:
                with suppress(OSError):  # it ended by itself
                    worker.pipe.send(None)
            else:
                self._end(worker)
        for worker in self._workers:
            worker.process.join(timeout=10)
            self._end(worker)
        if self._server is not None:
            self._server.close()
        if self._sockets is not None:
            self._sockets.close()

    def place(self, task: Task) -> str:  # noqa: ARG002 - the same for all
        """Say where a task is executed: all of them on this machine."""
        return HERE

    def free_places(self) -> Collection[str]:
        """Give the places where a task could start now."""
        return (HERE,) if self.n_busy < self._n_workers else ()

    @property
    def n_busy(self) -> int:
        """How many tasks are running."""
        return sum(worker.job is not None for worker in self._workers)

    def start(self, job: Job) -> None:
        """Hand a job to a worker that is free, starting one if need be."""
        if self._is_warm and self._server is None and isinstance(job.task, ChapterTask):
            self._server = ForkServer(self._own_folder(), os.environ, OF_A_RUN)
        for worker in [w for w in self._workers if w.job is None]:
            if worker.process.is_alive():
                break
            self._end(worker)
            self._workers.remove(worker)
        else:
            worker = self._begin()
        worker.job = job
        # A worker that dies right now is noticed by `wait`, as one that dies at work.
        with suppress(BrokenPipeError):
            worker.pipe.send(job)

    def wait(
        self, also: Sequence[Any] = (), *, timeout: float | None = None
    ) -> Iterator[tuple[Job, Cell | Outcome]]:
        """Wait until something happens and give all that did.

        Parameters
        ----------
        also : what else ends the waiting once it can be read
        timeout : seconds after which the waiting ends at the latest
        """
        busy = [worker for worker in self._workers if worker.job is not None]
        parts = [part for w in busy for part in (w.pipe, w.process.sentinel)]
        ready = connection.wait([*parts, *also], timeout)
        for worker in busy:
            job = worker.job
            if job is None or not {worker.pipe, worker.process.sentinel} & set(ready):
                continue
            message = self._receive(worker)
            if isinstance(message, Outcome):
                worker.job = None
            yield job, message

    def stop(self, job: Job) -> None:
        """End the worker and the kernel of a job that nobody waits for any more."""
        for worker in [w for w in self._workers if w.job is job]:
            self._end(worker)
            self._workers.remove(worker)

    def _receive(self, worker: _Worker) -> Cell | Outcome:
        try:
            message: Cell | Outcome = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()
            self._end(worker)
            self._workers.remove(worker)
            return Outcome(error=_describe_death(worker.process))
        return message

    def _begin(self) -> _Worker:
        sockets = self._own_folder()
        environment = kernel_environment(os.environ)
        environment |= {"JUPYTER_PATH": jupyter_path(os.environ), SOCKETS_VARIABLE: str(sockets)}
        # A worker prints and signs reports and makes marts; kernels that it starts are not told.
        environment |= {name: os.environ[name] for name in OF_WORKERS if name in os.environ}
        if self._is_warm:
            environment[FORKS_VARIABLE] = str(sockets / FORKS)
        worker = _Worker(*self._start_process(environment, sockets))
        self._workers.append(worker)
        return worker

    def _start_process(
        self, environment: Mapping[str, str], sockets: Path
    ) -> tuple[Process, connection.Connection]:
        if self._server is not None:
            try:
                return fork_worker(self._server, environment, sockets)
            except ForkRefusedError as reason:
                logger.warning("worker: started afresh, because %s", reason)
        return spawn_worker(environment, sockets)

    def _own_folder(self) -> Path:
        """Give the folder of the run's sockets.

        Of the run, not of each kernel: it goes even if a worker is killed. Short, because the path
        of a socket may have about a hundred bytes.
        """
        if self._sockets is None:
            temporary = Path(tempfile.gettempdir())
            sweep(temporary, PREFIX)
            self._sockets = make_folder(temporary, PREFIX)
        return self._sockets.folder

    def _end(self, worker: _Worker) -> None:
        """End a worker and its kernel, whatever they are doing."""
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        if worker.job is not None:
            end_kernel(worker.job.folder)
        worker.pipe.close()


def _describe_death(process: Process) -> Failure:
    status = process.exitcode
    how = f"was killed by signal {-status}" if status and status < 0 else f"ended ({status})"
    if isinstance(process, ForkedProcess) and process.fork.lost_server:
        return Failure(
            "WorkerError",
            f"the worker process {how}, because {LOST_SERVER}. Run it again, or with --cold.",
        )
    return Failure(
        "WorkerError",
        f"the worker process {how}. Most often there was not enough memory: look at the system's "
        "log, or run fewer jobs at once (--jobs 1).",
    )
