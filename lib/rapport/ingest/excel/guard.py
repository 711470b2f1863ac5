"""What kind of file it is that calls itself a workbook, asked before anything is unpacked."""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path

from rapport.ingest.readers.packing import MB, RATIO_FROM, RefusedFileError
from rapport.params.limits import FileLimits

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE = "Open it and save it as an Excel workbook (.xlsx)."
UNLOCK = "Save it without a password; a folder may have one."
# A workbook's rows are held in memory; no sheet that Excel can open comes near this.
MOST_MB = 4096
MOST_PARTS = 10_000
# What stands in a package that is no workbook of ours, and what it is.
OTHERS = {
    "xl/workbook.bin": "is a binary workbook (.xlsb)",
    "mimetype": "is an OpenDocument file",
    "word/document.xml": "is a text document",
}


def check_file(path: Path, limits: FileLimits) -> None:
    """Refuse what is no workbook, is locked, or would unpack beyond all measure.

    Raises
    ------
    RefusedFileError
        It must not be opened; the message says why.
    """
    with path.open("rb") as file:
        start = file.read(512)
        if start.startswith(OLE):
            raise _ole(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if start.startswith(ZIP):
        _check_package(path, limits)
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise RefusedFileError("is a web page or XML under a workbook's name", SAVE)
    else:
        raise RefusedFileError("is no workbook", "State its `format`, or deliver it again.")


def _ole(content: mmap.mmap) -> RefusedFileError:
    with content:
        if content.find(ENCRYPTED) >= 0:
            return RefusedFileError("is protected by a password", UNLOCK)
    return RefusedFileError("is a workbook of before 2007 (.xls)", SAVE)


def _check_package(path: Path, limits: FileLimits) -> None:
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
    names = {part.filename for part in parts}
    for name, kind in OTHERS.items():
        if name in names:
            raise RefusedFileError(kind, SAVE)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedFileError("is protected by a password", UNLOCK)
    # What a part declares is what is read of it at most: a lie makes it damaged, not larger.
    n_bytes, packed = sum(part.file_size for part in parts), path.stat().st_size
    most = min(limits.unpacked_mb, MOST_MB)
    is_bomb = n_bytes > RATIO_FROM and n_bytes > packed * limits.ratio
    if n_bytes > most * MB or is_bomb or len(parts) > MOST_PARTS:
        found = f"unpacks to {n_bytes // MB:,} MB in {len(parts):,} parts from {packed:,} bytes"
        raise RefusedFileError(found, "Deliver it again, or raise `limits` if it is honest.")
