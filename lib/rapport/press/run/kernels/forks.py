"""How a process is asked of the fork server, and followed to its end.

What a library reads as it is imported (environment, Python path, its own files) is frozen in the
server, so a request names all of that by a key, and a server with another key refuses.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.press.run.kernels.preload import PRELOADED

FORKS_VARIABLE = "RAPPORT_FORK_SERVER"
"""The address of the run's own server; without it a client starts one for itself."""
NAME = "forks"
SECONDS_TO_ANSWER = 60

# Names whose values libraries read while they are imported, besides those that begin so.
READ_AT_IMPORT = ("HOME", "LANG", "PATH", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
READ_BEGINNINGS = (
    "ARROW_", "BLIS_", "DUCKDB_", "JE_", "KMP_", "LC_", "LD_", "MALLOC_", "MATPLOTLIB", "MKL_",
    "MPL", "NPY_", "NUMEXPR_", "NUMPY_", "OMP_", "OPENBLAS_", "PANDAS_", "PYDANTIC_", "PYTHON",
    "SCIPY_", "SKLEARN_", "VECLIB_",
)  # fmt: skip
# Jemalloc inside pyarrow would start a thread, and a process with two is not forked.
NO_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}


class ForkRefusedError(Exception):
    """No kernel is to be had from the server; the message says why."""


def can_fork() -> bool:
    """Say whether kernels can be forked here: Linux alone ends a child with its parent."""
    return sys.platform == "linux"


def server_key(environment: Mapping[str, str]) -> str:
    """Give the digest of what a server freezes: a kernel's environment as far as imports see it.

    In it stand the interpreter, the folders of installed packages with their times (installing
    anything moves them), the list of libraries, and every variable that some library reads as it is
    imported.
    """
    installed = [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")]
    frozen = {
        "python": sys.executable,
        "installed": [[str(path), path.stat().st_mtime_ns] for path in installed],
        "preload": list(PRELOADED),
        "environment": {
            name: value
            for name, value in sorted(environment.items())
            if name in READ_AT_IMPORT or name.startswith(READ_BEGINNINGS)
        },
    }
    return hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()


@dataclass
class Fork:
    """A process that a server forked, as jupyter_client wants one."""

    connection: socket.socket
    pid: int
    returncode: int | None = None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    lost_server: bool = False
    stdin: None = None
    stdout: None = None
    stderr: None = None

    def poll(self) -> int | None:
        """Give the exit status, or None while it runs."""
        return self._hear(timeout=0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and give the exit status."""
        status = self._hear(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("fork", timeout)
        return status

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, at most so long."""
        self._hear(timeout)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _hear(self, timeout: float | None) -> int | None:
        if self.returncode is not None:
            return self.returncode
        self.connection.settimeout(timeout)
        try:
            told = _hear_line(self.connection)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            told = {}
        # Nothing more comes from a server that died; what it forked dies with it.
        self.lost_server = "exit" not in told
        self.returncode = int(told.get("exit", -signal.SIGKILL))
        self.cpu_seconds, self.peak_bytes = told.get("cpu"), told.get("peak")
        self.connection.close()
        return self.returncode


def fork_kernel(
    address: Path,
    cmd: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    log: Path | None,
    own: Mapping[str, Sequence[str]] | None = None,
) -> Fork:
    """Ask a server for a kernel.

    Parameters
    ----------
    cmd : `python launching.py ...`, as a cold start would run it
    log : the file for what it writes to the terminal; None = the server's own
    own : the chapter's modules of the package, see `account.name_own`

    Raises
    ------
    ForkRefusedError
        The server is gone, does not answer, or refuses.
    """
    request = {
        "key": server_key(dict(env) | NO_THREADS), "argv": list(cmd[1:]), "env": dict(env),
        "cwd": cwd, "log": None if log is None else str(log), **(own or {}),
    }  # fmt: skip
    return _ask(address, request, ())


def fork_call(
    address: Path,
    function: str,
    arguments: Sequence[Any],
    *,
    env: Mapping[str, str],
    descriptors: Sequence[int],
) -> Fork:
    """Ask a server for a process that calls a function of the package and ends.

    Parameters
    ----------
    function : `module:function`; it gets the list of its own descriptors and then the arguments
    arguments : JSON values
    descriptors : open files that the process gets copies of

    Raises
    ------
    ForkRefusedError
        The server is gone, does not answer, or refuses.
    """
    request = {
        "key": server_key(dict(env) | NO_THREADS), "call": function, "arguments": list(arguments),
        "env": dict(env), "cwd": str(Path.cwd()), "log": None,
    }  # fmt: skip
    return _ask(address, request, descriptors)


def _ask(address: Path, request: Mapping[str, Any], descriptors: Sequence[int]) -> Fork:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS_TO_ANSWER)
    try:
        with short_path(address) as path:
            connection.connect(path)
        line = json.dumps(request).encode() + b"\n"
        n_sent = socket.send_fds(connection, [line], list(descriptors))
        if n_sent < len(line):  # to send nothing fails too where the answer is already there
            connection.sendall(line[n_sent:])
        told = _hear_line(connection)
    except OSError as error:
        connection.close()
        raise ForkRefusedError(f"the fork server does not answer ({error.strerror})") from error
    if "pid" not in told:
        connection.close()
        raise ForkRefusedError(str(told.get("refused", "the fork server ended")))
    return Fork(connection, int(told["pid"]))


@contextmanager
def short_path(address: Path) -> Iterator[str]:
    """Name a socket by its folder's descriptor: its path may have no more than 107 bytes."""
    folder = os.open(address.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{address.name}"
    finally:
        os.close(folder)


def _hear_line(connection: socket.socket) -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        piece = connection.recv(4096)
        if not piece:
            return {}
        line += piece
    heard: dict[str, Any] = json.loads(line)
    return heard
