"""Words on a figure: measured as they are drawn, each line once a process.

matplotlib's Text measures every string again in every drawing, and a report draws each figure
in two languages and two shapes. Here the size of a line is kept; it depends on nothing but the
line and its font.
"""

import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.transforms import Transform

from rapport.present.ink import measure_em
from rapport.present.theme import FAMILIES, INK, TEXT_SIZE, register_fonts

Point = tuple[float, float]
Renderer = Any
"""`matplotlib.backends.backend_svg.RendererSVG`, whose methods have no types."""
_STYLE = re.compile(r'<text style="([^"]*)"')
# Shares of a box from its lower left corner.
_ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}
_UP = {"bottom": 0.0, "center": 0.5, "top": 1.0}


class Box(NamedTuple):
    """What words take up, in points from the sheet's lower left corner."""

    x0: float
    y0: float
    x1: float
    y1: float


class Line(NamedTuple):
    """One line of words and where its baseline begins, from their place."""

    text: str
    x: float
    y: float


def measure(line: str, size: float, weight: str) -> tuple[float, float, float]:
    """Measure one line: width, height and depth under the baseline of its ink, in points."""
    width, height, depth = measure_em(line, weight)
    return width * size, height * size, depth * size


@cache
def _font(size: float, weight: str) -> FontProperties:
    register_fonts()
    return FontProperties(family=list(FAMILIES), size=size, weight=weight)


@cache
def _style(size: float, weight: str, color: str, anchor: str | None) -> str:
    """Give the look of words as matplotlib writes it: asked of its renderer, once for each."""
    target = io.StringIO()
    renderer: Renderer = RendererSVG(1, 1, target)  # type: ignore[no-untyped-call]
    graphics = renderer.new_gc()
    graphics.set_foreground(to_rgba(color), isRGBA=True)
    mark = None if anchor is None else Text(0, 0, "x", ha=anchor)
    with mpl.rc_context({"svg.fonttype": "none"}):
        renderer.draw_text(graphics, 0.0, 0.0, "x", _font(size, weight), 0.0, mtext=mark)
    found = _STYLE.search(target.getvalue())
    assert found is not None, "matplotlib wrote no style"
    return found[1]


@cache
def _font_height(size: float, weight: str) -> tuple[float, float]:
    """Give how far the font reaches over and under the baseline, ink or not."""
    font: Any = get_font(findfont(_font(size, weight)))
    scale = 1 / font.get_sfnt_table("head")["unitsPerEm"] * size
    table = font.get_sfnt_table("OS/2")
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale


@dataclass
class Words:
    """Words of one look at one place; several lines stand under one another, aligned alike.

    `frame` says what the place `at` is measured in, None for points from the sheet's lower left
    corner; `shift` is in points on top of it;
    `leading` is the line distance by the font's height, None for its own.
    """

    text: str
    at: Point
    shift: Point = (0.0, 0.0)
    frame: Transform | None = None
    color: str = INK
    size: float = TEXT_SIZE
    weight: str = "normal"
    ha: str = "left"
    va: str = "center"
    leading: float | None = None
    is_shown: bool = True

    @property
    def place(self) -> Point:
        """Points from the sheet's lower left corner."""
        x, y = self.at if self.frame is None else self.frame.transform(self.at)
        return float(x) + self.shift[0], float(y) + self.shift[1]

    def box(self) -> Box:
        """Give what the words take up: as high as the font at least, as wide as the ink."""
        x, y = self.place
        (x0, y0, x1, y1), _ = self._layout()
        return Box(x + x0, y + y0, x + x1, y + y1)

    def draw(self, renderer: Renderer) -> None:
        """Write the words as live text."""
        if not self.is_shown or not self.text:
            return
        renderer.open_group("text")
        x, y = self.place
        _, lines = self._layout()
        # A single line is anchored where it is aligned, so that it stays there in a reader's own
        # font; of several each begins where it was measured to begin.
        style = _style(self.size, self.weight, self.color, self.ha if len(lines) == 1 else None)
        for line in lines:
            base = f"{renderer.height - (y + line.y):f}"
            place = {"x": f"{x:f}", "y": base}
            if len(lines) > 1:
                place = {"transform": f"translate({x + line.x:f} {base})"}
            renderer.writer.element("text", line.text, attrib={"style": style, **place})
        renderer.close_group("text")

    def _layout(self) -> tuple[Box, tuple[Line, ...]]:
        return _layout(
            self.text, (self.size, self.weight), (self.ha, self.va), leading=self.leading
        )


@lru_cache(maxsize=8192)
def _layout(
    text: str, font: tuple[float, str], align: tuple[str, str], *, leading: float | None
) -> tuple[Box, tuple[Line, ...]]:
    """Give the box around lines of text and where each begins, from the place they stand at."""
    lines = text.split("\n")
    sizes = [measure(line, *font) if line else (0.0, 0.0, 0.0) for line in lines]
    spans = [_span(height, depth, font, leading) for _, height, depth in sizes]
    width, height = max(size[0] for size in sizes), sum(map(sum, spans))
    right, top = width * _ACROSS[align[0]], height * (1 - _UP[align[1]])
    placed, y = [], top
    for line, size, (above, below) in zip(lines, sizes, spans, strict=True):
        y -= above
        placed.append(Line(line, (width - size[0]) * _ACROSS[align[0]] - right, y))
        y -= below
    return Box(-right, top - height, width - right, top), tuple(placed)


def _span(
    height: float, depth: float, font: tuple[float, str], leading: float | None
) -> tuple[float, float]:
    """Give how far a line reaches over and under its baseline."""
    ascent, descent = _font_height(*font)
    if leading is None:
        return max(height - depth, ascent), max(depth, descent)
    slack = (leading * (ascent + descent) - height) / 2
    return height - depth + slack, depth + slack
