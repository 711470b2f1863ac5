"""A line to a server that is cut once the server has said nothing for too long.

A server that is alive to the system but does not answer (a process that hangs, a disk that is gone)
keeps its client waiting for ever: its own limit on a statement is the server's to keep, and TCP
only asks whether the machine is there. The client library waits in one call that nothing ends but
the line, and while it does no other thread of this process can run. So the line goes through a
process of its own, which cuts it. That process runs this file and loads nothing else.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

BLOCK = 1 << 18
SILENT = 3
# Seconds until a process that cut its lines has ended.
PATIENCE = 1


@dataclass(frozen=True)
class Watch:
    """Watched lines: the port of loopback to connect to."""

    port: int
    process: subprocess.Popen[bytes]

    def fell_silent(self) -> bool:
        """Say whether a line that was cut was cut for silence."""
        try:
            return self.process.wait(timeout=PATIENCE) == SILENT
        except subprocess.TimeoutExpired:
            return False


@contextmanager
def watched(host: str, port: int, *, wait: float, silence: float) -> Iterator[Watch]:
    """Watch the lines to a server, for as long as the block takes.

    Parameters
    ----------
    host, port : of the server
    wait : seconds for the server to take a line
    silence : seconds without a byte from either side after which all lines are cut
    """
    command = [sys.executable, "-I", "-S", __file__, host, *map(str, (port, wait, silence))]
    # No password of this process's environment goes there; sockets of Windows need its root.
    env = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - this file, and numbers and a name as arguments
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    ) as process:
        assert process.stdout is not None
        try:
            yield Watch(int(process.stdout.readline()), process)
        finally:
            process.kill()


def serve(server: tuple[str, int], wait: float, silence: float) -> None:
    """Hand on what clients and a server say, until whoever started this process has gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as door:
        sys.stdout.write(f"{door.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            client, _ = door.accept()
            given = (client, server, wait, silence)
            threading.Thread(target=_serve, args=given, daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _serve(client: socket.socket, at: tuple[str, int], wait: float, silence: float) -> None:
    with client:
        try:
            server = socket.create_connection(at, timeout=wait)
        except OSError:
            # Whoever asked hears that the line is closed, and says that nobody is there.
            return
        with server:
            server.settimeout(None)
            if _pass(client, server, silence):
                os._exit(SILENT)


def _pass(client: socket.socket, server: socket.socket, silence: float) -> bool:
    """Hand on what both say until one of them ends; tell whether they fell silent."""
    other = {client: server, server: client}
    # What is said is handed on before time is taken: a client that is busy is no silent server.
    while spoke := select.select([client, server], [], [], silence)[0]:
        for side in spoke:
            try:
                said = side.recv(BLOCK)
                other[side].sendall(said)
            except OSError:
                return False
            if not said:
                return False
    return True


if __name__ == "__main__":
    _host, *_rest = sys.argv[1:]
    serve((_host, int(_rest[0])), float(_rest[1]), float(_rest[2]))
