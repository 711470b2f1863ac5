"""The run log: one JSON line a run, each carrying the digest of the line before it.

An edited or deleted line breaks the chain; a cut tail is seen because every report's envelope
carries the head that the log had before it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rapport.errors import RapportError
from rapport.press.locks import drop, take
from rapport.press.proof.log_chain import START, read_chain, whole_lines

__all__ = ["START", "append", "append_locked", "lock", "now", "read_head"]

WAIT = 30.0  # seconds that a run waits for another one's line


def read_head(log: Path) -> tuple[int, str]:
    """Count the lines and give the digest of the last one (64 zeros before the first).

    Raises
    ------
    TamperedError
        A line does not carry the digest of the line before it.
    """
    lines = read_chain(_read(log), name=log.name)
    return len(lines), lines[-1].digest if lines else START


def append(log: Path, entry: Mapping[str, Any]) -> None:
    """Add one line, whole or not at all; time and the chain are filled in here."""
    with lock(log):
        append_locked(log, entry)


def append_locked(log: Path, entry: Mapping[str, Any]) -> None:
    """Add one line while the caller holds the lock."""
    _, head = read_head(log)
    text = json.dumps({"at": now(), **entry, "before": head}, sort_keys=True, ensure_ascii=False)
    line = text.encode("utf-8") + b"\n"
    whole = sum(len(part) for part in whole_lines(_read(log)))
    # Not buffered: what did not fit must not be tried again when the file is closed.
    with log.open("ab", buffering=0) as file:
        file.truncate(whole)
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(log))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(whole)
            raise


def _read(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""


def now() -> str:
    """Give the time of day in UTC, to the second; the press reads the clock here only."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Keep other runs out while a shared file or link is changed.

    Raises
    ------
    RapportError
        Another run kept the lock for half a minute.
    """
    beside = path.with_name(f".{path.name}.lock")
    beside.parent.mkdir(parents=True, exist_ok=True)
    descriptor = take(beside, wait=WAIT)
    if descriptor is None:
        raise RapportError(f"{path.name}: another run keeps it. Wait for that run or end it.")
    try:
        yield
    finally:
        drop(descriptor, beside)
