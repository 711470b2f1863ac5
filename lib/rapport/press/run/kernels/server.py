"""The fork server: imports heavy libraries once, computes nothing, forks when asked.

Two thirds of a short chapter is otherwise the import of the same libraries. It stands alone, and
imports of `rapport` only what its owner orders: a server that outlives an analyst's edit must hold
none of it.

Its first line on standard input is its orders (JSON: `key`, `preload`, `own`, `listener`); the end
of standard input means that its owner is gone, and with the owner go the server and all it forked.
Whoever connects to the listener asks for one process by a line of JSON: `key`, `env`, `cwd`, `log`,
and either `argv` (a kernel) or `call` and `arguments` (a function, which also gets copies of the
descriptors that came with the request). A kernel of a run may name the modules of the package that
its chapter imports (`uses`) and all that its key holds (`allowed`): the first are imported before
the fork, once for all chapters, and whatever else of the package other chapters left here is
taken from the kernel again. The answer is `{"pid"}` or `{"refused"}`, and once the
process has ended `{"exit", "cpu", "peak"}`. The connection is the process's life line: when it is
closed, the process is killed.

A process with a second thread is not forked (the child could wait for ever for a lock that the
thread held): the request is refused, and the caller starts a cold kernel.
"""

import builtins
import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import types
from itertools import chain
from pathlib import Path
from typing import Any

# The folder of this program is not on the path, and must not be on that of kernels.
sys.path.insert(0, str(Path(__file__).parent))
becoming = importlib.import_module("becoming")
importlib.import_module("launching")
del sys.path[0]

Request = dict[str, Any]

LONGEST_REQUEST = 1 << 22
MOST_DESCRIPTORS = 4
SECONDS_TO_END = 3


def main() -> None:
    """Serve until the owner is gone."""
    # The terminal interrupts all processes at once; the owner alone decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = json.loads(_read_line(0))
    # Ipykernel reads at import which process to end with; for a fork that is this one.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    listener = socket.socket(fileno=orders["listener"])
    # Imports make nothing that has to be collected, and looking for it takes a fifth of their time.
    gc.disable()
    before = set(os.environ)
    failed = preload(orders["preload"])
    # A module of ours that cannot be imported is the affair of the chapter that wants it.
    preload(orders["own"])
    becoming.remember_own()
    # Some libraries set variables for their own later use, in a cold kernel too.
    added = {name: os.environ[name] for name in set(os.environ) - before}
    # What lives now lives as long as the server: no collection looks at it, in no child either.
    gc.freeze()
    server = Server(listener, orders["key"], failed, is_of_run=bool(orders["own"]))
    request = server.serve()
    if request is not None:
        becoming.become(request, added)
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
        except Exception as error:  # what an import runs may raise anything
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
    """Waits for requests, for processes that end, and for the end of its owner."""

    def __init__(
        self, listener: socket.socket, key: str, failed: list[str], *, is_of_run: bool
    ) -> None:
        self.listener = listener
        self.key = key
        self.failed = failed
        self.is_of_run = is_of_run
        self.forked: dict[socket.socket, int] = {}
        self.calls: set[int] = set()
        self.asking: dict[socket.socket, bytes] = {}
        self.descriptors: dict[socket.socket, list[int]] = {}
        self.selector = selectors.DefaultSelector()
        self.wake, self.alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> Request | None:
        """Give in a child the request that it answers; in the server, at its end, None."""
        signal.signal(signal.SIGCHLD, _wake)
        signal.set_wakeup_fd(self.alarm, warn_on_full_buffer=False)
        for source in (0, self.wake, self.listener):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for ready, _ in self.selector.select():
                if ready.fileobj == 0 and not os.read(0, 4096):
                    self.end()
                    return None
                request = self.answer(ready.fileobj)
                if request is not None:
                    return request

    def answer(self, source: Any) -> Request | None:
        """Do what a source that has something to say wants done."""
        if source == self.wake:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 4096)
            self.reap()
        elif source is self.listener:
            client, _ = self.listener.accept()
            self.asking[client] = b""
            self.descriptors[client] = []
            self.selector.register(client, selectors.EVENT_READ)
        elif isinstance(source, socket.socket) and source.fileno() >= 0:
            return self.hear(source)
        return None

    def hear(self, client: socket.socket) -> Request | None:
        """Read a request, or that a client is gone; in a child, give what it answers."""
        try:
            piece, descriptors, *_ = socket.recv_fds(client, 1 << 16, MOST_DESCRIPTORS)
        except OSError:
            piece, descriptors = b"", []
        self.descriptors.setdefault(client, []).extend(descriptors)
        if not piece or client not in self.asking:
            self.drop(client)
            return None
        self.asking[client] += piece
        if len(self.asking[client]) > LONGEST_REQUEST:
            self.drop(client)
        elif self.asking[client].endswith(b"\n"):
            return self.start(client, read_request(self.asking.pop(client)))
        return None

    def start(self, client: socket.socket, request: Request) -> Request | None:
        """Fork, or say why not."""
        reason = self.refusal(request)
        if reason:
            tell(client, refused=reason)
            self.drop(client)
            return None
        request |= {"server": os.getpid(), "descriptors": self.descriptors.pop(client)}
        pid = os.fork()
        if pid == 0:
            self.leave(client)
            return request
        for descriptor in request["descriptors"]:
            os.close(descriptor)
        self.forked[client] = pid
        self.calls |= {pid} if "call" in request else set()
        tell(client, pid=pid)
        return None

    def refusal(self, request: Request) -> str:
        """Say why nothing can be forked for this request; empty if it can."""
        if request.get("key") != self.key:
            return "the environment is another than the server's"
        if self.failed:
            return f"the server could not import {'; '.join(self.failed)}"
        if self.is_of_run and any(name not in sys.modules for name in request.get("uses", ())):
            preload(request["uses"])
            becoming.note_own()
            gc.freeze()
        n_threads = len(list(Path("/proc/self/task").iterdir()))
        return f"the server has {n_threads} threads" if n_threads != 1 else ""

    def leave(self, client: socket.socket) -> None:
        """Close in a child what belongs to the server."""
        signal.set_wakeup_fd(-1)
        self.selector.close()
        self.listener.close()
        for connection in [client, *self.asking, *self.forked]:
            connection.close()
        for descriptor in [self.wake, self.alarm, *chain(*self.descriptors.values())]:
            os.close(descriptor)

    def drop(self, client: socket.socket) -> None:
        """Forget a client and kill what was forked for it."""
        self.selector.unregister(client)
        self.asking.pop(client, None)
        for descriptor in self.descriptors.pop(client, []):
            os.close(descriptor)
        pid = self.forked.pop(client, None)
        client.close()
        if pid is not None:
            kill_group(pid)

    def reap(self) -> None:
        """Account for every process that has ended."""
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
            client = next((c for c, forked in self.forked.items() if forked == pid), None)
            if client is not None:
                del self.forked[client]
                tell(
                    client,
                    exit=os.waitstatus_to_exitcode(status),
                    cpu=usage.ru_utime + usage.ru_stime,
                    peak=usage.ru_maxrss * 1024,
                )
                self.drop(client)

    def end(self) -> None:
        """Kill what was forked; calls get a moment to clean up after the owner."""
        for pid in set(self.forked.values()) - self.calls:
            kill_group(pid)
        ends = time.monotonic() + SECONDS_TO_END
        while self.forked and time.monotonic() < ends:
            self.reap()
            time.sleep(0.02)
        for pid in self.forked.values():
            kill_group(pid)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()


def read_request(line: bytes) -> Request:
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


def _wake(_number: int, _frame: object) -> None:
    """Do nothing: that the signal has a handler is what wakes the loop."""


if __name__ == "__main__":
    main()
