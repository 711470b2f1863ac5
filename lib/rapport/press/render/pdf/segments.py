"""The appendix in stretches: prose and narrow tables in two columns, what is wide over the page.

A part may hold both. It is cut before and after what is wide, in the order it was written in;
a heading goes with what follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

HEADLINE = -1
"""The place of a part's own headline, before its groups."""


@dataclass(frozen=True)
class Segment:
    """Neighbours of one width: part and group of each."""

    is_wide: bool
    pieces: tuple[tuple[int, int], ...]

    @property
    def parts(self) -> dict[int, list[int]]:
        """Its groups by part."""
        found: dict[int, list[int]] = {}
        for part, group in self.pieces:
            found.setdefault(part, []).append(group)
        return found


def cut_segments(
    parts: Sequence[Mapping[str, Any]], sizes: Sequence[Mapping[str, Any]], places: Iterable[int]
) -> list[Segment]:
    """Cut parts of the appendix into segments.

    Parameters
    ----------
    parts, sizes : of the whole report, as prepared and as measured
    places : which of them, in order
    """
    pieces = [piece for place in places for piece in _list_pieces(place, parts, sizes)]
    runs = [list(members) for _, members in groupby(pieces, key=lambda piece: piece[2])]
    told = [
        (run[0][2] or _is_one_table(run, parts), [(part, group) for part, group, _ in run])
        for run in runs
    ]
    return [
        Segment(is_wide, tuple(piece for _, members in some for piece in members))
        for is_wide, some in groupby(told, key=lambda run: run[0])
    ]


def _is_one_table(run: Iterable[tuple[int, int, bool]], parts: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a table would stand in the first of two columns and nothing beside it."""
    kinds = [parts[part]["groups"][group]["type"] for part, group, _ in run if group != HEADLINE]
    return [kind for kind in kinds if kind != "heading"] == ["table"]


def _list_pieces(
    place: int, parts: Sequence[Mapping[str, Any]], sizes: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, int, bool]]:
    groups = parts[place]["groups"]
    kinds = [_is_wide(*pair) for pair in zip(groups, sizes[place]["groups"], strict=True)]
    following = False
    found = []
    for number in range(len(groups) - 1, HEADLINE - 1, -1):
        if number != HEADLINE and groups[number]["type"] != "heading":
            following = kinds[number]
        found.append((place, number, following))
    yield from reversed(found)


def _is_wide(group: Mapping[str, Any], size: Mapping[str, Any]) -> bool:
    return group["type"] == "figure" or (group["type"] == "table" and not size["narrow"])
