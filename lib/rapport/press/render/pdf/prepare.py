"""From the document tree to what the Typst template reads.

The template only sets type. What needs a decision is decided here: blocks grouped into
passages with their notes, names of anchors, levels of headings, what stays on one page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rapport.press.render.pdf.texts import Tree, check_glyphs, clean, measured, pieces, plain

SLOT_NAME = "rapport-record.json"
MM = 72 / 25.4  # in points, like the two below
PAGE_WIDTH = 166 * MM
TALLEST = 190 * MM  # leaves room for title, subtitle and caption on one page
# Rows of a table that is set with room between them.
FEW = 16
# Text that is at most so high (points) is not torn, nor are its notes from it.
WHOLE = 260.0
_POINTS = {"pt": 1.0, "mm": MM, "cm": 10 * MM, "in": 72.0, "px": 0.75, "": 0.75}
_SIZE = re.compile(r"\s(width|height)=[\"']([\d.]+)(pt|mm|cm|in|px|)[\"']")
_TEXTS = {"paragraph", "list", "gap"}


def prepare_page_one(document: Tree, *, date: dt.date, has_slot: bool) -> dict[str, Any]:
    """Give the tree that `phone.typ` reads: page one alone, its figure in the narrow shape.

    Raises
    ------
    RapportError
        A text holds characters that no font of the report has.
    """
    front = document["front"]
    figure = front["figure"]
    narrow = {**figure, "wide": figure["narrow"]} if figure else None
    alone = {**document, "chapters": [], "appendix": [], "front": {**front, "figure": narrow}}
    return prepare(alone, date=date, has_slot=has_slot)


def prepare(document: Tree, *, date: dt.date, has_slot: bool) -> dict[str, Any]:
    """Give the tree that `report.typ` reads.

    Raises
    ------
    RapportError
        A text holds characters that no font of the report has.
    """
    anchors = _name_anchors([*document["chapters"], *document["appendix"]])
    kept = ("language", "unit", "period", "as_of_label", "record", "labels", "bands", "brand")
    slot = {"name": SLOT_NAME, "description": document["record"]["label"]}
    tree = {
        **{key: document[key] for key in kept},
        "draft": document.get("draft", ""),
        "meta": _describe(document, date),
        "slot": slot if has_slot else None,
        "front": _front(document),
        "parts": _parts(document, anchors),
    }
    cleaned: dict[str, Any] = clean(tree, anchors)
    check_glyphs(cleaned)
    return cleaned


def _name_anchors(parts: Iterable[Tree]) -> dict[str, str]:
    # Names of the template's own, so that no anchor of a chapter can clash with another.
    names = [name for part in parts for name in (part["anchor"], *_block_anchors(part))]
    return {name: f"a{place}" for place, name in enumerate(dict.fromkeys(names))}


def _block_anchors(part: Tree) -> list[str]:
    return [block["anchor"] for block in part["blocks"] if "anchor" in block]


def _describe(document: Tree, date: dt.date) -> dict[str, Any]:
    unit, period, record = document["unit"], document["period"], document["record"]
    return {
        "title": f"{unit['title']} · {period['label']}",
        "author": "Rapport",
        "description": plain(document["front"]["headline"]),
        "keywords": [unit["name"], period["code"], record["label"]],
        "year": date.year,
        "month": date.month,
        "day": date.day,
    }


def _front(document: Tree) -> dict[str, Any]:
    front, labels = document["front"], document["labels"]
    told = labels.get("sparkline", "{name}: {value}")
    period = document["period"]["label"]
    cards = [
        {**card, "alt": told.format(name=card["name"], value=card["value"], period=period)}
        for card in front["cards"]
    ]
    return {
        **front,
        "headline": pieces(front["headline"]),
        "cards": cards,
        "note": front.get("note"),
        "figure": _figure(front["figure"]) if front["figure"] else None,
        "actions": _actions(front["actions"]) if front["actions"] else None,
    }


def _actions(actions: Tree) -> dict[str, Any]:
    heads = actions["head"]
    cells = [[plain(row["action"]), *row["cells"]] for row in actions["rows"]]
    # Action and evidence are words, what stands between them are counts and money.
    sides = ["left", *["right"] * (len(heads) - 2), "left"][: len(heads)]
    columns = [{"head": head, "align": side} for head, side in zip(heads, sides, strict=True)]
    return {**actions, "columns": measured(columns, cells)}


def _parts(document: Tree, anchors: Mapping[str, str]) -> list[dict[str, Any]]:
    word = document["labels"].get("appendix", "")
    chapters = [_part(part, anchors) for part in document["chapters"]]
    appendix = [_part(part, anchors) for part in document["appendix"]]
    for part in appendix:
        running = f"{word} {part['number']} · {part['topic']}".strip()
        part.update({"appendix": True, "running": running})
    return [*chapters, *appendix]


def _part(part: Tree, anchors: Mapping[str, str]) -> dict[str, Any]:
    blocks, finding = list(part["blocks"]), None
    headline = [{"text": part["topic"]}]
    if blocks and blocks[0]["type"] == "headline":
        headline = blocks.pop(0)["text"]
        finding = plain(headline)
    elif part["number"]:
        headline.insert(0, {"text": f"{part['number']}\u2002", "faint": True})
    groups = _group(blocks)
    return {
        "number": part["number"],
        "topic": part["topic"],
        "anchor": anchors[part["anchor"]],
        "headline": pieces(headline),
        "finding": finding,
        "running": part["topic"],
        "appendix": False,
        "groups": [_name_anchor(group, anchors) for group in groups],
    }


def _name_anchor(group: dict[str, Any], anchors: Mapping[str, str]) -> dict[str, Any]:
    return {**group, "anchor": anchors[group["anchor"]]} if "anchor" in group else group


def _group(blocks: Iterable[Tree]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    level = 1
    for block in map(_without_hole, blocks):
        kind = block["type"]
        if kind in _TEXTS or kind == "aside":
            if not groups or groups[-1]["type"] != "passage":
                groups.append({"type": "passage", "blocks": [], "asides": [], "whole": WHOLE})
            groups[-1]["asides" if kind == "aside" else "blocks"].append(block)
        elif kind == "rows":
            groups.append(dict(block))
        elif kind in {"heading", "headline"}:
            # PDF/UA forbids a level left out; a second headline is a heading of its chapter.
            level = min(block.get("level", 2), level + 1)
            groups.append({"type": "heading", "level": level, "text": pieces(block["text"])})
        else:
            groups.append(_figure(block) if kind == "figure" else _table(block))
    return groups


def _without_hole(block: Tree) -> Tree:
    # What could not be drawn is one grey line.
    is_hole = block["type"] == "figure" and not block["wide"]
    return {"type": "gap", "text": block["title"]} if is_hole else block


def _figure(figure: Tree) -> dict[str, Any]:
    kept = {key: value for key, value in figure.items() if key != "narrow"}
    width, height = _size(figure["wide"])
    shrink = min(1.0, PAGE_WIDTH / width, TALLEST / height)
    return {
        **kept,
        "title": pieces(figure["title"]),
        "width": width * shrink,
        "height": height * shrink,
    }


def _size(svg: str) -> tuple[float, float]:
    start = svg.find("<svg")
    sizes = _SIZE.findall(svg[start : svg.find(">", start)])
    found = {name: float(size) * _POINTS[unit] for name, size, unit in sizes}
    return found.get("width", PAGE_WIDTH), found.get("height", 1.0)


def _table(table: Tree) -> dict[str, Any]:
    cells = [row["cells"] for row in table["rows"]]
    return {
        **table,
        "title": pieces(table["title"]),
        "columns": measured(table["columns"], cells),
        "whole": len(cells) <= FEW,
    }
