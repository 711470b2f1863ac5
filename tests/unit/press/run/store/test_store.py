import errno
import hashlib
import logging
import os
import shutil
import subprocess
import sys

import pytest

from kills import kill_at_every_step, killable
from rapport.errors import StoreError
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from rapport.press.run.tasks import TableTask


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


def test_an_object_lies_under_the_digest_of_its_content(store):
    digest = store.add_bytes(b"orders")

    assert digest == digest_of(b"orders")
    assert store.object_path(digest).read_bytes() == b"orders"
    assert store.object_path(digest).parent.name == digest[:2]
    assert store.holds(digest, size=6)


def test_a_file_is_moved_into_the_store_whether_it_was_known_or_not(store):
    with store.lease_folder() as lease:
        for name in ("a", "b"):
            (lease.folder / name).write_bytes(b"orders")

        digests = {store.add_file(lease.folder / name) for name in ("a", "b")}

        assert digests == {digest_of(b"orders")}
        assert list(lease.folder.iterdir()) == []


def test_a_half_written_object_counts_as_not_there_and_is_replaced(store):
    path = store.object_path(digest_of(b"orders"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"ord")
    assert not store.holds(path.name, size=6)

    store.add_bytes(b"orders")

    assert path.read_bytes() == b"orders"


def test_a_damaged_record_counts_as_not_there_and_is_named(store, caplog):
    store.write_task("k", {"v": 1})
    (store.root / "tasks" / "k.json").write_text('{"v": ', encoding="utf-8")

    with caplog.at_level(logging.WARNING):
        assert store.read_task("k") is None

    assert "tasks/k.json is damaged" in caplog.text


def test_what_was_never_written_is_none(store):
    assert store.read_task("k") is None
    assert store.read_last("shop/2010-11/churn") is None
    assert store.read_current("shop") == {}


def test_current_tables_are_kept_apart_by_unit_and_period(store):
    store.write_current("shop", {"orders": "d1"}, period=None)
    store.write_current("shop", {"segments": "d2"}, period="2010-11")

    assert store.read_current("shop") == {"orders": "d1"}
    assert store.read_current("shop", "2010-11") == {"segments": "d2"}
    assert (store.root / "current" / "shop" / "2010-11.json").is_file()


def test_naming_the_same_current_tables_again_touches_no_file(store):
    store.write_current("shop", {"orders": "d1"}, period=None)
    path = store.root / "current" / "shop.json"
    before = path.stat().st_mtime_ns, path.stat().st_ino

    store.write_current("shop", {"orders": "d1"}, period=None)

    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_keeping_again_how_a_unit_stands_touches_no_file(store):
    store.write_standing("shop", {"shared": "a"})
    path = store.root / "standing" / "shop.json"
    before = path.stat().st_mtime_ns, path.stat().st_ino

    store.write_standing("shop", {"shared": "a"})

    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    store.write_standing("shop", {"shared": "b"})
    assert store.read_standing("shop") == {"shared": "b"}
    assert store.read_standing("mall") is None


def test_the_clock_of_the_store_goes_on_and_leaves_no_file(store):
    first = store.read_clock()

    assert store.read_clock() >= first
    assert list(store.root.rglob("*")) == [store.root / "aside"]


def note_used(store, key, **parts):
    if store.read_task(key) is None:
        store.write_task(key, {"v": 1})
    store.note_use("shop/2010-11/churn", key, parts)


def test_an_execution_that_is_used_again_is_the_task_s_newest(store):
    note_used(store, "k90", days=90)
    note_used(store, "k60", days=60)
    record = store.root / "tasks" / "k90.json"
    os.utime(record, (1, 1))

    note_used(store, "k90", days=90)

    assert store.read_last("shop/2010-11/churn") == {"days": 90, "key": "k90"}
    assert record.stat().st_mtime > 1


def test_using_the_same_execution_again_touches_no_file(store):
    note_used(store, "k90", days=90)
    before = tree_of(store.root)

    note_used(store, "k90", days=90)

    assert tree_of(store.root) == before


def test_one_execution_that_two_tasks_share_is_noted_once_for_each(store):
    store.write_task("k", {"v": 1})
    tasks = ["shop/2010-11/calendar", "till/2010-11/calendar"]
    for task in tasks:
        store.note_use(task, "k", {})
    before = tree_of(store.root)

    for task in tasks:
        store.note_use(task, "k", {})

    assert tree_of(store.root) == before


def tree_of(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_runs_share_a_store_and_cleaning_has_it_alone(store):
    refused = pytest.raises(StoreError, match="a run is using")
    with store.shared(), store.shared(), refused, store.alone():
        pass
    with store.alone():
        pass


def test_a_run_waits_for_cleaning_and_then_says_so(store, monkeypatch):
    monkeypatch.setattr("rapport.press.run.store.store.WAIT", 0.0)

    with store.alone(), pytest.raises(StoreError, match="gc` is cleaning it"), store.shared():
        pass


def test_a_run_begins_by_removing_what_killed_runs_left_aside(store):
    code = (
        "import os, sys; from pathlib import Path; from rapport.press.run.store import Store\n"
        "lease = Store(Path(sys.argv[1])).lease_folder()\n"
        "(lease.folder / '1').mkdir(); (lease.folder / '1' / 'orders').write_text('1')\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(store.root)], check=False)
    with store.lease_folder() as living:
        assert len(list((store.root / "aside").iterdir())) == 4

        with store.shared():
            pass

        left = {path.name for path in (store.root / "aside").iterdir()}
        assert left == {living.folder.name, f"{living.folder.name}.lease"}


def test_paths_of_logs_and_failures_follow_the_task(store):
    task = "shop/all-periods/ingestion"

    assert store.log_path(task) == store.root / "logs" / "shop-all-periods-ingestion.txt"
    assert store.failed_folder(task) == store.root / "failed" / "shop" / "all-periods-ingestion"


@pytest.mark.skipif(os.name != "posix", reason="only POSIX knows SIGKILL")
def test_a_kill_at_any_moment_leaves_whole_files_and_no_litter(store):
    imports = "from pathlib import Path\nfrom rapport.press.run.store import Store"
    code = (
        "store, text = Store(Path(sys.argv[1])), sys.argv[2].encode()\n"
        "with store.lease_folder() as lease:\n"
        "    (lease.folder / 'orders').write_bytes(text)\n"
        "    digests = [store.add_file(lease.folder / 'orders'), store.add_bytes(text * 2)]\n"
        "store.write_task('k', {'digests': digests})\n"
        "store.note_use('shop', 'k', {})"
    )
    n_kills = 0

    with killable(imports, code) as run:
        for step in kill_at_every_step(run, store.root, "orders"):
            store.sweep()
            record = store.read_task("k") or {"digests": []}
            objects = [p for p in (store.root / "objects").rglob("*") if p.is_file()]
            assert all(digest_of(path.read_bytes()) == path.name for path in objects)
            assert all(store.object_path(digest).is_file() for digest in record["digests"])
            assert not any((store.root / "aside").glob("*")), step
            shutil.rmtree(store.root, ignore_errors=True)
            n_kills += 1

    assert n_kills >= 20
    assert store.read_last("shop") == {"key": "k"}


WRITE_FOREVER = """
import sys
from pathlib import Path
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from rapport.press.run.tasks import TableTask
store = Store(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    for n in range(50):
        store.write_task("k", {"digest": store.add_bytes(bytes([n]) * 100_000)})
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files_only(store):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_FOREVER, str(store.root)], stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for writer in writers:
        with writer:
            assert writer.stdout.readline() == b"begun\n"
            writer.kill()

    objects = [path for path in (store.root / "objects").rglob("*") if path.is_file()]
    assert all(digest_of(path.read_bytes()) == path.name for path in objects)
    record = store.read_task("k")
    assert record is None or store.holds(record["digest"], size=100_000)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("a small disk needs `mount`")
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_named_and_nothing_half_written_is_left(small_disk):
    store = Store(small_disk / "data" / "store")
    digest = store.add_bytes(b"orders")
    store.write_task("k", {"digest": digest})
    before = tree_of(store.root)

    with pytest.raises(StoreError) as caught:
        store.add_bytes(bytes(1_000_000))

    assert str(caught.value) == (
        "data/store: the store cannot be written (No space left on device). Nothing half-written "
        "is kept, and what was published before is untouched. Make room, or make it writable, and "
        "run again; `rapport store gc --keep 1` removes what newer executions replaced."
    )
    assert tree_of(store.root) == before
    assert store.read_task("k") == {"digest": digest}


def test_a_record_on_a_full_disk_leaves_the_old_one(small_disk):
    store = Store(small_disk / "store")
    store.write_task("k", {"rows": 1})

    with pytest.raises(StoreError, match="No space left"):
        store.write_task("k", {"rows": "1" * 1_000_000})

    assert store.read_task("k") == {"rows": 1}
    assert [path.name for path in (store.root / "aside").iterdir()] == []


def test_whatever_a_run_writes_to_a_full_store_is_explained(small_disk):
    store = Store(small_disk / "store")

    with pytest.raises(StoreError, match="No space left"), store.shared():
        (store.root / "partial.ipynb").write_bytes(bytes(1_000_000))


def test_an_error_that_is_not_the_disk_s_stays_what_it_is(store, tmp_path):
    with pytest.raises(FileNotFoundError), store.shared():
        store.add_file(tmp_path / "none")
    with pytest.raises(PermissionError), store.shared():
        raise PermissionError(errno.EACCES, "not yours", str(tmp_path / "elsewhere"))
    with pytest.raises(PermissionError), store.shared():
        raise PermissionError(errno.EPERM, "a process of another user")


def write_words(n_bytes):
    function = "unit.press.run.table_functions:count_words"
    arguments = {"words": ["x" * n_bytes]}
    return TableTask("shop/2010-11/a", "shop", "2010-11", "a", function, arguments, {}, ())


def test_a_task_that_fills_the_disk_fails_with_one_clear_message(small_disk):
    world = World(Store(small_disk / "data" / "store"), Conditions("lock", "3.11", {}))

    before = run_tasks([write_words(10)], world, workers=1)
    full = run_tasks([write_words(1_000_000)], world, workers=1)
    after = run_tasks([write_words(10)], world, workers=1)

    (error,) = [result.error for result in full.values()]
    assert error.class_name == "StoreError"
    assert error.message.startswith("data/store: the store cannot be written (No space left")
    assert error.traceback == ()
    assert [r.status for r in (*before.values(), *after.values())] == ["executed", "reused"]
    assert not any((world.store.root / "aside").iterdir())
