"""Rows that a reader puts aside: they keep their number, their rule, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from rapport.ingest.faults import ROWS_NAMED, Fault

# Columns that every source's relation has, and the one of rows put aside.
FILE = "source_file"
ROW = "source_row"
RULE = "source_rule"
# Why a row that stays deserves a look: the rule under which it is counted.
FLAG = "source_flag"
# Rows that cannot be taken apart, and heads that stand again where files were put together.
BROKEN = "broken_row"
REPEATED = "repeated_head"


def put_aside(table: pa.Table, numbers: np.ndarray, aside: Mapping[int, str]) -> pa.Table:
    """Give rows with their numbers, and behind them those put aside, all of whose cells are empty.

    Parameters
    ----------
    table : the rows that are data
    numbers : the number of each in the file
    aside : the rule of each row put aside, by its number
    """
    kept = table.append_column(ROW, pa.array(numbers, pa.int64()))
    if not aside:
        return kept
    places = sorted(aside)
    left = pa.table(
        {
            ROW: pa.array(np.array(places, dtype="int64")),
            RULE: pa.array([aside[place] for place in places], pa.string()),
        }
    )
    return pa.concat_tables([kept, left], promote_options="default")


def number_rows(table: pa.Table) -> pa.Table:
    """Give a table whose rows are numbered, as they lie if its reader did not number them."""
    if ROW in table.column_names:
        return table
    return table.append_column(ROW, pa.array(np.arange(1, table.num_rows + 1)))


def join_files(tables: Sequence[tuple[int, pa.Table]]) -> pa.Table:
    """Put tables of the same columns under each other, each with the number of its file."""
    numbered = [
        table.append_column(FILE, pa.array(np.full(table.num_rows, number, dtype="int32")))
        for number, table in tables
    ]
    return pa.concat_tables(numbered, promote_options="default")


def too_many(source: str, file: str, aside: Mapping[int, str], n_rows: int) -> list[Fault]:
    """Give a fault where at least half of a file's rows are broken: it is read in a wrong way."""
    broken = sorted(number for number, rule in aside.items() if rule == BROKEN)
    if not broken or 2 * len(broken) < n_rows:
        return []
    found = f"{file} has rows that cannot be taken apart as declared"
    advice = (
        "State the `delimiter`, `quote` and `encoding`, or quote fields that hold the delimiter "
        "or a line's end."
    )
    rows = tuple(str(row) for row in broken[:ROWS_NAMED])
    return [Fault(source, "", found, advice, n_rows=len(broken), rows=rows)]
