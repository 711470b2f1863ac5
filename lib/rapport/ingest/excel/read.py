"""A workbook as one table of text: its sheets under each other, and what was put aside by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa

from rapport.ingest.excel.columns import (
    Column,
    find_mixed,
    find_open,
    find_unclear,
    list_columns,
    list_currencies,
    write_column,
)
from rapport.ingest.excel.guard import check_file
from rapport.ingest.excel.heads import read_head
from rapport.ingest.excel.rows import Part, take_hidden, take_rows
from rapport.ingest.excel.sheets import Sheet, name_column, read_sheet
from rapport.ingest.excel.workbook import DAMAGES, Tab, damaged, open_workbook
from rapport.ingest.faults import Fault
from rapport.ingest.readers.aside import RULE
from rapport.ingest.readers.heads import check_columns
from rapport.ingest.readers.packing import RefusedFileError
from rapport.ingest.text import TextFile
from rapport.params import Source
from rapport.params.excel import ExcelOptions

CURRENCY = "currency"
SHEET, FLAG, ERROR = "source_sheet", "source_flag", "error_cell"
INSTALL = 'Install it: pip install "rapport-reports[excel]".'
NAME_SHEETS = "Say which under `excel`: `sheets: all`, or names and patterns."


def read_excel(name: str, source: Source, path: Path) -> TextFile:
    """Read the sheets of a workbook as one table of text columns, in the order of its tabs.

    Rows that are no data keep what they hold and say why in `source_rule`: `total_row`,
    `total_row_differs` (its numbers are not the sum of rows above), `hidden_row`,
    `hidden_sheet`, `repeated_head`, `note_row`, `broken_row`. Where cells hold an error their
    rows say so in `source_flag`. Everything wrong with the file is a fault.
    """
    try:
        sheets, is_1904 = _read_sheets(source, path)
        return _read_table(name, source, path, sheets, is_1904=is_1904)
    except ModuleNotFoundError:
        return _refuse(name, "a workbook needs openpyxl, which is not installed", INSTALL)
    except RefusedFileError as error:
        return _refuse(name, f"{path.name} {error.found}", error.advice)


def describe_looks(source: Source, path: Path) -> list[str]:
    """Say what a workbook shows and its values do not: hidden columns, currencies of formats.

    Columns are named by their letters, sheets by their numbers. A workbook that cannot be read
    says nothing here: its reader does.
    """
    try:
        sheets, _ = _read_sheets(source, path)
        parts, _ = _take_parts("", source, path, sheets)
    except (ModuleNotFoundError, RefusedFileError):
        return []
    said = []
    for part in parts:
        where = f"{path.name}, sheet {part.sheet.tab.number}"
        for at in part.hidden:
            done = "read like the others" if at in part.names else "left out"
            said.append(f"{where}: column {name_column(at)} is hidden and {done}")
        for at, column in zip(part.names, list_columns([part]), strict=True):
            if shown := list_currencies(column, part.rules):
                said.append(f"{where}: column {name_column(at)} is shown in {', '.join(shown)}")
    return said


def _refuse(name: str, found: str, advice: str) -> TextFile:
    return TextFile(None, [Fault(name, "", found, advice)])


def _read_sheets(source: Source, path: Path) -> tuple[list[Sheet], bool]:
    """Read the sheets that are asked for and hold anything."""
    options = source.excel or ExcelOptions()
    try:
        check_file(path, source.limits)
        with path.open("rb") as file:
            workbook = open_workbook(file)
            tabs = _choose(workbook.tabs, options)
            sheets = [read_sheet(workbook, tab) for tab in tabs]
    except DAMAGES as error:
        raise damaged() from error
    filled = [sheet for sheet in sheets if sheet.lines]
    shown = [str(sheet.tab.number) for sheet in filled if not _is_left(sheet.tab, options)]
    if not filled:
        raise RefusedFileError("has nothing on the sheets that are asked for", "Deliver it again.")
    if options.sheets is None and len(shown) > 1:
        raise RefusedFileError(
            f"has {len(shown)} sheets with rows ({', '.join(shown)})", NAME_SHEETS
        )
    return filled, workbook.is_1904


def _choose(tabs: Sequence[Tab], options: ExcelOptions) -> list[Tab]:
    if options.sheets is None or options.sheets == "all":
        return list(tabs)
    wanted = (options.sheets,) if isinstance(options.sheets, str) else options.sheets
    patterns = {
        word: re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
        for word in wanted
    }
    absent = [w for w, p in patterns.items() if not any(p.fullmatch(tab.name) for tab in tabs)]
    if absent:
        found = f"has no sheet called {', '.join(absent)}"
        raise RefusedFileError(found, "Mend `sheets` under `excel`.")
    return [tab for tab in tabs if any(p.fullmatch(tab.name) for p in patterns.values())]


def _is_left(tab: Tab, options: ExcelOptions) -> bool:
    return tab.is_hidden and options.hidden_sheets == "aside"


def _read_table(
    name: str, source: Source, path: Path, sheets: Sequence[Sheet], *, is_1904: bool
) -> TextFile:
    options = source.excel or ExcelOptions()
    parts, faults = _take_parts(name, source, path, sheets)
    faults += _check_names(name, source, path, parts)
    columns = list_columns(parts)
    rules = [rule for part in parts for rule in part.rules]
    faults += [*find_open(name, columns, rules), *find_unclear(name, parts)]
    if not options.currencies:
        faults += find_mixed(name, columns, rules)
    if faults:
        return TextFile(None, faults)
    made = {c.name: write_column(c, rules, source, is_1904=is_1904) for c in columns}
    for column in columns if options.currencies else ():
        if list_currencies(column, rules):
            made[f"{column.name} {CURRENCY}"] = [c.currency or None if c else None
                                                 for c in column.cells]  # fmt: skip
    if options.sheet_column:
        made[SHEET] = [part.sheet.tab.name for part in parts for _ in part.lines]
    flags = _flag_errors(columns, len(rules))
    made |= {FLAG: flags} if any(flags) else {}
    made |= {RULE: rules} if any(rules) else {}
    return TextFile(pa.table({n: pa.array(texts, pa.string()) for n, texts in made.items()}), [])


def _take_parts(
    name: str, source: Source, path: Path, sheets: Sequence[Sheet]
) -> tuple[list[Part], list[Fault]]:
    options = source.excel or ExcelOptions()
    parts: list[Part] = []
    faults: list[Fault] = []
    for sheet in sheets:
        try:
            parts.append(take_rows(sheet, read_head(sheet, options), source, options))
        except RefusedFileError as error:
            if _is_left(sheet.tab, options):
                parts.append(take_hidden(sheet))
            else:
                faults.append(Fault(name, "", f"{path.name} {error.found}", error.advice))
    shown = [part for part in parts if not _is_left(part.sheet.tab, options)]
    names = _list_named(shown[0]).keys() if shown else None
    # What is hidden may be anything, a list of words for a form: its rows are counted.
    return [
        take_hidden(part.sheet)
        if names is not None
        and _is_left(part.sheet.tab, options)
        and _list_named(part).keys() != names
        else part
        for part in parts
    ], faults


def _check_names(name: str, source: Source, path: Path, parts: Sequence[Part]) -> Iterator[Fault]:
    options = source.excel or ExcelOptions()
    shown = [part for part in parts if not _is_left(part.sheet.tab, options)]
    own = [SHEET] if options.sheet_column else []
    for part in shown:
        names = [*part.names.values(), *own]
        yield from check_columns(name, path.name, names, most=source.limits.columns)
    known = {column for part in shown for column in part.names.values()}
    for column in sorted(set(options.merged) - known):
        yield Fault(name, column, "the file has no such column", "Mend `merged` of `excel`.")
    yield from _compare(name, path, shown)


def _list_named(part: Part) -> dict[str, str]:
    """Give the names of a part's head with the letters of their columns."""
    letters = {name: name_column(column) for column, name in part.names.items()}
    return {name: letter for name, letter in letters.items() if name != f"column {letter}"}


def _compare(name: str, path: Path, shown: Sequence[Part]) -> Iterator[Fault]:
    """Find sheets whose columns are not those of the first; letters are told, never names."""
    first = _list_named(shown[0]) if shown else {}
    for part in shown[1:]:
        own = _list_named(part)
        lacks = [letter for column, letter in first.items() if column not in own]
        adds = [letter for column, letter in own.items() if column not in first]
        number, other = part.sheet.tab.number, shown[0].sheet.tab.number
        told = [f"lacks columns {', '.join(lacks)} of sheet {other}"] if lacks else []
        told += [f"has columns {', '.join(adds)} that sheet {other} lacks"] if adds else []
        if told:
            found = f"sheet {number} of {path.name} {' and '.join(told)}"
            yield Fault(name, "", found, "Mend the heads, or make a source of each sheet.")


def _flag_errors(columns: Sequence[Column], n_rows: int) -> list[str | None]:
    rows = {
        place
        for place, cell in chain.from_iterable(enumerate(column.cells) for column in columns)
        if cell is not None and cell.kind == "error"
    }
    return [ERROR if place in rows else None for place in range(n_rows)]
