"""Whether what a report shows gives a small count away: asked of what is shown, not of the code.

A chapter hides small counts before they reach a cell. This is the look at the end, which knows
nothing of how a table came about: cells are read as readers read them, and a cell that is hidden
counts as hidden whatever stands in its place.

A count is also told by a share and its `n`, and by two counts of which one is a part of the other:
a count that carries an `n` says that it is a part of so many customers. Two counts that say
nothing of each other may be as near as they like. The rest of a share (of 30 who could, 27 came
back) is told: hiding it would leave hardly a rate of fewer than a hundred customers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rapport.privacy.counts import find_exposed

COUNTED = "customers"
SHARE = "share"
WHOLE = ("ingestion.customers",)
"""How many customers a unit has is said however few they are: it is no cell of anything."""
CHANGES = ("difference", "change")
"""Last parts of ids of what is no count of customers but how far two shown ones are apart."""
COLUMN = re.compile(r"n_customers(?:_\w+)?")
"""Names of the columns that count customers in whatever table."""
WHOLE_COLUMN = re.compile(r"n(?:_\w+)?")
_NUMBER = re.compile(r"[0-9][0-9,\u202f\u00a0]*")
_EXACT = 1e-6
"""A share times its n is as near to a whole number as this if it was made of one."""


def is_small(value: object, min_count: int) -> bool:
    """Say whether a value is a count that must not be shown."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < min_count


def count_hits(share: object, n: object) -> int | None:
    """Give how many of `n` a share stands for; None if it is no share of a count.

    Examples
    --------
    >>> count_hits(0.25, 12), count_hits(0.26, 12), count_hits(0.5, None)
    (3, None, None)
    """
    if not _is_number(share) or not _is_number(n):
        return None
    hits = float(share) * float(n)  # type: ignore[arg-type]
    is_whole = math.isfinite(hits) and abs(hits - round(hits)) <= _EXACT
    return round(hits) if is_whole else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_few(unit: str, value: object, n: object, min_count: int) -> bool:
    """Say whether a share tells, by its n, of too few customers."""
    return unit == SHARE and is_small(count_hits(value, n), min_count)


def has_small_rest(value: object, n: int | None, min_count: int) -> bool:
    """Say whether a count leaves too few of the `n` customers that it is a part of."""
    return n is not None and isinstance(value, int) and is_small(n - value, min_count)


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
    """Name every value that tells of fewer customers than may be shown."""
    for value in values:
        told, n, unit = value["value"], value.get("n"), value["unit"]
        is_open = is_counted(value["id"], value["kind"], unit)
        if is_open and is_small(told, min_count):
            yield f"value {value['id']} counts fewer than {min_count} customers"
        elif is_open and has_small_rest(told, n, min_count):
            yield f"value {value['id']} leaves out fewer than {min_count} customers"
        elif is_few(unit, told, n, min_count):
            yield f"value {value['id']} and its n tell of fewer than {min_count} customers"


def check_columns(name: str, columns: Mapping[str, Sequence[Any]], min_count: int) -> Iterator[str]:
    """Name every column of a published table that holds, or tells, a small count of customers."""
    for column, cells in columns.items():
        if COLUMN.fullmatch(column):
            n = sum(is_small(cell, min_count) for cell in cells)
            if n:
                yield f"table {name}, column {column}: {_cells(n)} fewer than {min_count} customers"
    for share, whole in list_rates(columns):
        hits = map(count_hits, columns[share], columns[whole])
        if n := sum(is_small(hit, min_count) for hit in hits):
            yield (
                f"table {name}, columns {share} and {whole}: {_rows(n)} fewer than {min_count} "
                "customers"
            )


def list_rates(columns: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Name the columns of shares with those of their denominators, which the numbers tell.

    A denominator is called `n` or `n_...`; every share of its column times it is a whole number,
    and one of them at least is neither nobody nor everybody.
    """
    wholes = [name for name in columns if WHOLE_COLUMN.fullmatch(name)]
    return [
        (share, whole)
        for whole in wholes
        for share in columns
        if share != whole and is_rate(columns[share], columns[whole])
    ]


def is_rate(shares: Sequence[Any], wholes: Sequence[Any]) -> bool:
    """Say whether a column of shares has the other as its denominators."""
    pairs = [
        (share, n)
        for share, n in zip(shares, wholes, strict=True)
        if isinstance(share, float) and math.isfinite(share) and _is_number(n)
    ]
    if not any(0 < share < 1 for share, _ in pairs) or _is_spread(pairs):
        return False
    return all(0 <= share <= 1 and n > 1 and count_hits(share, n) is not None for share, n in pairs)


def _is_spread(pairs: Sequence[tuple[float, float]]) -> bool:
    """Say whether the shares are those of the counts themselves in their total."""
    totals = [n / share for share, n in pairs if share > 0]
    return len(totals) > 1 and max(totals) - min(totals) <= _EXACT * max(totals)


def tells_few(columns: Mapping[str, Sequence[Any]], min_count: int) -> bool:
    """Say whether a table counts few of anything by any name, or tells of few by a share."""
    is_counted_few = any(
        is_small(cell, min_count)
        for name, cells in columns.items()
        if WHOLE_COLUMN.fullmatch(name)
        for cell in cells
    )
    return is_counted_few or any(check_columns("", columns, min_count))


def list_wholes(values: Iterable[Mapping[str, Any]]) -> list[int]:
    """Give the wholes of which a hidden count of customers is a part."""
    found = {
        value["n"]
        for value in values
        if value["value"] is None
        and value.get("n")
        and is_counted(value["id"], value["kind"], value["unit"])
    }
    return sorted(found)


def check_rests(table: Mapping[str, Any], wholes: Sequence[int], min_count: int) -> Iterator[str]:
    """Name every column of a printed table whose sum leaves too few of a whole, and so tells them.

    Parameters
    ----------
    table : as a notebook shows it
    wholes : of which a count is hidden in the same chapter
    """
    for column in zip(*_read_rows(table), strict=True):
        known = [n for n in column if n is not None]
        if len(known) < len(column):
            continue
        parts = known[:-1] if len(known) > 2 and sum(known[:-1]) == known[-1] else known
        rests = (whole - sum(parts) for whole in wholes if whole >= min_count)
        if any(is_small(rest, min_count) for rest in rests):
            yield f"table {table['id']}: its sum leaves out fewer than {min_count} customers"


def _read_rows(table: Mapping[str, Any]) -> list[list[int | None]]:
    places = [
        at for at, column in enumerate(table["columns"])
        if (column["kind"], column["unit"]) == ("count", COUNTED)
    ]  # fmt: skip
    return [[_read(row["cells"][at]) for at in places] for row in table["rows"]] if places else []


def check_table(table: Mapping[str, Any], min_count: int) -> Iterator[str]:
    """Name every small cell of a table as it is printed, and every hidden one that is exposed.

    Parameters
    ----------
    table : as a notebook shows it: `id`, `columns` (`kind`, `unit`), `rows` (`cells` by language)
    """
    rows = _read_rows(table)
    if not rows:
        return
    n_small = sum(is_small(cell, min_count) for row in rows for cell in row)
    if n_small:
        yield f"table {table['id']}: {_cells(n_small)} fewer than {min_count} customers"
    hidden = {(r, c) for r, row in enumerate(rows) for c, n in enumerate(row) if n is None}
    # A column in which nothing else is shown has no difference to its total.
    told = {c for row in rows for c, n in enumerate(row) if n}
    totals = _find_totals(table, rows)
    exposed = [
        cell for cell in find_exposed(hidden, row_totals=adds_up(rows))
        if cell[1] in told and cell not in totals
    ]  # fmt: skip
    if exposed:
        yield (
            f"table {table['id']}: {len(exposed)} hidden "
            f"{'cell follows' if len(exposed) == 1 else 'cells follow'} from the total and the "
            "cells that are shown"
        )


def _find_totals(
    table: Mapping[str, Any], rows: Sequence[Sequence[int | None]]
) -> set[tuple[int, int]]:
    """Find empty cells of a total (the last row, in bold) over cells that are all shown.

    It could at most be their sum, and is not even that where customers stand in several rows.
    """
    last = len(rows) - 1
    if not table["rows"][last].get("strong"):
        return set()
    above = zip(*rows[:-1], strict=True)
    return {(last, at) for at, column in enumerate(above) if None not in column}


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


def _rows(n: int) -> str:
    return "1 row tells of" if n == 1 else f"{n} rows tell of"
