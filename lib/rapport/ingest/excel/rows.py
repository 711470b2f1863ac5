"""The rows of one sheet below its head: merged cells filled, and what is no data named."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from rapport.ingest.excel.cells import Cell
from rapport.ingest.excel.heads import Head, clean_name, name_nameless
from rapport.ingest.excel.sheets import Line, Merge, Sheet
from rapport.ingest.excel.totals import find_totals, read_money
from rapport.ingest.readers.aside import BROKEN, REPEATED
from rapport.ingest.readers.packing import RefusedFileError
from rapport.params import Source
from rapport.params.excel import ExcelOptions

HIDDEN_SHEET, HIDDEN_ROW, NOTE = "hidden_sheet", "hidden_row", "note_row"
NOTES = re.compile(
    r"(注|备注|说明|附注|制表|审核|复核|填表|打印|单位|数据来源|截至|notes?|remarks?|sources?|"
    r"prepared|printed|checked|approved)\w{0,4}( by| on)?\s*[:：]",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """The rows of a sheet with their names, and the rule of each under which it leaves, if any.

    `unclear` are rows, by column, whose number was merged over several rows; `hidden` are the
    table's columns that the sheet does not show, whether or not they are read.
    """

    sheet: Sheet
    names: Mapping[int, str]
    lines: list[Line]
    rules: list[str | None]
    unclear: Mapping[int, list[int]]
    hidden: tuple[int, ...] = ()


def take_rows(sheet: Sheet, head: Head, source: Source, options: ExcelOptions) -> Part:
    """Take the rows below a head, fill what is merged downward, and name what is no data."""
    below = [line for line in sheet.lines if line.number > head.last]
    head = name_nameless(head, below)
    lines, unclear = _fill(below, _list_downward(sheet, head), head, options)
    rules = _list_rules(lines, sheet, head, source, options)
    hidden = tuple(sorted(sheet.hidden & head.names.keys()))
    left = hidden if options.hidden_columns == "aside" else ()
    names = {column: name for column, name in head.names.items() if column not in left}
    shown = {column: places for column, places in unclear.items() if column not in left}
    return Part(sheet, names, lines, rules, shown, hidden)


def take_hidden(sheet: Sheet) -> Part:
    """Take a hidden sheet that is no part of the table: its rows are counted and hold nothing."""
    lines = [Line(line.number, line.is_hidden, {}) for line in sheet.lines]
    return Part(sheet, {}, lines, [HIDDEN_SHEET] * len(lines), {})


def _list_downward(sheet: Sheet, head: Head) -> list[Merge]:
    down = sorted(
        (m for m in sheet.merges if m.bottom > m.top > head.last),
        key=lambda merge: (merge.left, merge.top),
    )
    for one, other in pairwise(down):
        if one.left == other.left and other.top <= one.bottom:
            found = f"has merged cells that overlap on sheet {sheet.tab.number}"
            raise RefusedFileError(found, "Open it, save it anew and deliver it again.")
    return down


def _fill(
    below: Sequence[Line], merges: Sequence[Merge], head: Head, options: ExcelOptions
) -> tuple[list[Line], dict[int, list[int]]]:
    lines, numbers = list(below), [line.number for line in below]
    unclear: dict[int, list[int]] = {}
    for merge in merges:
        first, last = bisect_left(numbers, merge.top), bisect_right(numbers, merge.bottom)
        cell = lines[first].cells.get(merge.left) if first < last else None
        if cell is None or numbers[first] != merge.top or last - first < 2:
            continue
        policy = options.merged.get(head.names[merge.left])
        if policy is None and _is_amount(cell):
            unclear.setdefault(merge.left, []).append(first)
        elif policy != "first":
            for place in range(first + 1, last):
                line = lines[place]
                lines[place] = line._replace(cells={merge.left: cell, **line.cells})
    return lines, unclear


def _is_amount(cell: Cell) -> bool:
    # A number of an order is each row's, its amount is the first's alone: nothing tells them
    # apart. Digits that are kept as text are an id.
    if cell.kind == "text":
        return not cell.text.strip().isdigit() and read_money(cell.text) is not None
    return cell.kind in {"number", "long"}


def _list_rules(
    lines: Sequence[Line], sheet: Sheet, head: Head, source: Source, options: ExcelOptions
) -> list[str | None]:
    if sheet.tab.is_hidden and options.hidden_sheets == "aside":
        return [HIDDEN_SHEET] * len(lines)
    wide = {m.top for m in sheet.merges if 2 * (m.right - m.left + 1) > len(head.names)}
    rules = [_rule(line, head, wide) for line in lines]
    if options.totals == "aside":
        places = [place for place, rule in enumerate(rules) if rule is None]
        found = find_totals([lines[place] for place in places], options.total_words)
        for place, rule in found.items():
            rules[places[place]] = rule
    longest = source.limits.cell_kb << 10
    for place, line in enumerate(lines):
        if rules[place] is None:
            rules[place] = _rule_of_row(line, options, longest)
    return rules


def _rule(line: Line, head: Head, wide: set[int]) -> str | None:
    texts = {column: cell.text for column, cell in line.cells.items() if cell.kind == "text"}
    if len(texts) < len(line.cells):
        return None
    names = [head.names[column].endswith(clean_name(text)) for column, text in texts.items()]
    if all(names) and 2 * len(names) > len(head.names) and len(names) > 1:
        return REPEATED
    # A section's title over the whole table, or who made it and when.
    is_title = len(texts) == 1 and line.number in wide
    is_note = 2 * len(texts) <= len(head.names) and all(map(NOTES.match, texts.values()))
    return NOTE if is_title or is_note else None


def _rule_of_row(line: Line, options: ExcelOptions, longest: int) -> str | None:
    if line.is_hidden and options.hidden_rows == "aside":
        return HIDDEN_ROW
    return BROKEN if any(len(cell.text) > longest for cell in line.cells.values()) else None
