"""How much of each column is filled, by rows and by the money of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rapport.ingest.quality import WITH_MONEY
from rapport.tables import TableFile, count_nulls, measure_length, read_column


class Weight(NamedTuple):
    """How many rows of a table a column lacks, and money: of all rows, and of those filled."""

    n_rows: int
    n_empty: int
    money: Decimal | None
    money_filled: Decimal | None


Weights = Mapping[str, Weight]
NOTHING = Weight(0, 0, Decimal(0), Decimal(0))


def measure_completeness(weights: Mapping[str, Weights]) -> pd.DataFrame:
    """Count the filled cells of every column, and the money of their rows.

    Parameters
    ----------
    weights : the columns of each canonical table, as `weigh_columns` gives them

    Returns
    -------
    one row per table and column
        `table`, `column`, `n_rows`, `n_filled`, `money`, `money_filled` (net of all rows and of
        those filled; missing for tables without money).
    """
    rows = [
        (name, column, one.n_rows, one.n_rows - one.n_empty, one.money, one.money_filled)
        for name, columns in sorted(weights.items())
        for column, one in columns.items()
    ]
    columns = ["table", "column", "n_rows", "n_filled", "money", "money_filled"]
    return pd.DataFrame(rows, columns=columns)


def add_weights(one: Weights, other: Weights) -> Weights:
    """Give the weights of the rows of both, which have the same columns, in the second's order."""
    return {
        column: Weight(*(_add(*pair) for pair in zip(one[column], other[column], strict=True)))
        for column in other
    }


def _add(one: Any, other: Any) -> Any:
    return None if one is None else one + other


def weigh_columns(
    name: str,
    table: pa.Table | TableFile,
    nets: pa.ChunkedArray | None = None,
    *,
    groups: range | None = None,
) -> Weights:
    """Weigh the columns of a table, or of some row groups of the file of one with money.

    Parameters
    ----------
    nets : of `customers` net spend of each row, in order
    """
    if name in WITH_MONEY and isinstance(table, TableFile):
        return _weigh_groups(table, groups)
    money = nets if name == "customers" else None
    if name in WITH_MONEY:
        money = read_column(table, "amount")
    n_rows = len(money) if money is not None else measure_length(table)
    total = None if money is None else _sum(money)
    weights = {}
    for column, n_empty in count_nulls(table).items():
        filled = total if n_empty == 0 else None if money is None else Decimal(0)
        if money is not None and n_empty not in {0, n_rows}:
            filled = _sum(money.filter(read_column(table, column).is_valid()))
        weights[column] = Weight(n_rows, n_empty, total, filled)
    return weights


def _weigh_groups(table: TableFile, groups: range | None) -> Weights:
    """Weigh the columns of a written table row group by row group: it may be larger than memory."""
    file = pq.ParquetFile(table.path)
    weights = dict.fromkeys(table.schema.names, NOTHING)
    for number in range(file.num_row_groups) if groups is None else groups:
        told = file.metadata.row_group(number)
        if not told.num_rows:
            continue
        chunks = (told.column(place) for place in range(told.num_columns))
        empty = {chunk.path_in_schema: chunk.statistics.null_count for chunk in chunks}
        partly = [name for name, n in empty.items() if 0 < n < told.num_rows]
        read = ["amount", *(name for name in partly if name != "amount")]
        rows = file.read_row_group(number, columns=read, use_threads=False)
        total = _sum(rows["amount"])
        filled = {name: _sum(rows["amount"].filter(rows[name].is_valid())) for name in partly}
        whole = {name: Decimal(0) if n else total for name, n in empty.items()} | filled
        one = {n: Weight(told.num_rows, empty[n], total, whole[n]) for n in table.schema.names}
        weights = dict(add_weights(one, weights))
    return weights


def _sum(money: pa.ChunkedArray) -> Decimal:
    total = pc.sum(money).as_py()
    return Decimal(0) if total is None else total
