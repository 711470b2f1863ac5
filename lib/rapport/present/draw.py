"""Drawing: a figure's spec becomes SVG with live text, the same bytes every time."""

import io
import re
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.backends.backend_svg import RendererSVG

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas
from rapport.present.compact import compact
from rapport.present.figures.spec import FigureSpec
from rapport.present.geometry import settle
from rapport.present.glyphs import check_glyphs
from rapport.present.labels import LANGUAGES, Language, label
from rapport.present.lettering import Renderer, Words
from rapport.present.theme import GREY, SHAPES, Shape, settings
from rapport.present.values import Value

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_FOOT = 5.0
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def draw_all(spec: FigureSpec) -> dict[Language, dict[Shape, str]]:
    """Draw a figure in every language and shape, the settings made once for all of them."""
    with mpl.rc_context(settings()):
        return {
            language: {shape: _draw(spec, language, shape) for shape in SHAPES}
            for language in LANGUAGES
        }


def draw(spec: FigureSpec, language: Language, shape: Shape) -> str:
    """Draw a figure: SVG of 166 or 92 mm with live text, byte-stable.

    Raises
    ------
    ChapterError
        Texts do not fit, even after labels were moved and dropped.
    DataError
        A character has no glyph.
    """
    with mpl.rc_context(settings()):
        return _draw(spec, language, shape)


def _draw(spec: FigureSpec, language: Language, shape: Shape) -> str:
    canvas = Canvas(language, shape, spec.heights[shape], foot=_FOOT if spec.n_left else 0.0)
    spec.plot(canvas, spec.data)
    if spec.n_left:
        _count_left(canvas, spec.n_left)
    for words in canvas.all_words():
        check_glyphs(words.text, where=f"figure {spec.id}")
    settle(canvas)
    return to_svg(canvas.size, canvas.fields, canvas.texts)


def _count_left(canvas: Canvas, n_left: int) -> None:
    value = Value("figure.n_left", n_left, "count", "count")
    text = f"{label('figure.not_drawn', canvas.language)} {canvas.show(value)}"
    canvas.write(0, 2.2 - canvas.foot, text, color=GREY)


def to_svg(size: tuple[float, float], fields: Sequence[Axes], texts: Sequence[Words] = ()) -> str:
    """Write a sheet as SVG without anything that a clock, a path or a version put there."""
    target = io.StringIO()
    renderer: Renderer = RendererSVG(*size, target, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]
    renderer.open_group("figure")
    for axes in fields:
        axes.draw(renderer)
    for words in texts:
        words.draw(renderer)
    renderer.close_group("figure")
    renderer.finalize()
    return compact(target.getvalue())


def texts_of(svg: str) -> list[str]:
    """Give the texts of an SVG in the order drawn, for tests and for subsetting fonts."""
    return [match[1] for match in _TEXT.finditer(svg)]
