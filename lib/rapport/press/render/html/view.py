"""What the page template needs besides the document tree: pictures, fonts, rows of text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from string import printable
from typing import Literal
from urllib.parse import quote

from rapport.press.render.fonts import cut_fonts, list_texts
from rapport.press.render.pdf.glyphs import width_of
from rapport.press.render.pdf.paths import shapes_to_paths, svg_to_paths
from rapport.press.render.tree import Block, Document, Run, Table
from rapport.press.render.walk import block_runs, list_figures

_TEXT = {"paragraph", "list", "aside", "gap", "rows"}
_VIEW_BOX = re.compile(r"viewBox=\"[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)\"")
# What may stand in the address of a drawing; none of these does in an attribute in quotes.
_SPELT = "'/:=,;()-+.!*~$@?_[]"
# Notes that have more letters than this share of the text's are higher than it, beside it.
_REACH = 0.5
# Cells of at most so many em, as dates and names are, are not broken.
_SHORT = 8.0
# The sign of a unit at most, in CSS pixels.
_LOGO = (150, 40)
# Up to so many CSS pixels a figure is narrow: 36rem less the margins of a page so small.
_NARROW = 544.5
_OWN_SIGNS = "▲▼·"
# Where a Chinese headline says that its line may break after a clause.
_CLAUSE_END = re.compile("(?<=[，；：。！？])\u200b")


@dataclass(frozen=True)
class Picture:
    """A drawing as a data address, with its size in CSS pixels so that the page does not jump."""

    address: str
    width: int
    height: int
    shape: str = ""
    """The ratios of a figure's shapes, for the page's style."""


@dataclass(frozen=True)
class TextRow:
    """Text that runs on in the main column, and the notes beside it or in a row under it."""

    main: Sequence[Block]
    side: Sequence[Block]

    @property
    def form(self) -> Literal["alone", "beside", "under"]:
        """Where the notes stand: beside the text, or under it if they would end far below it."""
        if not self.side:
            return "alone"
        text, notes = (sum(map(_count_letters, some)) for some in (self.main, self.side))
        return "under" if self.main and notes > _REACH * text else "beside"


@dataclass(frozen=True)
class Strand:
    """Runs of one weight, side by side."""

    is_strong: bool
    runs: Sequence[Run]


def make_pictures(document: Document) -> dict[str, Picture]:
    """Give every drawing of the document, its text as outlines, by the drawing itself.

    A figure's two shapes are one picture, known by the wide one.
    """
    sparks = [card["sparkline"] or "" for card in document["front"]["cards"]]
    sparks = [drawing for drawing in dict.fromkeys(sparks) if drawing]
    found = {
        drawing: _make_picture(paths, drawing)
        for drawing, paths in zip(sparks, svg_to_paths(sparks), strict=True)
    }
    for figure in list_figures(document):
        wide, narrow = figure["wide"], figure["narrow"]
        if wide:
            picture = _make_picture(shapes_to_paths(wide, narrow or wide, _NARROW), wide)
            found[wide] = replace(picture, shape=_make_shape(wide, narrow or wide))
    return found


def _make_shape(*shapes: str) -> str:
    sizes = [_VIEW_BOX.search(svg) for svg in shapes]
    ratios = [f"{size[1]}/{size[2]}" for size in sizes if size]
    return ";".join(f"--{name}:{ratio}" for name, ratio in zip(("w", "n"), ratios, strict=True))


def _make_picture(svg: str, source: str) -> Picture:
    # Spelt as it is, with the few signs escaped that end an address or an attribute, a drawing
    # is a quarter shorter than in base64. In `srcset` a blank would end it, too.
    encoded = quote(svg.replace('"', "'").strip(), safe=_SPELT)
    size = _VIEW_BOX.search(source)
    if size is None:
        raise ValueError("figure: no view box")
    # A view box counts points; a CSS pixel is three quarters of one.
    width, height = (round(float(size[side]) / 0.75) for side in (1, 2))
    return Picture(f"data:image/svg+xml,{encoded}", width, height)


def _count_letters(block: Block) -> int:
    return sum(len(run["text"]) for run in block_runs(block))


def list_kinds(table: Table) -> list[str]:
    """Give the class of each column's cells: its side, and whether short words stay on one line.

    Examples
    --------
    >>> columns = [{"head": "On", "align": "left"}, {"head": "Why", "align": "left"}]
    >>> list_kinds({"columns": columns, "rows": [{"cells": ["2026-06-08", "word " * 9]}]})
    ['left short', 'left']
    """
    longest = [
        max((width_of(row["cells"][place]) for row in table["rows"]), default=0.0)
        for place in range(len(table["columns"]))
    ]
    return [
        column["align"] + (" short" if longest[place] <= _SHORT else "")
        for place, column in enumerate(table["columns"])
    ]


def make_logo(document: Document) -> Picture | None:
    """Give the unit's sign, if it has one, as large as a head allows."""
    logo = document["brand"]["logo"]
    if logo is None:
        return None
    kind = {"svg": "svg+xml", "png": "png"}[logo["form"]]
    scale = min(_LOGO[0] / logo["width"], _LOGO[1] / logo["height"])
    width, height = round(logo["width"] * scale), round(logo["height"] * scale)
    return Picture(f"data:image/{kind};base64,{logo['data']}", width, height)


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
