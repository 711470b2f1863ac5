"""Worker processes: how they are started, and what each does until it is told to stop.

A worker is forked by the run's fork server where there is one, because papermill and the engine
take longer to import than a short chapter to run; elsewhere it is spawned. Either way it never
outlives the run.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Any, Protocol

from rapport.press.run.kernels.account import end_kernel
from rapport.press.run.kernels.forks import Fork
from rapport.press.run.kernels.forkserver import ForkServer
from rapport.press.run.store.leases import is_left, remove
from rapport.press.run.work.worker import run_job

FORKED = "rapport.press.run.work.workers:serve_forked"
PAUSE = 0.05
SECONDS_TO_REMOVE = 2.5  # less than the fork server gives to a call once its owner is gone


class Process(Protocol):
    """What a pool wants of a worker's process, forked or spawned."""

    @property
    def sentinel(self) -> int:
        """What becomes ready when the process ends."""

    @property
    def exitcode(self) -> int | None:
        """How it ended; negative: by which signal."""

    def is_alive(self) -> bool:
        """Say whether it runs."""

    def kill(self) -> None:
        """End it at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""


class ForkedProcess:
    """A worker that the fork server made."""

    def __init__(self, fork: Fork) -> None:
        self.fork = fork

    @property
    def sentinel(self) -> int:
        """The life line, which the server uses once more and then closes."""
        return self.fork.connection.fileno()

    @property
    def exitcode(self) -> int | None:
        """How it ended."""
        return self.fork.poll()

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self.fork.poll() is None

    def kill(self) -> None:
        """End it at once."""
        self.fork.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        self.fork.join(timeout)


def spawn_worker(
    environment: Mapping[str, str], sockets: Path
) -> tuple[Process, connection.Connection]:
    """Start a worker with an interpreter of its own; give its process and the pipe to it."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve_spawned, args=(theirs, sockets))
    with _environment(environment):
        process.start()
    theirs.close()
    return process, ours


def fork_worker(
    server: ForkServer, environment: Mapping[str, str], sockets: Path
) -> tuple[Process, connection.Connection]:
    """Have a worker forked; give its process and the pipe to it.

    Raises
    ------
    ForkRefusedError
        The server is gone or refuses.
    """
    ours, theirs = get_context("spawn").Pipe()
    with theirs:
        fork = server.fork_call(
            FORKED,
            [str(sockets), sys.path],
            env=environment,
            descriptors=(theirs.fileno(), server.life_line, 2),
        )
    return ForkedProcess(fork), ours


def serve_forked(descriptors: Sequence[int], sockets: str, path: list[str]) -> None:
    """Be a worker in a process that the fork server made.

    Parameters
    ----------
    descriptors : of the pipe to the run, of what ends with the run, and of its standard error
    """
    pipe, ended, stderr = descriptors
    os.dup2(stderr, 2)
    os.close(stderr)
    sys.path[:] = path
    _serve(connection.Connection(pipe), Path(sockets), ended=ended)


def _serve_spawned(pipe: connection.Connection, sockets: Path) -> None:
    parent = parent_process()
    assert parent is not None
    _serve(pipe, sockets, ended=parent.sentinel)


def _serve(pipe: connection.Connection, sockets: Path, *, ended: Any) -> None:
    """Run jobs until told to stop."""
    # The terminal sends an interrupt to all processes at once; the run's own process decides.
    # Not ignored outright: kernels would inherit that and could not be interrupted any more.
    signal.signal(signal.SIGINT, lambda *_: None)
    # Standard output belongs to `--json`; whatever a table's function prints is a log.
    sys.stdout.flush()
    os.dup2(2, 1)
    # What this process leaves among temporary files if it is killed goes with the run.
    tempfile.tempdir = str(sockets)
    last: list[Path] = []
    end = threading.Thread(target=_end_with_parent, args=(last, sockets, ended), daemon=True)
    end.start()
    try:
        while (job := pipe.recv()) is not None:
            last[:] = [job.folder]
            pipe.send(run_job(job, lambda cell, n_cells: pipe.send((cell, n_cells))))
    except (EOFError, OSError):
        # The run's process is gone. To end now would end the thread that removes its folders.
        end.join()


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


def _end_with_parent(last: list[Path], sockets: Path, ended: Any) -> None:
    """End this worker, its kernel and the folders of the run once the run's process is gone."""
    connection.wait([ended])
    for folder in last:
        end_kernel(folder)
    ends = time.monotonic() + SECONDS_TO_REMOVE
    left = {sockets, *(folder.parent for folder in last)}
    # The system closes what a process had open one by one: its lease may fall a moment after the
    # pipe. And whoever still writes into a folder, this process's other thread too, keeps it alive.
    while left and time.monotonic() < ends:
        left = {path for path in left if not remove(path, wait=PAUSE) and is_left(path)}
        time.sleep(PAUSE if left else 0)
    os._exit(1)
