"""A mail server and a webhook on this machine, which refuse and break off as they are told."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class MailServer:
    """What was told to do and what came."""

    port: int = 0
    tls: str = ""
    """starttls, tls, or nothing."""
    context: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    refuse: set[str] = field(default_factory=set)
    """Recipients that it does not take."""
    busy: int = 0
    """So many times it asks to come back before it takes a recipient."""
    size: int = 0
    pause: float = 0.0
    """Seconds that it thinks about each message."""
    drop: str = ""
    """After which command it hangs up: `message` is the end of a message."""
    drops: int = 99
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)
    n_connections: int = 0
    was_encrypted: list[bool] = field(default_factory=list)
    is_closed: bool = False

    def received(self):
        """Give what came, parsed: recipient and message."""
        return [(to, message_from_bytes(content, policy=policy.default))
                for _, to, content in self.messages]  # fmt: skip


@contextlib.contextmanager
def mail_server(**told: object) -> Iterator[MailServer]:
    """Run a mail server while the block runs."""
    server = MailServer(**told)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    thread = threading.Thread(target=_accept, args=(listener, server), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_closed = True  # a thread that waits in `accept` does not hear of a close
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        listener.close()
        thread.join(5)


def _accept(listener: socket.socket, server: MailServer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        if server.is_closed:
            connection.close()
            return
        server.n_connections += 1
        with contextlib.suppress(OSError, EOFError), connection:
            connection.settimeout(5)
            with contextlib.closing(_Talk(connection, server)) as talk:
                talk.run()


class _Talk:
    def __init__(self, connection: socket.socket, server: MailServer) -> None:
        self.server, self.connection, self.lines = server, connection, None
        self.is_encrypted = False

    def close(self) -> None:
        if self.lines is not None:
            self.lines.close()
        self.connection.close()

    def _encrypt(self) -> None:
        plain = self.connection
        # The handshake comes after, so that a socket whose handshake fails is closed, too.
        self.connection = self.server.context.wrap_socket(
            plain, server_side=True, do_handshake_on_connect=False
        )
        self.connection.do_handshake()
        self.is_encrypted = True

    sender = to = ""

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode("ascii"))

    def run(self) -> None:
        if self.server.tls == "tls":
            self._encrypt()
        self.lines = self.connection.makefile("rb")
        self.say("220 here")
        while line := self.lines.readline().decode("ascii").strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "QUIT" or self._hangs_up(word):
                return
            answer = getattr(self, f"_on_{word.lower()}", self._on_other)(line)
            if answer is None:
                return
            self.say(*answer)

    def _hangs_up(self, word: str) -> bool:
        is_due = word == self.server.drop.upper() and self.server.drops > 0
        self.server.drops -= is_due
        return is_due

    def _on_other(self, _: str) -> list[str]:
        return ["250 ok"]

    def _on_ehlo(self, _: str) -> list[str]:
        return self._offers()

    def _on_starttls(self, _: str) -> list[str]:
        self.say("220 go")
        self.lines.close()
        self._encrypt()
        self.lines = self.connection.makefile("rb")
        return []

    def _on_mail(self, line: str) -> list[str]:
        self.sender = line.split("<")[1].split(">", maxsplit=1)[0]
        return ["250 ok"]

    def _on_rcpt(self, line: str) -> list[str]:
        self.to = line.split("<")[1].split(">", maxsplit=1)[0]
        return [self._take(self.to)]

    def _on_data(self, _: str) -> list[str] | None:
        self.say("354 go")
        content = self._read_message()
        time.sleep(self.server.pause)
        if self._hangs_up("MESSAGE"):
            return None
        self.server.messages.append((self.sender, self.to, content))
        self.server.was_encrypted.append(self.is_encrypted)
        return ["250 taken"]

    def _on_auth(self, line: str) -> list[str]:
        return [self._log_in(line)]

    def _offers(self) -> list[str]:
        offers = ["test"]
        offers += [f"SIZE {self.server.size}"] if self.server.size else []
        offers += ["STARTTLS"] if self.server.tls == "starttls" and not self.is_encrypted else []
        offers += ["AUTH PLAIN"] if self.server.login else []
        return [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]

    def _log_in(self, line: str) -> str:
        given = base64.b64decode(line.rsplit(maxsplit=1)[-1]).decode().split("\0")
        return "235 in" if tuple(given[1:]) == self.server.login else "535 no such user and secret"

    def _take(self, to: str) -> str:
        if to in self.server.refuse:
            return f"550 no {to} here"
        if self.server.busy:
            self.server.busy -= 1
            return "451 later"
        return "250 ok"

    def _read_message(self) -> bytes:
        lines = []
        while (line := self.lines.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


def make_certificate(folder, name: str = "127.0.0.1"):
    """Make a certificate of this machine; give the server's context and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    trusted, whole = folder / "ca.crt", folder / "server.both"
    spelled = certificate.public_bytes(serialization.Encoding.PEM)
    trusted.write_bytes(spelled)
    whole.write_bytes(spelled + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ))  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return context, trusted


@dataclass
class Hooks:
    """What a webhook answers, and what came."""

    port: int = 0
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    """Status and body of each answer; the last one again and again. Status 0 hangs up."""
    came: list[tuple[str, bytes]] = field(default_factory=list)


@contextlib.contextmanager
def webhook(*answers: tuple[int, bytes]) -> Iterator[Hooks]:
    """Run a webhook while the block runs."""
    hooks = Hooks(answers=list(answers))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            hooks.came.append((self.path, self.rfile.read(length)))
            answers = hooks.answers
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            if status == 0:
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hooks.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until(holds, *, seconds: float = 20.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
