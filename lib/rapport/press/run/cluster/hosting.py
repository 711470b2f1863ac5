"""The worker's side of a host: started when a run's first errand comes, ended with the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path

from rapport.press.run.cluster.passport import Passport, parse_passport
from rapport.press.run.kernels.settings import SIGNING, kernel_environment
from rapport.press.run.store import Store
from rapport.press.run.tasks import Failure
from rapport.press.run.work.crew import Cell
from rapport.press.run.work.worker import Job, Outcome

HOST = "rapport.press.run.cluster.host"
# What opens the cluster or the store is the worker's own: no chapter is told.
KEPT_BACK = ("AWS_", "AZURE_", "DASK_", "FSSPEC_", "GOOGLE_")
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_TO_END = 15


class LostHostError(Exception):
    """The host ended while something was asked of it."""


class Host:
    """A running host."""

    def __init__(self, folder: Path, *, cold: bool) -> None:
        """Start one that keeps its files below a folder, and wait until it listens.

        Raises
        ------
        LostHostError
            It ended instead.
        """
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", HOST, str(folder), "cold" if cold else "warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(os.environ),
            # An interrupt of the worker's terminal is for the worker, which then ends this.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise LostHostError(f"the host ended ({self._process.wait()}) as it started")
        told: Mapping[str, str] = json.loads(line)
        self.store = Store(Path(told["store"]))
        self.passport: Passport = parse_passport(told["passport"].encode())
        self._address = told["address"]

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process.poll() is None

    def call(self) -> connection.Connection:
        """Open a line to it, which keeps it from ending.

        Raises
        ------
        LostHostError
            It has just ended.
        """
        try:
            return connection.Client(self._address, "AF_UNIX")
        except OSError as error:
            raise LostHostError("the host ended") from error

    def close(self) -> None:
        """End it with all that it started, and wait for it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Hosts:
    """The hosts of one worker, one a run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._hosts: dict[str, Host] = {}

    def find(self, run: str, *, cold: bool) -> Host:
        """Give the host of a run, started if it is not there or has ended since."""
        with self._lock:
            host = self._hosts.get(run)
            if host is None or not host.is_alive():
                self._close_ended()
                host = self._hosts[run] = Host(self._folder, cold=cold)
            return host

    def close(self, run: str) -> None:
        """End the host of a run that is over."""
        with self._lock:
            host = self._hosts.pop(run, None)
        if host is not None:
            host.close()

    def _close_ended(self) -> None:
        for run, host in list(self._hosts.items()):
            if not host.is_alive():
                del self._hosts[run]
                host.close()


def _environment(ambient: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in ambient.items()
        if not name.startswith(KEPT_BACK) and name not in SIGNING
    }
    # The package that this process has, and nothing that lies in the working folder.
    path = kernel_environment(ambient).get("PYTHONPATH", "")
    return kept | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def run_on(
    line: connection.Connection,
    job: Job,
    on_cell: Callable[[Cell], None],
    is_cancelled: Callable[[], bool],
) -> Outcome:
    """Have a job run by the host at the other end of a line.

    Raises
    ------
    LostHostError
        The host ended.
    """
    try:
        line.send(job)
        while not is_cancelled():
            if line.poll(SECONDS_BETWEEN_LOOKS):
                message: Cell | Outcome = line.recv()
                if isinstance(message, Outcome):
                    return message
                on_cell(message)
    except (EOFError, OSError) as error:
        raise LostHostError("the host ended") from error
    # Whoever closes the line ends the job; nobody reads this.
    return Outcome(error=Failure("CancelledError", "cancelled"))
