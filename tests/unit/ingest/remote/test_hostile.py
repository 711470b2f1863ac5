"""Servers that are after the password: what stands in a handshake is theirs to choose."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

import pytest

from rapport.errors import DataError
from servers import PASSWORD, USER, quote


class Greedy:
    """A server that asks for the password as plain text, and keeps what it is sent."""

    def __init__(self, talk):
        self.heard = b""
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(talk,), daemon=True)
        self._thread.start()

    def _serve(self, talk):
        with contextlib.suppress(OSError):
            line, _ = self._door.accept()
            line.settimeout(5)
            with line:
                talk(self, line)

    def hear(self, line):
        self.heard += line.recv(4096)

    def close(self):
        self._thread.join(timeout=10)
        self._door.close()


def talk_postgresql(server, line):
    server.hear(line)
    line.sendall(b"R" + struct.pack("!ii", 8, 3))
    server.hear(line)
    words = f"SFATAL\0C28000\0Mno: {server.heard!r}\0\0".encode()
    line.sendall(b"E" + struct.pack("!i", len(words) + 4) + words)


def packet(number, content):
    return struct.pack("<I", len(content))[:3] + bytes([number]) + content


def talk_mysql(server, line):
    plugin = b"mysql_native_password\0"
    salt = b"12345678"
    greeting = b"\x0a8.0.1\0" + struct.pack("<I", 1) + salt + b"\0" + b"\xff\xf7" + b"\x2d"
    greeting += b"\x02\0" + b"\x0f\xc0" + b"\x15" + b"\0" * 10 + b"123456789012\0" + plugin
    line.sendall(packet(0, greeting))
    server.hear(line)
    line.sendall(packet(2, b"\xfemysql_clear_password\0"))
    server.hear(line)
    words = f"no: {server.heard!r}".encode()
    line.sendall(packet(4, b"\xff" + struct.pack("<H", 1045) + b"#28000" + words))


def url_of(kind, server):
    return f"{kind}://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/shop"


@pytest.mark.parametrize(("kind", "talk"), [("postgresql", talk_postgresql), ("mysql", talk_mysql)])
def test_the_password_is_not_sent_as_plain_text(elsewhere, kind, talk, capfd):
    server = Greedy(talk)
    elsewhere.ask(kind, url_of(kind, server))

    with pytest.raises(DataError, match="asks for the password as plain text") as caught:
        elsewhere.fetch()

    server.close()
    assert USER.encode() in server.heard
    assert PASSWORD.encode() not in server.heard
    assert PASSWORD not in "".join([str(caught.value), *capfd.readouterr()])


@pytest.mark.parametrize(("kind", "talk"), [("postgresql", talk_postgresql), ("mysql", talk_mysql)])
def test_who_does_not_speak_tls_hears_nothing(elsewhere, kind, talk):
    server = Greedy(talk)
    elsewhere.ask(kind, url_of(kind, server))
    elsewhere.shop.unit["databases"]["till"]["tls"] = "verify"

    with pytest.raises(DataError):
        elsewhere.fetch()

    server.close()
    assert USER.encode() not in server.heard
    assert PASSWORD.encode() not in server.heard
