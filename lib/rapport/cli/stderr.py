"""Standard error of this process and its children, taken line by line while bars are drawn."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


def open_again(stream: TextIO) -> TextIO:
    """Give another stream that leads to the same place, and stays there."""
    number = os.dup(stream.fileno())
    return os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace")


@contextmanager
def take_lines(stream: TextIO, put: Callable[[str], None]) -> Iterator[None]:
    """Give every line that is written to a stream to `put` instead.

    A warning of a worker comes from another process, so it is the file descriptor that is turned
    aside, not a Python object. Afterwards it leads where it led before, and no line is missing.
    """
    stream.flush()
    number = stream.fileno()
    before, (reading, writing) = os.dup(number), os.pipe()
    os.dup2(writing, number)
    # Its end cannot be waited for: multiprocessing's own child holds on to it as long as we live.
    end = secrets.token_bytes(16).hex().encode()
    reader = threading.Thread(target=_read, args=(reading, end, put), daemon=True)
    reader.start()
    try:
        yield
    finally:
        stream.flush()
        os.dup2(before, number)
        os.write(writing, end)
        reader.join()
        for descriptor in (before, reading, writing):
            os.close(descriptor)


def _read(reading: int, end: bytes, put: Callable[[str], None]) -> None:
    rest, is_over = b"", b""
    while not is_over:
        text, is_over, _ = (rest + os.read(reading, 65536)).partition(end)
        *lines, rest = text.split(b"\n")
        for line in lines:
            put(line.decode("utf-8", errors="replace"))
    if rest:
        put(rest.decode("utf-8", errors="replace"))
