"""What was read of a file is found again by the next ingestion, or read anew if anything moved."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.csv
import pytest

from rapport.errors import DataError
from rapport.ingest import Delivery, find_sources, ingest, kept, streamed
from rapport.privacy import SAMPLE_KEY
from rapport.tables import Room, TableFile, write_table
from unit.ingest.conftest import LINES, Shop

HEAD, *ROWS = LINES.splitlines(keepends=True)
Take = Callable[[], Delivery]


@pytest.fixture
def take(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Give a function that ingests the shop's files, each time in a new private folder."""
    monkeypatch.setattr(kept, "KEPT_FROM", 0)
    shop.unit["sources"]["log"]["path"] = "log-*.csv"
    shop.write("log-1.csv", HEAD + "".join(ROWS[:2]))
    shop.write("log-2.csv", HEAD + "".join(ROWS[2:]))
    numbers: Iterator[int] = iter(range(100))

    def take() -> Delivery:
        folder = tmp_path / f"private {next(numbers)}"
        folder.mkdir()
        unit, room = shop.params(), Room(folder, tmp_path / "kept")
        return ingest(unit, find_sources(unit, shop.root, env={}), key=SAMPLE_KEY, room=room)

    return take


@pytest.fixture
def n_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give a list that grows by one with every text file that Arrow reads."""
    read, counted = pyarrow.csv.read_csv, []

    def count(*given: object, **named: object) -> object:
        counted.append(1)
        return read(*given, **named)

    monkeypatch.setattr(pyarrow.csv, "read_csv", count)
    return counted


def digests(delivery: Delivery) -> dict[str, str]:
    made = delivery.tables.items()
    return {name: table.digest for name, table in made if isinstance(table, TableFile)}


def test_a_second_ingestion_reads_the_new_file_alone(shop, take, n_read):
    take()
    shop.write("log-3.csv", HEAD + "4,cat,2024-03-05 09:00,pot,1,7.50\n")
    n_read.clear()

    delivery = take()

    assert len(n_read) == 1
    assert delivery.facts["orders"] == 4


def test_tables_of_what_was_kept_are_those_of_what_is_read_and_of_memory(
    shop, take, tmp_path, n_read
):
    first = digests(take())
    n_read.clear()

    second = digests(take())
    n_kept = len(n_read)
    in_memory = shop.ingest().tables

    assert n_kept == 0
    assert first == second
    assert first == {
        name: write_table(in_memory[name], tmp_path / "a.parquet").digest for name in first
    }


def test_a_file_that_is_read_in_another_way_is_read_anew(shop, take, n_read):
    take()
    shop.unit["sources"]["log"]["encoding"] = "gb18030"
    n_read.clear()

    take()

    assert len(n_read) == 2


@pytest.mark.parametrize("harm", [lambda kept: kept[:-9], lambda kept: b"x" + kept[1:]])
def test_what_is_kept_and_damaged_is_read_anew(take, tmp_path, n_read, harm):
    first = digests(take())
    harmed = sorted((tmp_path / "kept").iterdir())[0]
    harmed.write_bytes(harm(harmed.read_bytes()))
    n_read.clear()

    assert digests(take()) == first
    assert len(n_read) == 1


def test_what_an_ingestion_had_no_use_for_goes(shop, take, tmp_path):
    take()
    before = set((tmp_path / "kept").iterdir())
    (shop.root / "data" / "raw" / "log-2.csv").unlink()

    take()

    after = set((tmp_path / "kept").iterdir())
    assert len(before) == 2
    assert len(after) == 1
    assert after < before


def test_rows_that_a_reader_put_aside_are_kept_with_their_numbers(shop, take):
    shop.unit["quarantine"] = {"rows": 9}
    shop.write("log-2.csv", HEAD + "broken,row\n" + "".join(ROWS[2:]))

    first, second = take(), take()

    assert first.quarantine["rows"].tolist() == ["2:1"]
    assert second.quarantine.equals(first.quarantine)
    assert second.quality.equals(first.quality)


def test_nobody_else_may_read_what_is_kept(take, tmp_path):
    take()

    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "kept").iterdir()} == {0}
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def test_a_large_file_is_read_in_parts_and_gives_the_same_tables(
    take, tmp_path, monkeypatch, n_read
):
    whole = take()
    assert n_read
    shutil.rmtree(tmp_path / "kept")
    monkeypatch.setattr(kept, "STREAMED_FROM", 0)
    monkeypatch.setattr(streamed, "ROWS_IN_PART", 1)
    n_read.clear()

    parted = take()

    # No file was read whole.
    assert n_read == []
    assert digests(parted) == digests(whole)


@pytest.mark.parametrize(
    "row",
    ["5,cat,2024-03-05\n", HEAD, '5,cat,2024-03-05 09:00,"p\not",1,7.50\n', "5,c\0at,,pot,1,1\n"],
    ids=["a torn row", "a head", "the end of a line in a cell", "a zero byte"],
)
def test_a_large_file_in_which_something_is_odd_is_read_whole(
    shop, take, tmp_path, monkeypatch, row
):
    shop.write("log-2.csv", HEAD + "".join(ROWS[2:]) + row)
    whole = tell(take)
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    monkeypatch.setattr(kept, "STREAMED_FROM", 0)

    parted = tell(take)

    assert parted == whole


def tell(take: Take) -> object:
    """Give what became of an ingestion: tables and rows set aside, or why there are none."""
    try:
        delivery = take()
    except DataError as error:
        return str(error)
    return digests(delivery), delivery.quarantine.to_dict("records")
