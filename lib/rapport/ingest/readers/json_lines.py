"""Read JSON lines as text: one object a line, numbers as they are written.

An object inside an object gives columns such as `customer.id`; a list of words gives the words
with `;` between them, any other list its JSON. A line that is no object, that names a key twice
or holds NaN or half of a pair of surrogates is put aside as `broken_row`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapport.ingest.odd import list_clean
from rapport.ingest.readers.aside import too_many
from rapport.ingest.readers.cells import Columns
from rapport.ingest.readers.heads import check_columns, name_columns
from rapport.ingest.readers.packing import MB, RefusedFileError, Utf8Text
from rapport.ingest.text import TextFile, read_guarded
from rapport.params import Source

# Several of the longest cells fit into a line; beyond this it is not looked at.
LONGEST_LINE = 16
SEPARATORS = frozenset("|;；、")
DEPTH = 16
PLAIN = frozenset([str, type(None)])


class _BrokenLineError(Exception):
    """A line holds no row."""


def read_json_lines(name: str, source: Source, path: Path) -> TextFile:
    """Read one file of JSON lines; everything wrong with it is a fault."""
    return read_guarded(name, source, path, _read)


def _read(name: str, source: Source, path: Path) -> TextFile:
    columns = Columns(source.limits)
    missing = frozenset(["", *source.missing])
    longest = source.limits.cell_kb << 10
    with Utf8Text(path, source.encoding, source.limits) as stream:
        for line in _lines(stream, longest * LONGEST_LINE):
            row = None if line is None else _parse(line, missing)
            # Only a long line or an escape can hold what a cell may not.
            columns.add(row, is_plain=len(line or b"") <= longest and b"\\u" not in (line or b""))
    names = name_columns(columns.names())
    if not columns.n_rows:
        raise RefusedFileError("holds no row", "Deliver it again.")
    faults = too_many(name, path.name, columns.aside, columns.n_rows)
    faults = faults or check_columns(name, path.name, names, most=source.limits.columns)
    if faults:
        return TextFile(None, faults)
    table = columns.read_rows().rename_columns(names)
    return TextFile(columns.finish(table), [], list_clean(table))


def _lines(stream: Utf8Text, longest: int) -> Iterator[bytes | None]:
    """Give the lines that hold something; None for one of more bytes than the longest may have."""
    buffered = io.BufferedReader(stream, MB)
    is_first = True
    while line := buffered.readline(longest):
        is_whole = line.endswith(b"\n") or len(line) < longest
        if is_first and line.lstrip().startswith(b"["):
            raise RefusedFileError("is one JSON list", "Deliver it with one object a line.")
        is_first = False
        while not is_whole:
            rest = buffered.readline(longest)
            line, is_whole = b"", rest.endswith(b"\n") or len(rest) < longest
        if not line:
            yield None
        elif line.strip():
            yield line


def _refuse(_: str) -> str:
    raise _BrokenLineError


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _BrokenLineError
    return found


# Made once: to make one takes longer than to read a line.
DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=_refuse, object_pairs_hook=_object
)


def _parse(line: bytes, missing: frozenset[str]) -> dict[str, str | None] | None:
    text = line.decode("utf-8").replace("\ufeff", "")
    try:
        found = DECODER.decode(text)
        if not isinstance(found, dict):
            return None
        is_flat = PLAIN.issuperset(map(type, found.values()))
        row = found if is_flat else dict(_flatten("", found, 0))
        if b"\\u" in line:
            "".join(cell for cell in row.values() if cell).encode("utf-8")
    except (ValueError, RecursionError, _BrokenLineError):
        return None
    return {key: None if cell in missing else cell for key, cell in row.items()}


def _flatten(prefix: str, found: dict[str, Any], depth: int) -> Iterator[tuple[str, str | None]]:
    if depth > DEPTH:
        raise _BrokenLineError
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _flatten(f"{prefix}{key}.", value, depth + 1)
        else:
            yield f"{prefix}{key}", _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    words = [word for word in value if isinstance(word, str) and not SEPARATORS & set(word)]
    return ";".join(words) if len(words) == len(value) else json.dumps(value, ensure_ascii=False)
