"""A sheet's rows, read in one pass over its part of the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element, iterparse

from rapport.ingest.excel.cells import NUMBER, Cell, Raw, read_cell
from rapport.ingest.excel.workbook import DAMAGES, MAIN, Tab, Workbook, damaged

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
# Cells alike are one object: days, names and prices recur.
KNOWN_CELLS = 500_000
Known = dict[Raw, Cell | None]
TRUE = {"1", "true"}
ROW, CELL, VALUE, FORMULA, INLINE, RUN, TEXT, MERGE, COLUMN = (
    f"{MAIN}{tag}" for tag in ("row", "c", "v", "f", "is", "r", "t", "mergeCell", "col")
)


class Merge(NamedTuple):
    """Cells merged into one, by the rows and columns of its corners."""

    top: int
    left: int
    bottom: int
    right: int


class Line(NamedTuple):
    """A row with something in it: its number, whether it is hidden, its filled cells by column."""

    number: int
    is_hidden: bool
    cells: dict[int, Cell]


class Sheet(NamedTuple):
    """A sheet: its filled rows in order, what is merged on it, and its hidden columns."""

    tab: Tab
    lines: list[Line]
    merges: list[Merge]
    hidden: set[int]


def read_sheet(workbook: Workbook, tab: Tab) -> Sheet:
    """Read one sheet.

    Raises
    ------
    RefusedFileError
        Its part of the package is damaged.
    """
    sheet, known, number = Sheet(tab, [], [], set()), Known(), 0
    try:
        with workbook.package.open(tab.part) as part:
            for element in _parse(part):
                if element.tag == COLUMN:
                    sheet.hidden.update(_list_hidden(element))
                    continue
                if element.tag == MERGE:
                    sheet.merges.append(_read_merge(element.get("ref", "")))
                    continue
                number = _number_row(element, number)
                cells = _read_cells(workbook, element, known)
                if cells:
                    is_hidden = element.get("hidden") in TRUE
                    sheet.lines.append(Line(number, is_hidden, cells))
    except DAMAGES as error:
        raise damaged() from error
    return sheet


def name_column(column: int) -> str:
    """Name a column by its letters.

    Examples
    --------
    >>> name_column(1), name_column(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _parse(part: IO[bytes]) -> Iterator[Element]:
    # Expat itself bounds what entities may add (version 2.4.1 and later).
    for _, element in iterparse(part):  # noqa: S314
        if element.tag in {ROW, MERGE, COLUMN}:
            yield element
            element.clear()


def _list_hidden(column: Element) -> range:
    if column.get("hidden") not in TRUE:
        return range(0)
    first, last = int(column.get("min") or 0), int(column.get("max") or 0)
    return range(first, min(last, LAST_COLUMN) + 1)


def _number_row(row: Element, before: int) -> int:
    number = int(row.get("r") or before + 1)
    if not before < number <= LAST_ROW:
        raise ValueError("rows stand out of order")
    return number


def _read_cells(workbook: Workbook, row: Element, known: Known) -> dict[int, Cell]:
    cells: dict[int, Cell] = {}
    column = 0
    for element in row:
        if element.tag != CELL:
            continue
        place = element.get("r")
        column = _number_column(place.rstrip("0123456789")) if place else column + 1
        raw = _read_raw(element)
        if raw not in known:
            if len(known) >= KNOWN_CELLS:
                known.clear()
            known[raw] = _read(workbook, raw)
        cell = known[raw]
        if cell is not None:
            cells[column] = cell
    return cells


def _read_raw(element: Element) -> Raw:
    text, is_formula = "", False
    for part in element:
        if part.tag == VALUE:
            text = part.text or ""
        elif part.tag == FORMULA:
            is_formula = True
        elif part.tag == INLINE:
            # Rich text comes in runs; a guide to pronunciation is no part of it.
            runs = [one for run in part for one in (run if run.tag == RUN else [run])]
            text = "".join(run.text or "" for run in runs if run.tag == TEXT)
    return Raw(element.get("t", "n"), int(element.get("s") or 0), text, is_formula)


def _read(workbook: Workbook, raw: Raw) -> Cell | None:
    styles = workbook.styles
    style = styles[raw.style] if 0 <= raw.style < len(styles) else NUMBER
    return read_cell(raw, workbook.strings, style, is_1904=workbook.is_1904)


def _read_merge(reference: str) -> Merge:
    corners = [REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    if len(corners) != 2 or not all(corners):
        raise ValueError("no range of cells")
    (left, top), (right, bottom) = (corner.groups() for corner in corners if corner)
    return Merge(int(top), _number_column(left), int(bottom), _number_column(right))


@lru_cache(maxsize=LAST_COLUMN)
def _number_column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    if not 0 < number <= LAST_COLUMN:
        raise ValueError("no column of a sheet")
    return number
