"""Where the past finds no room, may not stay or is not asked for: full disks, erasure, drafts."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rapport.ingest import buckets, canonical, kept
from rapport.privacy import SAMPLE_KEY, pseudonym
from rapport.privacy.erased import digest_pseudonym
from rapport.tables import Room, write_batches
from rapport.tables.engine import Engine
from unit.ingest.past.till import ALONE, UNIT, Till, describe

PLENTY = 64 << 20


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few orders be many, so that their past is kept."""
    monkeypatch.setattr(canonical, "MONTHLY_FROM", 1)
    monkeypatch.setattr(kept, "KEPT_FROM", 0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is a disk of its own."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk of its own can be made by root alone")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def begin(root: Path, unit: dict[str, object]) -> Till:
    """Give a till whose orders were ingested once, and that has sold since."""
    till = Till(root, random.Random(5), unit=unit)
    till.files["till-01.csv"] = till.sell(150, days=70)
    till.files["web-01.csv"] = till.sell(9, days=5)
    till.write()
    till.ingest(kept=True)
    till.files["till-02.csv"] = till.sell(20)
    till.write()
    return till


def read_kept(root: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((root / "kept").iterdir())]


def tell_kept(root: Path) -> str:
    """Give all that is kept as text."""
    tables = [
        str(pq.read_table(io.BytesIO(content)).to_pylist())
        for content in read_kept(root) if content[:4] == b"PAR1"
    ]  # fmt: skip
    return "".join(tables) + str(read_kept(root))


@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_a_full_disk_leaves_a_past_that_the_next_ingestion_joins(disk, room):
    till = begin(disk, ALONE)
    state = os.statvfs(disk)
    other = disk / "of others"
    with pytest.raises(OSError, match="No space left"), other.open("wb") as file:
        file.write(bytes(state.f_bavail * state.f_frsize - room))
        file.flush()
        till.ingest(kept=True)

    other.unlink()
    made = describe(till.ingest(kept=True))

    assert made == describe(till.ingest(kept=False))


@pytest.mark.parametrize("room", [0, 30_000])
def test_a_disk_that_is_full_while_rows_are_parted_is_told_as_such(disk, monkeypatch, room):
    till = begin(disk, ALONE)
    before = read_kept(disk)
    till.files["till-03.csv"] = till.sell(3_000, days=9)
    till.write()
    monkeypatch.setattr(kept, "KEPT_FROM", PLENTY)
    monkeypatch.setattr(buckets, "SORTED_TOGETHER", 1)
    state = os.statvfs(disk)
    other = disk / "of others"
    other.write_bytes(bytes(state.f_bavail * state.f_frsize - room))

    with pytest.raises(OSError, match="No space left on device") as told:
        till.ingest(kept=False)

    assert told.value.errno == errno.ENOSPC
    assert "till" not in str(told.value)
    assert read_kept(disk) == before
    other.unlink()
    shutil.rmtree(disk / f"private {till.n_rooms}")
    assert describe(till.ingest(kept=True)) == describe(till.ingest(kept=False))


def test_a_disk_that_is_full_of_what_is_spilled_is_told_as_such(disk):
    rows = "SELECT hash(i) AS day, i, CAST(i AS VARCHAR) AS text FROM range(900000) AS r(i)"
    state = os.statvfs(disk)
    (disk / "of others").write_bytes(bytes(state.f_bavail * state.f_frsize - (1 << 20)))

    with (
        Engine({}, room=Room(disk), memory_limit="24MB") as engine,
        pytest.raises(OSError, match="No space left on device") as told,
        engine.stream(f"{rows} ORDER BY day", 10_000) as batches,
    ):
        write_batches(batches, disk / "sold.parquet", batches.schema)

    assert told.value.errno == errno.ENOSPC


@pytest.mark.parametrize("unit", [UNIT, ALONE], ids=["people are listed", "only orders"])
def test_who_is_erased_is_in_no_table_and_in_nothing_that_is_kept(tmp_path, unit):
    till = begin(tmp_path, unit)
    name = pseudonym(SAMPLE_KEY, "k07")
    assert name in tell_kept(tmp_path)
    till.erased = frozenset([digest_pseudonym(SAMPLE_KEY, name)])

    made = till.ingest(kept=True)

    assert describe(made) == describe(till.ingest(kept=False))
    assert name not in made.identifiers["customer_id"].to_pylist()
    assert "k07" not in made.identifiers["value"].to_pylist()
    # What was read of a source is kept as it stands there, and names nobody by a pseudonym.
    assert name not in tell_kept(tmp_path)
    till.files["till-03.csv"] = till.sell(20)
    till.write()
    assert describe(till.ingest(kept=True)) == describe(till.ingest(kept=False))


def test_a_draft_keeps_nothing_and_makes_what_a_run_makes(tmp_path):
    till = begin(tmp_path, ALONE)
    before = read_kept(tmp_path)

    draft = till.ingest(kept=False)

    assert read_kept(tmp_path) == before
    assert describe(draft) == describe(till.ingest(kept=True))


def test_orders_that_may_stay_for_some_days_are_all_worked_through_again(tmp_path):
    unit = {**ALONE, "privacy": {"retention_days": {"orders": 30}}}
    till = begin(tmp_path, unit)

    made = till.ingest(kept=True)

    assert describe(made) == describe(till.ingest(kept=False))
    assert made.data_until - made.data_from <= timedelta(days=30)
