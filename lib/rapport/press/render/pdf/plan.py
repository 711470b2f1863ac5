"""From measured blocks to what the template is told: their order, and where pages begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from rapport.press.render.pdf.columns import Flowing, plan_columns
from rapport.press.render.pdf.pages import SLACK, Item, Step, plan_pages
from rapport.press.render.pdf.texts import Tree

MM = 72 / 25.4
_ABOVE_OPENING, _BELOW_OPENING = 15.0 * MM, 10.0
_LINE = 15.0
# A table of fewer rows stays whole; of one that is torn three rows stand on either page.
_FEWEST_TORN, _TOGETHER = 8, 3
_TORN, _TORN_SHORT, _SHORT = 0.3, 2.5, 16
# The head of a table, as high as it often is.
_TABLE_HEAD = 24.0
# Side by side stand short tables that are about equally high.
_PAIR_ROWS, _PAIR_RATIO = 14, 0.6
# Columns begin on the page that is being filled if they would get so much of it.
_ENOUGH = 0.3

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
    height = sizes["height"]
    parts, filled = tree["parts"], sizes["contents"]
    appendix = [place for place, part in enumerate(parts) if part["appendix"]]
    runs: list[dict[str, Any]] = []
    for kind, group in groupby(range(len(parts)), key=lambda at: _kind(parts, sizes, at)):
        places, page = list(group), (height, filled)
        if kind == "columns":
            run, filled = _plan_columns(sizes, places, page)
        else:
            run, filled = _plan_run(tree, sizes, places, page)
        runs.append(run)
    middle = appendix[(len(appendix) + 1) // 2] if len(appendix) > 1 else -1
    for run in runs:
        first = run["parts"][0] if run["columns"] else run["parts"][0]["place"]
        run.update({"begins-appendix": first in appendix[:1], "middle": middle})
    return {"runs": runs, "has-appendix": bool(appendix), "has-middle": middle >= 0}


def _kind(parts: Sequence[Tree], sizes: Sizes, at: int) -> str:
    if not parts[at]["appendix"]:
        return "chapters"
    # "How to check: last page" holds if the last part stands alone below all columns.
    if at == len(parts) - 1:
        return "last"
    tables = (size for size in sizes["parts"][at]["groups"] if "narrow" in size)
    is_narrow = sizes["parts"][at]["close"] and all(size["narrow"] for size in tables)
    return "columns" if is_narrow else "appendix"


def _plan_columns(
    sizes: Sizes, places: Sequence[int], page: tuple[float, float]
) -> tuple[dict[str, Any], float]:
    """Plan parts in two columns, and where these part on their last page."""
    height, filled = page
    names = [(at, n) for at in places for n in range(len(sizes["parts"][at]["close"]))]
    blocks = [
        Flowing(size["height"], size["above"], is_head=size["head"])
        for at in places
        for size in sizes["parts"][at]["close"]
    ]
    starts_page = height - filled < _ENOUGH * height
    room = height if starts_page else height - filled - _LINE
    parting, end = plan_columns(blocks, room, height)
    run = {
        "columns": True,
        "starts-page": starts_page,
        "parts": list(places),
        "parting": list(names[parting]) if parting else None,
    }
    return run, end


def _plan_run(
    tree: Tree, sizes: Sizes, places: Sequence[int], page: tuple[float, float]
) -> tuple[dict[str, Any], float]:
    """Plan parts over the whole width."""
    height, filled = page
    blocks = [block for at in places for block in _list_blocks(at, tree, sizes)]
    items = [block.item for block in blocks]
    starts_page = _kind(tree["parts"], sizes, places[-1]) == "last" and _would_tear(items, page)
    start = 0.0 if starts_page else filled
    steps, end = plan_pages(items, height, start)
    parts = _gather(steps, blocks)
    parts[0]["low"] = parts[0]["starts-page"] or start > 0
    if parts[0]["starts-page"] and not start:
        parts[0].update({"starts-page": False, "low": False})
    return {"columns": False, "starts-page": starts_page, "parts": parts}, end


def _list_blocks(place: int, tree: Tree, sizes: Sizes) -> Iterator[_Block]:
    groups, size = tree["parts"][place]["groups"], sizes["parts"][place]
    yield _Block(Item("opening", size["opening"], _ABOVE_OPENING, _BELOW_OPENING), place)
    for members in _pair(groups, size["groups"]):
        measured = [size["groups"][member] for member in members]
        item = _make_item(groups[members[0]], measured)
        if item.height > sizes["height"] - SLACK:
            # Rows of many words: torn wherever a page ends, within a row if need be.
            item = replace(item, first=_TOGETHER * _LINE, last=_LINE, again=_TABLE_HEAD + _LINE)
        yield _Block(item, place, members, measured[0].get("form"))


def _would_tear(items: Iterable[Item], page: tuple[float, float]) -> bool:
    height, filled = page
    whole = sum(item.height + item.above for item in items)
    return filled + whole > height - SLACK and whole <= height


def _pair(groups: Sequence[Tree], sizes: Sequence[Sizes]) -> list[tuple[int, ...]]:
    """Put neighbouring tables side by side where both are narrow, short and about as high."""
    pairs: list[tuple[int, ...]] = []
    for place, group in enumerate(groups):
        last = pairs[-1] if pairs else ()
        if len(last) == 1 and _is_pair(groups[last[0]], sizes[last[0]], group, sizes[place]):
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
        if block.groups:
            told = {"groups": list(block.groups), "torn": step.torn, "form": block.form}
            found[-1]["steps"].append({**told, "starts-page": step.starts_page})
        else:
            starts = step.starts_page
            found.append(
                {"place": block.part, "starts-page": starts, "low": not starts, "steps": []}
            )
    return found
