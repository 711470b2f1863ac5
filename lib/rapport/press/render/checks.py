"""Is a document tree whole? Every fault is named at once, before anything is rendered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import get_args

from rapport.errors import ChapterError
from rapport.press.render.tree import Document, Figure, Section, SourceKind, Table
from rapport.press.render.walk import list_figures, list_sections, walk_runs

_ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
# In well-formed XML "<" opens a tag and never stands in text or in an attribute, so these
# find elements and attributes only, not a label that spells them.
_UNSAFE_SVG = re.compile(
    r"<(?:script|foreignObject|iframe|!ENTITY)\b"
    r"|<[^<>]*\s(?:on\w+\s*=|(?:xlink:)?href\s*=\s*[\"'](?!#|data:image/))",
    re.IGNORECASE,
)


def check_document(document: Document) -> None:
    """Raise a ChapterError that names every fault of the tree.

    Every run has a source, every figure alternative text and nothing that acts, figures
    and tables are numbered without a hole, anchors occur once, rows are as long as heads.
    """
    faults = [
        *_check_runs(document),
        *_check_figures(document),
        *_check_anchors(document),
        *_check_actions(document),
        *(fault for section in list_sections(document) for fault in _check_section(section)),
    ]
    if faults:
        raise ChapterError(f"report ({document['language']}): " + "; ".join(faults))


def _check_runs(document: Document) -> Iterator[str]:
    kinds = get_args(SourceKind)
    if not document["front"]["headline"]:
        yield "page one has no headline"
    for place, run in walk_runs(document):
        source = run["source"]
        if source["kind"] not in kinds or not source["id"]:
            yield f"{place}: a run has no source"
        if not run["text"]:
            yield f"{place}: a run has no text"
        if not run.get("link", "#").startswith("#"):
            yield f"{place}: a link leads out of the file"


def _check_figures(document: Document) -> Iterator[str]:
    for figure in list_figures(document):
        name = f"figure {figure['number'] or figure['anchor']}"
        if not figure["alt"].strip():
            yield f"{name} has no alternative text"
        if any(_UNSAFE_SVG.search(figure[shape]) for shape in ("wide", "narrow")):
            yield f"{name} holds script or an address"
    for card in document["front"]["cards"]:
        if _UNSAFE_SVG.search(card["sparkline"] or ""):
            yield "a sparkline holds script or an address"


def _check_anchors(document: Document) -> Iterator[str]:
    anchors = [section["anchor"] for section in list_sections(document)]
    for section in list_sections(document):
        numbered = [b for b in section["blocks"] if b["type"] == "figure" or b["type"] == "table"]
        anchors += [block["anchor"] for block in numbered]
    if document["front"]["figure"]:
        anchors.append(document["front"]["figure"]["anchor"])
    for anchor, times in Counter(anchors).items():
        if times > 1:
            yield f"anchor {anchor} occurs {times} times"
        if not _ANCHOR.fullmatch(anchor):
            yield f"anchor {anchor!r} is not of small letters, digits and hyphens"
    for place, run in walk_runs(document):
        if run.get("link", "#").removeprefix("#") not in {"", *anchors}:
            yield f"{place}: a link leads nowhere"


def _check_actions(document: Document) -> Iterator[str]:
    actions = document["front"]["actions"]
    if actions and any(len(row["cells"]) + 1 != len(actions["head"]) for row in actions["rows"]):
        yield "page one: an action has not a cell for each head"


def _check_section(section: Section) -> Iterator[str]:
    level = 1
    counters = {"figure": count(1), "table": count(1)}
    for place, block in enumerate(section["blocks"], 1):
        where = f"{section['anchor']}, block {place}"
        if block["type"] == "headline" and place > 1:
            yield f"{where}: a headline does not stand first"
        if block["type"] == "heading":
            if block["level"] not in (2, 3) or block["level"] > level + 1:
                yield f"{where}: a heading of level {block['level']} after level {level}"
            level = block["level"]
        if block["type"] == "figure" or block["type"] == "table":
            yield from _check_number(section, block, next(counters[block["type"]]), where)


def _check_number(section: Section, block: Figure | Table, place: int, where: str) -> Iterator[str]:
    expected = f"{section['number']}.{place}" if section["number"] else ""
    if block["number"] != expected:
        yield f"{where}: numbered {block['number']!r} where {expected!r} is next"
    if block["type"] == "table":
        width = len(block["columns"])
        if any(len(row["cells"]) != width for row in block["rows"]):
            yield f"{where}: a row has not a cell for each of {width} columns"
