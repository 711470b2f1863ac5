"""Rows set aside are told by their places, and by nothing that stands in them."""

import csv
import os
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from rapport.cli.quarantine import describe_aside, list_aside, write_aside
from rapport.errors import ParameterError

FILES = {"till": (Path("raw/may.csv"), Path("raw/=june.csv"))}


def aside(*rows):
    head = ("table", "source", "source_file", "source_row", "rule", "column")
    return pa.Table.from_pylist([dict(zip(head, row, strict=True)) for row in rows])


def test_rows_are_counted_by_table_rule_column_and_file_and_runs_are_put_together():
    rows = list_aside(
        aside(
            ("orders", "till", 2, 9, "broken_row", ""),
            ("orders", "till", 1, 4, "out_of_range", "amount"),
            ("orders", "till", 1, 3, "out_of_range", "amount"),
            ("orders", "till", 1, 12, "out_of_range", "amount"),
            ("lines", "joined", 1, 2, "out_of_range", "amount"),
        ),
        FILES,
    )

    assert list(describe_aside(rows)) == [
        "lines.amount, out_of_range, joined: 1 row: 2",
        "orders, broken_row, =june.csv: 1 row: 9",
        "orders.amount, out_of_range, may.csv: 3 rows: 3-4, 12",
    ]


def test_of_very_many_rows_the_first_are_named_and_the_rest_are_counted():
    rows = list_aside(
        aside(*(("orders", "till", 1, 2 * at, "out_of_range", "") for at in range(1, 21))), FILES
    )

    (line,) = describe_aside(rows)

    assert line.endswith(": 20 rows: 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 and 8 more")


def test_a_file_takes_every_place_and_no_name_of_a_file_becomes_a_formula(tmp_path):
    file = tmp_path / "aside.csv"
    rows = list_aside(aside(("orders", "till", 2, 9, "broken_row", "")), FILES)

    said = write_aside(rows, file)

    with file.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert said == f"{file}: 1 lines, one for each row set aside and each of its faults"
    assert (row["file"], row["row"], row["rule"]) == ("./=june.csv", "9", "broken_row")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_exists_is_not_written_over(tmp_path):
    file = tmp_path / "aside.csv"
    file.write_text("mine", encoding="utf-8")

    with pytest.raises(ParameterError, match=r"aside.csv: cannot be written"):
        write_aside([], file)
    assert file.read_text(encoding="utf-8") == "mine"
