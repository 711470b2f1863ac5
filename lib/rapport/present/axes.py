"""A field of a figure: two scales, the marks between them, ticks at its edges.

Marks are matplotlib's artists and its SVG renderer writes them. Its own Axes are not used: for
each mark that we keep they make a dozen (spines, titles, ticks on four sides, locators, a view
that fits itself), which was most of the time of a drawing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, BboxTransformFrom, BboxTransformTo, Transform

from rapport.present.lettering import Point, Renderer, Words
from rapport.present.theme import GREY, RULE

Limits = tuple[float, float]
Kind = Literal["plain", "log", "bare"]
"""With ticks; with ticks and a logarithmic scale across; without ticks."""
DOWN: Literal[3] = 3
"""matplotlib's TICKDOWN: a stroke down from its place; its own name for it has no type."""
Mark = TypeVar("Mark", bound=Artist)


@dataclass(frozen=True)
class Ticks:
    """The ticks of one scale: where, their words, and how both look.

    `length` is of the mark in points, None for no marks; `pad` is from its end to the words.
    `is_far` puts them at the top. `rules` draws lines across the field: "clipped" at its edge
    or "whole", without which the outermost would be half as thick as the others.
    """

    places: Sequence[float] = ()
    texts: Sequence[str] = ()
    length: float | None = None
    pad: float = 3.0
    is_far: bool = False
    rules: Literal["clipped", "whole"] | None = None
    color: str = GREY
    ha: str = "center"
    leading: float | None = None
    strong: frozenset[int] = frozenset()


@dataclass
class Axes:
    """A field of a figure; `left` to `top` are points on the sheet.

    Looks of marks are matplotlib's own: `axes.line(xs, ys, color=ACCENT, linewidth=1.8)`.
    """

    left: float
    bottom: float
    right: float
    top: float
    kind: Kind = "plain"
    x: Ticks = Ticks()
    y: Ticks = Ticks()
    marks: list[Artist] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set both scales to 0 to 1."""
        self.xlim: Limits = (0.0, 1.0)
        self.ylim: Limits = (0.0, 1.0)
        self._field = BboxTransformTo(Bbox([[self.left, self.bottom], [self.right, self.top]]))
        self.clip = Bbox(self._field.transform([(0.0, 0.0), (1.0, 1.0)]))
        self.data, self.across, self.up = Affine2D(), Affine2D(), Affine2D()
        self._scale()

    @property
    def width(self) -> float:
        """Points across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Points up."""
        return self.top - self.bottom

    def set_xlim(self, low: float, high: float) -> None:
        """Say which values stand at the left and the right edge."""
        self.xlim = (float(self._x(low)), float(self._x(high)))
        self._scale()

    def set_ylim(self, low: float, high: float) -> None:
        """Say which values stand at the lower and the upper edge."""
        self.ylim = (low, high)
        self._scale()

    def _scale(self) -> None:
        """Fit the ways from data to the sheet: of both scales, and of one beside the field."""
        (x0, x1), (y0, y1) = self.xlim, self.ylim
        both = (BboxTransformFrom(Bbox([[x0, y0], [x1, y1]])) + self._field).get_matrix()
        plain = self._field.get_matrix()
        self.data.set_matrix(both)
        self.across.set_matrix(np.array([both[0], plain[1], [0, 0, 1]]))
        self.up.set_matrix(np.array([plain[0], both[1], [0, 0, 1]]))

    def _x(self, values: Any) -> Any:
        return np.log10(values) if self.kind == "log" else values

    def set_xticks(self, places: Sequence[float], texts: Sequence[str] = (), **look: Any) -> None:
        """Set the ticks at the lower edge, or at the upper with `is_far`."""
        length = mpl.rcParams["xtick.major.size"]
        self.x = Ticks(places, texts, **{"length": length, **look})

    def set_yticks(self, places: Sequence[float], texts: Sequence[str] = (), **look: Any) -> None:
        """Set the ticks at the left edge."""
        self.y = Ticks(places, texts, **{"ha": "right", **look})

    def line(self, xs: Any, ys: Any, **look: Any) -> Line2D:
        """Draw a line through points; one that is missing leaves a gap."""
        return self._line(xs, ys, self.data, look)

    def step(self, xs: Any, ys: Any, **look: Any) -> Line2D:
        """Draw a line that keeps each height until the next point."""
        return self._line(xs, ys, self.data, {"drawstyle": "steps-post", **look})

    def dots(self, xs: Any, ys: Any, mark: str = "o", **look: Any) -> Line2D:
        """Draw a mark at each point."""
        return self._line(xs, ys, self.data, {"marker": mark, "linestyle": "none", **look})

    def axvline(self, x: float, **look: Any) -> Line2D:
        """Draw a line up the whole field."""
        return self._line([x, x], [0, 1], self.across, look)

    def _line(self, xs: Any, ys: Any, frame: Transform, look: dict[str, Any]) -> Line2D:
        across, up = np.atleast_1d(self._x(np.asarray(xs, float))), np.atleast_1d(ys)
        line = Line2D(across, up, transform=frame, **look)
        return self._add(line)

    def vlines(self, xs: Any, lows: Any, highs: Any, **look: Any) -> None:
        """Draw a line up at each of several places."""
        ends = np.dstack([np.column_stack([xs, xs]), np.column_stack([lows, highs])])
        self._add(LineCollection(list(ends), transform=self.data, **look))

    def rect(self, corner: Point, width: float, height: float, **look: Any) -> None:
        """Draw a rectangle from its lower left corner."""
        self._add(Rectangle(corner, width, height, transform=self.data, **look))

    def shape(self, path: Path, **look: Any) -> None:
        """Draw a path."""
        self._add(PathPatch(path, transform=self.data, **look))

    def fill_between(self, xs: Any, low: Any, high: Any, **look: Any) -> None:
        """Fill what lies between two lines; where a point is missing, nothing is filled."""
        edges = [np.ma.masked_invalid(np.asarray(values, float)) for values in (xs, low, high)]
        band = FillBetweenPolyCollection("x", *edges, transform=self.data, **look)
        # It asks a figure how many dots an inch has, and nothing else.
        band.set_figure(Figure(dpi=72))
        self._add(band)

    def _add(self, mark: Mark) -> Mark:
        mark.set_clip_box(self.clip)
        self.marks.append(mark)
        return mark

    def text(self, x: float, y: float, text: str, **look: Any) -> Words:
        """Set words at a point of the data."""
        words = Words(text, (float(self._x(x)), y), frame=self.data, **look)
        self.words.append(words)
        return words

    def all_words(self) -> list[Words]:
        """Give every text of the field: labels, then ticks across and up."""
        ticks = [words for scale in "xy" for _, words in self._shown(scale)]
        return [*self.words, *ticks]

    def _shown(self, scale: str) -> Iterator[tuple[float, Words]]:
        """Give the ticks between the limits; what lies outside is not drawn."""
        ticks, limits = (self.x, self.xlim) if scale == "x" else (self.y, self.ylim)
        low, high = sorted(limits)
        room = 1e-9 * (high - low)
        for number, place in enumerate(ticks.places):
            at = float(self._x(place) if scale == "x" else place)
            if low - room <= at <= high + room and self.kind != "bare":
                text = ticks.texts[number] if ticks.texts else ""
                weight = "bold" if number in ticks.strong else "normal"
                look = {"color": ticks.color, "leading": ticks.leading, "weight": weight}
                yield at, self._tick(scale, at, text, look)

    def _tick(self, scale: str, at: float, text: str, look: dict[str, Any]) -> Words:
        ticks = self.x if scale == "x" else self.y
        beside = ticks.pad + (ticks.length or 0.0)
        if scale == "y":
            return Words(text, (0, at), (-beside, 0.0), self.up, ha=ticks.ha, **look)
        edge, shift, va = (1, beside, "bottom") if ticks.is_far else (0, -beside, "top")
        return Words(text, (at, edge), (0.0, shift), self.across, ha=ticks.ha, va=va, **look)

    def draw(self, renderer: Renderer) -> None:
        """Draw ticks and rules, the marks over them, their words over all."""
        renderer.open_group("axes")
        if self.kind != "bare":
            Rectangle((0, 0), 1, 1, facecolor="none", edgecolor="none", linewidth=0,
                      transform=self._field).draw(renderer)  # fmt: skip
            self._draw_ticks(renderer, "x")
            self._draw_ticks(renderer, "y")
        for mark in sorted(self.marks, key=Artist.get_zorder):
            mark.draw(renderer)
        for words in self.words:
            words.draw(renderer)
        renderer.close_group("axes")

    def _draw_ticks(self, renderer: Renderer, scale: str) -> None:
        ticks, frame = (self.x, self.across) if scale == "x" else (self.y, self.up)
        mark, rule = self._tick_mark(ticks, frame), self._tick_rule(ticks, renderer)
        renderer.open_group("matplotlib.axis")
        for at, words in self._shown(scale):
            renderer.open_group(f"{scale}tick")
            if rule is not None:
                ends = [(at, 0.0), (at, 1.0)] if scale == "x" else [(0.0, at), (1.0, at)]
                renderer.open_group("line2d")
                renderer.draw_path(rule, Path(ends), frame)
                renderer.close_group("line2d")
            if mark is not None:
                mark.set_data([at], [int(ticks.is_far)])
                mark.draw(renderer)
            words.draw(renderer)
            renderer.close_group(f"{scale}tick")
        renderer.close_group("matplotlib.axis")

    def _tick_rule(self, ticks: Ticks, renderer: Renderer) -> GraphicsContextBase | None:
        """Give the look of rules: an artist for each would cost more than all that it draws."""
        if ticks.rules is None:
            return None
        look: GraphicsContextBase = renderer.new_gc()
        look.set_foreground(to_rgba(RULE), isRGBA=True)
        look.set_linewidth(0.6)
        look.set_capstyle(mpl.rcParams["lines.solid_capstyle"])
        look.set_joinstyle(mpl.rcParams["lines.solid_joinstyle"])
        if ticks.rules == "clipped":
            look.set_clip_rectangle(self.clip)
        return look

    def _tick_mark(self, ticks: Ticks, frame: Transform) -> Line2D | None:
        if ticks.length is None:
            return None
        width = mpl.rcParams["xtick.major.width"]
        return Line2D([], [], linestyle="none", marker=DOWN, markersize=ticks.length,
                      markeredgewidth=width, color=GREY, transform=frame)  # fmt: skip
