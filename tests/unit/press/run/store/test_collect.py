import json
import os
import shutil

import pytest

from kills import kill_at_every_step, killable
from rapport.errors import StoreError
from rapport.press.run.execute import run_tasks
from rapport.press.run.plan import plan
from rapport.press.run.store import Store
from rapport.press.run.store.collect import Collected, collect
from rapport.press.run.tasks import TableTask

CHURN = "shop/2010-11/churn"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data" / "store")


def execute(store, key, *, task=CHURN, age=0, notebook=None, **tables):
    """Keep an execution as a run would; `age` says how long ago it was, in seconds."""
    made = {name: {"digest": store.add_bytes(text)} for name, text in tables.items()}
    shown = {"digest": store.add_bytes(notebook)} if notebook else None
    store.write_task(key, {"v": 1, "task": task, "tables": made, "notebook": shown})
    store.write_last(task, {"key": key})
    path = store.root / "tasks" / f"{key}.json"
    os.utime(path, (1e9 - age, 1e9 - age))


def publish(tmp_path, text, *, run="2010-11-a1"):
    folder = tmp_path / "reports" / "shop" / "runs" / run
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def clean(store, *, keep=1):
    return collect(store, keep=keep, reports=store.root.parents[1] / "reports")


def kept(store):
    return sorted(path.stem for path in (store.root / "tasks").iterdir())


def objects(store):
    files = (path for path in (store.root / "objects").rglob("*") if path.is_file())
    return sorted(path.read_bytes() for path in files)


def test_the_newest_executions_of_each_task_stay_with_their_objects(store):
    execute(store, "k1", age=30, scores=b"first", notebook=b"page 1")
    execute(store, "k2", age=20, scores=b"second", notebook=b"page 2")
    execute(store, "k3", age=10, scores=b"third", notebook=b"page 3")
    execute(store, "other", age=99, task="till/2010-11/churn", scores=b"till")

    gone = clean(store, keep=2)

    assert kept(store) == ["k2", "k3", "other"]
    assert objects(store) == [b"page 2", b"page 3", b"second", b"third", b"till"]
    assert (gone.n_records, gone.n_objects) == (1, 2)
    assert gone.n_bytes > len(b"first" + b"page 1")


def test_an_object_that_a_newer_execution_shares_stays(store):
    execute(store, "k1", age=30, scores=b"same", lost=b"old")
    execute(store, "k2", age=20, scores=b"same")

    clean(store)

    assert objects(store) == [b"same"]


def test_an_old_execution_that_was_used_again_is_the_newest(store):
    execute(store, "k90", age=30, scores=b"90 days")
    execute(store, "k60", age=20, scores=b"60 days")

    store.note_use(CHURN, "k90", {})
    clean(store)

    assert kept(store) == ["k90"]


def test_an_execution_that_another_task_shares_stays_when_its_maker_moves_on(store):
    execute(store, "k1", age=30, task="shop/2010-11/calendar", days=b"30 days")
    store.note_use("till/2010-11/calendar", "k1", {})
    os.utime(store.root / "tasks" / "k1.json", (1, 1))
    execute(store, "k2", age=20, task="shop/2010-11/calendar", days=b"31 days")

    clean(store)

    assert kept(store) == ["k1", "k2"]


def test_what_drafts_read_stays(store):
    for unit, period in (("shop", None), ("shop", "2010-11")):
        digest = store.add_bytes(f"{unit} {period}".encode())
        store.write_current(unit, {"orders": digest}, period=period)
    store.add_bytes(b"nobody's")

    assert clean(store) == Collected(0, 1, len(b"nobody's"))

    assert objects(store) == [b"shop 2010-11", b"shop None"]


def test_private_tables_of_an_execution_stay_with_it(store):
    execute(store, "k1", scores=b"scores")
    record = store.read_task("k1")
    digest = store.add_bytes(b"names")
    store.write_task("k1", record | {"private": {"identifiers": {"digest": digest}}})

    clean(store)

    assert objects(store) == [b"names", b"scores"]


def test_tables_of_published_runs_stay(store, tmp_path):
    tables = {"orders": {"sha256": store.add_bytes(b"published"), "rows": 1}}
    publish(tmp_path, json.dumps({"predicate": {"tables": tables}}))
    store.add_bytes(b"nobody's")

    clean(store)

    assert objects(store) == [b"published"]


@pytest.mark.parametrize("text", ["{", "[]", '{"predicate": {}}', '{"predicate": {"tables": 1}}'])
def test_a_damaged_manifest_is_an_error_and_nothing_is_removed(store, tmp_path, text):
    execute(store, "k1", age=30, scores=b"first")
    execute(store, "k2", age=20, scores=b"second")
    publish(tmp_path, text)

    with pytest.raises(StoreError) as caught:
        clean(store)

    assert str(caught.value) == (
        "shop/runs/2010-11-a1/manifest.json: is damaged, so nobody can tell what it needs. Nothing "
        "was removed. Restore the report, or remove its folder, then try again."
    )
    assert (kept(store), objects(store)) == (["k1", "k2"], [b"first", b"second"])


def test_a_damaged_list_of_a_draft_is_an_error_and_nothing_is_removed(store):
    store.add_bytes(b"perhaps a draft's")
    store.write_current("shop", {}, period=None)
    (store.root / "current" / "shop.json").write_text("{")

    with pytest.raises(StoreError, match="Run the unit again"):
        clean(store)

    assert objects(store) == [b"perhaps a draft's"]


def test_a_damaged_record_goes_for_it_counts_as_not_there(store):
    execute(store, "k1", scores=b"first")
    (store.root / "tasks" / "k2.json").write_text("{")

    gone = clean(store)

    assert gone.n_records == 1
    assert kept(store) == ["k1"]


def fail(store, task, *, age):
    folder = store.failed_folder(task)
    folder.mkdir(parents=True)
    (folder / "error.json").write_text("{}")
    os.utime(folder / "error.json", (1e9 - age, 1e9 - age))
    store.log_path(task).parent.mkdir(exist_ok=True)
    store.log_path(task).write_text("traceback")
    return folder


def test_what_is_left_of_a_failure_goes_once_its_task_has_succeeded(store):
    mended = fail(store, CHURN, age=30)
    execute(store, "k1", age=20, scores=b"first")
    execute(store, "k2", age=20, task="till/2010-11/churn", scores=b"till")
    broken = fail(store, "till/2010-11/churn", age=10)
    never = fail(store, "mall/2010-11/churn", age=30)

    clean(store)

    assert [folder.is_dir() for folder in (mended, broken, never)] == [False, True, True]


def test_logs_stay_for_tasks_that_are_known(store):
    execute(store, "k1", scores=b"first")
    fail(store, "mall/2010-11/churn", age=30)
    for task in (CHURN, "gone/2010-11/churn"):
        store.log_path(task).write_text("a warning")

    clean(store)

    logs = sorted(path.name for path in (store.root / "logs").iterdir())
    assert logs == ["mall-2010-11-churn.txt", "shop-2010-11-churn.txt"]


def test_what_a_unit_read_stays_until_nothing_is_known_of_the_unit(store):
    execute(store, "k1", orders=b"rows")
    for unit in ("shop", "gone"):
        store.kept_folder(unit).mkdir(parents=True)
        (store.kept_folder(unit) / "read").write_bytes(b"rows")
        store.write_standing(unit, {"v": 1})

    clean(store)

    assert [path.name for path in (store.root / "kept").iterdir()] == ["shop"]
    assert [path.name for path in (store.root / "standing").iterdir()] == ["shop.json"]


def test_litter_goes_and_what_is_leased_stays(store):
    (store.root / "aside" / "run-old").mkdir(parents=True)
    (store.root / "aside" / "tmpabc").write_text("half")
    with store.lease_folder() as lease:
        clean(store)

        left = {path.name for path in (store.root / "aside").iterdir()}
        assert left == {lease.folder.name, f"{lease.folder.name}.lease"}


def test_a_store_in_use_is_left_alone(store):
    execute(store, "k1", age=30, scores=b"first")
    execute(store, "k2", age=20, scores=b"second")

    with store.shared(), pytest.raises(StoreError, match="a run is using the store"):
        clean(store)

    assert kept(store) == ["k1", "k2"]


def test_a_project_without_a_store_has_nothing_to_remove(store):
    assert clean(store) == Collected(0, 0, 0)
    assert not store.root.exists()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX knows SIGKILL")
def test_cleaning_that_is_killed_at_any_moment_leaves_every_record_its_objects(store):
    imports = (
        "from pathlib import Path\nfrom rapport.press.run.store.collect import collect\n"
        "from rapport.press.run.store import Store"
    )
    code = "collect(Store(Path(sys.argv[1])), keep=1, reports=Path('none'))"
    n_kills = 0

    with killable(imports, code) as run:
        fill(store)
        for _ in kill_at_every_step(run, store.root):
            for key in kept(store):
                record = store.read_task(key)
                assert all(
                    store.object_path(t["digest"]).is_file() for t in record["tables"].values()
                )
            assert "k3" in kept(store)
            shutil.rmtree(store.root)
            fill(store)
            n_kills += 1

    assert n_kills >= 12
    assert kept(store) == ["k3"]


def fill(store):
    for at in (1, 2, 3):
        execute(store, f"k{at}", age=-at, scores=b"%d" % at, segments=b"segments %d" % at)


def words(name, *, reads=(), **arguments):
    function = "unit.press.run.table_functions:count_words"
    aliases = {table: table for table in reads}
    return TableTask(
        f"shop/2010-11/{name}", "shop", "2010-11", name, function, arguments, aliases, ()
    )


def test_after_cleaning_a_run_reuses_everything(tmp_path, make_world):
    world = make_world(tmp_path, orders=b"a b c")
    world.store.write_current("shop", world.given["shop", None], period=None)
    first, wider = words("first", words=["90"]), words("first", words=["120"])
    second = words("second", reads=("first", "orders"))
    for task in (first, wider, first):  # set, moved, and set back
        run_tasks([task, second], world, workers=1)

    gone = collect(world.store, keep=1, reports=tmp_path / "reports")

    assert gone.n_records == 2
    assert [p.action for p in plan([first, second], world)] == ["reuse", "reuse"]
    assert plan([wider], world)[0].action == "execute"
    assert set(objects(world.store)) == {b"a b c", b"90", b"90 a b c"}
