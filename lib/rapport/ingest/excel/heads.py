"""Where a sheet's head stands, and the names that it gives to columns.

Above a head stand titles: rows with fewer cells than the table has columns. The head is the
first row that is as wide as the table; all of it is text. A head of two rows has groups in its
upper row, merged over their columns, beside which every other cell is merged into the row below.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapport.ingest.excel.cells import Cell
from rapport.ingest.excel.sheets import Line, Merge, Sheet, name_column
from rapport.ingest.readers.heads import UNSEEN
from rapport.ingest.readers.packing import RefusedFileError
from rapport.params.excel import ExcelOptions

# Rows in which a head and the width of the table are looked for.
SEARCHED = 200
MOST_ROWS = 10
ADVICE = "State its row as `head` under `excel`."


class Head(NamedTuple):
    """The names of columns by their numbers, in order, and the last row of the head."""

    names: Mapping[int, str]
    last: int


def read_head(sheet: Sheet, options: ExcelOptions) -> Head:
    """Find the head of a sheet, or take it where it is declared.

    Raises
    ------
    RefusedFileError
        There is none.
    """
    # Of a hundred thousand merged cells a few may be a head's.
    searched = max((line.number for line in sheet.lines[:SEARCHED]), default=0)
    sheet = sheet._replace(merges=[merge for merge in sheet.merges if merge.top <= searched])
    if options.head is None:
        first, last = _find(sheet)
    else:
        first, last = (
            (options.head, options.head) if isinstance(options.head, int) else options.head
        )
    rows = [_spread(sheet, number) for number in range(first, last + 1)]
    columns = sorted({column for row in rows for column in row})
    names = {column: _join(rows, column, options.head_mark) for column in columns}
    if not names:
        raise RefusedFileError(f"has no head in row {first} of sheet {sheet.tab.number}", ADVICE)
    return Head(names, last)


def name_nameless(head: Head, lines: Sequence[Line]) -> Head:
    """Give columns that hold something below a head without a name one by their letters."""
    held = {column for line in lines for column in line.cells} - set(head.names)
    names = {**head.names, **{column: f"column {name_column(column)}" for column in held}}
    return Head(dict(sorted(names.items())), head.last)


def clean_name(text: str) -> str:
    r"""Write a name as a head has it: NFC, in one line, without blanks around it.

    Examples
    --------
    >>> clean_name(" 金额\n(元)")
    '金额 (元)'
    """
    seen = UNSEEN.sub("", re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)))
    return " ".join(seen.split())


def _find(sheet: Sheet) -> tuple[int, int]:
    lines = sheet.lines[:SEARCHED]
    width = max((len(line.cells) for line in lines), default=0)
    # A remark beside the table must not make it wider than its head.
    least = width if width < 5 else width - max(1, width // 10)
    for line in lines:
        groups = _groups(sheet, line)
        cells = _spread(sheet, line.number)
        is_wide = len(cells) >= least and len(line.cells) >= min(2, width)
        if is_wide and (not groups or _stands_whole(sheet, line, groups)):
            if any(cell.kind != "text" for cell in cells.values()):
                break
            return line.number, _last_row(sheet, line)
    raise RefusedFileError(f"has a sheet ({sheet.tab.number}) whose head is not found", ADVICE)


def _groups(sheet: Sheet, line: Line) -> list[Merge]:
    return [m for m in sheet.merges if m.top == line.number and m.left < m.right]


def _stands_whole(sheet: Sheet, line: Line, groups: list[Merge]) -> bool:
    """Say whether every cell of a row is a group or merged with what is below it."""
    down = {m.left for m in sheet.merges if m.top == line.number < m.bottom}
    return all(column in down or column in {m.left for m in groups} for column in line.cells)


def _last_row(sheet: Sheet, line: Line) -> int:
    last = line.number
    while last < line.number + MOST_ROWS - 1:
        here = [m for m in sheet.merges if line.number <= m.top <= last <= m.bottom]
        deepest = max((m.bottom for m in here), default=last)
        grouped = any(m.left < m.right and m.bottom == last for m in here)
        if deepest <= last and not grouped:
            break
        last = max(deepest, last + grouped)
    return last


def _spread(sheet: Sheet, number: int) -> dict[int, Cell]:
    """Give a row's cells with what is merged into it from the left and from above."""
    widest = max((max(line.cells) for line in sheet.lines[:SEARCHED]), default=0)
    cells = dict(_cells_at(sheet.lines, number))
    for merge in sheet.merges:
        if merge.top <= number <= merge.bottom:
            origin = _cells_at(sheet.lines, merge.top).get(merge.left)
            for column in range(merge.left, min(merge.right, widest) + 1) if origin else ():
                cells[column] = origin  # type: ignore[assignment]
    return cells


def _cells_at(lines: Sequence[Line], number: int) -> Mapping[int, Cell]:
    place = bisect_left(lines, number, key=lambda line: line.number)
    return lines[place].cells if place < len(lines) and lines[place].number == number else {}


def _join(rows: Sequence[Mapping[int, Cell]], column: int, mark: str) -> str:
    parts = [clean_name(row[column].text) for row in rows if column in row]
    return mark.join(dict.fromkeys(part for part in parts if part))
