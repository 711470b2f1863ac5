import errno
import hashlib
from pathlib import Path

import pytest

from rapport.errors import ParameterError, StoreError
from rapport.press.run.cluster import depot
from rapport.press.run.cluster.depot import FolderDepot, RemoteDepot, bring, open_depot
from rapport.press.run.store import Store

fsspec = pytest.importorskip("fsspec", reason="the extra `cluster` is not installed")

CONTENT = b"rows of a table"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(depot, "PAUSES", (0, 0, 0))


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    made.add_bytes(CONTENT)
    return made


@pytest.fixture
def files():
    memory = fsspec.filesystem("memory")
    yield memory
    memory.store.clear()


def open_places(tmp_path: Path) -> list:
    # As any other kind of place that shows files before they are whole.
    renaming = RemoteDepot(str(tmp_path / "far"), fsspec.filesystem("local"))
    return [open_depot(str(tmp_path / "near")), open_depot("memory://far/run"), renaming]


@pytest.mark.parametrize("at", range(3))
def test_what_one_machine_leaves_another_fetches(at, tmp_path, store, files):
    place, other = open_places(tmp_path)[at], Store(tmp_path / "other")

    place.put(store.object_path(DIGEST), DIGEST)
    place.put(store.object_path(DIGEST), DIGEST)
    bring(place, other, DIGEST)

    assert other.object_path(DIGEST).read_bytes() == CONTENT
    assert store.object_path(DIGEST).read_bytes() == CONTENT
    assert other.object_path(DIGEST).stat().st_mode & 0o777 == 0o444
    assert list((tmp_path / "other" / "aside").iterdir()) == []


@pytest.mark.parametrize("at", range(3))
def test_a_place_of_one_run_is_gone_once_it_is_cleared(at, tmp_path, store, files):
    place = open_places(tmp_path)[at]
    place.put(store.object_path(DIGEST), DIGEST)

    place.clear()
    place.clear()

    assert not (tmp_path / "near").exists()
    assert not (tmp_path / "far").exists()
    assert files.find("/") == []
    with pytest.raises(StoreError):
        bring(place, Store(tmp_path / "other"), DIGEST)


def test_what_is_half_written_is_never_seen_under_its_name(tmp_path, store):
    class Cut(fsspec.get_filesystem_class("local")):
        def put_file(self, path, place, **how):
            Path(place).write_bytes(CONTENT[:4])
            raise OSError(errno.EIO, "cut")

    place = RemoteDepot(str(tmp_path / "far"), Cut(skip_instance_cache=True))

    with pytest.raises(StoreError, match=r"it failed 4 times \(OSError\)"):
        place.put(store.object_path(DIGEST), DIGEST)

    left = [path.name for path in (tmp_path / "far").rglob("*") if path.is_file()]
    assert left and all(name.endswith(".aside") for name in left)


def test_a_cut_body_is_fetched_again(tmp_path, store):
    class CutOnce(fsspec.get_filesystem_class("memory")):
        n_asked = 0

        def get_file(self, place, path, **how):
            CutOnce.n_asked += 1
            super().get_file(place, path, **how)
            if CutOnce.n_asked == 1:
                Path(path).write_bytes(CONTENT[:4])

    place = RemoteDepot("memory://cut", CutOnce(skip_instance_cache=True))
    place.put(store.object_path(DIGEST), DIGEST)
    other = Store(tmp_path / "other")

    bring(place, other, DIGEST)

    assert CutOnce.n_asked == 2
    assert other.object_path(DIGEST).read_bytes() == CONTENT
    place.clear()


def test_another_content_than_the_name_promises_is_never_used(tmp_path, store, files):
    place, other = open_depot("memory://far"), Store(tmp_path / "other")
    place.put(store.object_path(DIGEST), DIGEST)
    files.pipe_file(f"/far/objects/{DIGEST[:2]}/{DIGEST}", b"rows of somebody")

    with pytest.raises(StoreError, match="another content than its name says"):
        bring(place, other, DIGEST)

    assert not other.object_path(DIGEST).exists()


def test_a_folder_that_is_not_shared_is_named_with_what_to_do(tmp_path):
    place = FolderDepot(tmp_path / "nowhere")

    with pytest.raises(StoreError, match=r"nowhere: .* does not see that folder.*--store"):
        bring(place, Store(tmp_path / "other"), DIGEST)


def test_an_address_with_a_password_is_refused_without_showing_it():
    with pytest.raises(ParameterError, match="must not hold a password") as caught:
        open_depot("sftp://ann:hunter2@host/x")

    assert "hunter2" not in str(caught.value)


def test_an_unknown_kind_of_address_is_refused():
    with pytest.raises(ParameterError, match="--store nix://a: cannot be opened"):
        open_depot("nix://a")
