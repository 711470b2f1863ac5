"""How a text file is encoded and taken apart: told by its bytes, never by its name."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapport.errors import DataError
from rapport.ingest.readers.packing import RefusedFileError, Utf8Text
from rapport.params.limits import FileLimits

SAMPLE = 4 << 20
DELIMITERS = (",", ";", "\t", "|")
ROWS = 200
SKIPPED_AT_MOST = 10
# Lead bytes of the 3,755 characters that Chinese text is mostly written in (GB 2312, level 1).
COMMON = range(0xB0, 0xD8)


@dataclass(frozen=True)
class Dialect:
    """How a text file is read: its encoding, what parts its fields, lines before its head."""

    encoding: str
    delimiter: str
    skip: int
    head: tuple[str, ...]


def guess_dialect(path: Path) -> Dialect:
    """Guess how a text file is to be read.

    Raises
    ------
    DataError
        The file is empty, is no text, or is packed in a way that no source can be.
    """
    raw = _read(path)
    if not raw.strip():
        raise DataError(f"{path.name}: holds nothing. Deliver a file with a head and rows.")
    encoding = _guess_encoding(raw, path)
    text = raw.decode(encoding, errors="ignore").removeprefix("\ufeff")
    # The last line may have been cut.
    lines = text.splitlines()[: ROWS + SKIPPED_AT_MOST]
    delimiter = max(DELIMITERS, key=lambda mark: (_fit(lines, mark), -DELIMITERS.index(mark)))
    rows = _parse(lines, delimiter)
    width = _width(rows)
    wide = [row for row in rows[:SKIPPED_AT_MOST] if len(row) == width and all(row)]
    head = (wide or rows or [[]])[0]
    return Dialect(encoding, delimiter, _lines_above(lines, delimiter, head), tuple(head))


def _read(path: Path) -> bytes:
    try:
        with Utf8Text(path, "latin-1", FileLimits()) as stream:
            # Each byte comes as one character: the encoding is not known yet.
            return stream.read(2 * SAMPLE).decode("utf-8", "ignore").encode("latin-1", "ignore")
    except RefusedFileError as error:
        raise DataError(f"{path.name}: {error.found}. {error.advice}") from error
    except (OSError, EOFError) as error:
        raise DataError(f"{path.name}: cannot be read. Deliver it again.") from error


def _guess_encoding(raw: bytes, path: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in raw:
        raise DataError(
            f"{path.name}: holds zero bytes and is no text. Deliver it as CSV, Excel or Parquet."
        )
    for encoding in ("utf-8", "gb18030"):
        if _decodes(raw, encoding) and (encoding == "utf-8" or _is_chinese(raw)):
            return encoding
    return "cp1252"


def _decodes(raw: bytes, encoding: str) -> bool:
    for cut in range(4):  # a sample may end amid a character
        try:
            raw[: len(raw) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(raw) - 8:
                return False
        else:
            return True
    return False


def _is_chinese(raw: bytes) -> bool:
    """Say whether bytes above ASCII come in pairs that are common characters of GB 2312."""
    common = others = at = 0
    while at < len(raw) - 1:
        if raw[at] < 0x80:
            at += 1
            continue
        if raw[at] in COMMON and raw[at + 1] >= 0xA1:
            common += 1
        else:
            others += 1
        at += 2
    return common > others


def _lines_above(lines: Sequence[str], delimiter: str, head: Sequence[str]) -> int:
    """Count the lines above the head, empty ones as well."""
    reader, above = csv.reader(lines, delimiter=delimiter), 0
    for row in reader:
        if [cell.strip() for cell in row] == head:
            return above
        above = reader.line_num
    return 0


def _parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        parsed = csv.reader(lines, delimiter=delimiter)
        return [[cell.strip() for cell in row] for row in parsed if row]
    except csv.Error:
        return []


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 0


def _fit(lines: Sequence[str], delimiter: str) -> float:
    rows = _parse(lines, delimiter)
    width = _width(rows)
    if width < 2:
        return 0.0
    return sum(len(row) == width for row in rows) / len(rows) + width / 1_000
