"""A workbook's package: its tabs, its shared strings and what its styles mean.

openpyxl takes the package apart; cells are read in `sheets`. openpyxl's own cells say neither
which rows are hidden nor which formula was never computed, take dates of a Chinese Excel for
numbers, and hold a hundred bytes each.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import fromstring
from zipfile import BadZipFile

from rapport.ingest.excel.cells import OWN_FORMATS, Style, read_style
from rapport.ingest.readers.packing import RefusedFileError

# Whatever openpyxl stumbles over in a damaged package: it promises no kind of error. Both parsers
# of XML that it may use raise a SyntaxError.
DAMAGES = (
    ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, NotImplementedError,
    OSError, SyntaxError, TypeError, ValueError, zlib.error,
)  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Tab(NamedTuple):
    """A sheet before it is read: `number` counts all tabs, `part` is its place in the package."""

    number: int
    name: str
    is_hidden: bool
    part: str


class Workbook(NamedTuple):
    """An opened package: its tabs in order, and what their cells refer to."""

    package: Any
    tabs: list[Tab]
    strings: list[str]
    styles: list[Style]
    is_1904: bool


def open_workbook(file: IO[bytes]) -> Workbook:
    """Open a workbook that `check_file` has let pass.

    Raises
    ------
    RefusedFileError
        The package is damaged.
    ModuleNotFoundError
        openpyxl is not installed.
    """
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - an extra

    try:
        with warnings.catch_warnings():
            # Of what openpyxl would not write back: pictures, validations, odd names.
            warnings.simplefilter("ignore")
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            tabs = list(_list_tabs(reader))
        styles = _read_styles(reader)
    except DAMAGES as error:
        raise damaged() from error
    is_1904 = reader.wb.epoch.year == 1904
    return Workbook(reader.archive, tabs, reader.shared_strings, styles, is_1904)


def damaged() -> RefusedFileError:
    """Give the refusal of a package that cannot be taken apart."""
    return RefusedFileError("is damaged", "Open it, save it anew and deliver it again.")


def _list_tabs(reader: Any) -> Iterator[Tab]:
    for number, (sheet, part) in enumerate(reader.parser.find_sheets(), start=1):
        # A tab may be a chart.
        if part.Type.endswith("/worksheet") and part.target in reader.valid_files:
            yield Tab(number, sheet.name, sheet.state != "visible", part.target)


def _read_styles(reader: Any) -> list[Style]:
    # Not by openpyxl, which refuses a workbook for a colour that it does not know.
    from openpyxl.xml.constants import ARC_STYLE  # noqa: PLC0415 - an extra

    if ARC_STYLE not in reader.valid_files:
        return []
    root = fromstring(reader.archive.read(ARC_STYLE))  # noqa: S314 - expat bounds what entities add
    codes = {
        int(form.get("numFmtId", "0")): form.get("formatCode", "")
        for form in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    return [
        _read_style(int(style.get("numFmtId", "0")), codes)
        for style in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")
    ]


def _read_style(number: int, codes: dict[int, str]) -> Style:
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415 - an extra

    if number in codes:
        return read_style(OWN_FORMATS, codes[number])
    return read_style(number, BUILTIN_FORMATS.get(number, "General"))
