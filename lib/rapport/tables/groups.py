"""Row groups of Parquet files put together as they lie: no row is read or encoded again.

A row group's bytes depend on its rows and schema alone, so a file joined of the groups of others
has the bytes that one writer would have given it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rapport.tables.footers import (
    Struct,
    read_list_after_number,
    read_struct,
    write_list_after_number,
    write_struct,
)

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

Groups = tuple[Path, range | None]


def join_groups(parts: Sequence[Groups], into: Path) -> int:
    """Write a file of row groups of others, which have one schema.

    Parameters
    ----------
    parts : each file with the places of its groups to take, None for all, at least one group in
        all or none of any; the last file gives the schema. What a first file of which all are
        taken says of its groups is copied as it lies: it may hold thousands of them
    into : the new file, none of `parts`

    Returns
    -------
    how many rows it holds
    """
    whole, rest = _take_whole(parts)
    footers = [read_footer(path) for path, _ in rest]
    footer, groups = footers[-1], []
    assert all(_without_groups(one) == _without_groups(footer) for one in footers)
    with into.open("wb") as out:
        out.write(MAGIC)
        laid = _lay(whole, footer, out) if whole else NOTHING
        for (path, places), one in zip(rest, footers, strict=True):
            listed = _find(one, GROUPS)[1]
            with path.open("rb") as file:
                for group in listed if places is None else [listed[place] for place in places]:
                    start, size = _find(group, GROUP_OFFSET), _find(group, GROUP_SIZE)
                    groups.append(_moved(group, out.tell() - start))
                    _copy(file, out, start, size)
        n_rows = laid.n_rows + sum(_find(group, GROUP_ROWS) for group in groups)
        content = _write_footer(footer, n_rows, laid, groups)
        out.write(content + len(content).to_bytes(4, "little") + MAGIC)
    return int(n_rows)


class Laid(NamedTuple):
    """Groups that lie where they lay: how many, their rows, and what the footer says of them."""

    n: int
    n_rows: int
    told: bytes


NOTHING = Laid(0, 0, b"")


def _take_whole(parts: Sequence[Groups]) -> tuple[Path | None, Sequence[Groups]]:
    (path, places), *rest = parts
    return (path, rest) if places is None and rest else (None, parts)


def _lay(path: Path, footer: Struct, out: BinaryIO) -> Laid:
    """Copy all groups of a file to the place that they have in it."""
    with path.open("rb") as file:
        start, content = _read_end(file)
        head, end = _around_groups(footer)
        assert content.startswith(head)
        assert content.endswith(end)
        n_rows, n, told = read_list_after_number(content[len(head) : len(content) - len(end)])
        _copy(file, out, len(MAGIC), start - len(MAGIC))
    return Laid(n, n_rows, told)


def _write_footer(footer: Struct, n_rows: int, laid: Laid, groups: Sequence[Struct]) -> bytes:
    head, end = _around_groups(footer)
    moved = b"".join(write_struct(group) for group in groups)
    return head + write_list_after_number(n_rows, laid.n + len(groups), laid.told + moved) + end


def _around_groups(footer: Struct) -> tuple[bytes, bytes]:
    """Give what a footer holds before the number of rows, and behind the groups."""
    # A field is written by the step from the one before it: with the two between gone, the rest
    # would be written otherwise.
    before = write_struct([field for field in footer if field[0] < N_ROWS])[:-1]
    behind = [[number - GROUPS, *rest] for number, *rest in footer if number > GROUPS]
    return before, write_struct(behind)


def read_footer(path: Path) -> Struct:
    """Read the footer of a Parquet file."""
    with path.open("rb") as file:
        return read_struct(_read_end(file)[1])


def _read_end(file: BinaryIO) -> tuple[int, bytes]:
    """Read the footer of a file as it lies, and give also where it begins."""
    file.seek(-8, os.SEEK_END)
    size = int.from_bytes(file.read(4), "little")
    start = file.seek(-8 - size, os.SEEK_END)
    return start, file.read(size)


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
