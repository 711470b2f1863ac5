"""The owner's and the client's side of the fork server: start it, ask it for kernels, end it.

A server belongs to the process that started it and ends with it, however that ends. What a library
reads as it is imported (environment, Python path, its own files) is frozen in the server, so a
request names all of that by a key, and a server with another key refuses.
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
from rapport.press.run.kernels.settings import kernel_environment

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
LOG = "forks.log"


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


class ForkServer:
    """A running server, to be closed by whoever started it."""

    def __init__(self, folder: Path, ambient: Mapping[str, str]) -> None:
        """Start a server that listens in a private folder.

        It answers once it has imported everything; requests made earlier wait.
        """
        self.address = folder / NAME
        environment = kernel_environment(ambient) | NO_THREADS
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener:
            with _short(self.address) as path:
                listener.bind(path)
            # Whoever may connect may run code as this user.
            self.address.chmod(0o600)
            listener.listen(64)
            with (folder / LOG).open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, str(Path(__file__).with_name("server.py"))],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=[listener.fileno()],
                    env=environment,
                    cwd=folder,
                )
            orders = {
                "key": server_key(environment),
                "preload": list(PRELOADED),
                "listener": listener.fileno(),
            }
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(orders).encode() + b"\n")
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def close(self) -> None:
        """End the server and its kernels, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.address.unlink(missing_ok=True)


@dataclass
class ForkedKernel:
    """A kernel that a server forked, as jupyter_client wants a process."""

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
        """Give the exit status, or None while the kernel runs."""
        return self._hear(timeout=0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the kernel and give its exit status."""
        status = self._hear(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("kernel", timeout)
        return status

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless the kernel has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
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
        # Nothing more comes from a server that died; its kernels die with it.
        self.lost_server = "exit" not in told
        self.returncode = int(told.get("exit", -signal.SIGKILL))
        self.cpu_seconds, self.peak_bytes = told.get("cpu"), told.get("peak")
        self.connection.close()
        return self.returncode


def fork_kernel(
    address: Path, cmd: Sequence[str], *, env: Mapping[str, str], cwd: str, log: Path | None
) -> ForkedKernel:
    """Ask a server for a kernel.

    Parameters
    ----------
    cmd : `python -m ipykernel_launcher ...`, as a cold start would run it
    log : the file for what it writes to the terminal; None = the server's own

    Raises
    ------
    ForkRefusedError
        The server is gone, does not answer, or refuses.
    """
    request = {
        "key": server_key(dict(env) | NO_THREADS), "argv": list(cmd[2:]), "env": dict(env),
        "cwd": cwd, "log": None if log is None else str(log),
    }  # fmt: skip
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS_TO_ANSWER)
    try:
        with _short(address) as path:
            connection.connect(path)
        connection.sendall(json.dumps(request).encode() + b"\n")
        told = _hear_line(connection)
    except OSError as error:
        connection.close()
        raise ForkRefusedError(f"the fork server does not answer ({error})") from error
    if "pid" not in told:
        connection.close()
        raise ForkRefusedError(str(told.get("refused", "the fork server ended")))
    return ForkedKernel(connection, int(told["pid"]))


@contextmanager
def _short(address: Path) -> Iterator[str]:
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
