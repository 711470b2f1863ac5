"""What is wrong with a delivery: every fault found, told in one message without a person in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from rapport.errors import DataError

ROWS_NAMED = 5


@dataclass(frozen=True)
class Fault:
    """One thing that stops an ingestion.

    `table` is a canonical table or a source, `rows` are the first row numbers ("12", or "2:12"
    for row 12 of the second file), `n_rows` is how many there are, 0 where no row is meant.
    """

    table: str
    column: str
    found: str
    advice: str
    source: str = ""
    n_rows: int = 0
    rows: tuple[str, ...] = ()


def describe(fault: Fault) -> str:
    """Tell a fault in a line: where, what was found, what to do.

    Examples
    --------
    >>> describe(Fault("orders", "amount", "is no number", "Mend them.", "log", 2, ("3", "9")))
    'orders.amount (source log): 2 rows: is no number; rows 3, 9. Mend them.'
    """
    where = ".".join(part for part in (fault.table, fault.column) if part)
    source = f" (source {fault.source})" if fault.source else ""
    if not fault.n_rows:
        return f"{where}{source}: {fault.found}. {fault.advice}"
    more = f" and {fault.n_rows - len(fault.rows):,} more" if fault.n_rows > len(fault.rows) else ""
    noun = "row" if fault.n_rows == 1 else "rows"
    named = f"{'row' if len(fault.rows) == 1 else 'rows'} {', '.join(fault.rows)}{more}"
    return f"{where}{source}: {fault.n_rows:,} {noun}: {fault.found}; {named}. {fault.advice}"


def raise_faults(unit: str, faults: Sequence[Fault]) -> None:
    """Raise one DataError that tells every fault; nothing happens where there is none.

    Raises
    ------
    DataError
        There is a fault.
    """
    if not faults:
        return
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = "".join(f"\n  {describe(fault)}" for fault in faults)
    raise DataError(
        f"unit {unit}: the sources break their contract in {count} (rows are counted from 1, "
        f"heads of files apart).{lines}"
    )


def frame_faults(faults: Iterable[Fault]) -> pd.DataFrame:
    """Give faults as a frame, one row per fault, in the order found."""
    columns = ["table", "source", "column", "found", "n_rows", "rows", "advice"]
    rows = [
        (f.table, f.source, f.column, f.found, f.n_rows, ", ".join(f.rows), f.advice)
        for f in faults
    ]
    return pd.DataFrame(rows, columns=columns)
