"""Disks that are full: one message, what was published before untouched, and later all is well."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functional.command import Done, rapport, reports_of, tree_of
from functional.outcome import find_left, find_torn, read_report
from functional.processes import VARIABLE, find_processes, wait_until
from rapport.ingest.buckets import SORTED_TOGETHER

PLENTY = "64m"
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"


def some(*rooms: int) -> list[int]:
    """Give the one of these bytes that the seed draws; in thorough tests all."""
    draw = random.Random(int(os.environ.get("RAPPORT_TEST_SEED", "0")))
    return list(rooms) if IS_THOROUGH else [draw.choice(rooms)]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Give a function that makes a folder a disk of its own, or gives that disk another size."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk of its own can be made by root alone")
    mounted: list[Path] = []

    def mount_at(folder: Path, size: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        again = ["-o", f"remount,size={size}"] if folder in mounted else ["-o", f"size={size}"]
        command = ["mount", "-t", "tmpfs", *again, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0 and folder not in mounted:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
        assert done.returncode == 0, done.stderr
        mounted.append(folder)

    yield mount_at
    for folder in set(mounted):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, but: int) -> Path:
    """Write a file that leaves so many bytes of a disk free."""
    path = folder / "of-others"
    path.write_bytes(b"")
    state = os.statvfs(folder)
    path.write_bytes(bytes(max(0, state.f_bavail * state.f_frsize - but)))
    return path


def assert_one_message(done: Done, *words: str) -> None:
    assert done.code == 1, done.said
    assert "Traceback" not in done.said
    assert 'File "' not in done.said
    told = [line for line in done.said.splitlines() if "No space left on device" in line]
    assert len(told) == 1, done.said
    for word in words:
        assert word in told[0]


@pytest.mark.parametrize("room", some(100_000, 800_000))
def test_a_full_store_ends_the_run_with_one_message_and_later_it_completes(
    made, copied, mount, room
):
    store = copied / "data" / "store"
    shutil.rmtree(store)
    mount(store, PLENTY)
    other = fill(store, but=room)
    before = reports_of(copied, "shop")
    env = {VARIABLE: str(copied)}

    done = rapport(copied, "run", "shop", "-p", "loyal_orders", "3", env=env)

    assert_one_message(done, "No space left on device", "Make room")
    assert reports_of(copied, "shop") == before
    assert wait_until(lambda: not find_processes(env[VARIABLE]))
    other.unlink()
    again = rapport(copied, "run", "shop", env=env)
    assert again.code == 0, again.said
    assert read_report(copied) == read_report(made.project)
    assert find_torn(copied) == []


def test_no_room_for_a_report_leaves_the_one_before_and_later_it_is_made(copied, mount):
    shutil.copytree(copied / "reports", copied / "kept", symlinks=True)
    mount(copied / "reports", PLENTY)
    shutil.copytree(copied / "kept", copied / "reports", symlinks=True, dirs_exist_ok=True)
    other = fill(copied / "reports", but=100_000)
    before = tree_of(copied / "reports")

    done = rapport(copied, "run", "shop", "-p", "loyal_orders", "3")

    assert_one_message(done, "shop 2026-05: the report cannot be written", "Make room")
    assert tree_of(copied / "reports") == before
    other.unlink()
    again = rapport(copied, "run", "shop", "-p", "loyal_orders", "3", "--json")
    assert again.code == 0, again.said
    assert set(again.actions.values()) == {"reused"}
    assert again.json["reports"][0]["new"]


@pytest.mark.parametrize("room", some(4096, 40_000))
def test_no_room_for_temporary_files_ends_the_run_with_one_message(copied, mount, tmp_path, room):
    temporary = tmp_path / "t"
    mount(temporary, "1m")
    other = fill(temporary, but=room)
    before = reports_of(copied, "shop")
    env = {"TMPDIR": str(temporary), VARIABLE: str(temporary)}

    done = rapport(copied, "run", "shop", "-p", "loyal_orders", "3", env=env)

    assert_one_message(done, "temporary files", "ake room")
    assert reports_of(copied, "shop") == before
    other.unlink()
    again = rapport(copied, "run", "shop", "-p", "loyal_orders", "3", env=env)
    assert again.code == 0, again.said
    assert find_left(copied, temporary, env[VARIABLE]) == []


@pytest.mark.skipif(not IS_THOROUGH, reason="ingests four million orders; `nox -s thorough`")
def test_a_store_that_fills_while_rows_are_read_or_parted_ends_in_one_message(copied, mount):
    samples, store = copied / "data" / "sample", copied / "data" / "store"
    made = rapport(copied, "data", "sample", str(samples), "--rows", str(SORTED_TOGETHER + 50_000))
    assert made.code == 0, made.said
    shutil.copy(samples / "sample-load" / "sample-load.yml", copied / "params")
    store.rename(copied / "kept")
    mount(store, "90m")
    shutil.copytree(copied / "kept", store, symlinks=True, dirs_exist_ok=True)
    before, published = tree_of(store), reports_of(copied, "shop")

    # Too little for what is read of the file, for what is parted of it, for its tables.
    for size in ("90m", "260m", "380m"):
        mount(store, size)
        done = rapport(copied, "run", "sample-load", "--format", "none", wait=1200)

        assert_one_message(done, "sample-load", "no room is left", "Make room")
        assert reports_of(copied, "shop") == published
        left = {name for name in tree_of(store) if name not in before}
        assert not {name for name in left if ".part" in name or "bucket" in name}, left

    again = rapport(copied, "run", "shop", "--json")
    assert again.code == 0, again.said
    assert set(again.actions.values()) == {"reused"}
    assert find_torn(copied) == []
