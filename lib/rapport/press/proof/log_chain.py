"""The log's chain: each line carries the digest of the line before it.

An edited, deleted or moved line breaks it. A cut tail does not, so reports name the head that the
log had before them: see `seal.log`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from rapport.errors import TamperedError
from rapport.press.proof.strict import read_json

START = "0" * 64


class Line(NamedTuple):
    """One line of the log."""

    number: int
    """Counted from 1."""
    entry: Mapping[str, Any]
    digest: str
    """Which the next line carries."""


def whole_lines(text: bytes) -> list[bytes]:
    """Give the whole lines, ends included; what a killed process left of one is none."""
    # By line feeds alone: a log of other line ends is another file, and no chain.
    return [line + b"\n" for line in text.split(b"\n")[:-1]]


def read_chain(text: bytes, *, name: str = "log.jsonl") -> list[Line]:
    """Read a log whose lines follow one another.

    Parameters
    ----------
    text : the bytes of the log
    name : what messages call it

    Raises
    ------
    TamperedError
        A line cannot be read, or does not carry the digest of the line before it.
    """
    found: list[Line] = []
    head = START
    for number, line in enumerate(whole_lines(text), 1):
        content = line[:-1]
        try:
            entry = read_json(content)
            before = entry["before"]
        except (TamperedError, KeyError, TypeError) as error:
            raise TamperedError(f"{name}: line {number} is damaged.") from error
        if before != head:
            raise TamperedError(f"{name}: line {number} does not follow the line before it.")
        head = hashlib.sha256(content).hexdigest()
        found.append(Line(number, entry, head))
    return found
