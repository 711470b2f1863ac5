"""What stands between a program and a server and breaks: a line that is cut, a store that fails."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 1 << 16


@contextlib.contextmanager
def cutting_proxy(to: int, *, after: int, silently: bool = False) -> Iterator[int]:
    """Give the port of a line to a port of loopback that is cut after so many bytes of answers.

    Cut `silently` it stays open, and nothing more is heard of the server.
    """
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        held = is_over if silently else None
        threading.Thread(target=_accept, args=(door, to, after, held), daemon=True).start()
        try:
            yield door.getsockname()[1]
        finally:
            is_over.set()


def _accept(door: socket.socket, to: int, after: int, held: threading.Event | None) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = door.accept()
            server = socket.create_connection(("127.0.0.1", to))
            for ends in ((client, server, None, None), (server, client, after, held)):
                threading.Thread(target=_pass, args=ends, daemon=True).start()


def _pass(
    source: socket.socket, sink: socket.socket, left: int | None, held: threading.Event | None
) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(BLOCK):
            if left is not None:
                block, left = block[:left], left - len(block)
            sink.sendall(block)
            if left is not None and left <= 0:
                if held is not None:
                    held.wait()
                break
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@dataclass
class Store:
    """A proxy of an object store that does to each request for a body what it is told."""

    port: int = 0
    plan: list[str] = field(default_factory=list)
    """What befalls each body: `error`, `cut`, `stall`, `slow`, `short`, `garble`; then nothing."""
    asked: list[str] = field(default_factory=list)
    """The ranges asked for."""
    pause: float = 0.0
    on_body: Callable[[], None] | None = None

    @property
    def url(self) -> str:
        """The endpoint that a unit's file declares."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def faulty_store(to: int) -> Iterator[Store]:
    """Put a proxy before an object store on a port of loopback."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, store, to)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    store.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, store: Store, to: int) -> None:
    line = http.client.HTTPConnection("127.0.0.1", to)
    line.request(request.command, request.path, headers=dict(request.headers))
    answer = line.getresponse()
    body = answer.read()
    line.close()
    is_body = request.command == "GET" and "list-type" not in request.path
    fate = ""
    if is_body:
        store.asked.append(request.headers.get("Range", ""))
        fate = store.plan.pop(0) if store.plan else ""
        if store.on_body is not None:
            store.on_body()
    if fate == "error":
        request.send_error(503, "secret-word of the store")
        return
    if fate == "stall":
        time.sleep(store.pause)
        request.close_connection = True
        return
    if fate == "short":
        body = body[: len(body) // 2]  # and says so: nothing but the length told before differs
    if fate == "garble":
        body = body[::-1]
    _send(request, answer, body, fate, store.pause)


def _send(
    request: BaseHTTPRequestHandler, answer: http.client.HTTPResponse, body: bytes, fate: str,
    pause: float,
) -> None:  # fmt: skip
    request.send_response(answer.status)
    dropped = ("content-length", "transfer-encoding", "connection", "date")
    # A store of the old kind tells no checksum.
    dropped += ("x-amz-checksum",) if fate == "short" else ()
    for name, value in answer.getheaders():
        if not name.lower().startswith(dropped):
            request.send_header(name, value)
    length = answer.getheader("Content-Length") if request.command == "HEAD" else len(body)
    request.send_header("Content-Length", str(length))
    request.end_headers()
    with contextlib.suppress(OSError):
        if fate == "slow":
            for start in range(0, len(body), max(len(body) // 4, 1)):
                time.sleep(pause)
                request.wfile.write(body[start : start + max(len(body) // 4, 1)])
        elif request.command != "HEAD":
            request.wfile.write(body[: len(body) // 2] if fate == "cut" else body)
    if fate == "cut":
        request.close_connection = True
