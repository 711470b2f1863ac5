"""Which blocks stand on which page: no half-empty pages, nothing torn that belongs together.

A figure that does not fit what is left of a page leaves a hole there. So the text that comes
after it may go before it, and it opens the next page; or a table is torn. No block leaves its
chapter, no heading stands last on a page, no figure and no table changes places with another.

Of all ways to fill the pages the cheapest is looked for, page by page, from the cheapest
beginnings (a beam, so the time grows with the number of blocks): white at a page's foot counts
by its square, and every departure from the order of the chapter has its price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

Kind = Literal["opening", "heading", "text", "figure", "table"]

# What a page is filled by rounding, and a row or line by which a torn block may be longer.
SLACK = 4.0
_BEAM, _MOST_WAITING = 16, 3
_HEADS, _FLOATS = ("opening", "heading"), ("figure", "table")
# Prices; the white of a page costs a hundred times the square of its share.
_WHITE, _HALF_EMPTY, _LONELY = 100.0, 150.0, 400.0
_PASSED = {"heading": 3.0, "text": 0.5, "table": 0.5, "figure": 0.5, "opening": 0.0}
# Of a chapter that begins so far down a page.
_LOW = ((0.76, 15.0), (0.62, 3.0))
# A block that misses by so little may fit all the same.
_HEADROOM = 24.0
# How full a page is at least that ends though more would fit.
_MAY_END = 0.7


@dataclass(frozen=True)
class Item:
    """A block with its height in points and the room around it.

    `first` and `last` are the least that may stand before and after a tear (no `first`: it is
    never torn), `again` is what its next page repeats, `price` what tearing it costs.
    """

    kind: Kind
    height: float
    above: float = 0.0
    below: float = 0.0
    first: float = 0.0
    last: float = 0.0
    again: float = 0.0
    price: float = 0.0


@dataclass(frozen=True)
class Step:
    """A block in its place; one that is torn goes on at the top of the next page.

    `forced` where a page must be ended for it. Elsewhere the page is full anyway: were some lines
    more on it than planned, a break would follow a page that holds these lines alone.
    """

    item: int
    starts_page: bool = False
    torn: bool = False
    forced: bool = False
    left: float = 0.0
    """What is left under it, if it is the last of its page."""


@dataclass(frozen=True)
class _Start:
    """With what a page begins: the next block, those that wait, the rest of a torn one."""

    at: int = 0
    waiting: tuple[int, ...] = ()
    rest: float = 0.0


@dataclass(frozen=True)
class _Page:
    """A page while it is filled."""

    at: int
    waiting: tuple[int, ...]
    y: float = 0.0
    below: float = 0.0
    cost: float = 0.0
    last: str = ""
    rest: float = 0.0
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class _Way:
    """Pages so far, and what they cost."""

    cost: float = 0.0
    steps: tuple[Step, ...] = ()
    filled: float = 0.0


def plan_pages(
    items: Sequence[Item], height: float, start: float = 0.0
) -> tuple[list[Step], float]:
    """Give the blocks in the order in which they are set, and how full the last page is.

    Parameters
    ----------
    items : blocks in the order of the report; an opening begins a chapter
    height : of a page, in points
    start : how much of the first page is taken

    Examples
    --------
    >>> text, figure = Item("text", 100), Item("figure", 500)
    >>> steps, filled = plan_pages([text, figure, text, text], height=650.0, start=100.0)
    >>> [step.item for step in steps], filled
    ([0, 2, 3, 1], 500.0)
    """
    room = height - SLACK
    sums = list(accumulate((item.height + item.above for item in items), initial=0.0))
    ways: dict[_Start, _Way] = {_Start(): _Way()}
    best: _Way | None = None
    while ways:
        found: dict[_Start, _Way] = {}
        for begun, way in ways.items():
            for page in _fill(items, _open(items, begun, start, room), room):
                after = _Start(page.at, page.waiting, page.rest)
                done = after == _Start(len(items))
                white = 0.0 if done else _price_white(page.y / room)
                made = _Way(way.cost + page.cost + white, way.steps + _end(page, room), page.y)
                if done:
                    best = made if best is None or made.cost < best.cost else best
                elif after not in found or made.cost < found[after].cost:
                    found[after] = made
        start = 0.0
        ways = _keep_cheapest(found, items, sums, room)
        if best is not None:
            ways = {key: way for key, way in ways.items() if way.cost < best.cost}
    assert best is not None
    return list(_force(items, best.steps)), best.filled


def _end(page: _Page, room: float) -> tuple[Step, ...]:
    return (*page.steps[:-1], *(replace(last, left=room - page.y) for last in page.steps[-1:]))


def _force(items: Sequence[Item], steps: Sequence[Step]) -> Iterator[Step]:
    """Mark the blocks that would still fit on the page before the one that they begin."""
    for number, step in enumerate(steps):
        before = steps[number - 1].left if number else 0.0
        needs = 0.0
        for place in (one.item for one in steps[number:]):
            needs += items[place].above + (items[place].first or items[place].height)
            if items[place].kind not in _HEADS:
                break
        is_fit = not number or needs <= before + _HEADROOM
        yield replace(step, forced=step.starts_page and is_fit)


def _price_white(filled: float) -> float:
    white = max(0.0, 1.0 - filled)
    return _WHITE * white**2 + _HALF_EMPTY * max(0.0, white - 0.3)


def _price_low(filled: float) -> float:
    return next((price for at, price in _LOW if filled > at), 0.0)


def _keep_cheapest(
    found: Mapping[_Start, _Way], items: Sequence[Item], sums: Sequence[float], room: float
) -> dict[_Start, _Way]:
    """Keep the beginnings that are cheapest for how far they have come."""

    def left(begun: _Start) -> float:
        waits = sum(items[place].height for place in begun.waiting)
        return sums[-1] - sums[begun.at] + waits + begun.rest

    # What has come less far has more pages to fill, each of them a tenth white at best.
    def dear(pair: tuple[_Start, _Way]) -> float:
        return pair[1].cost + 4.0 * left(pair[0]) / room

    return dict(sorted(found.items(), key=dear)[:_BEAM])


def _open(items: Sequence[Item], begun: _Start, taken: float, room: float) -> _Page:
    """Begin a page: with the rest of what was torn, then with what waited."""
    page = _Page(begun.at, (), taken)
    if begun.rest > room:
        rest = begun.rest - room + items[begun.at - 1].again
        return replace(page, y=room, rest=rest, waiting=begun.waiting)
    if begun.rest:
        page = replace(page, y=begun.rest, below=items[begun.at - 1].below, last="table")
    for place in begun.waiting:
        item = items[place]
        if page.waiting or (page.y and page.y + max(page.below, item.above) + item.height > room):
            page = replace(page, waiting=(*page.waiting, place))
        else:
            page = _set(page, item, place)
    return page


def _set(page: _Page, item: Item, place: int) -> _Page:
    y = page.y + (max(page.below, item.above) if page.y else 0.0) + item.height
    passed = _PASSED[item.kind] * len(page.waiting)
    step = Step(place, starts_page=not page.y)
    return replace(
        page, y=y, below=item.below, last=item.kind, cost=page.cost + passed,
        steps=(*page.steps, step),
    )  # fmt: skip


def _fill(items: Sequence[Item], page: _Page, room: float) -> Iterator[_Page]:
    """Give every way to fill a page from here that is worth a look, each ended."""
    if page.rest or page.at == len(items):
        yield page
        return
    item, left = items[page.at], _room_left(items[page.at], page, room)
    # A block that is higher than a page is torn, or, if it cannot be, begins one.
    fits = (item.height <= left or not (page.y or item.first)) and _may_follow(items, page)
    if fits:
        low = _price_low(page.y / room) if item.kind == "opening" else 0.0
        after = _set(page, item, page.at)
        yield from _fill(items, replace(after, at=page.at + 1, cost=after.cost + low), room)
    elif item.first and _may_follow(items, page):
        yield from _tear(page, item, left)
    if not fits and item.kind in _FLOATS and len(page.waiting) < _MOST_WAITING:
        waits = replace(page, at=page.at + 1, waiting=(*page.waiting, page.at))
        yield from _fill(items, waits, room)
    if page.y and (not fits or item.kind in _HEADS or page.y > _MAY_END * room):
        yield replace(page, cost=page.cost + (_LONELY if page.last in _HEADS else 0.0))


def _room_left(item: Item, page: _Page, room: float) -> float:
    return room - page.y - (max(page.below, item.above) if page.y else 0.0)


def _may_follow(items: Sequence[Item], page: _Page) -> bool:
    """Say whether order allows that the next block is set now."""
    item, before = items[page.at], items[page.at - 1]
    if item.kind == "opening" and page.waiting:
        return False
    # Else what stands under the heading before would wait, and nothing stand there.
    if page.last in _HEADS and item.kind in _HEADS and before.kind not in _HEADS:
        return False
    return item.kind not in _FLOATS or not page.waiting


def _tear(page: _Page, item: Item, left: float) -> Iterator[_Page]:
    set_here = min(left, item.height - item.last)
    if set_here >= item.first:
        torn = Step(page.at, starts_page=not page.y, torn=True)
        yield replace(
            page, at=page.at + 1, y=page.y + left, rest=item.height - set_here + item.again,
            cost=page.cost + item.price, steps=(*page.steps, torn),
        )  # fmt: skip
