"""One bundle of a chapter as one block of the document tree, in one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, count
from typing import Any, cast

from rapport.errors import ChapterError
from rapport.press.render.notebook import Bundle
from rapport.press.render.tree import Actions, Block, Card, Column, Figure, Row, Run, Runs, Table

# Outputs that carry a chapter's record and nothing for its reader.
SILENT = {"chapter", "values", "written"}
_TEXTS = {"headline": "headline", "gap": "gap", "aside": "aside", "mind": "aside", "note": "aside"}
_LISTED = {"finding", "action"}


def make_block(chapter: str, bundle: Bundle, language: str) -> Block | None:
    """Make the block of a bundle; None for those that carry the record only.

    Raises
    ------
    ChapterError
        The bundle is of no known type, or belongs on page one.
    """
    content = bundle.content
    if content["type"] in SILENT:
        return None
    make = _MAKERS.get(content["type"])
    if make is None:
        raise ChapterError(
            f"{chapter}, cell {bundle.cell}: an output of type {content['type']!r} has no place "
            "in a chapter. Key figures and actions belong to the summary, once each."
        )
    return make(content, language)


def _make_text(content: Mapping[str, Any], language: str) -> Block:
    role, runs = content["role"], read_runs(content["text"], language)
    if role == "heading":
        return {"type": "heading", "level": 2, "text": runs}
    if role in _LISTED:
        return {"type": "list", "items": [runs]}
    if _TEXTS.get(role) == "aside":
        return {"type": "aside", "title": None, "text": runs}
    return cast("Block", {"type": _TEXTS.get(role, "paragraph"), "text": runs})


def make_figure(content: Mapping[str, Any], language: str) -> Figure:
    """Make a figure, without number yet; its anchor is its id."""
    shapes = content["shapes"][language]
    return {
        "type": "figure",
        "number": "",
        "anchor": f"figure-{_slug(content['id'])}",
        "title": read_runs(content["title"], language),
        "subtitle": read_runs(content.get("subtitle"), language),
        "caption": read_runs(content.get("caption"), language) or None,
        "alt": content["alt"][language],
        "wide": shapes["wide"],
        "narrow": shapes["narrow"],
    }


def _make_table(content: Mapping[str, Any], language: str) -> Table:
    columns: list[Column] = [
        {"head": column["head"][language], "align": column["align"]}
        for column in content["columns"]
    ]
    rows: list[Row] = [
        {"cells": [cell[language] for cell in row["cells"]], "strong": bool(row["strong"])}
        for row in content["rows"]
    ]
    # A column that says nothing this time takes room from those that do.
    said = [
        not place or not rows or any(row["cells"][place] for row in rows)
        for place in range(len(columns))
    ]
    return {
        "type": "table",
        "number": "",
        "anchor": f"table-{_slug(content['id'])}",
        "title": read_runs(content["title"], language),
        "subtitle": read_runs(content.get("subtitle"), language) or None,
        "note": read_runs(content.get("note"), language) or None,
        "columns": list(compress(columns, said)),
        "rows": [{**row, "cells": list(compress(row["cells"], said))} for row in rows],
    }


def make_cards(content: Mapping[str, Any], language: str) -> list[Card]:
    """Make the key figures of page one."""
    return [_make_card(card, language) for card in content["cards"]]


def _make_card(card: Mapping[str, Any], language: str) -> Card:
    change = card.get("change") or {"arrow": "none", "text": None}
    return {
        "id": card["id"],
        "name": card["name"][language],
        "value": card["value"][language],
        "arrow": change["arrow"],
        "change": read_runs(change["text"], language),
        "small": read_runs(card.get("small"), language),
        "sparkline": card.get("sparkline"),
    }


def make_actions(content: Mapping[str, Any], language: str, title: str) -> Actions:
    """Make the table of what to do."""
    return {
        "title": title,
        "head": content["head"][language],
        "rows": [
            {
                "action": read_runs(row["action"], language),
                "cells": [cell[language] for cell in row["cells"]],
            }
            for row in content["rows"]
        ],
        "note": read_runs(content.get("note"), language),
    }


def read_runs(text: Mapping[str, Sequence[Run]] | None, language: str) -> Runs:
    """Give the runs of one language; none where a text is left out."""
    return [run for run in text[language] if run["text"]] if text else []


def number_blocks(blocks: Iterable[Block], number: str) -> list[Block]:
    """Give figures and tables their numbers, 6.1, 6.2; none where the section has none."""
    counters = {"figure": count(1), "table": count(1)}
    return [_number(block, number, counters) for block in blocks]


def _number(block: Block, number: str, counters: Mapping[str, count[int]]) -> Block:
    if not number or block["type"] not in counters:
        return block
    place = next(counters[block["type"]])
    anchor = f"{block['type']}-{number.lower()}-{place}"
    return cast("Block", {**block, "number": f"{number}.{place}", "anchor": anchor})


def join_lists(blocks: Iterable[Block]) -> list[Block]:
    """Join lists that follow each other: findings are said one at a time, read together."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and last["type"] == "list" and block["type"] == "list":
            joined[-1] = {"type": "list", "items": [*last["items"], *block["items"]]}
        else:
            joined.append(block)
    return joined


def _slug(identity: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", identity.lower()).strip("-")


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], str], Block]] = {
    "sentence": _make_text,
    "figure": make_figure,
    "table": _make_table,
}
