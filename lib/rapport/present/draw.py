"""Drawing: a figure's spec becomes SVG with live text, the same bytes every time."""

import io
import re

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from rapport.present.canvas import Canvas
from rapport.present.compact import compact
from rapport.present.figures.spec import FigureSpec
from rapport.present.geometry import settle
from rapport.present.glyphs import check_glyphs
from rapport.present.labels import Language
from rapport.present.theme import WIDTHS, Shape, settings

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def draw(spec: FigureSpec, language: Language, shape: Shape) -> str:
    """Draw a figure: SVG of 166 or 92 mm with live text, byte-stable.

    Raises
    ------
    ChapterError
        Texts do not fit, even after labels were moved and dropped.
    DataError
        A character has no glyph.
    """
    width, height = WIDTHS[shape], spec.heights[shape]
    with mpl.rc_context(settings()):
        figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=72)
        figure.patch.set_visible(False)
        FigureCanvasSVG(figure)
        canvas = Canvas(figure, language, shape, height)
        spec.plot(canvas, spec.data)
        _check_texts(spec.id, figure)
        settle(canvas)
        return to_svg(figure)


def to_svg(figure: Figure) -> str:
    """Write a figure as SVG without anything that a clock, a path or a version put there."""
    target = io.StringIO()
    FigureCanvasSVG(figure).print_svg(target, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]
    return compact(target.getvalue())


def texts_of(svg: str) -> list[str]:
    """Give the texts of an SVG in the order drawn, for tests and for subsetting fonts."""
    return [match[1] for match in _TEXT.finditer(svg)]


def _check_texts(identity: str, figure: Figure) -> None:
    for text in figure.findobj(Text):
        check_glyphs(text.get_text(), where=f"figure {identity}")
