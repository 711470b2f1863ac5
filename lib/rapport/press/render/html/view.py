"""What the page template needs besides the document tree: pictures, fonts, rows of text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from string import printable
from urllib.parse import quote

from rapport.press.render.fonts import cut_fonts, list_texts
from rapport.press.render.pdf.paths import svg_to_paths
from rapport.press.render.tree import Block, Document, Run, list_figures

_TEXT = {"paragraph", "list", "aside", "gap", "rows"}
_VIEW_BOX = re.compile(r"viewBox=\"[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)\"")
# What may stand in the address of a drawing; none of these does in an attribute in quotes.
_SPELT = "'/:=,;()-+.!*~$@?_[]"
_OWN_SIGNS = "▲▼·"
# Where a Chinese headline says that its line may break after a clause.
_CLAUSE_END = re.compile("(?<=[，；：。！？])\u200b")


@dataclass(frozen=True)
class Picture:
    """A drawing as a data address, with its size in CSS pixels so that the page does not jump."""

    address: str
    width: int
    height: int


@dataclass(frozen=True)
class TextRow:
    """Text that runs on in the main column, and what stands beside it."""

    main: Sequence[Block]
    side: Sequence[Block]


@dataclass(frozen=True)
class Strand:
    """Runs of one weight, side by side."""

    is_strong: bool
    runs: Sequence[Run]


def make_pictures(document: Document) -> dict[str, Picture]:
    """Give every drawing of the document, its text as outlines, by the drawing itself."""
    drawings = [card["sparkline"] or "" for card in document["front"]["cards"]]
    for figure in list_figures(document):
        drawings += [figure["wide"], figure["narrow"]]
    drawings = [drawing for drawing in dict.fromkeys(drawings) if drawing]
    return {
        drawing: _make_picture(paths)
        for drawing, paths in zip(drawings, svg_to_paths(drawings), strict=True)
    }


def _make_picture(svg: str) -> Picture:
    # Spelt as it is, with the few signs escaped that end an address or an attribute, a drawing
    # is a quarter shorter than in base64. In `srcset` a blank would end it, too.
    encoded = quote(svg.replace('"', "'").strip(), safe=_SPELT)
    size = _VIEW_BOX.search(svg)
    if size is None:
        raise ValueError("figure: no view box")
    # A view box counts points; a CSS pixel is three quarters of one.
    width, height = (round(float(size[side]) / 0.75) for side in (1, 2))
    return Picture(f"data:image/svg+xml,{encoded}", width, height)


def group_text(blocks: Iterable[Block]) -> list[TextRow | Block]:
    """Put asides beside the text that they stand next to; all else stays by itself.

    Examples
    --------
    >>> rows = group_text([{"type": "paragraph", "text": []}, {"type": "aside", "text": []}])
    >>> len(rows), len(rows[0].main), len(rows[0].side)
    (1, 1, 1)
    """
    rows: list[TextRow | Block] = []
    for is_text, group in groupby(blocks, key=lambda block: block["type"] in _TEXT):
        members = list(group)
        if is_text:
            main = [block for block in members if block["type"] != "aside"]
            rows.append(TextRow(main, [block for block in members if block["type"] == "aside"]))
        else:
            rows += members
    return rows


def group_strong(runs: Iterable[Run]) -> list[Strand]:
    """Put neighbours of one weight together, in order.

    Examples
    --------
    >>> source = {"kind": "label", "id": ""}
    >>> runs = [{"text": text, "source": source, "strong": text < "c"} for text in "abc"]
    >>> [(strand.is_strong, len(strand.runs)) for strand in group_strong(runs)]
    [(True, 2), (False, 1)]
    """
    groups = groupby(runs, key=lambda run: run["strong"])
    return [Strand(is_strong, list(group)) for is_strong, group in groups]


def split_clauses(runs: Iterable[Run]) -> list[list[Run]]:
    """Cut a headline after each clause, so that its line breaks between clauses first.

    Examples
    --------
    >>> run = {"text": "前，\u200b后", "source": {"kind": "label", "id": ""}, "strong": False}
    >>> [[run["text"] for run in clause] for clause in split_clauses([run])]
    [['前，'], ['后']]
    """
    clauses: list[list[Run]] = [[]]
    for run in runs:
        first, *others = _CLAUSE_END.split(run["text"])
        clauses[-1].append({**run, "text": first})
        clauses += [[{**run, "text": other}] for other in others]
    return clauses


def embed_fonts(document: Document) -> list[Mapping[str, str | int]]:
    """Give the fonts of a page, cut to its characters, as data."""
    characters = {*printable, *_OWN_SIGNS}
    for _, text in list_texts(document):
        characters.update(text)
    return [
        {
            "family": face.family,
            "weight": face.weight,
            "data": base64.b64encode(face.woff2).decode("ascii"),
        }
        for face in cut_fonts(characters, document["language"])
    ]
