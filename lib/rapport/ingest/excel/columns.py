"""The columns of a workbook's table, as texts that casts and forms read like those of a CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from rapport.ingest.excel.cells import Cell, has_lost_digits, write_moment
from rapport.ingest.excel.rows import Part
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.params import Source
from rapport.params.forms import list_dates, list_numbers

# In these a comma stands before the fraction.
COMMA_FORMS = frozenset(["german", "french"])
SERIALS = frozenset(["serial", "serial1904"])
COMPUTE = "Open it, let it compute, save it and deliver it again."
CURRENCIES = "Say `currencies: true` under `excel` and map `currency`, or split the column."
MERGED = (
    "Say under `merged` of `excel` whether each row has the number (`fill`) or the `first` alone."
)


class Column(NamedTuple):
    """A column: its name, and the cell of every row, in the order of the sheets."""

    name: str
    cells: list[Cell | None]


def list_columns(parts: Sequence[Part]) -> list[Column]:
    """Put the columns of several sheets under each other by name."""
    names = dict.fromkeys(name for part in parts for name in part.names.values())
    places = [{name: column for column, name in part.names.items()} for part in parts]
    return [
        Column(
            name,
            [
                line.cells.get(places[n].get(name, 0))
                for n, part in enumerate(parts) for line in part.lines
            ],
        )
        for name in names
    ]  # fmt: skip


def write_column(
    column: Column, rules: Sequence[str | None], source: Source, *, is_1904: bool
) -> list[str | None]:
    """Write a column's cells as texts: in its declared form, and missing where it has an error."""
    texts: list[str | None] = [
        None if cell is None or not cell.text or cell.text in source.missing else cell.text
        for cell in column.cells
    ]
    comma = list_numbers(source).get(column.name) in COMMA_FORMS
    serial = bool(SERIALS & set(list_dates(source).get(column.name, ())))
    lost = _lost(column, rules)
    for place, cell in enumerate(column.cells) if comma or serial or lost else ():
        if cell is None or cell.kind not in {"number", "long"}:
            continue
        if serial:
            # Its own workbook says from which day it counts.
            texts[place] = write_moment(cell.text, is_1904=is_1904) or cell.text
        elif place in lost:
            texts[place] = f"{Decimal(cell.text):E}"
        elif comma:
            texts[place] = cell.text.replace(".", ",")
    return texts


def _lost(column: Column, rules: Sequence[str | None]) -> frozenset[int]:
    """Give the rows of long numbers whose last digits Excel has dropped: all end in zeros."""
    long = {
        place: cell.text
        for place, cell in enumerate(column.cells)
        if cell is not None and cell.kind == "long" and rules[place] is None
    }
    return frozenset(long) if all(map(has_lost_digits, long.values())) else frozenset()


def list_currencies(column: Column, rules: Sequence[str | None]) -> list[str]:
    """Give the currencies that the formats of a column's numbers show, in rows of data, sorted."""
    cells = zip(column.cells, rules, strict=True)
    return sorted({cell.currency for cell, rule in cells if cell and rule is None} - {""})


def find_mixed(
    name: str, columns: Sequence[Column], rules: Sequence[str | None]
) -> Iterator[Fault]:
    """Find columns whose numbers are of several currencies by the look of them alone."""
    for column in columns:
        found = list_currencies(column, rules)
        if len(found) > 1:
            said = f"shows several currencies in its number formats ({', '.join(found)})"
            yield Fault(name, column.name, said, CURRENCIES)


def find_open(name: str, columns: Sequence[Column], rules: Sequence[str | None]) -> Iterator[Fault]:
    """Find rows of data in which a formula stands whose value nobody computed."""
    for column in columns:
        rows = [
            place
            for place, cell in enumerate(column.cells)
            if cell is not None and cell.kind == "open" and rules[place] is None
        ]
        if rows:
            yield _fault(name, column.name, "holds a formula without a value", COMPUTE, rows)


def find_unclear(name: str, parts: Sequence[Part]) -> Iterator[Fault]:
    """Find numbers merged over several rows of which nothing says whose they are."""
    found: dict[str, list[int]] = {}
    before = 0
    for part in parts:
        for number, places in part.unclear.items():
            merged = [before + place for place in places if part.rules[place] is None]
            found.setdefault(part.names[number], []).extend(merged)
        before += len(part.lines)
    for column, rows in found.items():
        if rows:
            said = "holds a number merged over several rows"
            yield _fault(name, column, said, MERGED, sorted(rows))


def _fault(name: str, column: str, said: str, advice: str, places: Sequence[int]) -> Fault:
    rows = tuple(str(place + 1) for place in places[:ROWS_NAMED])
    return Fault(name, column, said, advice, n_rows=len(places), rows=rows)
