"""A figure's sheet: millimetres, measured text, and direct labels that may move.

Figure functions place everything through it, so that every text on a figure is either a
tick, a name from the locale files or a value that `formats` has written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.lines import Line2D

from rapport.present.axes import Axes, Kind
from rapport.present.formats import show
from rapport.present.labels import Language
from rapport.present.lettering import Box, Words, measure
from rapport.present.numbers import NBSP
from rapport.present.theme import INK, TEXT_SIZE, WIDTHS, Shape
from rapport.present.values import Value

POINTS = 72 / 25.4
"""Points in a millimetre."""
TWO_LINES = 7.0
"""Millimetres a row that hold two lines of text."""
LEADING = 0.9
"""Line distance by the fonts' own, which is 1.36: matplotlib's 1.2 would be far too open."""

Part = Value | tuple[Value, str]
"""A piece of a direct label: a value, or a value and its style."""

ABOVE = (0.0, 4.0, "center", "bottom")
BELOW = (0.0, -4.0, "center", "top")
RIGHT = (4.0, 0.0, "left", "center")
LEFT = (-4.0, 0.0, "right", "center")
Place = tuple[float, float, str, str]
"""Offset in points and alignment of a label beside its mark."""


@dataclass
class DirectLabel:
    """A label that stands beside its mark; `rank` is how much it matters."""

    text: Words
    places: tuple[Place, ...]
    rank: float
    is_required: bool


@dataclass
class Canvas:
    """The sheet that one figure is drawn on, in one language and shape."""

    language: Language
    shape: Shape
    height: float
    foot: float = 0.0
    """Millimetres under the drawing, for the line that counts what is not drawn."""
    fields: list[Axes] = field(default_factory=list)
    texts: list[Words] = field(default_factory=list)
    labels: list[DirectLabel] = field(default_factory=list)
    highlighted: list[Line2D] = field(default_factory=list)
    marked: list[Box] = field(default_factory=list)

    @property
    def width(self) -> float:
        """Millimetres."""
        return float(WIDTHS[self.shape])

    @property
    def is_wide(self) -> bool:
        """Say whether this is the print shape."""
        return self.shape == "wide"

    @property
    def size(self) -> tuple[float, float]:
        """Points across and up."""
        return self.width / 25.4 * 72, self.height / 25.4 * 72 + self._lift

    @property
    def _lift(self) -> float:
        return self.foot / 25.4 * 72

    def axes(
        self,
        *,
        left: float,
        right: float,
        top: float = 3.0,
        bottom: float = 8.0,
        kind: Kind = "plain",
    ) -> Axes:
        """Make a field with margins in millimetres; see `axes.Kind`."""
        across, up = self.size[0], self.size[1] - self._lift
        x0, y0 = left / self.width, bottom / self.height
        x1 = x0 + (self.width - left - right) / self.width
        y1 = y0 + (self.height - top - bottom) / self.height
        ends = (x0 * across, y0 * up + self._lift, x1 * across, y1 * up + self._lift)
        axes = Axes(*ends, kind)
        self.fields.append(axes)
        return axes

    def all_words(self) -> list[Words]:
        """Give every text of the sheet: its own, then each field's."""
        return [*self.texts, *(words for axes in self.fields for words in axes.all_words())]

    def show(self, part: Part) -> str:
        """Write a piece of a label; a bare number or text is a TypeError."""
        value, style = part if isinstance(part, tuple) else (part, "plain")
        if not isinstance(value, Value):
            msg = f"a direct label holds {type(value).__name__}, not a value"
            raise TypeError(msg)
        return show(value, self.language, style=style)

    def join(self, parts: Sequence[Part], joint: str = NBSP * 2) -> str:
        """Write the pieces of a label side by side."""
        return joint.join(self.show(part) for part in parts)

    def width_of(self, text: str, *, size: float = TEXT_SIZE, weight: str = "normal") -> float:
        """Measure a line of text in millimetres."""
        return measure(text, float(size), weight)[0] / POINTS

    def widest(
        self, texts: Sequence[str], *, size: float = TEXT_SIZE, weight: str = "normal"
    ) -> float:
        """Measure the widest line of several texts in millimetres."""
        texts = [line for text in texts for line in text.split("\n")]
        return max((self.width_of(text, size=size, weight=weight) for text in texts), default=0.0)

    def wrapped(self, names: Sequence[str], *, beside: float, most: float = 0.5) -> list[str]:
        """Give row names that take at most half the sheet: in two lines, or cut with an ellipsis.

        `most` is the share of the sheet, where columns of numbers need more; `beside` is the
        height in millimetres that the rows do not have; rows too low for two lines of text get
        one. A name that is cut stands whole in the table behind.
        """
        row = (self.height - beside) / max(len(names), 1)
        lines = [
            name.split("\n")
            if "\n" in name or self.width_of(name) <= (most - 0.1) * self.width or row < TWO_LINES
            else self._in_two(name)
            for name in names
        ]
        widest = most * self.width
        return ["\n".join(self.cut(line, widest) for line in pieces) for pieces in lines]

    def cut(self, name: str, widest: float, *, weight: str = "normal") -> str:
        """Give a name that takes at most `widest` millimetres: whole, or cut with an ellipsis."""
        if self.width_of(name, weight=weight) <= widest:
            return name
        ends = range(len(name) - 1, 0, -1)
        cuts = (f"{name[:end].rstrip()}…" for end in ends)
        return next((cut for cut in cuts if self.width_of(cut, weight=weight) <= widest), "…")

    def _in_two(self, name: str) -> list[str]:
        places = [end for end in range(1, len(name)) if name[end - 1] in " 、，"]
        if not places:
            # Chinese breaks between any two characters, a long Latin word nowhere.
            places = [end for end in range(1, len(name)) if min(name[end - 1 : end + 1]) > "\u3000"]
        halves = [[name[:place].rstrip(), name[place:]] for place in places]
        return min(halves, key=self.widest, default=[name])

    def write(self, x: float, y: float, text: str, **look: Any) -> None:
        """Set a name or a tick at a place in millimetres from the lower left corner."""
        across, up = self.size[0], self.size[1] - self._lift
        at = (x / self.width * across, y / self.height * up + self._lift)
        self.texts.append(Words(text, at, **look))

    def label(
        self,
        axes: Axes,
        at: tuple[float, float],
        parts: Sequence[Part],
        *,
        places: Sequence[Place] = (ABOVE, BELOW),
        look: "Look | None" = None,
    ) -> Words:
        """Set a direct label beside a point of the data; it tries `places` in order."""
        look = look or Look()
        dx, dy, ha, va = places[0]
        said = self.cut(self.join(parts), 0.45 * self.width, weight=look.weight)
        text = axes.text(*at, said, shift=(dx, dy), ha=ha, va=va,
                         color=look.colour, weight=look.weight, size=look.size)  # fmt: skip
        self.labels.append(DirectLabel(text, tuple(places), look.rank, look.is_required))
        return text

    def keep_clear(self, axes: Axes, at: tuple[float, float], radius: float) -> None:
        """Let no direct label lie on the mark at a point of the data; `radius` is in points."""
        x, y = (float(place) for place in axes.data.transform(at))
        self.marked.append(Box(x - radius, y - radius, x + radius, y + radius))

    def highlight(self, line: Line2D) -> None:
        """Let no text lie on this line."""
        self.highlighted.append(line)


@dataclass(frozen=True)
class Look:
    """How a direct label looks and how much it matters."""

    colour: str = INK
    weight: str = "normal"
    size: float = TEXT_SIZE
    rank: float = 0.0
    is_required: bool = False


def rule_y(axes: Axes, ticks: Sequence[float], texts: Sequence[str]) -> None:
    """Set the y ticks with light rules across."""
    axes.set_yticks(list(ticks), list(texts), rules="whole")


def rule_x(axes: Axes, ticks: Sequence[float], texts: Sequence[str]) -> None:
    """Set the x ticks with light rules up: for rows, whose numbers run across."""
    axes.set_xticks(list(ticks), list(texts), rules="clipped", length=0.0)


def name_rows(axes: Axes, names: Sequence[str], *, strong: Sequence[int] = ()) -> None:
    """Name the rows of a chart from the top, right-aligned at the axis; `strong` ones bold."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(
        range(len(names)), list(names), color=INK, leading=LEADING, strong=frozenset(strong)
    )
