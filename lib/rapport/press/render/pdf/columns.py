"""Blocks that flow in two columns: where the columns of their last page part.

Typst fills a column to the foot of the page before it begins the next one. On the last page
that would leave one column long and the other empty; so a break is set before the block that
makes both about equally high. It is found by letting the blocks flow as Typst does, by lines.
A guess that is some lines wrong makes a column shorter; nothing is ever lost by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

# What is set so close, with its line and the least that stands before and after a break.
LINE = 11.5
_TOGETHER = 2 * LINE


@dataclass(frozen=True)
class Flowing:
    """A block of a column, in points; a head stays with what follows, and is never torn."""

    height: float
    above: float
    is_head: bool = False


def plan_columns(blocks: Sequence[Flowing], room: float, height: float) -> tuple[int | None, float]:
    """Give the block before which the last two columns part, and how full their page is.

    Parameters
    ----------
    blocks : in order
    room : of the first page, in points
    height : of every other page

    Examples
    --------
    >>> plan_columns([Flowing(100, 0), Flowing(90, 10), Flowing(90, 10)], 300.0, 700.0)
    (1, 590.0)
    """
    columns, begun, on_page = 0, 0, 0.0
    rest = _let_flow(blocks, room)
    while rest is not None:
        columns += 1
        room_now = room if columns < 2 else height
        if columns % 2 == 0:
            begun, on_page = rest
        following = _let_flow(blocks, room_now, rest)
        if following is None:
            break
        rest = following
    taken = height - room if columns < 2 else 0.0
    return _part(blocks, begun, on_page, taken, height - taken)


def _let_flow(
    blocks: Sequence[Flowing], room: float, start: tuple[int, float] = (0, 0.0)
) -> tuple[int, float] | None:
    """Fill one column; give the block that the next begins with and what of it is set already."""
    at, done = start
    y = 0.0
    while at < len(blocks):
        block = blocks[at]
        left = block.height - done
        y += block.above if y else 0.0
        if y + left > room or (block.is_head and y + left + _TOGETHER > room):
            fits = (room - y) // LINE * LINE
            is_torn = not block.is_head and fits >= _TOGETHER and left - fits >= LINE
            while not is_torn and at > start[0] + 1 and blocks[at - 1].is_head:
                at -= 1
            return (at, done + fits) if is_torn else (at, done if at == start[0] else 0.0)
        y, done, at = y + left, 0.0, at + 1
    return None


def _part(
    blocks: Sequence[Flowing], begun: int, done: float, taken: float, room: float
) -> tuple[int | None, float]:
    heights = [block.height + block.above for block in blocks[begun:]]
    heights[0] -= done + blocks[begun].above
    sums = list(accumulate(heights, initial=0.0))
    best, lowest = None, min(sums[-1], room)
    for at in range(1, len(heights)):
        block = blocks[begun + at]
        if blocks[begun + at - 1].is_head:
            continue
        high = max(sums[at], sums[-1] - sums[at] - block.above)
        if high < lowest:
            best, lowest = begun + at, high
    return best, taken + lowest
