"""How much of each column is filled, by rows and by the money of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rapport.ingest.quality import WITH_MONEY
from rapport.tables import TableFile, count_nulls, measure_length, read_column


def measure_completeness(
    tables: Mapping[str, pa.Table | TableFile], nets: pa.ChunkedArray
) -> pd.DataFrame:
    """Count the filled cells of every column, and the money of their rows.

    Parameters
    ----------
    tables : canonical tables
    nets : net spend of each row of `customers`, in order

    Returns
    -------
    one row per table and column
        `table`, `column`, `n_rows`, `n_filled`, `money`, `money_filled` (net of all rows and of
        those filled; missing for tables without money).
    """
    rows = [
        (name, column, measure_length(table), measure_length(table) - n_empty, *weighed)
        for name, table in sorted(tables.items())
        for column, n_empty, weighed in _weigh_columns(name, table, nets)
    ]
    columns = ["table", "column", "n_rows", "n_filled", "money", "money_filled"]
    return pd.DataFrame(rows, columns=columns)


def _weigh_columns(
    name: str, table: pa.Table | TableFile, nets: pa.ChunkedArray
) -> Iterator[tuple[str, int, tuple[Decimal | None, Decimal | None]]]:
    money = nets if name == "customers" else None
    if name in WITH_MONEY:
        money = read_column(table, "amount")
    total = None if money is None else _sum(money)
    for column, n_empty in count_nulls(table).items():
        if money is None:
            yield column, n_empty, (None, None)
        elif n_empty in {0, len(money)}:
            yield column, n_empty, (total, total if n_empty < len(money) else Decimal(0))
        else:
            filled = money.filter(read_column(table, column).is_valid())
            yield column, n_empty, (total, _sum(filled))


def _sum(money: pa.ChunkedArray) -> Decimal:
    total = pc.sum(money).as_py()
    return Decimal(0) if total is None else total
