"""The fork server: imports heavy libraries once, computes nothing, forks a kernel when asked.

A program of its own that never imports `rapport`: helpers that an analyst edits would be stale in
every kernel. Two thirds of a short chapter is otherwise the import of the same libraries.

Its first line on standard input is its orders (JSON: `key`, `preload`, `listener`); the end of
standard input means that its owner is gone, and with the owner go the server and every kernel.
Whoever connects to the listener asks for one kernel by a line of JSON (`key`, `argv`, `env`, `cwd`,
`log`) and is told `{"pid"}` or `{"refused"}`, and once the kernel has ended `{"exit", "cpu",
"peak"}`. The connection is the kernel's life line: when it is closed, the kernel is killed.

A process with a second thread is not forked (the child could wait for ever for a lock that the
thread held): the request is refused, and the caller starts a cold kernel.
"""

import atexit
import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

Child = Callable[[], None]

PR_SET_PDEATHSIG = 1
LONGEST_REQUEST = 1 << 22


def main() -> None:
    """Serve until the owner is gone."""
    # The terminal interrupts all processes at once; the owner alone decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = json.loads(_read_line(0))
    # Ipykernel reads at import which process to end with; for a fork that is this one.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    listener = socket.socket(fileno=orders["listener"])
    failed = preload(orders["preload"])
    # What lives now lives as long as the server: no collection looks at it, in no child either.
    gc.collect()
    gc.freeze()
    child = Server(listener, orders["key"], failed).serve()
    if child is not None:
        child()
    # Nothing was computed and nothing is left to flush.
    os._exit(0)


def preload(names: list[str]) -> list[str]:
    """Import what kernels will need, as if a kernel did, and name what could not be imported."""
    # Pandas asks at import whether it runs in a kernel, and in a terminal cuts wide tables.
    builtins.get_ipython = lambda: types.SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    failed = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            failed.append(f"{name}: {error}")
    del builtins.get_ipython  # type: ignore[attr-defined]
    return failed


def _read_line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(descriptor, 1)
        if not piece:
            os._exit(0)
        line += piece
    return line


class Server:
    """Waits for requests, for kernels that end, and for the end of its owner."""

    def __init__(self, listener: socket.socket, key: str, failed: list[str]) -> None:
        self.listener = listener
        self.key = key
        self.failed = failed
        self.kernels: dict[socket.socket, int] = {}
        self.requests: dict[socket.socket, bytes] = {}
        self.selector = selectors.DefaultSelector()
        self.wake, self.alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> Child | None:
        """Give the function that a child runs, in the child; None in the server, at its end."""
        signal.signal(signal.SIGCHLD, _wake)
        signal.set_wakeup_fd(self.alarm, warn_on_full_buffer=False)
        for source in (0, self.wake, self.listener):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for ready, _ in self.selector.select():
                if ready.fileobj == 0 and not os.read(0, 4096):
                    self.end()
                    return None
                child = self.answer(ready.fileobj)
                if child is not None:
                    return child

    def answer(self, source: Any) -> Child | None:
        """Do what a source that has something to say wants done."""
        if source == self.wake:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 4096)
            self.reap()
        elif source is self.listener:
            self.accept()
        elif isinstance(source, socket.socket) and source.fileno() >= 0:
            return self.hear(source)
        return None

    def accept(self) -> None:
        """Let somebody ask for a kernel."""
        client, _ = self.listener.accept()
        self.requests[client] = b""
        self.selector.register(client, selectors.EVENT_READ)

    def hear(self, client: socket.socket) -> Child | None:
        """Read a request, or that a client is gone; give what a child runs, in the child."""
        try:
            piece = client.recv(1 << 16)
        except OSError:
            piece = b""
        if not piece or client not in self.requests:
            self.drop(client)
            return None
        self.requests[client] += piece
        if len(self.requests[client]) > LONGEST_REQUEST:
            self.drop(client)
        elif self.requests[client].endswith(b"\n"):
            request = read_request(self.requests.pop(client))
            return self.start(client, request)
        return None

    def start(self, client: socket.socket, request: dict[str, Any]) -> Child | None:
        """Fork a kernel, or say why not."""
        reason = self.refusal(request)
        if reason:
            tell(client, refused=reason)
            self.drop(client)
            return None
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.leave(client)
            return lambda: become_kernel(request, server)
        self.kernels[client] = pid
        tell(client, pid=pid)
        return None

    def refusal(self, request: dict[str, Any]) -> str:
        """Say why no kernel can be forked for this request; empty if one can."""
        if request.get("key") != self.key:
            return "the environment is another than the server's"
        if self.failed:
            return f"the server could not import {'; '.join(self.failed)}"
        n_threads = len(list(Path("/proc/self/task").iterdir()))
        return f"the server has {n_threads} threads" if n_threads != 1 else ""

    def leave(self, asking: socket.socket) -> None:
        """Close in a child what belongs to the server."""
        signal.set_wakeup_fd(-1)
        self.selector.close()
        self.listener.close()
        for client in [asking, *self.requests, *self.kernels]:
            client.close()
        os.close(self.wake)
        os.close(self.alarm)

    def drop(self, client: socket.socket) -> None:
        """Forget a client and kill its kernel."""
        self.selector.unregister(client)
        self.requests.pop(client, None)
        pid = self.kernels.pop(client, None)
        client.close()
        if pid is not None:
            kill_group(pid)

    def reap(self) -> None:
        """Account for every kernel that has ended."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            # Its own children first, while its number cannot be another's.
            kill_group(ended.si_pid)
            pid, status, usage = os.wait4(ended.si_pid, 0)
            client = next((c for c, kernel in self.kernels.items() if kernel == pid), None)
            if client is not None:
                del self.kernels[client]
                tell(
                    client,
                    exit=os.waitstatus_to_exitcode(status),
                    cpu=usage.ru_utime + usage.ru_stime,
                    peak=usage.ru_maxrss * 1024,
                )
                self.drop(client)

    def end(self) -> None:
        """Kill every kernel and wait for it."""
        for pid in self.kernels.values():
            kill_group(pid)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()


def read_request(line: bytes) -> dict[str, Any]:
    """Read a request; whatever is none asks for nothing and is refused."""
    try:
        request = json.loads(line)
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def tell(client: socket.socket, **facts: Any) -> None:
    """Send one line; a client that is gone needs none."""
    with contextlib.suppress(OSError):
        client.sendall(json.dumps(facts).encode() + b"\n")


def kill_group(pid: int) -> None:
    """Kill a kernel and its children; one that has not made its group yet is killed alone."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def become_kernel(request: dict[str, Any], server: int) -> None:
    """Turn this fork into the process that a cold start would have given, and run it."""
    os.setsid()
    # A kernel never outlives its server, however that ends.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(request["log"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.environ["JPY_PARENT_PID"] = str(server)
    time.tzset()
    os.chdir(request["cwd"])
    sys.argv = request["argv"]
    _seed()
    _end(_run_kernel())


def _run_kernel() -> int:
    try:
        importlib.import_module("ipykernel.kernelapp").launch_new_instance()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _end(code: int) -> None:
    # All that a process does at its end but tearing down every module, which takes as long as a
    # short chapter and changes nothing.
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)


def _wake(_number: int, _frame: object) -> None:
    """Do nothing: that the signal has a handler is what wakes the loop."""


def _redirect(log: str | None) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    if log is not None:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.close(file)


def _seed() -> None:
    # Else all kernels would draw the same "random" numbers; a cold one draws its own.
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()


if __name__ == "__main__":
    main()
