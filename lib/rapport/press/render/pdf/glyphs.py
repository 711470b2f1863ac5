"""Text as glyph outlines, shaped by HarfBuzz with the house's own fonts.

A character is taken from the first family of its text that has it, as a browser and
Typst do; so a figure looks the same on screen and on paper. Only left-to-right scripts
that the fonts hold are covered; any other character is an error, never a box.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import uharfbuzz as hb

from rapport.assets.shaping import open_font, shape_run
from rapport.errors import RapportError

_FILES = {"Noto Sans": "NotoSans", "Noto Sans SC": "NotoSansSC"}
# Places of an outline, in an em: at 9 points one is 0.02 points, which no screen shows, and the
# outlines are a fifth shorter to write than with the 1,000 of the fonts.
GRID = 400
# These print nothing by themselves and must not tear a run of text in two.
_JOINERS = {0x20, 0xA0, 0x200B, 0x200D, 0x2060, 0xFE0E, 0xFE0F}


@dataclass(frozen=True)
class Glyph:
    """One outline placed on the line, in units of an em."""

    face: str
    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """Glyphs of a piece of text and how far the pen moves, in units of an em."""

    glyphs: tuple[Glyph, ...]
    advance: float


@lru_cache(maxsize=20_000)
def outline(face: str, number: int) -> str:
    """Give a glyph's outline as SVG path data (y upwards, `GRID` units per em)."""
    parts: list[str] = []
    font = open_font(face)
    scale = GRID / font.face.upem
    at, start = [0, 0], [0, 0]

    def draw(letter: str) -> Callable[..., None]:
        # Steps from where the pen is are a third shorter to write than places.
        def add(*arguments: Any) -> None:
            points = [round(value * scale) for value in arguments[:-1]]
            steps = [value - at[place % 2] for place, value in enumerate(points)]
            parts.append(_spell(letter, steps))
            at[:] = points[-2:]
            if letter == "m":
                start[:] = at

        return add

    def close(_: Any) -> None:
        parts.append("z")
        at[:] = start

    pen = hb.DrawFuncs()
    pen.set_move_to_func(draw("m"))
    pen.set_line_to_func(draw("l"))
    pen.set_quadratic_to_func(draw("q"))
    pen.set_cubic_to_func(draw("c"))
    pen.set_close_path_func(close)
    font.draw_glyph(number, pen)
    return "".join(parts)


def _spell(letter: str, steps: Sequence[int]) -> str:
    # A comma needs no escape in an address, a blank does; a minus parts two numbers by itself.
    if letter == "l" and 0 in steps:
        return f"h{steps[0]}" if steps[1] == 0 else f"v{steps[1]}"
    return letter + ",".join(map(str, steps)).replace(",-", "-")


@lru_cache(maxsize=4_096)
def shape(text: str, families: tuple[str, ...], *, bold: bool) -> Line:
    """Shape one line of text, each character from the first family that has it.

    Raises
    ------
    RapportError
        No family has a character. The message names code points, never the text.
    """
    weight = "Bold" if bold else "Regular"
    faces = [f"{_FILES[name]}-{weight}" for name in families if name in _FILES]
    faces = faces or [f"{name}-{weight}" for name in _FILES.values()]
    glyphs: list[Glyph] = []
    pen = 0.0
    chosen = zip(_choose(text, faces), text, strict=True)
    for face, run in groupby(chosen, key=lambda pair: pair[0]):
        placed, advance = shape_run("".join(character for _, character in run), face)
        glyphs += [Glyph(face, at.number, pen + at.x, at.y) for at in placed]
        pen += advance
    return Line(tuple(glyphs), pen)


def width_of(text: str) -> float:
    """Give how wide a text stands in bold, in em; close, as pairs of letters are not looked at.

    Examples
    --------
    >>> round(width_of("10"), 3), width_of("客户")
    (1.144, 2.0)
    """
    return sum(map(_advance, text))


@lru_cache(maxsize=4_096)
def _advance(letter: str) -> float:
    for name in _FILES.values():
        font = open_font(f"{name}-Bold")
        glyph = font.get_nominal_glyph(ord(letter))
        if glyph is not None:
            return float(font.get_glyph_h_advance(glyph) / font.face.upem)
    return 0.0


def find_missing(text: str) -> list[str]:
    """Name the characters of a text that no font of the report has, as code points.

    Examples
    --------
    >>> find_missing("£1.42m 销售额 堃")
    []
    >>> find_missing("ف")
    ['U+0641']
    """
    faces = [open_font(f"{name}-Regular") for name in _FILES.values()]
    unprinted = {"Zs", "Zl", "Zp", "Cf", "Mn"}
    return [
        f"U+{ord(letter):04X}"
        for letter in sorted(set(text))
        if unicodedata.category(letter) not in unprinted
        and all(face.get_nominal_glyph(ord(letter)) is None for face in faces)
    ]


def _choose(text: str, faces: Sequence[str]) -> list[str]:
    chosen: list[str] = []
    missing = set()
    for character in text:
        code = ord(character)
        has_it = [face for face in faces if open_font(face).get_nominal_glyph(code) is not None]
        if code in _JOINERS:
            has_it = chosen[-1:] or list(faces[:1])
        if not has_it:
            missing.add(f"U+{code:04X}")
        chosen.append(has_it[0] if has_it else faces[0])
    if missing:
        names = ", ".join(sorted(missing))
        raise RapportError(f"figure: no font of the report has {names}. Replace it in the labels.")
    return chosen
