"""Sealed tables found, erased, changed, damaged or gone."""

import json

import pytest

from rapport.errors import TamperedError, UnverifiableError
from rapport.press.proof import log
from rapport.press.proof.erasures import follow, read_erasures
from rapport.press.proof.rerun.code import list_other_code
from rapport.press.proof.rerun.folder import shelve
from rapport.press.proof.rerun.inputs import Places, find_inputs, find_lost
from rapport.press.run.store import Store
from rapport.tables import write_table
from support import table

ORDERS = "order_id  amount\na         1\nb         2\n"


@pytest.fixture
def project(tmp_path):
    return tmp_path / "project"


def add(project, text):
    """Put a table into a project's store and give its digest."""
    store = Store(project / "data" / "store")
    path = project.parent / "table.parquet"
    write_table(table(text), path)
    path.parent.mkdir(exist_ok=True)
    (store.root).mkdir(parents=True, exist_ok=True)
    return store.add_file(path)


def record(digest, rows=2):
    return {"canonical": ["orders"], "tables": {"orders": {"sha256": digest, "rows": rows}}}


def test_a_table_that_changes_after_it_was_found_is_not_taken(project, tmp_path):
    digest = add(project, ORDERS)
    path = Store(project / "data" / "store").object_path(digest)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"more")

    with pytest.raises(UnverifiableError, match="changed while it was read"):
        shelve([(path, digest)], tmp_path / "again")


def find(project, digest, *, named=None, erasures=()):
    (found,) = find_inputs(record(digest), Places(named, project), erasures, None)
    return found


def test_a_table_is_found_by_its_digest(project):
    found = find(project, add(project, ORDERS))

    assert (found.state, found.n_found) == ("sealed", 2)


def test_a_table_is_found_anywhere_in_the_folder_that_is_named(project, tmp_path):
    digest = add(project, ORDERS)
    aside = tmp_path / "given" / "deep"
    aside.mkdir(parents=True)
    path = Store(project / "data" / "store").object_path(digest)
    path.rename(aside / "any name")

    assert find(project, digest, named=tmp_path / "given").path == aside / "any name"


def test_a_table_that_rotted_is_not_used(project):
    digest = add(project, ORDERS)
    path = Store(project / "data" / "store").object_path(digest)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")

    found = find(project, digest)

    assert (found.state, found.path) == ("damaged", None)
    assert find_lost([found]) == [found]


def test_a_table_of_that_name_in_the_folder_that_is_named_is_another(project, tmp_path):
    digest = add(project, ORDERS)
    (tmp_path / "given").mkdir()
    write_table(table("order_id  amount\na         1\n"), tmp_path / "given" / "orders.parquet")

    found = find(project, digest, named=tmp_path / "given")

    assert (found.state, found.n_found) == ("other", 1)


def test_what_the_log_says_was_erased_is_followed_to_what_is_left(project):
    left = add(project, "order_id  amount\na         1\n")
    between = {"sha256": "2" * 64, "rows": 2}
    entries = [
        {"erasure": "e1", "objects": {"1" * 64: between, "7" * 64: None}},
        {"erasure": "e2", "objects": {"2" * 64: {"sha256": left, "rows": 1}}},
    ]

    found = find(project, "1" * 64, erasures=entries)

    assert (found.state, found.n_found, found.left.erasures) == ("erased", 1, ("e1", "e2"))
    assert find_lost([found]) == []
    assert follow("7" * 64, entries, None).digest is None
    assert follow("9" * 64, entries, None) is None


def test_what_is_gone_without_a_word_is_missing(project):
    found = find(project, "1" * 64, erasures=[{"erasure": "e1", "objects": {"2" * 64: None}}])

    assert (found.state, find_lost([found])) == ("missing", [found])


def test_an_erasure_is_read_from_a_log_that_is_whole_only(tmp_path):
    journal = tmp_path / "log.jsonl"
    for unit in ("shop", "other"):
        log.append(journal, {"event": "erased", "unit": unit, "erasure": unit, "objects": {}})

    assert [entry["erasure"] for entry in read_erasures(journal, "shop")] == ["shop"]
    journal.write_text(journal.read_text().replace("other", "shop"), encoding="utf-8")
    first = json.loads(journal.read_text().splitlines()[0])
    journal.write_text(json.dumps({**first, "unit": "x"}) + "\n" + journal.read_text())
    with pytest.raises(TamperedError):
        read_erasures(journal, "shop")


@pytest.mark.parametrize("name", ["../outside.py", "/etc/passwd"])
def test_code_outside_the_package_is_never_the_records(tmp_path, name):
    package = tmp_path / "rapport"
    package.mkdir()
    (tmp_path / "outside.py").write_text("", encoding="utf-8")
    code = {"modules": {name: "0"}, "cells": {}}

    found = list_other_code(
        {"code": code, "execution": {}}, package=package, notebooks=tmp_path / "notebooks"
    )

    assert found == [name]
