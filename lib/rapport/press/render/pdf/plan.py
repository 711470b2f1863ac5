"""From measured blocks to what the template is told: their order, and where pages begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapport.press.render.pdf.columns import Flowing, plan_columns
from rapport.press.render.pdf.pages import SLACK, Item, Step, plan_pages
from rapport.press.render.pdf.segments import HEADLINE, Segment, cut_segments
from rapport.press.render.pdf.texts import Tree

MM = 72 / 25.4
_ABOVE_OPENING, _BELOW_OPENING = 13.0 * MM, 10.0
_LINE = 15.0
# A table of fewer rows stays whole; of one that is torn three rows stand on either page.
_FEWEST_TORN, _TOGETHER = 8, 3
_TORN, _TORN_SHORT, _SHORT = 0.3, 6.0, 16
# Room above columns, and what is left free under them: heights that round differently.
_AROUND, _SPARE = 15.0, 6.0
# The head of a table, as high as it often is.
_TABLE_HEAD = 24.0
# Side by side stand short tables that are about equally high.
_PAIR_ROWS, _PAIR_RATIO = 14, 0.6

Sizes = Mapping[str, Any]


@dataclass(frozen=True)
class _Block:
    """What is planned as one: an opening (no groups), a group, or two tables side by side."""

    item: Item
    part: int
    groups: tuple[int, ...] = ()
    form: Mapping[str, int] | None = None


def make_plan(tree: Tree, sizes: Sizes) -> dict[str, Any]:
    """Give the runs of a report: chapters over the whole width, the appendix in two columns.

    Parameters
    ----------
    tree : what `prepare` made
    sizes : what `measure.typ` says of it
    """
    height, filled = sizes["height"], sizes["contents"]
    appendix = [place for place, part in enumerate(tree["parts"]) if part["appendix"]]
    runs: list[dict[str, Any]] = []
    for segment in _cut(tree["parts"], sizes, appendix):
        plan = _plan_run if segment.is_wide else _plan_columns
        run, filled = plan(tree, sizes, segment, (height, filled))
        runs.append({**run, "begins-appendix": segment.pieces[0] in _first(appendix)})
    middle = appendix[(len(appendix) + 1) // 2] if len(appendix) > 1 else -1
    return {"runs": runs, "middle": middle, "has-appendix": bool(appendix)}


def _first(appendix: Sequence[int]) -> list[tuple[int, int]]:
    return [(place, HEADLINE) for place in appendix[:1]]


def _cut(parts: Sequence[Tree], sizes: Sizes, appendix: Sequence[int]) -> list[Segment]:
    """Cut the report into chapters, segments of the appendix, and its last part.

    "How to check: last page" holds if the last part stands below all columns.
    """
    alone = [_whole(parts, at) for at in range(len(parts)) if at not in appendix]
    chapters = (
        [Segment(is_wide=True, pieces=tuple(piece for one in alone for piece in one))]
        if alone
        else []
    )
    segments = cut_segments(parts, sizes["parts"], appendix[:-1])
    return [
        *chapters,
        *segments,
        *(Segment(is_wide=True, pieces=_whole(parts, at)) for at in appendix[-1:]),
    ]


def _whole(parts: Sequence[Tree], at: int) -> tuple[tuple[int, int], ...]:
    return tuple((at, group) for group in range(HEADLINE, len(parts[at]["groups"])))


def _plan_columns(
    _: Tree, sizes: Sizes, segment: Segment, page: tuple[float, float]
) -> tuple[dict[str, Any], float]:
    """Plan parts in two columns: which blocks stand in which, page by page."""
    height, filled = page
    names, blocks = [], []
    for place, groups in segment.parts.items():
        for number, size in enumerate(sizes["parts"][place]["close"]):
            if size["group"] in groups:
                names.append([place, number])
                blocks.append(Flowing(size["height"], size["above"], size["head"]))
    pairs, end = plan_columns(blocks, height - filled - _AROUND - _SPARE, height - _SPARE)
    columns = [
        {
            "left": names[pair.start : pair.middle],
            "right": names[pair.middle : pair.end],
            "torn": pair.is_torn,
        }
        for pair in pairs
    ]
    return {"columns": columns}, end + _SPARE


def _plan_run(
    tree: Tree, sizes: Sizes, segment: Segment, page: tuple[float, float]
) -> tuple[dict[str, Any], float]:
    """Plan parts over the whole width."""
    height, filled = page
    blocks = [
        block
        for place, groups in segment.parts.items()
        for block in _list_blocks(place, groups, tree, sizes)
    ]
    items = [block.item for block in blocks]
    is_appendix = tree["parts"][segment.pieces[0][0]]["appendix"]
    is_last = is_appendix and len(tree["parts"]) - 1 in segment.parts
    steps, end = plan_pages(items, height, filled)
    # "How to check: last page" holds if the last part is not torn; in it no page is ended.
    whole = is_last and sum(item.height + item.above for item in items) < height - SLACK
    if whole:
        steps = [replace(step, forced=False) for step in steps]
    return {"columns": None, "whole": whole, "parts": _gather(steps, blocks)}, end


def _list_blocks(place: int, members: Sequence[int], tree: Tree, sizes: Sizes) -> Iterator[_Block]:
    groups, size = tree["parts"][place]["groups"], sizes["parts"][place]
    if HEADLINE in members:
        yield _Block(Item("opening", size["opening"], _ABOVE_OPENING, _BELOW_OPENING), place)
    for some in _pair(groups, size["groups"], [each for each in members if each != HEADLINE]):
        measured = [size["groups"][one] for one in some]
        item = _make_item(groups[some[0]], measured)
        if item.height > sizes["height"] - SLACK:
            # Rows of many words: torn wherever a page ends, within a row if need be.
            item = replace(item, first=_TOGETHER * _LINE, last=_LINE, again=_TABLE_HEAD + _LINE)
        yield _Block(item, place, some, measured[0].get("form"))


def _pair(
    groups: Sequence[Tree], sizes: Sequence[Sizes], members: Iterable[int]
) -> list[tuple[int, ...]]:
    """Put neighbouring tables side by side where both are narrow, short and about as high."""
    pairs: list[tuple[int, ...]] = []
    for place in members:
        last = pairs[-1] if pairs else ()
        if len(last) == 1 and _is_pair(
            groups[last[0]], sizes[last[0]], groups[place], sizes[place]
        ):
            pairs[-1] = (*last, place)
        else:
            pairs.append((place,))
    return pairs


def _is_pair(left: Tree, left_size: Sizes, right: Tree, right_size: Sizes) -> bool:
    if not (left_size.get("narrow") and right_size.get("narrow")):
        return False
    low, high = sorted((left_size["narrow"], right_size["narrow"]))
    is_short = max(len(left["rows"]), len(right["rows"])) <= _PAIR_ROWS
    return is_short and bool(low >= _PAIR_RATIO * high)


def _make_item(group: Tree, sizes: Sequence[Sizes]) -> Item:
    size = sizes[0]
    around = {"above": size["above"], "below": size["below"]}
    if len(sizes) > 1:
        return Item("table", max(each["narrow"] for each in sizes), **around)
    if group["type"] == "figure" or group["type"] == "heading":
        return Item(group["type"], size["height"], **around)
    if group["type"] == "table":
        return _make_table(group, size, around)
    is_long = size["height"] > group.get("whole", 0.0)
    tear = {"first": 3 * _LINE, "last": 3 * _LINE, "again": _LINE} if is_long else {}
    return Item("text", size["height"], **around, **tear)


def _make_table(group: Tree, size: Sizes, around: Mapping[str, float]) -> Item:
    n_rows = len(group["rows"])
    if n_rows < _FEWEST_TORN:
        return Item("table", size["height"], **around)
    above, below = size["above-rows"] + _TABLE_HEAD, size["below-rows"]
    row = (size["height"] - above - below) / n_rows
    return Item(
        "table", size["height"], **around,
        first=above + (_TOGETHER + 1) * row, last=below + (_TOGETHER + 1) * row,
        # The head again, and one row that may not have fitted where it was thought to.
        again=_TABLE_HEAD + row,
        price=_TORN_SHORT if n_rows <= _SHORT else _TORN,
    )  # fmt: skip


def _gather(steps: Sequence[Step], blocks: Sequence[_Block]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for step in steps:
        block = blocks[step.item]
        if not found or found[-1]["place"] != block.part:
            found.append({"place": block.part, "headed": False, "low": True, "steps": []})
            found[-1]["starts-page"] = False
        if block.groups:
            told = {"groups": list(block.groups), "torn": step.torn, "form": block.form}
            found[-1]["steps"].append({**told, "starts-page": step.forced})
        else:
            where = {"starts-page": step.forced, "low": not step.starts_page}
            found[-1].update({"headed": True, **where})
    return found
