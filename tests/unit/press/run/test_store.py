import hashlib
import logging
import subprocess
import sys

import pytest

from rapport.press.run.store import Store


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
    folder = store.make_folder()
    for name in ("a", "b"):
        (folder / name).write_bytes(b"orders")

    digests = {store.add_file(folder / name) for name in ("a", "b")}

    assert digests == {digest_of(b"orders")}
    assert list(folder.iterdir()) == []


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


WRITE_FOREVER = """
import sys
from pathlib import Path
from rapport.press.run.store import Store
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
