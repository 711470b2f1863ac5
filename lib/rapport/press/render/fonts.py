"""The house's fonts cut to what a page says, and the check that they can say it.

Noto Sans stands before Noto Sans SC. In Chinese text, quotes, dashes, the ellipsis and the
middle dot are those of SC, which are full width; so the Latin cut leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape

import uharfbuzz as hb

from rapport.assets.files import asset_path
from rapport.errors import ChapterError
from rapport.press.render.tree import Document, list_figures, list_sections, walk_runs
from rapport.press.render.woff2 import write_woff2

_WEIGHTS = (("Regular", 400), ("Bold", 700))
_FULL_WIDTH = frozenset(map(ord, "‘’“”—…·"))
# They print nothing, so no font needs a glyph for them.
_SILENT = frozenset({0x0A, 0x200B, 0x2060, 0xAD})
_TEXT_ELEMENT = re.compile(r"<text\b.*?</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class FontFace:
    """One font of a page."""

    family: str
    weight: int
    woff2: bytes


def cut_fonts(characters: Iterable[str], language: str) -> list[FontFace]:
    """Cut the fonts to the characters of a page; a family that is not needed is left out."""
    wanted = {ord(character) for character in characters} - _SILENT
    latin = wanted & _coverage("NotoSans")
    if language == "zh":
        latin -= _FULL_WIDTH
    faces = []
    for family, name, codes in (
        ("Noto Sans", "NotoSans", latin),
        ("Noto Sans SC", "NotoSansSC", wanted - latin),
    ):
        for style, weight in _WEIGHTS if codes else ():
            faces.append(FontFace(family, weight, write_woff2(_subset(f"{name}-{style}", codes))))
    return faces


def check_glyphs(document: Document) -> None:
    """Raise a ChapterError if a text holds a character that no font of the house has.

    The message names places and code points, never the text, which may be a customer's.
    """
    known = _coverage("NotoSans") | _coverage("NotoSansSC") | _SILENT
    faults = []
    for place, text in [*list_texts(document), *_labels(document)]:
        codes = {ord(character) for character in text} - known
        if codes:
            faults.append(f"{place}: {', '.join(f'U+{code:04X}' for code in sorted(codes))}")
    if faults:
        raise ChapterError(
            f"report ({document['language']}): no font has the characters of "
            f"{'; '.join(dict.fromkeys(faults))}. Replace them in labels or sentences."
        )


def list_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Give every text of a document with its place; labels inside figures are not among them."""
    record, unit = document["record"], document["unit"]
    frame = [unit["title"], document["period"]["label"], document["as_of_label"]]
    frame += [*record.values(), *document["bands"], *document["labels"].values()]  # type: ignore[list-item]
    yield from (("frame", text) for text in frame)
    for card in document["front"]["cards"]:
        yield "key figure", card["name"] + card["value"]
    actions = document["front"]["actions"]
    if actions:
        cells = [cell for row in actions["rows"] for cell in row["cells"]]
        yield "actions", "".join([actions["title"], *actions["head"], *cells])
    yield from ((place, run["text"]) for place, run in walk_runs(document))
    yield from _block_texts(document)


def _labels(document: Document) -> Iterator[tuple[str, str]]:
    for figure in list_figures(document):
        labels = _TEXT_ELEMENT.findall(figure["wide"] + figure["narrow"])
        text = "".join(unescape(_TAG.sub("", label)) for label in labels)
        yield f"figure {figure['number'] or figure['anchor']}", text


def _block_texts(document: Document) -> Iterator[tuple[str, str]]:
    for section in list_sections(document):
        yield section["anchor"], section["topic"]
        for block in section["blocks"]:
            if block["type"] == "table":
                cells = [cell for row in block["rows"] for cell in row["cells"]]
                heads = [column["head"] for column in block["columns"]]
                yield f"table {block['number']}", "".join([*heads, *cells])
            if block["type"] == "rows":
                yield section["anchor"], "".join(name for name, _ in block["rows"])
            if block["type"] == "aside":
                yield section["anchor"], block.get("title") or ""


@cache
def _face(name: str) -> hb.Face:
    return hb.Face(hb.Blob.from_file_path(str(asset_path("fonts", f"{name}.ttf"))))


@cache
def _coverage(name: str) -> frozenset[int]:
    return frozenset(_face(f"{name}-Regular").unicodes)


def _subset(name: str, codes: Iterable[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(codes)
    # Screens of today draw these sizes without hints, and hints are a third of a Latin font.
    wanted.flags = hb.SubsetFlags.NO_HINTING
    cut = hb.subset(_face(name), wanted)
    return bytes(cut.blob.data)
