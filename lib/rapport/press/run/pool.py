"""Workers: spawned processes that run tasks, one each at a time, and never outlive the run.

Not `concurrent.futures`: there one killed worker breaks all tasks in flight, an interrupt leaves
kernels behind, and nothing says which process ran what.
"""

import json
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

from rapport.press.run.kernels.settings import SOCKETS_VARIABLE, kernel_environment
from rapport.press.run.kernels.specs import jupyter_path
from rapport.press.run.tasks import Failure
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

    def __init__(self, n_workers: int) -> None:
        self._n_workers = max(1, n_workers)
        self._workers: list[_Worker] = []
        self._sockets: Path | None = None

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
                worker.pipe.send(None)
            else:
                self._end(worker)
        for worker in self._workers:
            worker.process.join(timeout=10)
            self._end(worker)
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
        if self._sockets is None:
            # Of the run, not of each kernel: it goes even if a worker is killed. Short, because a
            # socket's path may have about a hundred bytes.
            self._sockets = Path(tempfile.mkdtemp(prefix="rapport-"))
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_serve, args=(theirs, self._sockets))
        environment = kernel_environment(os.environ)
        environment |= {"JUPYTER_PATH": jupyter_path(os.environ)}
        environment |= {SOCKETS_VARIABLE: str(self._sockets)}
        with _environment(environment):
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _end(self, worker: _Worker) -> None:
        """End a worker and its kernel, whatever they are doing."""
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        if worker.job is not None:
            end_kernel(worker.job.folder)
        worker.pipe.close()


def end_kernel(folder: Path) -> None:
    """End the kernel that a task in this folder started, with all its own children."""
    path = folder / "kernel.json"
    account = json.loads(path.read_bytes()) if path.is_file() else {}
    if "pid" not in account or account.get("exit_status") is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(account["pid"], signal.SIGKILL)  # a kernel leads a session of its own
        else:
            os.kill(account["pid"], signal.SIGTERM)


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
