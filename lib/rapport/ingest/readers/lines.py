"""The head of a text file, and its lines without comments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rapport.ingest.readers.packing import MB, RefusedFileError, Utf8Text
from rapport.params import Source

LONGEST_HEAD = MB
ADVICE = "State the `delimiter` and the `quote` in the unit's file."


def read_head(stream: Utf8Text, source: Source, *, has_head: bool) -> list[str]:
    """Pass over the lines before the head and read the head; the stream goes on behind it.

    Without a head the lines to skip are passed over, and no cell is given.
    """
    start = stream.read(LONGEST_HEAD)
    lines = start.splitlines(keepends=True)
    n_read = min(source.skip, len(lines))
    cells: list[str] = []
    if has_head:
        while n_read < len(lines) and _is_comment(lines[n_read], source):
            n_read += 1
        reader = csv.reader(_decode(lines[n_read:]), **_dialect(source))  # type: ignore[arg-type]
        try:
            cells = next(reader, [])
        except csv.Error as error:
            raise RefusedFileError("has a head that cannot be taken apart", ADVICE) from error
        n_read += reader.line_num
    n_bytes = sum(map(len, lines[:n_read]))
    if n_bytes == LONGEST_HEAD:
        raise RefusedFileError(
            f"has a head of more than {LONGEST_HEAD // MB} MB",
            ADVICE,
        )
    stream.push_back(start[n_bytes:])
    return cells


def _decode(lines: list[bytes]) -> Iterator[str]:
    return (line.decode("utf-8") for line in lines)


def _dialect(source: Source) -> dict[str, object]:
    return {
        "delimiter": source.delimiter,
        "quotechar": source.quote or '"',
        "quoting": csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
        "escapechar": source.escape,
        "strict": True,
    }


def _is_comment(line: bytes, source: Source) -> bool:
    return bool(source.comment) and line.startswith(str(source.comment).encode())


class Uncommented(io.RawIOBase):
    """A stream of text without the lines that begin with a mark of comment outside of quotes."""

    def __init__(self, stream: Utf8Text, source: Source) -> None:
        super().__init__()
        self._lines = io.BufferedReader(stream, MB)
        self._source = source
        self._quote = (source.quote or "").encode()
        self._in_quotes = False
        self._ahead = b""

    def readable(self) -> bool:
        """Say that this is a stream to read from."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, all that is left with -1."""
        parts, n_bytes = [self._ahead], len(self._ahead)
        while size < 0 or n_bytes < size:
            line = self._lines.readline()
            if not line:
                break
            if self._is_kept(line):
                parts.append(line)
                n_bytes += len(line)
        text = b"".join(parts)
        taken = text if size < 0 else text[:size]
        self._ahead = text[len(taken) :]
        return taken

    def _is_kept(self, line: bytes) -> bool:
        if not self._in_quotes and _is_comment(line, self._source):
            return False
        if self._quote and line.count(self._quote) % 2 == 1:
            self._in_quotes = not self._in_quotes
        return True
