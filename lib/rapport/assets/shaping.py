"""A run of text in one of the report's fonts: which glyphs, and where the pen puts them.

Figures are measured by it and the outlines of the PDF are placed by it, so both agree.
"""

from functools import cache
from typing import NamedTuple

import uharfbuzz as hb

from rapport.assets.files import asset_path


class Placed(NamedTuple):
    """A glyph and where the pen puts it from the run's beginning, in units of an em."""

    number: int
    x: float
    y: float


@cache
def open_font(face: str) -> hb.Font:
    """Open a font of the report by its file's name, `NotoSans-Regular`."""
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(asset_path("fonts", f"{face}.ttf")))))


def shape_run(text: str, face: str) -> tuple[list[Placed], float]:
    """Shape text whose characters are all of one font; give its glyphs and how far the pen moves.

    Examples
    --------
    >>> glyphs, advance = shape_run("ab", "NotoSans-Regular")
    >>> len(glyphs), glyphs[0].x, advance > glyphs[1].x
    (2, 0.0, True)
    """
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction = "ltr"
    buffer.language = "und"  # guessing would read the machine's locale
    buffer.guess_segment_properties()
    font = open_font(face)
    hb.shape(font, buffer)
    em = font.face.upem
    placed, x = [], 0
    for glyph, move in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        placed.append(Placed(glyph.codepoint, (x + move.x_offset) / em, move.y_offset / em))
        x += move.x_advance
    return placed, x / em
