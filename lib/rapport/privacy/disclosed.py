"""Whether what a report shows gives a small count away: asked of what is shown, not of the code.

A chapter hides small counts before they reach a cell. This is the look at the end, which knows
nothing of how a table came about: cells are read as readers read them, and a cell that is hidden
counts as hidden whatever stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rapport.privacy.counts import find_exposed

COUNTED = "customers"
WHOLE = ("ingestion.customers",)
"""How many customers a unit has is said however few they are: it is no cell of anything."""
CHANGES = ("difference", "change")
"""Last parts of ids of what is no count of customers but how far two shown ones are apart."""
COLUMN = re.compile(r"n_customers(?:_\w+)?")
"""Names of the columns that count customers in whatever table."""
_NUMBER = re.compile(r"[0-9][0-9,\u202f\u00a0]*")


def is_small(value: object, min_count: int) -> bool:
    """Say whether a value is a count that must not be shown."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < min_count


def is_counted(id: str, kind: str, unit: str) -> bool:  # noqa: A002 - the field's word for it
    """Say whether a value counts customers of whom there may be too few to show.

    Examples
    --------
    >>> is_counted("churn.n_lost", "count", "customers")
    True
    >>> is_counted("summary.active.difference", "count", "customers")
    False
    """
    is_change = id.rpartition(".")[2] in CHANGES
    return (kind, unit) == ("count", COUNTED) and id not in WHOLE and not is_change


def check_values(values: Iterable[Mapping[str, Any]], min_count: int) -> Iterator[str]:
    """Name every value that counts fewer customers than may be shown."""
    for value in values:
        is_open = is_counted(value["id"], value["kind"], value["unit"])
        if is_open and is_small(value["value"], min_count):
            yield f"value {value['id']} counts fewer than {min_count} customers"


def check_columns(name: str, columns: Mapping[str, Sequence[Any]], min_count: int) -> Iterator[str]:
    """Name every column of a published table that holds a small count of customers."""
    for column, cells in columns.items():
        if COLUMN.fullmatch(column):
            n = sum(is_small(cell, min_count) for cell in cells)
            if n:
                yield f"table {name}, column {column}: {_cells(n)} fewer than {min_count} customers"


def check_table(table: Mapping[str, Any], min_count: int) -> Iterator[str]:
    """Name every small cell of a table as it is printed, and every hidden one that is exposed.

    Parameters
    ----------
    table : as a notebook shows it: `id`, `columns` (`kind`, `unit`), `rows` (`cells` by language)
    """
    places = [
        at for at, column in enumerate(table["columns"])
        if (column["kind"], column["unit"]) == ("count", COUNTED)
    ]  # fmt: skip
    rows = [[_read(row["cells"][at]) for at in places] for row in table["rows"]]
    if not places or not rows:
        return
    n_small = sum(is_small(cell, min_count) for row in rows for cell in row)
    if n_small:
        yield f"table {table['id']}: {_cells(n_small)} fewer than {min_count} customers"
    hidden = {(r, c) for r, row in enumerate(rows) for c, n in enumerate(row) if n is None}
    # A column in which nothing else is shown has no difference to its total.
    told = {c for row in rows for c, n in enumerate(row) if n}
    exposed = [
        cell for cell in find_exposed(hidden, row_totals=adds_up(rows)) if cell[1] in told
    ]  # fmt: skip
    if exposed:
        yield (
            f"table {table['id']}: {len(exposed)} hidden "
            f"{'cell follows' if len(exposed) == 1 else 'cells follow'} from the total and the "
            "cells that are shown"
        )


def adds_up(rows: Sequence[Sequence[int | None]]) -> bool:
    """Say whether the last column is the sum of the others, wherever all of a row is known."""
    whole = [row for row in rows if None not in row]
    return bool(whole) and all(
        len(row) > 2 and row[-1] == sum(n for n in row[:-1] if n is not None) for row in whole
    )


def _read(cell: Mapping[str, str]) -> int | None:
    text = cell["en"].strip()
    return int(re.sub(r"\D", "", text)) if _NUMBER.fullmatch(text) else None


def _cells(n: int) -> str:
    return "1 cell shows" if n == 1 else f"{n} cells show"
