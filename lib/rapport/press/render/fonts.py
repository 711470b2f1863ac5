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

from rapport.assets.shaping import open_font
from rapport.errors import ChapterError
from rapport.press.render.tree import Document
from rapport.press.render.walk import list_figures
from rapport.press.render.woff2 import write_woff2

_WEIGHTS = (("Regular", 400), ("Bold", 700))
_FULL_WIDTH = frozenset(map(ord, "‘’“”—…·"))
# They print nothing, so no font needs a glyph for them.
_SILENT = frozenset({0x0A, 0x200B, 0x2060, 0xAD})
_UNSEEN = frozenset({"data", "wide", "narrow", "sparkline", "source", "anchor", "type", "align"})
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
    for part, content in document.items():
        yield from _walk(part, content)


def _walk(place: str, content: object) -> Iterator[tuple[str, str]]:
    # The tree is walked whole, not text by text, so that a new kind of block cannot be missed.
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, list):
        for number, each in enumerate(content, 1):
            yield from _walk(f"{place} {number}", each)
    elif isinstance(content, dict):
        for key, each in content.items():
            if key not in _UNSEEN:
                yield from _walk(f"{place}, {key}", each)


def _labels(document: Document) -> Iterator[tuple[str, str]]:
    for figure in list_figures(document):
        labels = _TEXT_ELEMENT.findall(figure["wide"] + figure["narrow"])
        text = "".join(unescape(_TAG.sub("", label)) for label in labels)
        yield f"figure {figure['number'] or figure['anchor']}", text


@cache
def _coverage(name: str) -> frozenset[int]:
    return frozenset(open_font(f"{name}-Regular").face.unicodes)


def _subset(name: str, codes: Iterable[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(codes)
    # Screens of today draw these sizes without hints, and hints are a third of a Latin font.
    wanted.flags = hb.SubsetFlags.NO_HINTING
    cut = hb.subset(open_font(name).face, wanted)
    return bytes(cut.blob.data)
