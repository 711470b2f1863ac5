"""Where the rows of a delivery stand that were set aside, for whoever mends the files.

Rows are told by table, rule, column, file and number, as the table `quarantine` holds them. No
value of theirs is: whoever may see it finds it in the file.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from rapport.cli.review import FORMULAS
from rapport.errors import ParameterError

NAMED = 12
"""So many runs of row numbers are printed; a file takes them all."""
HEAD = ("table", "rule", "column", "source", "file", "row")


def list_aside(aside: pa.Table, files: Mapping[str, Sequence[Path]]) -> list[dict[str, Any]]:
    """Give every row set aside with the name of its file, by table, rule, column, file and row.

    Parameters
    ----------
    aside : the canonical table `quarantine`
    files : of each source, in the order in which their rows are numbered

    Returns
    -------
    `table`, `rule`, `column` (empty where the row as a whole is meant), `source`, `file` (its name
    alone), `row` (counted from 1, the head apart)
    """
    rows = [
        {
            "table": row["table"], "rule": row["rule"], "column": row["column"],
            "source": row["source"], "file": _name(files, row), "row": row["source_row"],
        }
        for row in aside.to_pylist()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: tuple(row[name] for name in HEAD))


def _name(files: Mapping[str, Sequence[Path]], row: Mapping[str, Any]) -> str:
    mine = files.get(row["source"], ())
    # A SELECT reads other sources and has no file.
    return mine[row["source_file"] - 1].name if row["source_file"] <= len(mine) else ""


def describe_aside(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say in a line for each table, rule, column and file how many rows there are, and which.

    Examples
    --------
    >>> row = {"table": "orders", "rule": "broken", "column": "amount", "source": "till",
    ...        "file": "till.csv"}
    >>> list(describe_aside([{**row, "row": at} for at in (3, 5, 6, 7)]))
    ['orders.amount, broken, till.csv: 4 rows: 3, 5-7']
    """
    for key, group in groupby(rows, key=lambda row: tuple(row[name] for name in HEAD[:-1])):
        table, rule, column, source, file = key
        numbers = [row["row"] for row in group]
        runs = list(_join(numbers))
        named = ", ".join(_spell(run) for run in runs[:NAMED])
        left = len(numbers) - sum(len(run) for run in runs[:NAMED])
        more = f" and {left:,} more" if left else ""
        where = f"{table}.{column}" if column else table
        noun = "row" if len(numbers) == 1 else "rows"
        yield f"{where}, {rule}, {file or source}: {len(numbers):,} {noun}: {named}{more}"


def _join(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def _spell(run: Sequence[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


def write_aside(rows: Sequence[Mapping[str, Any]], file: Path) -> str:
    """Write the whole list as CSV and say what it holds.

    Raises
    ------
    ParameterError
        The file exists or cannot be written.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, HEAD)
            writer.writeheader()
            writer.writerows({**row, "file": _plain(row["file"])} for row in rows)
    except OSError as error:
        raise ParameterError(
            f"{file.name}: cannot be written ({error.strerror}). Name a new file."
        ) from error
    return f"{file}: {len(rows):,} lines, one for each row set aside and each of its faults"


def _plain(name: str) -> str:
    # A cell that begins so would be a formula to the program in which the list is read.
    return f"./{name}" if name.startswith(FORMULAS) else name
