"""Servers that take a question and never answer it: nobody waits for them for ever."""

from __future__ import annotations

import socket

import pytest

from proxies import cutting_proxy
from rapport.errors import DataError
from rapport.ingest.remote import mysql, postgres
from rapport.ingest.remote.watch import watched
from servers import PASSWORD
from unit.ingest.remote.conftest import create

LONG = {
    "postgresql": "CREATE TABLE log AS SELECT n AS line, repeat(md5(n::text), 8) AS product "
    "FROM generate_series(1, 20000) AS n",
    "mysql": "CREATE TABLE log AS SELECT seq AS line, repeat(md5(seq), 8) AS product "
    "FROM seq_1_to_20000",
}


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_server_that_falls_silent_midway_is_given_up_in_words(
    elsewhere, kind, request, monkeypatch
):
    server = request.getfixturevalue({"mysql": "mariadb"}.get(kind, kind))
    database = create(server)
    server.sql(LONG[kind], database)
    for module in (mysql, postgres):
        monkeypatch.setattr(module, "WAIT", 1)
    elsewhere.ask(kind, server.url(database))
    elsewhere.shop.unit["databases"]["till"]["seconds"] = 1

    with cutting_proxy(server.port, after=1_000_000, silently=True) as port:
        url = server.url(database).replace(f":{server.port}/", f":{port}/")
        elsewhere.env["RAPPORT_DATABASE_TILL_URL"] = url
        with pytest.raises(DataError, match="has not answered: `seconds`") as caught:
            elsewhere.fetch()

    assert caught.value.exit_code == 3
    assert PASSWORD not in str(caught.value)
    assert elsewhere.kept() == []


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(elsewhere, kind, monkeypatch):
    for module in (mysql, postgres):
        monkeypatch.setattr(module, "WAIT", 2)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        elsewhere.ask(kind, f"{kind}://clerk:pen@127.0.0.1:{port}/shop")
        elsewhere.shop.unit["databases"]["till"]["seconds"] = 1

        with pytest.raises(DataError, match=r"cannot be reached|has not answered|went away"):
            elsewhere.fetch()


def test_who_speaks_now_and_then_is_not_silent():
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        watched(*door.getsockname(), wait=20, silence=0.8) as watch,
        socket.create_connection(("127.0.0.1", watch.port)) as client,
    ):
        server, _ = door.accept()
        with server:
            client.settimeout(0.5)
            for word in (b"one", b"two", b"three"):
                with pytest.raises(TimeoutError):
                    client.recv(9)
                server.sendall(word)
                assert client.recv(9) == word
            was_alive = watch.process.poll() is None
            client.settimeout(20)
            end = client.recv(9)
        fell_silent = watch.fell_silent()

    assert was_alive
    assert (end, fell_silent) == (b"", True)
