"""An erasure killed before any of its file operations is finished by the next command."""

import json
import shutil

import pandas as pd
import pytest

from kills import killable
from rapport.cli import main
from rapport.cli.erasure import finish_erasures
from rapport.press.run.store import Store
from rapport.privacy import SAMPLE_KEY, pseudonym
from rapport.privacy.erased import read_erased
from rapport.tables import read_rows, write_table

# Of some six hundred operations most are looks at files; killing at each takes ten minutes.
STRIDE = 37
PARAMS = """\
title: {en: Shop, zh: 店}
currency: GBP
sample: true
sources: {till: {path: till.csv, format: csv}}
tables: {orders: {from: till, columns: {order_id: a, customer_id: b, amount: c}, time: {column: d}}}
"""
IMPORTS = """
import io, os, sys
from rapport.cli import main
import rapport.cli.erasure, rapport.params.load
from pathlib import Path
import pyarrow.parquet, pyarrow.compute
"""
CODE = """
os.chdir(sys.argv[1])
sys.stdout = io.StringIO()
assert main(["erase", "shop", "--customers", "gone.txt"]) == 0
"""
ANN, BOB, EVE = (pseudonym(SAMPLE_KEY, name) for name in ("ann", "bob", "eve"))


def add_table(store, folder, frame, *, is_private=False):
    file = write_table(frame, folder / "table.parquet")
    size = file.path.stat().st_size
    digest = store.add_file(file.path, mode=0o400 if is_private else 0o444)
    return {"digest": digest, "n_rows": file.n_rows, "size": size, "kinds": {}}


def add_record(store, unit, task, tables, private=None, notebook=None):
    key = f"{unit}-{task}".replace("/", "-")
    record = {"v": 1, "task": f"{unit}/{task}", "tables": tables, "private": private or {},
              "notebook": notebook, "values": []}  # fmt: skip
    store.write_task(key, record)
    store.write_last(f"{unit}/{task}", {"key": key})


@pytest.fixture
def project(tmp_path):
    """Make a project whose two units have a snapshot, and one of them a published run."""
    root = tmp_path / "project"
    (root / "params").mkdir(parents=True)
    (root / "params" / "_defaults.yml").write_text("", encoding="utf-8")
    (root / "params" / "shop.yml").write_text(PARAMS, encoding="utf-8")
    (root / "gone.txt").write_text("ann\n", encoding="utf-8")
    store = Store(root / "data" / "store")
    people = pd.DataFrame({"customer_id": [ANN, BOB, EVE], "n": [1, 2, 3]})
    customers = add_table(store, tmp_path, people)
    orders = add_table(store, tmp_path, pd.DataFrame({"order_id": ["1"], "customer_id": [BOB]}))
    named = people.assign(kind="customer_number", value=["ann", "bob", "eve"]).drop(columns="n")
    private = {"identifiers": add_table(store, tmp_path, named, is_private=True)}
    text = json.dumps({"cells": [f"shows {ANN}"]}).encode()
    notebook = {"digest": store.add_bytes(text), "size": len(text)}
    add_record(store, "shop", "all-periods/ingestion", {"customers": customers, "orders": orders},
               private)  # fmt: skip
    add_record(store, "shop", "2026-05/summary", {}, notebook=notebook)
    add_record(store, "other", "all-periods/ingestion", {"orders": orders})
    own = add_table(store, tmp_path, people.assign(n=7))
    add_record(store, "other", "2026-05/measures", {"customer_measures": own})
    counts = pd.DataFrame({"data_until": ["2026-05-31"], "n_customers": [3], "n_orders": [1]})
    snapshot = add_table(store, tmp_path, counts)
    store.write_current("shop", {"customers": customers["digest"], "orders": orders["digest"],
                                 "snapshot": snapshot["digest"]}, period=None)  # fmt: skip
    store.write_current("other", {"customer_measures": own["digest"]}, period=None)
    run = root / "reports" / "shop" / "runs" / "2026-05-0123456789ab"
    run.mkdir(parents=True)
    predicate = {"tables": {"customers": {"sha256": customers["digest"]}}}
    (run / "manifest.json").write_text(json.dumps({"predicate": predicate}), encoding="utf-8")
    (run / "lists").mkdir()
    (run / "lists" / "win_back.csv").write_text(f"rank,customer_id\n1,{ANN}\n2,{BOB}\n")
    drafts = root / "data" / "drafts" / "shop" / "2026-05"
    write_table(people, drafts / "segments.parquet")
    return root


def rows_of(project, unit, table):
    store = Store(project / "data" / "store")
    return read_rows(store.object_path(store.read_current(unit)[table]))


def list_holding(project, name):
    """List what holds a pseudonym; the other unit's tables, and what is still to be done, apart."""
    found = []
    for path in sorted((project / "data").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            rows = read_rows(path) if content[:4] == b"PAR1" else []
            if name.encode() in (content if not rows else str(rows).encode()) and not any(
                row.get("n") == 7 for row in rows
            ):
                found.append(path.relative_to(project).as_posix())
    return found


def check_done(project):
    assert list_holding(project, ANN) == []
    assert [row["customer_id"] for row in rows_of(project, "shop", "customers")] == [BOB, EVE]
    assert len(rows_of(project, "shop", "orders")) == 1
    counts = {"data_until": "2026-05-31", "n_customers": 2, "n_orders": 1}
    assert rows_of(project, "shop", "snapshot") == [counts]
    assert len(rows_of(project, "other", "customer_measures")) == 3
    assert len(read_erased(project, "shop", lambda: SAMPLE_KEY)) == 1
    assert (project / "reports/shop/runs/2026-05-0123456789ab/erased.json").is_file()
    listed = project / "reports/shop/runs/2026-05-0123456789ab/lists/win_back.csv"
    assert listed.read_text(encoding="ascii") == f"rank,customer_id\n2,{BOB}\n"
    log = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in log] == ["erased"]
    assert json.loads(log[0])["reports"] == ["2026-05-0123456789ab"]
    assert not list((project / "data" / "erased").glob("*.pending.json"))


def test_rows_of_the_unit_go_and_the_other_units_stay(project, monkeypatch):
    monkeypatch.chdir(project)
    before = len(list_holding(project, ANN))

    assert main(["erase", "shop", "--customers", "gone.txt"]) == 0

    assert before == 4
    check_done(project)


def test_the_new_table_of_names_is_still_this_users_alone(project, monkeypatch):
    monkeypatch.chdir(project)
    main(["erase", "shop", "--customers", "gone.txt"])

    store = Store(project / "data" / "store")
    record = store.read_task("shop-all-periods-ingestion")
    path = store.object_path(record["private"]["identifiers"]["digest"])
    assert path.stat().st_mode & 0o077 == 0
    assert [row["value"] for row in read_rows(path)] == ["bob", "eve"]


def test_killed_at_any_step_it_is_finished_or_was_never_begun(project, tmp_path):
    was_begun = []
    with killable(IMPORTS, CODE) as run:
        step, killed = 1, True
        while killed:
            copy = tmp_path / f"copy {step}"
            shutil.copytree(project, copy)
            killed = run(step, copy)
            begun = bool(list((copy / "data" / "erased").glob("*.pending.json")))
            finish_erasures(copy)
            if begun or (copy / "data" / "erased" / "shop.json").is_file():
                check_done(copy)
            else:
                assert len(list_holding(copy, ANN)) == 4
            was_begun.append(begun)
            shutil.rmtree(copy)
            step += STRIDE
    assert sum(was_begun) > 3
