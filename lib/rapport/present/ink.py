"""How wide and how high a line of words is: shaped as the PDF's outlines are shaped.

matplotlib's own measure builds the tables of the Chinese font anew for every line, twenty times
the work: a third of what a figure cost. A test holds both against each other.
"""

from functools import cache, lru_cache
from itertools import groupby

from rapport.assets.shaping import open_font, shape_run

_FACES = {
    "normal": ("NotoSans-Regular", "NotoSansSC-Regular"),
    "bold": ("NotoSans-Bold", "NotoSansSC-Bold"),
}


@lru_cache(maxsize=8192)
def measure_em(line: str, weight: str) -> tuple[float, float, float]:
    """Measure one line: how far the pen moves, height and depth under the baseline of its ink.

    In units of the font's size. What no font can draw is measured as its empty box; a figure that
    holds such a character is refused (`glyphs`).
    """
    wide, reaches = 0.0, []
    for face, letters in groupby(line, lambda letter: _face_of(letter, weight)):
        placed, advance = shape_run("".join(letters), face)
        wide += advance
        for glyph in placed:
            top, low = _reach(face, glyph.number)
            reaches.append((top + glyph.y, low + glyph.y))
    top = max((top for top, _ in reaches), default=0.0)
    low = min((low for _, low in reaches), default=0.0)
    return wide, top - low, -low


@cache
def _face_of(letter: str, weight: str) -> str:
    latin, chinese = _FACES[weight]
    return latin if open_font(latin).get_nominal_glyph(ord(letter)) else chinese


@cache
def _reach(face: str, glyph: int) -> tuple[float, float]:
    """Give how far a glyph's ink reaches up and down from the baseline; 0 for a blank."""
    font = open_font(face)
    ink = font.get_glyph_extents(glyph)
    if ink is None:
        return 0.0, 0.0
    em = font.face.upem
    return ink.y_bearing / em, (ink.y_bearing + ink.height) / em
