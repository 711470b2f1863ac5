"""Ingestion killed at seeded random moments: the store holds the old snapshot or the new one.

All processes of a run are killed at once, as by a power cut, while the unit's sources are read.
Trials follow one another in one store, so that what one leaves is what the next finds. Each is a
run of the command, three processor seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functional.command import arguments, environment, rapport
from functional.outcome import find_torn
from functional.processes import VARIABLE, find_processes, wait_until
from functional.shop import add_shop, make_project
from rapport.press.run.kernels.forks import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes are found as on Linux")

SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
N_TRIALS = 100 if os.environ.get("RAPPORT_TEST_SHARE") == "1" else 6
RUN = ("run", "shop", "--format", "none", "--json")
INGESTION = "shop/all-periods/ingestion"
# So many that the file is large enough to be kept for the next ingestion.
N_ORDERS = 90_000


@dataclass(frozen=True)
class Shop:
    """A project whose till has two deliveries, and the snapshot that each of them gives."""

    project: Path
    deliveries: tuple[bytes, bytes]
    snapshots: tuple[dict[str, str], dict[str, str]]
    seconds: float
    """What an ingestion takes."""

    @property
    def store(self) -> Path:
        return self.project / "data" / "store"

    def deliver(self, number: int) -> None:
        (self.project / "data" / "raw" / "shop.csv").write_bytes(self.deliveries[number])

    def forget(self) -> None:
        """Let the store know no task, so that the next run ingests."""
        for path in (self.store / "tasks").iterdir():
            path.unlink()


def draw_rows(n_orders: int) -> Iterator[tuple[object, ...]]:
    draw = random.Random(SEED)
    for number in range(n_orders):
        day = f"2026-{1 + number * 5 // n_orders:02d}-{draw.randrange(1, 29):02d}"
        yield f"order-{number:09d}", f"customer-{draw.randrange(9_000):06d}", day, "sale", "7.50"


def read_current(store: Path) -> dict[str, str]:
    """Read the digests of the canonical tables that are the unit's now."""
    tables: dict[str, str] = json.loads((store / "current" / "shop.json").read_bytes())["tables"]
    return tables


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    project = make_project(tmp_path_factory.mktemp("killed") / "project", chapters=("01_",))
    rows = list(draw_rows(N_ORDERS))
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    deliveries, snapshots, seconds = [], [], 0.0
    for given in (rows[:-900], rows):
        add_shop(project, given)
        deliveries.append((project / "data" / "raw" / "shop.csv").read_bytes())
        started = time.monotonic()
        done = rapport(project, *RUN)
        seconds = time.monotonic() - started
        assert done.code == 0, done.said
        snapshots.append(read_current(project / "data" / "store"))
    assert snapshots[0] != snapshots[1]
    return Shop(project, tuple(deliveries), tuple(snapshots), seconds)


@pytest.mark.parametrize("number", range(N_TRIALS))
def test_a_killed_ingestion_leaves_the_old_snapshot_or_the_new_one(number, shop, tmp_path):
    draw = random.Random(f"{SEED} {number}")
    mark = f"{os.getpid()} ingestion {number}"
    shop.deliver(number % 2)
    shop.forget()

    is_killed = run_and_kill(shop, draw, mark, tmp_path / "said")

    told = f"RAPPORT_TEST_SEED={SEED}, trial {number}"
    assert is_killed, told
    now = read_current(shop.store)
    assert now in shop.snapshots, told
    assert find_torn(shop.project) == [], told
    assert [name for name, digest in now.items() if not is_whole(shop.store, digest)] == [], told
    assert find_torn_kept(shop.store) == [], told


def test_after_all_kills_the_next_run_gives_the_new_snapshot_and_leaves_nothing_aside(shop):
    shop.deliver(1)
    shop.forget()

    done = rapport(shop.project, *RUN)

    assert done.code == 0, done.said
    assert read_current(shop.store) == shop.snapshots[1]
    assert list((shop.store / "aside").iterdir()) == []
    assert len(list((shop.store / "kept" / "shop").iterdir())) == 1


def run_and_kill(shop: Shop, draw: random.Random, mark: str, said: Path) -> bool:
    """Run, and kill all processes of the run while it ingests; tell whether any still lived."""
    env = environment(shop.project, **{VARIABLE: mark})
    with said.open("wb") as file:
        run = subprocess.Popen(
            arguments(*RUN), cwd=shop.project, env=env, stdout=subprocess.DEVNULL, stderr=file
        )
    with run:
        assert wait_until(lambda: has_begun(said) or run.poll() is not None, seconds=120)
        time.sleep(draw.uniform(0, shop.seconds / 2))
        was_alive = run.poll() is None
        kill_all(mark)
    assert wait_until(lambda: not find_processes(mark))
    return was_alive or run.returncode == 0


def has_begun(said: Path) -> bool:
    lines = said.read_text(encoding="utf-8").splitlines()
    events: list[dict[str, Any]] = [json.loads(li) for li in lines if li[:1] + li[-1:] == "{}"]
    return any(e.get("task") == INGESTION and e["kind"] == "started" for e in events)


def kill_all(mark: str) -> None:
    for process in find_processes(mark):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def is_whole(store: Path, digest: str) -> bool:
    path = store / "objects" / digest[:2] / digest
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def find_torn_kept(store: Path) -> list[str]:
    """Name what is kept of sources and is not what its name promises."""
    return [
        path.name
        for path in sorted((store / "kept").glob("*/*"))
        if not path.stem.endswith(hashlib.sha256(path.read_bytes()).hexdigest()[:40])
    ]
