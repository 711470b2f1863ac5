"""Fonts of a page in both languages, cut again only if the page says other characters."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from rapport.press.render.fonts import cut_fonts

# Quotes and dashes differ between the languages of one page, so each has a Latin font of its own;
# the Chinese one has no quotes.
FAMILIES = {"en": "Noto Sans", "zh": "Noto Sans beside SC"}
Faces = list[dict[str, Any]]


def cut_page_fonts(kept: Mapping[str, Any] | None, texts: Mapping[str, str]) -> dict[str, Any]:
    """Give the fonts of a page, and what they were cut for.

    Parameters
    ----------
    kept : what this gave before, if anything
    texts : language -> everything that the page may say in it
    """
    characters = {language: "".join(sorted(set(text))) for language, text in texts.items()}
    if kept is not None and kept["characters"] == characters:
        return dict(kept)
    faces: Faces = [
        {
            "family": face.family if face.family.endswith("SC") else FAMILIES[language],
            "weight": face.weight,
            "data": base64.b64encode(face.woff2).decode("ascii"),
        }
        for language, text in characters.items()
        for face in cut_fonts(text, language)
    ]
    return {"characters": characters, "faces": faces}
