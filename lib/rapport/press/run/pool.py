"""Workers: spawned processes that run tasks, one each at a time, and never outlive the run.

Not `concurrent.futures`: there one killed worker breaks all tasks in flight, an interrupt leaves
kernels behind, and nothing says which process ran what.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType

from rapport.press.run.kernels.account import end_kernel
from rapport.press.run.kernels.forks import FORKS_VARIABLE, ForkServer, can_fork
from rapport.press.run.kernels.forks import NAME as FORKS
from rapport.press.run.kernels.settings import SOCKETS_VARIABLE, kernel_environment
from rapport.press.run.kernels.specs import jupyter_path
from rapport.press.run.tasks import ChapterTask, Failure
from rapport.press.run.worker import Job, Outcome, run_job

Cell = tuple[int, int]
"""Number of the cell that is done, and of all cells."""


@dataclass
class _Worker:
    process: SpawnProcess
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
        self._sockets: Path | None = None
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
            shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def n_free(self) -> int:
        """How many tasks could start now."""
        return self._n_workers - self.n_busy

    @property
    def n_busy(self) -> int:
        """How many tasks are running."""
        return sum(worker.job is not None for worker in self._workers)

    def start(self, job: Job) -> None:
        """Hand a job to a worker that is free, starting one if need be."""
        for worker in [w for w in self._workers if w.job is None]:
            if worker.process.is_alive():
                break
            self._end(worker)
            self._workers.remove(worker)
        else:
            worker = self._spawn()
        if self._is_warm and self._server is None and isinstance(job.task, ChapterTask):
            self._server = ForkServer(self._own_folder(), os.environ)
        worker.job = job
        # A worker that dies right now is noticed by `wait`, as one that dies at work.
        with suppress(BrokenPipeError):
            worker.pipe.send(job)

    def wait(self) -> Iterator[tuple[Job, Cell | Outcome]]:
        """Wait until something happens and give all that did."""
        busy = [worker for worker in self._workers if worker.job is not None]
        ready = connection.wait([part for w in busy for part in (w.pipe, w.process.sentinel)])
        for worker in busy:
            job = worker.job
            if job is None or not {worker.pipe, worker.process.sentinel} & set(ready):
                continue
            message = self._receive(worker)
            if isinstance(message, Outcome):
                worker.job = None
            yield job, message

    def _receive(self, worker: _Worker) -> Cell | Outcome:
        try:
            message: Cell | Outcome = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()
            status = worker.process.exitcode
            self._end(worker)
            self._workers.remove(worker)
            return Outcome(error=_describe_death(status))
        return message

    def _spawn(self) -> _Worker:
        sockets = self._own_folder()
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_serve, args=(theirs, sockets))
        environment = kernel_environment(os.environ)
        environment |= {"JUPYTER_PATH": jupyter_path(os.environ), SOCKETS_VARIABLE: str(sockets)}
        if self._is_warm:
            environment[FORKS_VARIABLE] = str(sockets / FORKS)
        with _environment(environment):
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _own_folder(self) -> Path:
        """Give the folder of the run's sockets.

        Of the run, not of each kernel: it goes even if a worker is killed. Short, because the path
        of a socket may have about a hundred bytes.
        """
        if self._sockets is None:
            self._sockets = Path(tempfile.mkdtemp(prefix="rapport-"))
        return self._sockets

    def _end(self, worker: _Worker) -> None:
        """End a worker and its kernel, whatever they are doing."""
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        if worker.job is not None:
            end_kernel(worker.job.folder)
        worker.pipe.close()


def _describe_death(status: int | None) -> Failure:
    how = f"was killed by signal {-status}" if status and status < 0 else f"ended ({status})"
    return Failure(
        "WorkerError",
        f"the worker process {how}. Most often there was not enough memory: look at the system's "
        "log, or run fewer jobs at once (--jobs 1).",
    )


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Let a process that starts inside inherit this environment.

    A hash seed, a time zone and numbers of threads are read once, as a process starts.
    """
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(wanted)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _serve(pipe: connection.Connection, sockets: Path) -> None:
    """Run jobs until told to stop. The body of a worker."""
    # The terminal sends an interrupt to all processes at once; the run's own process decides.
    # Not ignored outright: kernels would inherit that and could not be interrupted any more.
    signal.signal(signal.SIGINT, lambda *_: None)
    # Standard output belongs to `--json`; whatever a table's function prints is a log.
    sys.stdout.flush()
    os.dup2(2, 1)
    now: list[Path] = []
    threading.Thread(target=_end_with_parent, args=(now, sockets), daemon=True).start()
    while (job := pipe.recv()) is not None:
        now[:] = [job.folder]
        outcome = run_job(job, lambda cell, n_cells: pipe.send((cell, n_cells)))
        now.clear()
        pipe.send(outcome)


def _end_with_parent(now: list[Path], sockets: Path) -> None:
    """End this worker, its kernel and the folders of the run once the run's process is gone."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    for folder in now:
        end_kernel(folder)
        shutil.rmtree(folder.parent, ignore_errors=True)
    shutil.rmtree(sockets, ignore_errors=True)
    os._exit(1)
