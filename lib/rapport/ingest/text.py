"""Read text files as text: CSV and fixed width, in any encoding, with or without gzip or BOM."""

from __future__ import annotations

import csv
import gzip
import io
import unicodedata
import zlib
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rapport.ingest.casts import BLANKS
from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.params import Source

LINE = "line"
# Parts no line: a control character that no text file holds.
NO_DELIMITER = "\x1f"


class TextFile(NamedTuple):
    """The rows of a text file as text columns, none where the file has a fault.

    `clean` are the columns all of whose texts are ASCII, filled and without blanks at their
    ends.
    """

    table: pa.Table | None
    faults: list[Fault]
    clean: frozenset[str] = frozenset()


def read_text(name: str, source: Source, path: Path) -> TextFile:
    """Read one file of a source; everything wrong with it is a fault, with row numbers."""
    try:
        if source.format == "fixed":
            return TextFile(_read_csv(path, source.encoding, [LINE], NO_DELIMITER)[0], [])
        return _read_columns(name, source, path)
    except (UnicodeDecodeError, LookupError):
        found = f"{path.name} is not text in {source.encoding}"
        return TextFile(None, [Fault(name, "", found, "State its `encoding` in the unit's file.")])
    except (pa.ArrowInvalid, OSError, EOFError, zlib.error, csv.Error):
        return TextFile(None, [Fault(name, "", f"{path.name} is damaged", "Deliver it again.")])


def _read_columns(name: str, source: Source, path: Path) -> TextFile:
    head = _read_head(path, source)
    twice = sorted({column for column in head if head.count(column) > 1})
    if not head or twice:
        found = (
            f"{path.name} has {len(twice)} names twice in its head"
            if head
            else f"{path.name} has no head"
        )
        return TextFile(None, [Fault(name, ", ".join(twice), found, "Mend the head.")])
    table, ragged = _read_csv(path, source.encoding, head, source.delimiter, skip=1)
    if not ragged:
        return TextFile(table, [], _list_clean(table))
    found = f"{path.name} has rows with more or fewer fields than its head ({len(head)})"
    advice = "Quote fields that hold the delimiter or a line's end, or state the `delimiter`."
    rows = tuple(str(row) for row in ragged[:ROWS_NAMED])
    return TextFile(None, [Fault(name, "", found, advice, n_rows=len(ragged), rows=rows)])


def _read_head(path: Path, source: Source) -> list[str]:
    with _open(path) as file:
        text = io.TextIOWrapper(file, encoding=source.encoding, newline="")
        head = next(csv.reader(text, delimiter=source.delimiter), [])
    return [unicodedata.normalize("NFC", column.lstrip("\ufeff").strip()) for column in head]


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def _read_csv(
    path: Path, encoding: str, names: list[str], delimiter: str, *, skip: int = 0
) -> tuple[pa.Table, list[int]]:
    ragged: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        ragged.append(row.number - skip)
        return "skip"

    lines = delimiter == NO_DELIMITER
    with _open(path) as file:
        table = pa_csv.read_csv(
            file,
            # One thread: only so does a ragged row have a number.
            pa_csv.ReadOptions(
                use_threads=False, column_names=names, skip_rows=skip, encoding=encoding
            ),
            pa_csv.ParseOptions(
                delimiter=delimiter, quote_char=False if lines else '"',
                newlines_in_values=not lines, ignore_empty_lines=not lines,
                invalid_row_handler=note,
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True,
                null_values=[""], quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
    return table, ragged


def _list_clean(table: pa.Table) -> frozenset[str]:
    names = table.column_names
    if len({name.lower() for name in names}) < len(names):
        # The engine, to which these are one name, calls the columns otherwise.
        return frozenset()
    return frozenset(name for name in names if _is_clean(table[name]))


def _is_clean(texts: pa.ChunkedArray) -> bool:
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        return False
    trimmed = pc.utf8_trim(texts, characters=BLANKS)
    # Empty fields have been read as missing.
    return bool(trimmed.equals(texts))
