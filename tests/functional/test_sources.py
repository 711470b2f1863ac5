"""Units whose data come from functions, SQLite and SELECTs; files that are meant to harm."""

from __future__ import annotations

import gzip
import sqlite3

import pytest

from functional.command import rapport, tree_of
from functional.shop import add_shop, draw_orders

UNIT = """\
title: {{en: Small shop, zh: 小店}}
currency: GBP
sources:
  api: {{format: python, function: "till:receipts", delivery: "{delivery}"}}
  people: {{path: people.db, format: sqlite, table: cards}}
tables:
  orders:
    from: >
      SELECT api.*, people.customer FROM api LEFT JOIN people USING (card)
    columns: {{order_id: order, customer_id: customer, kind: kind, amount: amount}}
    time: {{column: day, format: "%Y-%m-%d"}}
  customers: {{from_orders: true}}
"""
TILL = """\
from pathlib import Path

import pyarrow.csv


def receipts(delivery):
    with Path(__file__).with_name("calls.txt").open("a", encoding="utf-8") as calls:
        calls.write(f"{delivery}\\n")
    yield pyarrow.csv.read_csv(Path(__file__).with_name("answers.csv"))
"""


def write_unit(project, delivery):
    text = UNIT.format(delivery=delivery)
    (project / "params" / "shop.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def api(new_project):
    """A project whose unit asks a service for receipts and an SQLite file for who has a card."""
    project = new_project(chapters=("01_",))
    write_unit(project, "2026-05")
    (project / "sources").mkdir()
    (project / "sources" / "till.py").write_text(TILL, encoding="utf-8")
    orders = draw_orders(30)
    lines = [",".join(map(str, (o, f"card-{c}", d, k, a))) for o, c, d, k, a in orders]
    answers = "\n".join(["order,card,day,kind,amount", *lines, ""])
    (project / "sources" / "answers.csv").write_text(answers, encoding="utf-8")
    (project / "data" / "raw").mkdir(parents=True)
    connection = sqlite3.connect(project / "data" / "raw" / "people.db")
    connection.execute("CREATE TABLE cards (card TEXT, customer TEXT)")
    people = sorted({c for _, c, *_ in orders if c})
    connection.executemany("INSERT INTO cards VALUES (?, ?)", [(f"card-{c}", c) for c in people])
    connection.commit()
    connection.close()
    return project


def calls(project):
    path = project / "sources" / "calls.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def test_a_service_is_asked_once_for_each_delivery_and_never_for_a_rerun(api):
    planned = rapport(api, "run", "shop", "--dry-run")
    asked_by_plan = calls(api)
    first = rapport(api, "run", "shop", "--format", "none", "--json")
    again = rapport(api, "run", "shop", "--format", "none", "--json")
    asked = calls(api)
    write_unit(api, "2026-06")
    later = rapport(api, "run", "shop", "--format", "none", "--json")

    assert planned.code == 3
    assert "till:receipts" in planned.said
    assert asked_by_plan == []
    assert [done.code for done in (first, again, later)] == [0, 0, 0], first.said + later.said
    assert first.actions["ingestion"] == "executed"
    assert set(again.actions.values()) == {"reused"}
    assert asked == ["2026-05"]
    assert calls(api) == ["2026-05", "2026-06"]
    assert later.actions["ingestion"] == "executed"


def test_cleaning_removes_answers_that_no_unit_names(api):
    for delivery in ("2026-05", "2026-06"):
        write_unit(api, delivery)
        assert rapport(api, "data", "check", "shop").code == 0
    folder = api / "data" / "store" / "fetched" / "shop"
    n_before = len(list(folder.iterdir()))

    done = rapport(api, "store", "gc", "--keep", "1")

    assert done.code == 0, done.said
    assert (n_before, len(list(folder.iterdir()))) == (2, 1)
    assert rapport(api, "data", "check", "shop").code == 0
    assert calls(api) == ["2026-05", "2026-06"]


def test_a_service_that_fails_stops_its_unit_alone(api):
    add_shop(api, draw_orders(30), name="other")
    till = api / "sources" / "till.py"
    till.write_text(TILL.replace("    yield", '    raise OSError("k1 secret")\n    yield'), "utf-8")

    done = rapport(api, "run", "--format", "none", "--json")

    assert done.code == 3, done.said
    assert "unit shop: source api: till:receipts failed with OSError in line" in done.said
    assert "secret" not in done.said
    assert {row["unit"]: row["status"] for row in done.json["chapters"]} == {"other": "executed"}


def swell(content):
    return gzip.compress(content + b"o,k,2026-05-01,sale,1.00\n" * 4_000_000, compresslevel=9)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (swell, "unpacks to more than 250 times its size"),
        (lambda content: gzip.compress(content)[:-40], "shop.csv is damaged"),
        (lambda content: content.replace(b",day,", b",order,", 1), "one name for columns 1 and 3"),
        (lambda content: content + b"1,2\n", "cannot be taken apart"),
        (lambda content: content + "李,四\n".encode("gb18030"), "is not text in utf-8 in line"),
    ],
    ids=["a bomb", "a truncated file", "a name twice", "a row too short", "two encodings"],
)
def test_a_file_that_harms_ends_in_one_message_and_leaves_all_as_it_was(copied, spoil, said):
    path = copied / "data" / "raw" / "shop.csv"
    path.write_bytes(spoil(path.read_bytes()))
    before = tree_of(copied)

    done = rapport(copied, "data", "check", "shop")

    assert done.code == 3
    assert said in done.said
    assert "Traceback" not in done.said
    assert tree_of(copied) == before
