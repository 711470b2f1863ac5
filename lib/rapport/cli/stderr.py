"""Standard error of this process and its children, taken line by line while bars are drawn."""

from __future__ import annotations

import codecs
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

PATIENCE = 2.0
"""Seconds to wait for a child that still holds on to standard error, at the end."""


@contextmanager
def take_lines(stream: TextIO, put: Callable[[str], None]) -> Iterator[TextIO]:
    """Give every line written to a stream to `put`, and a stream that still leads to the screen.

    A warning of a worker comes from another process, so it is the file descriptor that is turned
    aside, not a Python object. Afterwards the descriptor leads to the screen as before.
    """
    stream.flush()
    number = stream.fileno()
    screen, (reading, writing) = os.dup(number), os.pipe()
    os.dup2(writing, number)
    os.close(writing)
    reader = threading.Thread(target=_read, args=(reading, put), daemon=True)
    reader.start()
    try:
        with open(screen, "w", encoding="utf-8", errors="backslashreplace", closefd=False) as given:
            yield given
    finally:
        stream.flush()
        os.dup2(screen, number)
        reader.join(PATIENCE)
        os.close(screen)


def _read(reading: int, put: Callable[[str], None]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""
    while chunk := os.read(reading, 65536):
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in lines:
            put(line)
    if rest:
        put(rest)
    os.close(reading)
