"""Read text files as text: CSV of any dialect and fixed width, packed or not, in any encoding.

A row with more or fewer fields than the head, with a zero byte or with a cell beyond all measure
is put aside as `broken_row`; a head that stands again amid the rows as `repeated_head`. Where a
quote that is never closed swallows rows nothing is read: nobody could say how many are lost.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.odd import find_odd, find_rows, list_clean
from rapport.ingest.readers.aside import BROKEN, put_aside, too_many
from rapport.ingest.readers.fixed import cut_bytes
from rapport.ingest.readers.heads import check_columns, name_columns
from rapport.ingest.readers.lines import Uncommented, read_head
from rapport.ingest.readers.packing import (
    BLOCK,
    MB,
    RefusedFileError,
    Utf8Text,
    find_undecodable,
)
from rapport.params import Source

LINE = "line"
# Parts no line: a control character that no text file holds.
NO_DELIMITER = "\x1f"
# Rows larger than a block cannot be read; a second reading takes those of so many longest cells.
CELLS_IN_ROW = 32
TOO_LARGE = "straddling object"


class TextFile(NamedTuple):
    """The rows of a text file as text columns, none where the file has a fault.

    The table may hold `source_row`, else rows are numbered as they lie, and `source_rule`, the
    name under which a row is put aside. `clean` are the columns all of whose texts are ASCII,
    filled and without blanks at their ends.
    """

    table: pa.Table | Path | None
    faults: list[Fault]
    clean: frozenset[str] = frozenset()


class _Parsed(NamedTuple):
    """Rows as parsed, the numbers of those that could not be, and what the stream saw."""

    table: pa.Table
    ragged: dict[int, str]
    stream: Utf8Text


def read_text(name: str, source: Source, path: Path) -> TextFile:
    """Read one file of a source; everything wrong with it is a fault, with row numbers."""
    return read_guarded(name, source, path, _read)


def read_guarded(
    name: str, source: Source, path: Path, read: Callable[[str, Source, Path], TextFile]
) -> TextFile:
    """Read a file and tell what stops its reading as a fault."""
    try:
        return read(name, source, path)
    except RefusedFileError as error:
        return _refuse(name, f"{path.name} {error.found}", error.advice)
    except (UnicodeError, LookupError):
        return TextFile(None, [_not_text(name, source, path)])
    except (pa.ArrowInvalid, OSError, EOFError, csv.Error):
        return _refuse(name, f"{path.name} is damaged", "Deliver it again.")


def _refuse(name: str, found: str, advice: str) -> TextFile:
    return TextFile(None, [Fault(name, "", found, advice)])


def _not_text(name: str, source: Source, path: Path) -> Fault:
    found = f"{path.name} is not text in {source.encoding}"
    advice = "State its `encoding` in the unit's file."
    try:
        count, lines = find_undecodable(path, source.encoding, source.limits, ROWS_NAMED)
    except (LookupError, OSError, RefusedFileError):
        return Fault(name, "", found, advice)
    if not count:
        return Fault(name, "", found, advice)
    told = ", ".join(map(str, lines))
    more = f" and {count - len(lines):,} more" if count > len(lines) else ""
    noun = "line" if count == 1 else "lines"
    return Fault(name, "", f"{found} in {noun} {told}{more}, heads counted", advice)


def _read(name: str, source: Source, path: Path) -> TextFile:
    parsed = _parse(source, path, BLOCK)
    if isinstance(parsed, list):
        faults = check_columns(name, path.name, parsed, most=source.limits.columns)
        return TextFile(None, faults)
    table, numbers, aside = _sort_out(parsed, source)
    if source.positions == "bytes":
        table, parted = cut_bytes(table, LINE, source.fields or {}, source.encoding)
        aside |= dict.fromkeys(numbers[parted].tolist(), BROKEN)
        table, numbers = table.filter(pa.array(~parted)), numbers[~parted]
    faults = too_many(name, path.name, aside, len(parsed.ragged) + parsed.table.num_rows)
    if faults:
        return TextFile(None, faults)
    clean = list_clean(table) if source.format == "csv" else frozenset()
    return TextFile(put_aside(table, numbers, aside), [], clean)


def _parse(source: Source, path: Path, block: int) -> _Parsed | list[str]:
    """Parse a file, or give the names of its columns if they cannot be taken."""
    try:
        with Utf8Text(path, source.encoding, source.limits) as stream:
            names = name_cells(stream, source)
            if check_columns("", "", names, most=source.limits.columns):
                return names
            table, ragged = _read_csv(stream, source, names, block)
            return _Parsed(table, ragged, stream)
    except pa.ArrowInvalid as error:
        large = (source.limits.cell_kb << 10) * CELLS_IN_ROW
        if TOO_LARGE in str(error) and block < large:
            return _parse(source, path, large)
        if TOO_LARGE in str(error):
            raise RefusedFileError(
                f"has a row of more than {block // MB} MB, or a quote that is never closed",
                "Mend the row, or state the `quote`.",
            ) from error
        raise


def name_cells(stream: Utf8Text, source: Source) -> list[str]:
    """Read the head of a file and name its columns."""
    cells = read_head(stream, source, has_head=source.format == "csv" and source.names is None)
    if source.format == "fixed":
        return [LINE]
    return name_columns(cells if source.names is None else source.names)


def _read_csv(
    stream: Utf8Text, source: Source, names: list[str], block: int
) -> tuple[pa.Table, dict[int, str]]:
    ragged: dict[int, str] = {}

    def note(row: pa_csv.InvalidRow) -> str:
        _check_swallowed(row.text or "", row.number, source, len(names), is_row=True)
        ragged[row.number] = BROKEN
        return "skip"

    start = stream.read(BLOCK)
    if not start.strip(b"\r\n"):
        return pa.schema([(name, pa.string()) for name in names]).empty_table(), ragged
    stream.push_back(start)
    table = pa_csv.read_csv(_lines(stream, source), *_options(source, names, note, block))
    return table, ragged


def open_rows(
    stream: Utf8Text, source: Source, names: list[str], note: Callable[[pa_csv.InvalidRow], str]
) -> pa_csv.CSVStreamingReader:
    """Read a CSV file a block at a time, its cells as texts."""
    return pa_csv.open_csv(_lines(stream, source), *_options(source, names, note, BLOCK))


def _lines(stream: Utf8Text, source: Source) -> Utf8Text | Uncommented:
    return Uncommented(stream, source) if source.comment else stream


def _options(
    source: Source, names: list[str], note: Callable[[pa_csv.InvalidRow], str], block: int
) -> tuple[pa_csv.ReadOptions, pa_csv.ParseOptions, pa_csv.ConvertOptions]:
    texts = pa.schema([(name, pa.string()) for name in names])
    return (
        # One thread: only so does a ragged row have a number.
        pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=block),
        _parse_options(source, note),
        pa_csv.ConvertOptions(
            column_types=texts, strings_can_be_null=True, null_values=["", *source.missing],
            quoted_strings_can_be_null=True, check_utf8=False,
        ),
    )  # fmt: skip


def _parse_options(source: Source, note: Callable[[pa_csv.InvalidRow], str]) -> pa_csv.ParseOptions:
    is_fixed = source.format == "fixed"
    return pa_csv.ParseOptions(
        delimiter=NO_DELIMITER if is_fixed else source.delimiter,
        quote_char=False if is_fixed else (source.quote or False),
        escape_char=source.escape or False,
        newlines_in_values=not is_fixed and source.quote is not None,
        ignore_empty_lines=not is_fixed,
        invalid_row_handler=note,
    )


def _check_swallowed(
    text: str, number: int, source: Source, n_columns: int, *, is_row: bool
) -> None:
    """Stop where whole rows stand inside one pair of quotes, or inside one that never closes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:]
    if not source.quote or not lines:
        return
    n_whole = sum(line.count(source.delimiter) == n_columns - 1 for line in lines)
    is_open = is_row and not source.escape and text.count(source.quote) % 2 == 1
    if is_open or (n_columns > 1 and n_whole >= (1 if n_columns > 3 else 3)):
        raise RefusedFileError(
            f"has a quote in row {number:,} that closes rows later or never",
            "Mend that row, or state the `quote`.",
        )


def _sort_out(parsed: _Parsed, source: Source) -> tuple[pa.Table, np.ndarray, dict[int, str]]:
    """Take out rows that are no data; give the others, their numbers, and why those left."""
    table, aside = parsed.table, dict(parsed.ragged)
    numbers = np.arange(1, table.num_rows + len(aside) + 1)
    if aside:
        numbers = np.delete(numbers, np.array(sorted(aside)) - 1)
    if parsed.stream.has_marks:
        table = _without_marks(table)
    n_rows = len(numbers) + len(aside)
    if source.format == "csv" and has_ends_in_cells(parsed.stream, source, n_rows):
        _check_cells(table, numbers, parsed.stream, source)
    left = np.zeros(table.num_rows, dtype=bool)
    for rule, mask in find_odd(table, parsed.stream, source):
        aside |= dict.fromkeys(numbers[mask & ~left].tolist(), rule)
        left |= mask
    return (table.filter(pa.array(~left)), numbers[~left], aside) if left.any() else (
        table, numbers, aside
    )  # fmt: skip


def has_ends_in_cells(stream: Utf8Text, source: Source, n_rows: int) -> bool:
    """Say of a file that was read whether a cell of it may hold the end of a line."""
    n_lines = n_rows + source.skip + (source.names is None)
    n_ends = stream.n_ends + (not stream.tail.endswith(b"\n"))
    return not 1 < n_ends <= n_lines


def _without_marks(table: pa.Table) -> pa.Table:
    columns = [pc.replace_substring(column, "\ufeff", "") for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _check_cells(table: pa.Table, numbers: np.ndarray, stream: Utf8Text, source: Source) -> None:
    for place, column in enumerate(table.columns):
        with_ends = find_rows(pc.match_substring_regex(column, "[\r\n]"))
        for row in np.flatnonzero(with_ends).tolist():
            text = column[row].as_py()
            _check_swallowed(text, int(numbers[row]), source, table.num_columns, is_row=False)
            is_last = place == table.num_columns - 1 and row == table.num_rows - 1
            if is_last and not stream.tail.rstrip(b"\r\n").endswith(str(source.quote).encode()):
                raise RefusedFileError(
                    f"has a quote in row {int(numbers[row]):,} that never closes",
                    "Mend that row, or state the `quote`.",
                )
