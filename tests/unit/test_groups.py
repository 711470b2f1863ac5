"""Row groups of several files joined are, byte for byte, one file that was written at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.tables import list_groups, write_batches
from rapport.tables.files import join_tables
from rapport.tables.footers import read_struct, write_struct
from rapport.tables.groups import join_groups, read_footer

SCHEMA = pa.schema(
    [
        ("month_no", pa.int32()), ("name", pa.string()), ("amount", pa.decimal128(18, 4)),
        ("day", pa.date32()), ("words", pa.list_(pa.string())), ("empty", pa.string()),
    ],
    metadata={b"rapport.time": b"day"},
)  # fmt: skip


def draw(months: list[int], n: int = 5_000) -> pa.Table:
    rows = [
        {
            "month_no": month, "name": f"k{i % 97}", "amount": Decimal(i) / 100 if i % 3 else None,
            "day": date(2020, 1 + month % 12, 1), "words": [str(i)] * (i % 3), "empty": None,
        }
        for month in months for i in range(n + month)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def write(table: pa.Table, path: Path) -> Path:
    batches = table.to_reader(max_chunksize=999)
    return write_batches(batches, path, SCHEMA, apart="month_no").path


def test_months_lie_in_row_groups_of_their_own(tmp_path):
    path = write(draw([3, 4, 5]), tmp_path / "a.parquet")

    assert list_groups(path, "month_no") == [3, 4, 5]
    assert pq.read_table(path).equals(draw([3, 4, 5]))


def test_a_month_of_more_rows_than_a_group_has_several(tmp_path):
    path = write(draw([1, 2], 140_000), tmp_path / "a.parquet")

    assert list_groups(path, "month_no") == [1, 1, 2, 2]


@pytest.mark.parametrize("n_first", [0, 1, 2])
def test_groups_joined_are_the_file_written_at_once(tmp_path, n_first):
    first, last = write(draw([0, 1, 9]), tmp_path / "first"), [0, 1][n_first:]
    rest = write(draw([*last, 2, 3]), tmp_path / "rest")

    n_rows = join_groups([(first, range(n_first)), (rest, range(len(last) + 2))], tmp_path / "both")

    once = write(draw([0, 1, 2, 3]), tmp_path / "once")
    assert (tmp_path / "both").read_bytes() == once.read_bytes()
    assert n_rows == pq.read_metadata(once).num_rows


def test_a_table_joined_has_the_digest_of_one_written_at_once(tmp_path):
    first = write(draw([0, 1]), tmp_path / "first")
    batches = draw([2]).to_reader()
    rest = write_batches(batches, tmp_path / "orders.parquet", SCHEMA, apart="month_no")

    made = join_tables(first, rest, rest.path, tail=tmp_path / "tail")

    batches = draw([0, 1, 2]).to_reader()
    once = write_batches(batches, tmp_path / "once.parquet", SCHEMA, apart="month_no")
    assert (made.digest, made.n_rows, made.schema) == (once.digest, once.n_rows, once.schema)
    assert pq.read_table(made.tail).equals(draw([2]))


def test_a_table_to_which_no_row_comes_keeps_its_bytes(tmp_path):
    first = write(draw([0, 1]), tmp_path / "first")
    nothing = SCHEMA.empty_table().to_reader()
    rest = write_batches(nothing, tmp_path / "orders.parquet", SCHEMA, apart="month_no")

    made = join_tables(first, rest, rest.path, tail=tmp_path / "tail")

    assert made.path.read_bytes() == first.read_bytes()


def test_tables_without_rows_joined_are_a_table_without_rows(tmp_path):
    first = write(draw([0]), tmp_path / "first")
    join_groups([(first, range(0))], tmp_path / "none")
    nothing = SCHEMA.empty_table().to_reader()
    rest = write_batches(nothing, tmp_path / "orders.parquet", SCHEMA, apart="month_no")
    written = rest.path.read_bytes()

    made = join_tables(tmp_path / "none", rest, rest.path, tail=tmp_path / "tail")

    assert made.path.read_bytes() == written


@pytest.mark.parametrize("n_first", [1, 13, 16])
def test_a_file_taken_whole_is_joined_as_its_groups_are(tmp_path, n_first):
    first = write(draw([*range(n_first)], 50), tmp_path / "first")
    rest = write(draw([20, 21], 50), tmp_path / "rest")

    n_whole = join_groups([(first, None), (rest, None)], tmp_path / "whole")

    n_rows = join_groups([(first, range(n_first)), (rest, range(2))], tmp_path / "groups")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "groups").read_bytes()
    assert n_whole == n_rows


def test_a_footer_that_is_read_and_written_has_its_bytes(tmp_path):
    path = write(draw([0, 1]), tmp_path / "a.parquet")
    content = path.read_bytes()
    size = int.from_bytes(content[-8:-4], "little")

    assert write_struct(read_footer(path)) == content[-8 - size : -8]


@pytest.mark.parametrize("value", [0, 1, -1, 2**62, -(2**63)])
def test_whole_numbers_of_a_footer_survive(value):
    struct = [[1, 6, value], [30, 6, value], [31, 9, (6, [value] * 20)]]

    assert read_struct(write_struct(struct)) == [[n, k, v] for n, k, v in struct]
