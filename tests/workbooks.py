"""Workbooks that tests make: drawn by openpyxl, and what openpyxl cannot write put in by hand."""

import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

from rapport.ingest.excel import read_excel
from rapport.params import Source


def fill(sheet, rows):
    """Write rows from the first on; None leaves a cell empty."""
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                sheet.cell(number, column).value = value


def save(path: Path, *sheets, **named) -> Path:
    """Save a workbook of sheets, each a list of rows; `named` gives them names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.remove(book.active)
    tabs = {f"Sheet{n}": rows for n, rows in enumerate(sheets, start=1)} | named
    for name, rows in tabs.items():
        fill(book.create_sheet(name), rows)
    book.save(path)
    return path


def patch(path: Path, part: str, *changes: tuple[str, str]) -> None:
    """Replace texts inside a part of a saved workbook; each must stand there."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts.get(part, b"").decode()
    for old, new in changes:
        text, n = re.subn(old, lambda _, new=new: new, text)
        assert n, old
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def read(path: Path, *, source=(), **options):
    """Read a workbook as a source of its own with the options of `excel`."""
    made = {"path": path.name, "format": "excel", "excel": options or None, **dict(source)}
    return read_excel("book", Source.model_validate(made), path)


def rows_of(file):
    """Give the rows of what was read as lists, with the rule last where there is one."""
    assert file.table is not None, file.faults
    return [list(row.values()) for row in file.table.to_pylist()]


def told(file):
    """Give the faults of what was read in a line each."""
    return [
        f"{f.column}: {f.n_rows}: {f.found} {','.join(f.rows)}. {f.advice}" for f in file.faults
    ]
