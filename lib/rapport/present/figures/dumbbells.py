"""Two dots a row, joined: what was and what is, what was expected and what came."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import LEFT, POINTS, RIGHT, Canvas, Look, name_rows, rule_x
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.theme import ACCENT, CONTEXT, GREY, RULE
from rapport.present.values import Value

ROW = 7.0
"""Millimetres a row."""


def draw_pairs(
    canvas: Canvas, names: list[str], pairs: Sequence[tuple[Value, Value]], words: tuple[str, str]
) -> None:
    """Draw two dots a row, joined: context grey first, accent second, each with its number."""
    names = canvas.wrapped(names, beside=13)
    left = canvas.widest(names) + 3
    axes = canvas.axes(left=left, right=4, top=5.5, bottom=7)
    numbers = [(_number(one), _number(two)) for one, two in pairs]
    _limit(canvas, axes, [number for pair in numbers for number in pair], pairs[0][0].unit)
    for row, ((one, two), (first, second)) in enumerate(zip(numbers, pairs, strict=True)):
        axes.line([one, two], [row, row], color=RULE, linewidth=2.2, solid_capstyle="round")
        axes.dots(one, row, color=CONTEXT, markersize=6, markeredgewidth=0)
        axes.dots(two, row, color=ACCENT, markersize=6, markeredgewidth=0)
        sides = [(1.5 * dx, dy, ha, va) for dx, dy, ha, va in (LEFT, RIGHT)]
        sides = sides if one <= two else sides[::-1]
        blue = Look(colour=ACCENT, weight="bold", rank=100 - row)
        canvas.label(axes, (two, row), [second], places=(sides[1],), look=blue)
        grey = Look(colour=GREY, rank=-row)
        canvas.label(axes, (one, row), [first], places=(sides[0],), look=grey)
    name_rows(axes, names)
    _head(canvas, left, words)


def _number(value: Value) -> float:
    return float(value.value) if isinstance(value.value, int | float) else 0.0


def _limit(canvas: Canvas, axes: Axes, numbers: list[float], unit: str) -> None:
    highest, lowest = max(numbers, default=0.0), min(numbers, default=0.0)
    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(0, highest or 0.01) if tick >= 0]
    # The lowest dot's number stands left of it, clear of the row names; the highest one's inside
    # the sheet.
    room = axes.width / POINTS
    end = max(ticks[-1], highest * 1.12)
    below = max(0.02 * end, 11 * end / (room - 11) - lowest)
    end = max(end, (highest * room + 14 * below) / (room - 14))
    axes.set_xlim(-below, end)
    rule_x(axes, ticks, show_axis(ticks, unit, canvas.language))


def _head(canvas: Canvas, left: float, words: tuple[str, str]) -> None:
    """Name the two dots over the axis, in their colours."""
    y = canvas.height - 2.2
    needed = sum(3.6 + canvas.width_of(word, weight="bold") + 5 for word in words) - 5
    x = max(0.0, min(left, canvas.width - needed))
    for word, ink, dot in zip(words, (GREY, ACCENT), (CONTEXT, ACCENT), strict=True):
        weight = "bold" if ink == ACCENT else "normal"
        canvas.write(x, y, label("figure.dot", canvas.language), color=dot)
        canvas.write(x + 3.6, y, word, color=ink, weight=weight)
        x += 3.6 + canvas.width_of(word, weight=weight) + 5
