"""Read one basket a line, its items parted by the delimiter, as one row per item.

This is the "basket" form that market-basket tools exchange: no head, no days, no customers. The
columns are `basket` (the number of the line), `place` (of the item in it, from 1) and `item`.
Empty lines are no baskets and keep their number; an item without a name is put aside as
`broken_row`, as is a line longer than the longest cell allowed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from rapport.ingest.casts import BLANKS
from rapport.ingest.odd import list_clean
from rapport.ingest.readers.aside import too_many
from rapport.ingest.readers.cells import Columns
from rapport.ingest.readers.packing import MB, RefusedFileError, Utf8Text
from rapport.ingest.text import TextFile, read_guarded
from rapport.params import Source


def read_baskets(name: str, source: Source, path: Path) -> TextFile:
    """Read one file of baskets; everything wrong with it is a fault."""
    return read_guarded(name, source, path, _read)


def _read(name: str, source: Source, path: Path) -> TextFile:
    columns = Columns(source.limits)
    with Utf8Text(path, source.encoding, source.limits) as stream:
        for row in _rows(stream, source):
            columns.add(row)
    if not columns.n_rows:
        raise RefusedFileError("holds no basket", "Deliver it again.")
    faults = too_many(name, path.name, columns.aside, columns.n_rows)
    if faults:
        return TextFile(None, faults)
    table = columns.read_rows()
    return TextFile(columns.finish(table), [], list_clean(table))


def _rows(stream: Utf8Text, source: Source) -> Iterator[dict[str, str | None] | None]:
    longest = source.limits.cell_kb << 10
    buffered = io.BufferedReader(stream, MB)
    number = 0
    while line := buffered.readline(longest):
        number += 1
        if not line.endswith(b"\n") and len(line) == longest:
            while line and not line.endswith(b"\n"):
                line = buffered.readline(longest)
            yield None
            continue
        yield from _items(line.decode("utf-8").replace("\ufeff", ""), number, source)


def _items(line: str, number: int, source: Source) -> Iterator[dict[str, str | None] | None]:
    reader = csv.reader(
        [line], delimiter=source.delimiter, quotechar=source.quote or '"',
        quoting=csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
    )  # fmt: skip
    for place, item in enumerate(next(reader, []), 1):
        named = item.strip(BLANKS)
        if named:
            yield {"basket": str(number), "place": str(place), "item": named}
        elif line.strip():
            yield None
