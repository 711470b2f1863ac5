"""`rapport deliver` from the command line: plan, exit codes, one JSON object."""

import json
import shutil

import pytest

from rapport.cli import main
from unit.deliver.conftest import KEEPER, OTHER, READER, environ, published, root, write_report
from unit.deliver.servers import mail_server

__all__ = ["published", "root"]

UNIT = """
title: {en: Shop, zh: 商店}
currency: GBP
sources: {orders: {path: orders.csv, format: csv}}
tables: {orders: {from: orders, columns: {order_id: Id}}}
"""
DELIVERY = f"""
sender: reports@example.com
readers: [{{mail: {READER}, language: en}}, {{mail: {OTHER}, language: zh}}]
maintainers: [{{mail: {KEEPER}}}]
"""


@pytest.fixture
def project(root, monkeypatch):
    (root / "params").mkdir()
    for name, text in (("_defaults.yml", ""), ("shop.yml", UNIT), ("shop.delivery.yml", DELIVERY)):
        (root / "params" / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def set_server(monkeypatch, server):
    for name, value in environ(server).items():
        monkeypatch.setenv(name, value)


def test_a_dry_run_says_to_how_many_and_sends_nothing(project, capsys):
    assert main(["deliver", "shop", "--dry-run"]) == 0

    said = capsys.readouterr().out
    assert "would send to 1 by mail, en, attachment" in said
    assert "would send to 1 by mail, zh, attachment" in said
    assert "More customers bought." in said
    assert READER not in said
    assert not (project / "data").exists()


def test_a_delivery_says_how_many_were_reached_and_nobody_s_address(project, capsys, monkeypatch):
    with mail_server(refuse={OTHER}) as server:
        set_server(monkeypatch, server)
        assert main(["deliver", "shop", "--json"]) == 8
        first = capsys.readouterr()
        server.refuse.clear()
        assert main(["deliver", "shop"]) == 0
        second = capsys.readouterr()

    told = json.loads(first.out)
    assert told["readers"]["counts"] == {"sent": 1, "failed": 1}
    assert told["exit_code"] == 8
    assert "readers: 1 sent, 1 told before" in second.out
    for text in (first.out, first.err, second.out, second.err):
        assert not any(who in text for who in (READER, OTHER, KEEPER))


def test_a_report_that_is_not_there_is_a_wrong_parameter(project, capsys, monkeypatch):
    with mail_server() as server:
        set_server(monkeypatch, server)
        assert main(["deliver", "shop", "--period", "2026-04"]) == 2
        assert server.messages == []

    assert "there is no such report" in capsys.readouterr().err


def test_without_a_server_nothing_is_begun(project, capsys, monkeypatch):
    monkeypatch.delenv("RAPPORT_SMTP_HOST", raising=False)

    assert main(["deliver", "shop"]) == 2

    assert "RAPPORT_SMTP_HOST is not set" in capsys.readouterr().err
    assert not (project / "data").exists()


def test_a_draft_ends_with_eight_and_says_what_to_do(project, capsys, monkeypatch):
    shutil.rmtree(project / "reports")
    write_report(project / "reports", approval={"state": "draft"})
    with mail_server() as server:
        set_server(monkeypatch, server)
        assert main(["deliver", "shop", "--to", "readers"]) == 8
        assert server.messages == []

    assert "is a draft. Read and approve it" in capsys.readouterr().err
