"""Blocks in two columns: which of them stand on which page, and where the columns part.

Typst fills a column to the foot of the page before it begins the next one. On the last page that
would leave one column long and the other empty, and it tears tables and paragraphs wherever a
column ends. So the columns of every page are put together here, of whole blocks: pages before the
last are filled, and on the last the columns part where both are about equally high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Columns that would be lower than this begin on the next page.
LEAST = 60.0


@dataclass(frozen=True)
class Flowing:
    """A block of a column, in points; a head stays with what follows, and is never torn."""

    height: float
    above: float
    is_head: bool = False


@dataclass(frozen=True)
class Pair:
    """Two columns of one page: the blocks before `middle` stand in the left one.

    `is_torn` where a block is higher than a page: it stands alone and goes on where the page ends.
    """

    start: int
    middle: int
    end: int
    is_torn: bool = False


def plan_columns(blocks: Sequence[Flowing], room: float, height: float) -> tuple[list[Pair], float]:
    """Give the columns of each page, and how full the last page is.

    Parameters
    ----------
    blocks : in order
    room : of the first page, in points
    height : of every other page

    Examples
    --------
    >>> plan_columns([Flowing(100, 0), Flowing(90, 10), Flowing(90, 10)], 300.0, 700.0)
    ([Pair(start=0, middle=1, end=3, is_torn=False)], 590.0)
    """
    pairs: list[Pair] = []
    at, here, filled = 0, room if room >= LEAST else height, height - room
    while at < len(blocks):
        middle, high = _part(blocks, at)
        if high <= here:
            return [*pairs, Pair(at, middle, len(blocks))], height - here + high
        middle = _fill(blocks, at, here)
        if middle > at:
            at, end = _fill(blocks, middle, here), at
            pairs.append(Pair(end, middle, at))
            here, filled = height, height
        elif here < height:
            here = height
        else:
            at, filled = at + 1, blocks[at].height % height
            pairs.append(Pair(at - 1, at, at, is_torn=True))
            here = height - filled
    return pairs, filled


def _part(blocks: Sequence[Flowing], start: int) -> tuple[int, float]:
    """Give the block before which two columns of all the rest part most evenly."""
    best, lowest = len(blocks), _add_up(blocks[start:])
    for at in range(start + 1, len(blocks)):
        high = max(_add_up(blocks[start:at]), _add_up(blocks[at:]))
        if high < lowest and not blocks[at - 1].is_head:
            best, lowest = at, high
    return best, lowest


def _fill(blocks: Sequence[Flowing], start: int, room: float) -> int:
    """Give the block before which one column is full."""
    end = start
    while end < len(blocks) and _add_up(blocks[start : end + 1]) <= room:
        end += 1
    while end > start and end < len(blocks) and blocks[end - 1].is_head:
        end -= 1
    return end


def _add_up(blocks: Sequence[Flowing]) -> float:
    # What a column begins with has no room above it.
    return sum(block.height + block.above for block in blocks) - (blocks[0].above if blocks else 0)
