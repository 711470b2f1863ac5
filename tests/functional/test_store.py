"""`rapport store gc` and `rapport run --jupyter-cache`, as people type them."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from functional.command import rapport, tree_of
from functional.shop import add_shop, draw_orders, make_project
from rapport.press.run.store import Store

JCACHE = Path(sysconfig.get_path("scripts")) / "jcache"
RUN = ("run", "shop", "--period", "2026-05", "--format", "none", "--json")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A shop that was run with a parameter, with another, and with the first again."""
    folder = make_project(tmp_path_factory.mktemp("shop"), chapters=("01_",))
    assert rapport(folder, "keys", "pseudonym", "pseudonym.key").code == 0
    add_shop(folder, draw_orders(40))
    for arguments in ((), ("-p", "min_count", "7"), ()):
        done = rapport(folder, *RUN, *arguments)
        assert done.code == 0, done.said
    return folder


def tasks_of(project):
    """List the task of every execution that the store keeps."""
    records = (project / "data" / "store" / "tasks").iterdir()
    return sorted(json.loads(path.read_bytes())["task"] for path in records)


def test_after_cleaning_a_run_reuses_everything_and_older_executions_are_gone(project):
    n_before = len(tasks_of(project))

    done = rapport(project, "store", "gc", "--keep", "1")

    assert done.code == 0, done.said
    tasks = tasks_of(project)
    assert tasks == sorted(set(tasks))
    assert done.out.startswith(f"removed {n_before - len(tasks)} records, ")
    assert n_before > len(tasks)
    before = tree_of(project / "data" / "store")
    again = rapport(project, "store", "gc", "--keep", "1")
    rerun = rapport(project, *RUN)
    assert again.out == "removed 0 records, 0 objects, 0 bytes\n"
    assert set(rerun.actions.values()) == {"reused"}
    assert tree_of(project / "data" / "store") == before


def test_a_store_in_use_is_not_cleaned(project):
    before = tree_of(project / "data" / "store")

    with Store(project / "data" / "store").shared():
        done = rapport(project, "store", "gc", "--keep", "1")

    assert (done.code, done.out) == (1, "")
    assert (
        done.said == "data/store: a run is using the store. Wait for it to end, then try again.\n"
    )
    assert tree_of(project / "data" / "store") == before


@pytest.mark.parametrize("keep", [(), ("--keep", "0"), ("--keep", "all")])
def test_how_much_to_keep_must_be_said(project, keep):
    done = rapport(project, "store", "gc", *keep)

    assert done.code == 2
    assert "--keep" in done.said


def test_executed_notebooks_are_published_for_jcache(project, tmp_path):
    folder = tmp_path / "cache"

    done = rapport(project, *RUN, "--jupyter-cache", str(folder))

    assert done.code == 0, done.said
    assert set(done.actions.values()) == {"reused"}
    command = [str(JCACHE), "notebook", "--cache-path", str(folder), "list"]
    listed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert "shop/all-periods/ingestion.ipynb" in listed
    assert "✅" in listed


def test_a_folder_of_something_else_is_refused_before_anything_starts(project, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    done = rapport(project, *RUN, "--jupyter-cache", str(tmp_path))

    assert (done.code, done.out) == (2, "")
    assert "holds something else" in done.said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
