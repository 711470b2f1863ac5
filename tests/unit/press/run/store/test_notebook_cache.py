"""Publishing to a real jupyter-cache, read back with its own library and its `jcache` command."""

import json
import os
import pickle
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from kills import kill_at_every_step, killable
from rapport.errors import ParameterError, StoreError
from rapport.press.canonical import canonical_bytes, canonicalise
from rapport.press.locks import take
from rapport.press.run.store import Store
from rapport.press.run.store.notebook_cache import check_folder, publish_notebooks
from rapport.press.run.tasks import ChapterTask, Failure, Result

get_cache = pytest.importorskip("jupyter_cache", reason="the extra `cache` is absent").get_cache
JCACHE = Path(sysconfig.get_path("scripts")) / "jcache"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def code(source, *outputs, tags=()):
    return {
        "cell_type": "code", "id": "x", "metadata": {"tags": list(tags)}, "source": source,
        "execution_count": 7, "outputs": list(outputs),
    }  # fmt: skip


def text(shown):
    return {
        "output_type": "execute_result", "execution_count": 7, "metadata": {},
        "data": {"text/plain": shown},
    }  # fmt: skip


def executed(store, *, key="k1", shown="'90 left'", unit="shop", days=90, status="executed"):
    notebook = canonicalise({"cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Who leaves?"},
        code("days = 30", tags=["parameters"]),
        code(f"days = {days}", tags=["injected-parameters"]),
        code("f'{days} left'", text(shown)),
    ]})  # fmt: skip
    digest = store.add_bytes(canonical_bytes(notebook))
    task = ChapterTask(
        f"{unit}/2010-11/churn", unit, "2010-11", "churn", Path("06_churn.ipynb"), {}, {}
    )
    return Result(task, status, "", key, notebook=digest)


def jcache(folder, *words):
    group, *rest = words
    command = [str(JCACHE), group, "--cache-path", str(folder), *rest]
    environment = {**os.environ, "COLUMNS": "200", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def uris(folder):
    cache = get_cache(folder)
    try:
        return ["/".join(Path(r.uri).parts[-3:]) for r in cache.list_cache_records()]
    finally:
        cache.db.dispose()


def tree_of(folder):
    return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in folder.rglob("*") if p.is_file()}


def test_the_real_jcache_lists_finds_and_merges_what_was_published(store, tmp_path):
    folder = tmp_path / "cache"

    shown = [executed(store), executed(store, unit="mall", key="k2")]
    n_new = publish_notebooks(folder, shown, store)

    assert n_new == 2
    cached = jcache(folder, "cache", "list")
    assert "shop/2010-11/churn.ipynb" in cached
    assert "mall/2010-11/churn.ipynb" in cached
    listed = jcache(folder, "notebook", "list")
    assert listed.count("✅") == 2
    assert "shop/2010-11/churn.ipynb" in listed
    assert "rapport_key: k1" in jcache(folder, "cache", "info", "1")
    source = folder / "notebooks" / "shop" / "2010-11" / "churn.ipynb"
    assert "Success" in jcache(
        folder, "notebook", "merge", str(source), str(tmp_path / "out.ipynb")
    )
    merged = nbformat.read(tmp_path / "out.ipynb", 4)
    assert merged.cells[0].source == "# Who leaves?"
    assert merged.cells[3].outputs[0].data["text/plain"] == "'90 left'"
    assert merged.metadata.kernelspec.rapport_key == "k1"


def test_what_is_looked_up_by_holds_no_output_and_matches_while_its_key_does(store, tmp_path):
    publish_notebooks(tmp_path / "cache", [executed(store)], store)
    source = nbformat.read(tmp_path / "cache/notebooks/shop/2010-11/churn.ipynb", 4)
    cache = get_cache(tmp_path / "cache")

    found = cache.match_cache_notebook(source)

    assert [cell.get("outputs", []) for cell in source.cells] == [[], [], [], []]
    assert cache.get_cache_bundle(found.pk).nb.cells[2].outputs[0].data["text/plain"] == "'90 left'"
    source.metadata.kernelspec.rapport_key = "another"
    with pytest.raises(KeyError):
        cache.match_cache_notebook(source)
    cache.db.dispose()


def test_publishing_again_touches_no_file(store, tmp_path):
    publish_notebooks(tmp_path / "cache", [executed(store)], store)
    before = tree_of(tmp_path / "cache")

    n_new = publish_notebooks(tmp_path / "cache", [executed(store, status="reused")], store)

    assert n_new == 0
    assert tree_of(tmp_path / "cache") == before


def test_a_newer_execution_takes_the_place_of_the_older(store, tmp_path):
    folder = tmp_path / "cache"
    publish_notebooks(folder, [executed(store)], store)

    publish_notebooks(folder, [executed(store, key="k2", shown="'60 left'", days=60)], store)

    assert uris(folder) == ["shop/2010-11/churn.ipynb"]
    assert len(list((folder / "executed").iterdir())) == 1
    assert jcache(folder, "notebook", "list").count("✅") == 1


def test_the_same_code_with_other_data_is_another_entry(store, tmp_path):
    folder = tmp_path / "cache"
    publish_notebooks(folder, [executed(store)], store)

    publish_notebooks(folder, [executed(store, key="k2", shown="'91 left'")], store)

    source = str(folder / "notebooks/shop/2010-11/churn.ipynb")
    jcache(folder, "notebook", "merge", source, str(tmp_path / "out.ipynb"))
    assert "'91 left'" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")


def test_failed_chapters_are_never_published(store, tmp_path):
    failed = replace(executed(store), status="failed", error=Failure("ZeroDivisionError", "no"))

    assert publish_notebooks(tmp_path / "cache", [failed], store) == 0
    assert publish_notebooks(tmp_path / "cache", [replace(failed, notebook=None)], store) == 0

    assert not (tmp_path / "cache").exists()


def test_nothing_is_dropped_because_the_cache_is_full(store, tmp_path):
    folder = tmp_path / "cache"
    publish_notebooks(folder, [executed(store)], store)
    cache = get_cache(folder)
    cache.change_cache_limit(1)
    cache.db.dispose()

    publish_notebooks(folder, [executed(store, unit=u, key=u) for u in ("mall", "till")], store)

    assert sorted(uris(folder)) == [f"{u}/2010-11/churn.ipynb" for u in ("mall", "shop", "till")]


def test_what_others_have_cached_stays(store, tmp_path):
    own = nbformat.from_dict({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{**code("1 + 1"), "execution_count": 1}],
    })  # fmt: skip
    nbformat.write(own, tmp_path / "own.ipynb")
    cache = get_cache(tmp_path / "cache")
    cache.cache_notebook_file(tmp_path / "own.ipynb")
    cache.db.dispose()

    publish_notebooks(tmp_path / "cache", [executed(store)], store)

    assert len(uris(tmp_path / "cache")) == 2


IMPORTS = """
import pickle, sys
from pathlib import Path
import nbformat, sqlalchemy.dialects.sqlite, jupyter_cache.cache.main
from rapport.press.run.store.notebook_cache import publish_notebooks
"""
PUBLISH = """
results, store = pickle.loads(Path(sys.argv[2]).read_bytes())
publish_notebooks(Path(sys.argv[1]), results, store)
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX knows SIGKILL")
def test_what_a_kill_at_any_moment_left_torn_is_mended_by_publishing_again(store, tmp_path):
    folder, n_kills = tmp_path / "cache", 0
    with killable(IMPORTS, PUBLISH) as publish:
        for at in range(2):
            shown = executed(store, key=f"k{at}", shown=f"'{at}'")
            (tmp_path / str(at)).write_bytes(pickle.dumps(([shown], store)))
        publish(0, folder, tmp_path / "0")
        for _ in kill_at_every_step(publish, folder, tmp_path / "1"):
            publish(0, folder, tmp_path / "0")
            check_whole(folder, "'0'")
            n_kills += 1
        check_whole(folder, "'1'")

    assert n_kills >= 10


def test_an_entry_that_was_cut_off_is_written_again(store, tmp_path):
    folder = tmp_path / "cache"
    publish_notebooks(folder, [executed(store)], store)
    entry = next((folder / "executed").glob("*/base.ipynb"))
    entry.write_text(entry.read_text(encoding="utf-8")[:100], encoding="utf-8")

    assert publish_notebooks(folder, [executed(store)], store) == 1

    check_whole(folder, "'90 left'")


def check_whole(folder, shown):
    cache = get_cache(folder)
    source = nbformat.read(folder / "notebooks/shop/2010-11/churn.ipynb", 4)
    _, found = cache.merge_match_into_notebook(source)
    assert found.cells[3].outputs[0].data["text/plain"] == shown
    assert len(cache.list_cache_records()) == len(list((folder / "executed").iterdir())) == 1
    assert len(cache.list_project_records()) == 1
    assert not list(folder.glob("*.lease"))
    cache.db.dispose()


def test_two_runs_may_publish_to_one_folder_at_once(store, tmp_path):
    for u in "ab":
        shown = [executed(store, key=f"{u}{n}", unit=f"{u}{n}") for n in range(5)]
        (tmp_path / u).write_bytes(pickle.dumps((shown, store)))
    lib = str(Path(__file__).parents[5] / "lib")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", IMPORTS + PUBLISH, str(tmp_path / "cache"), str(tmp_path / u)],
            env={**os.environ, "PYTHONPATH": lib}, stderr=subprocess.PIPE,
        )
        for u in "ab"
    ]  # fmt: skip

    assert [process.communicate()[1].decode() for process in both] == ["", ""]
    assert len(uris(tmp_path / "cache")) == 10


def test_a_run_that_publishes_keeps_others_out(store, tmp_path, monkeypatch):
    monkeypatch.setattr("rapport.press.run.store.notebook_cache.WAIT", 0.0)
    (tmp_path / "cache").mkdir()
    descriptor = take(tmp_path / "cache" / ".rapport.lock")

    with pytest.raises(StoreError, match="another run publishes to it"):
        publish_notebooks(tmp_path / "cache", [executed(store)], store)

    os.close(descriptor)


def test_a_database_that_cannot_be_read_is_named(store, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "global.db").write_text("no database at all, but long enough to be one")

    with pytest.raises(StoreError, match="cache: notebooks cannot be published to it"):
        publish_notebooks(tmp_path / "cache", [executed(store)], store)


def test_a_folder_that_holds_something_else_is_refused_before_anything_starts(tmp_path):
    (tmp_path / "mine").mkdir()
    check_folder(tmp_path / "mine")
    check_folder(tmp_path / "new")
    (tmp_path / "mine" / "notes.txt").write_text("mine")

    with pytest.raises(ParameterError, match="mine holds something else"):
        check_folder(tmp_path / "mine")
    with pytest.raises(ParameterError, match=r"notes\.txt holds something else"):
        check_folder(tmp_path / "mine" / "notes.txt")


WITHOUT = """
import sys
from pathlib import Path
sys.path = [p for p in sys.path if "site-packages" not in p]
from rapport.press.run.store.notebook_cache import check_folder
try:
    check_folder(Path("new"))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_the_extra_the_flag_names_it():
    lib = str(Path(__file__).parents[5] / "lib")
    command = [sys.executable, "-c", WITHOUT]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": lib}, capture_output=True, text=True, check=True
    )

    assert done.stdout == (
        "ParameterError --jupyter-cache: jupyter-cache is not installed. Install the extra "
        "`cache`: pip install 'rapport-reports[cache]'.\n"
    )


def test_an_entry_says_which_execution_it_is(store, tmp_path):
    publish_notebooks(tmp_path / "cache", [replace(executed(store), seconds=1.2345)], store)
    cache = get_cache(tmp_path / "cache")

    data = cache.list_cache_records()[0].data

    cache.db.dispose()
    assert json.loads(json.dumps(data)) == {"rapport_key": "k1", "seconds": 1.234}
