"""JSON of strangers, read strictly: what two readers could read in two ways is refused.

A name that stands twice in one object, NaN or infinity, other bytes than UTF-8, halves of a
character, numbers of hundreds of digits and brackets nested without end are no record that this
package writes. Reading takes a time that grows with the text's length, whatever stands in it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rapport.errors import TamperedError

DEEPEST = 64  # objects and lists inside one another
LONGEST = 400  # digits of a number
# Texts are skipped as wholes: brackets inside them open nothing. One that is never closed goes to
# the end: were it no match there, the search would begin anew at each of its quotes.
MARKS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(text: bytes) -> Any:
    """Read JSON in which every name stands once and every number is finite.

    Raises
    ------
    TamperedError
        It is no such JSON.

    Examples
    --------
    >>> read_json(b'{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    try:
        _check_depth(text)
        found = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_int=_whole,
            parse_float=_finite,
        )
        if HALF.search(text):
            # Spelled by two halves a character is one; a half alone could not be written again.
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise TamperedError("seal: the record is damaged. Ask for the original.") from error
    return found


def _check_depth(text: bytes) -> None:
    depth = 0
    for mark in MARKS.finditer(text):
        first = mark[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > DEEPEST:
            raise ValueError("nested too deeply")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _whole(text: str) -> int:
    if len(text) > LONGEST:
        raise ValueError("too many digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if len(text) > LONGEST or number in (float("inf"), float("-inf")):
        raise ValueError("no finite number")
    return number
