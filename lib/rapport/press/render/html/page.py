"""One HTML file from a document tree: no script, no address outside it, fonts inside it."""

from __future__ import annotations

from rapport.assets.files import asset_path
from rapport.press.render.checks import check_document
from rapport.press.render.fonts import check_glyphs
from rapport.press.render.html.view import (
    TextRow,
    embed_fonts,
    group_strong,
    group_text,
    list_kinds,
    make_logo,
    make_pictures,
    split_clauses,
)
from rapport.press.render.tree import Block, Document

# Between these the record's slot stands, once: no text can hold them, "<" is escaped there.
SLOT_OPEN = b'<template id="rapport-record">'
SLOT_CLOSE = b"</template>"
_END = b"</body>"


def render_html(document: Document, *, slot: bytes | None) -> bytes:
    """Render one language of a report as one HTML file.

    The slot, if there is one, stands as it is given in an element that browsers never show.

    Raises
    ------
    ChapterError
        The tree is not whole, or a text holds a character that the fonts lack.
    ValueError
        The slot is not ASCII, or holds a "<", which could end its element.
    """
    # nbconvert takes a second to import: a run in which nothing is rendered shall not pay it.
    from rapport.press.render.html.exporter import fill_template  # noqa: PLC0415

    check_document(document)
    check_glyphs(document)
    page = fill_template(
        {
            "document": document,
            "language": {"en": "en", "zh": "zh-Hans"}[document["language"]],
            "style": asset_path("html", "report.css").read_text(encoding="utf-8"),
            "fonts": embed_fonts(document),
            "pictures": make_pictures(document),
            "logo": make_logo(document),
            "group_strong": group_strong,
            "list_kinds": list_kinds,
            "group_text": group_text,
            "is_text_row": _is_text_row,
            "split_clauses": split_clauses,
        }
    ).encode()
    return page if slot is None else _put_slot(page, slot)


def _put_slot(page: bytes, slot: bytes) -> bytes:
    if not slot.isascii() or b"<" in slot:
        raise ValueError("slot: not ASCII, or holds '<', which could end its element")
    before, end, after = page.rpartition(_END)
    return b"".join([before, SLOT_OPEN, slot, SLOT_CLOSE, b"\n", end, after])


def _is_text_row(row: TextRow | Block) -> bool:
    return isinstance(row, TextRow)
