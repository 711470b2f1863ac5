"""What the page template needs besides the document tree: pictures, fonts, rows of text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from string import printable

from markupsafe import Markup, escape

from rapport.press.render.fonts import cut_fonts, list_texts
from rapport.press.render.pdf.paths import svg_to_paths
from rapport.press.render.tree import Block, Document, Run, list_figures

_TEXT = {"paragraph", "list", "aside", "gap", "rows"}
_VIEW_BOX = re.compile(r"viewBox=\"[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)\"")
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
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    size = _VIEW_BOX.search(svg)
    if size is None:
        raise ValueError("figure: no view box")
    # A view box counts points; a CSS pixel is three quarters of one.
    width, height = (round(float(size[side]) / 0.75) for side in (1, 2))
    return Picture(f"data:image/svg+xml;base64,{encoded}", width, height)


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


def write_runs(runs: Iterable[Run]) -> Markup:
    """Write runs as HTML: escaped, strong together, a value with its id.

    Examples
    --------
    >>> source = {"kind": "value", "id": "churn.rate"}
    >>> print(write_runs([{"text": "5<6", "source": source, "strong": True}]))
    <strong><span data-v="churn.rate">5&lt;6</span></strong>
    """
    html = Markup()
    for is_strong, group in groupby(runs, key=lambda run: run["strong"]):
        inside = Markup().join(_write_run(run) for run in group)
        html += Markup("<strong>{}</strong>").format(inside) if is_strong else inside
    return html


def write_headline(runs: Iterable[Run]) -> Markup:
    """Write a headline so that a line breaks between clauses before it breaks inside one.

    Each clause of a Chinese headline is a box of its own: browsers break between boxes first.
    """
    clauses: list[list[Run]] = [[]]
    for run in runs:
        first, *others = _CLAUSE_END.split(run["text"])
        clauses[-1].append({**run, "text": first})
        clauses += [[{**run, "text": other}] for other in others]
    if len(clauses) == 1:
        return write_runs(clauses[0])
    boxes = [Markup('<span class="clause">{}</span>').format(write_runs(each)) for each in clauses]
    return Markup().join(boxes)


def _write_run(run: Run) -> Markup:
    # A permitted break is an element here: as a character it would be copied and read out.
    html = escape(run["text"]).replace("\u200b", Markup("<wbr>"))
    if run.get("code"):
        html = Markup("<code>{}</code>").format(html)
    if run["source"]["kind"] == "value":
        html = Markup('<span data-v="{}">{}</span>').format(run["source"]["id"], html)
    if "link" in run:
        html = Markup('<a href="{}">{}</a>').format(run["link"], html)
    return html


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
