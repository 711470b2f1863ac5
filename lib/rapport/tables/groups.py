"""Row groups of Parquet files put together as they lie: no row is read or encoded again.

A row group's bytes depend on its rows and schema alone, so a file joined of the groups of others
has the bytes that one writer would have given it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from rapport.tables.footers import STRUCT, Struct, read_struct, write_struct

MAGIC = b"PAR1"
BLOCK = 1 << 22
# Fields of parquet.thrift: of the file, of a row group, of a chunk and of what a chunk holds.
N_ROWS, GROUPS = 3, 4
CHUNKS, GROUP_ROWS, GROUP_OFFSET, GROUP_SIZE = 1, 3, 5, 6
CHUNK_OFFSET, CHUNK = 2, 3
PAGES, INDEX, DICTIONARY = 9, 10, 11
# What lies outside of the groups, between them and the footer; none of it is ever written here.
OUTSIDE = {4, 5, 6, 7}
BLOOM = {14, 15}

Groups = tuple[Path, range]


def join_groups(parts: Sequence[Groups], into: Path) -> int:
    """Write a file of row groups of others, which have one schema.

    Parameters
    ----------
    parts : each file with the places of its groups to take, at least one group in all or none
        of any; the first file gives the schema
    into : the new file, none of `parts`

    Returns
    -------
    how many rows it holds
    """
    footers = [read_footer(path) for path, _ in parts]
    footer, groups = footers[0], []
    assert all(_without_groups(one) == _without_groups(footer) for one in footers)
    with into.open("wb") as out:
        out.write(MAGIC)
        for (path, places), one in zip(parts, footers, strict=True):
            taken = [_find(one, GROUPS)[1][place] for place in places]
            with path.open("rb") as file:
                for group in taken:
                    start, size = _find(group, GROUP_OFFSET), _find(group, GROUP_SIZE)
                    groups.append(_moved(group, out.tell() - start))
                    _copy(file, out, start, size)
        n_rows = sum(_find(group, GROUP_ROWS) for group in groups)
        _put(footer, N_ROWS, n_rows)
        _put(footer, GROUPS, (STRUCT, groups))
        content = write_struct(footer)
        out.write(content + len(content).to_bytes(4, "little") + MAGIC)
    return int(n_rows)


def read_footer(path: Path) -> Struct:
    """Read the footer of a Parquet file."""
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        size = int.from_bytes(file.read(4), "little")
        file.seek(-8 - size, os.SEEK_END)
        return read_struct(file.read(size))


def _moved(group: Struct, by: int) -> Struct:
    """Give a group's part of the footer for another place of the file, `by` bytes further on."""
    moved = [list(field) for field in group]
    _put(moved, GROUP_OFFSET, _find(group, GROUP_OFFSET) + by)
    kind, chunks = _find(group, CHUNKS)
    _put(moved, CHUNKS, (kind, [_moved_chunk(chunk, by) for chunk in chunks]))
    return moved


def _moved_chunk(chunk: Struct, by: int) -> Struct:
    assert not OUTSIDE & {number for number, *_ in chunk}
    return [[number, kind, _moved_field(number, value, by)] for number, kind, value in chunk]


def _moved_field(number: int, value: Any, by: int) -> Any:
    if number == CHUNK_OFFSET:
        return value + by if value else value
    if number != CHUNK:
        return value
    assert not BLOOM & {inner for inner, *_ in value}
    return [
        [inner, kind, held + by if inner in (PAGES, INDEX, DICTIONARY) else held]
        for inner, kind, held in value
    ]


def _find(struct: Struct, number: int) -> Any:
    return next(value for found, _, value in struct if found == number)


def _put(struct: Struct, number: int, value: Any) -> None:
    next(field for field in struct if field[0] == number)[2] = value


def _without_groups(footer: Struct) -> list[Any]:
    return [field for field in footer if field[0] not in (N_ROWS, GROUPS)]


def _copy(source: BinaryIO, into: BinaryIO, start: int, size: int) -> None:
    source.seek(start)
    for block in _blocks(source, size):
        into.write(block)


def _blocks(source: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0:
        block = source.read(min(BLOCK, size))
        assert block
        size -= len(block)
        yield block
