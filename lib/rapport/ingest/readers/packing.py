"""The text of a file as UTF-8 bytes, however it was packed and encoded, and never without end.

How a file is packed is told by its first bytes, not by its name. What comes out is counted
while it is read, so that a file of kilobytes that unpacks to terabytes is refused on the way.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path

import pyarrow as pa

from rapport.params.limits import FileLimits

MB = 1 << 20
# Below this any ratio is harmless, and small files of equal rows pack very well.
RATIO_FROM = 64 * MB
BLOCK = MB
PACKINGS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
OTHERS = {
    b"PK\x03\x04": "is a zip archive or a workbook",
    b"\xfd7zXZ": "is packed as xz",
    b"PAR1": "is a Parquet file",
    b"SQLite format 3": "is an SQLite file",
    b"%PDF": "is a PDF",
}
MARK = "\ufeff".encode()
LONGEST_TAIL = 4


class RefusedFileError(Exception):
    """A file cannot be read as it is declared: what was found, and what to do."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found = found
        self.advice = advice


class Utf8Text(io.RawIOBase):
    """A text file as a stream of UTF-8 bytes.

    A byte order mark at its start is left out. After reading, `has_zeros` says whether zero bytes
    were in it, `has_marks` whether further such marks were, `n_ends` how many ends of lines,
    `tail` what the last bytes are.
    """

    def __init__(self, path: Path, encoding: str, limits: FileLimits) -> None:
        super().__init__()
        self._packed = max(path.stat().st_size, 1)
        self._limits = limits
        self._file, self._is_packed = _open(path)
        self._decoder, self._is_utf8 = _decoder(encoding)
        self._ahead = b""
        self._n_bytes = 0
        self._is_done = False
        self.has_zeros = False
        self.has_marks = False
        self.n_ends = 0
        self.tail = b""

    def readable(self) -> bool:
        """Say that this is a stream to read from."""
        return True

    def push_back(self, ahead: bytes) -> None:
        """Give bytes that were read too far; they are read again first."""
        self._ahead = ahead + self._ahead

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, all that is left with -1."""
        if size > 0 and not self._ahead and self._is_utf8:
            return self._next(size)
        while (size < 0 or len(self._ahead) < size) and not self._is_done:
            self._ahead += self._next(BLOCK if size < 0 else max(size, 1))
        taken = self._ahead if size < 0 else self._ahead[:size]
        self._ahead = self._ahead[len(taken) :]
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer and give the number of bytes."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def _next(self, size: int) -> bytes:
        raw: bytes = self._file.read(size)
        self._is_done = not raw
        is_start = self._n_bytes == 0
        self._n_bytes += len(raw)
        self._check_size()
        # Also what is UTF-8 is decoded: Arrow would meet a torn letter in the midst of a row.
        decoded = self._decoder.decode(raw, final=self._is_done)
        text = raw if self._is_utf8 else decoded.encode("utf-8")
        text = text.removeprefix(MARK) if is_start else text
        self.has_zeros = self.has_zeros or b"\x00" in text
        self.n_ends += text.count(b"\n")
        # A mark may stand across two blocks.
        self.has_marks = self.has_marks or MARK in text or MARK in self.tail[-2:] + text[:2]
        self.tail = (self.tail + text[-LONGEST_TAIL:])[-LONGEST_TAIL:]
        return text

    def _check_size(self) -> None:
        if self._n_bytes > self._limits.unpacked_mb * MB:
            found = f"holds more than {self._limits.unpacked_mb:,} MB of text"
        elif (
            self._is_packed
            and self._n_bytes > RATIO_FROM
            and self._n_bytes > self._limits.ratio * self._packed
        ):
            found = f"unpacks to more than {self._limits.ratio} times its size"
        else:
            return
        raise RefusedFileError(found, "If that is right, raise `limits` of the source.")


def _open(path: Path) -> tuple[pa.NativeFile, bool]:
    with path.open("rb") as file:
        start = file.read(16)
    for magic, found in OTHERS.items():
        if start.startswith(magic):
            raise RefusedFileError(found, "Unpack it, or state its `format` in the unit's file.")
    packing = next((name for magic, name in PACKINGS.items() if start.startswith(magic)), None)
    return pa.input_stream(str(path), compression=packing), packing is not None


def _decoder(encoding: str) -> tuple[codecs.IncrementalDecoder, bool]:
    # Refuses what is no text encoding (rot13, zip), which a lookup alone would give.
    io.TextIOWrapper(io.BytesIO(), encoding=encoding).detach()
    name = codecs.lookup(encoding).name
    is_utf8 = name in {"utf-8", "utf-8-sig"}
    return codecs.getincrementaldecoder("utf-8" if is_utf8 else name)(), is_utf8


def find_undecodable(
    path: Path, encoding: str, limits: FileLimits, n: int
) -> tuple[int, list[int]]:
    """Count the lines of a file that are not text in an encoding, and give the first `n` numbers.

    Lines are counted from 1 with the head. An encoding in which a line's end is not one byte,
    such as UTF-16, gives 0 and no number.
    """
    if len("\n".encode(encoding)) != 1:
        return 0, []
    # Any byte is a letter of this one.
    raw = Utf8Text(path, "latin-1", limits)
    numbers, count = [], 0
    with io.BufferedReader(raw, BLOCK) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8").encode("latin-1").decode(encoding)
            except UnicodeError:
                count += 1
                numbers += [number] if count <= n else []
    return count, numbers
