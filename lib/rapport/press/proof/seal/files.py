"""Files of strangers, opened carefully: no pipe is waited for, nothing is read without end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from rapport.errors import ParameterError, TamperedError, UnverifiableError
from rapport.press.proof.trust import LARGEST as LARGEST_TRUST
from rapport.press.proof.trust import Trust, parse_trust

LARGEST = 256 * 1024 * 1024
"""Bytes; a report of forty figures has 3 MB."""


def read_plain(path: Path, *, limit: int = LARGEST) -> bytes:
    """Read a plain file.

    Raises
    ------
    ParameterError
        There is none, or it is a folder, a pipe or a device.
    UnverifiableError
        It is larger than `limit` bytes.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise ParameterError(f"{path.name}: cannot be read ({error.strerror}).") from error
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise ParameterError(f"{path.name}: is no plain file. Name an HTML or PDF report.")
        # One byte more than allowed: a file may grow while it is read.
        content = file.read(limit + 1)
    if len(content) > limit:
        raise UnverifiableError(
            f"{path.name}: is larger than {limit // 2**20} MB, which no report is. Name a report."
        )
    return content


def read_inside(folder: Path, name: str) -> bytes:
    """Read a file of a run's folder.

    Raises
    ------
    TamperedError
        It is gone, or a link or anything else but a plain file.
    """
    path = folder / name
    if path.is_symlink() or not path.is_file():
        found = "is a link or no plain file" if os.path.lexists(path) else "is gone"
        raise TamperedError(f"{name}: {found}. Ask for the original.")
    return read_plain(path)


def read_trust(path: Path) -> Trust:
    """Read a trust file.

    Raises
    ------
    ParameterError
        It cannot be read, or a line of it cannot.
    """
    content = read_plain(path, limit=LARGEST_TRUST)
    try:
        return parse_trust(content.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path.name}: is not UTF-8 text. Name a trust file.") from error
