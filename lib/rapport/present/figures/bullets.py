"""Bullet bars: key figures of different units as shares of their targets, on one axis."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import LEFT, RIGHT, Canvas, Look, name_rows, rule_x
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK, PAPER
from rapport.present.values import Value, label_value

BAR, MARK = 0.42, 0.72
"""Heights of a bar and of the stroke at its target, of a row."""
FURTHEST = 2.0
"""Bars end here: twice the target is over it whatever the rest."""


def target_bars(targets: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the bars of key figures against their targets.

    Parameters
    ----------
    targets : as `analysis.targets.hold_targets` gives it: one row per target
        `figure` (a name of `key_figure.*`), `unit`, `value`, `target`, `side` (a name of
        `side.*`), `reached` and `before` (shares of the target), `verdict` (of `target.*`)
    """
    columns = ["figure", "unit", "value", "target", "side", "reached", "before", "verdict"]
    drawn = targets[columns].reset_index(drop=True)
    items = listed((label_value("key_figure", row.figure), _reached(row)) for row in rows_of(drawn))
    words = ("figure", "unit", "side", "verdict")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={name: "label" if name in words else "ratio" for name in columns},
        plot=_plot,
        heights=rows_high(len(drawn), usual=9, beside=8),
        title=Sentence("figures.target_bars.title"),
        subtitle=Sentence("figures.target_bars.subtitle"),
        alt=Sentence("figures.target_bars.alt", {"figures": items}),
    )


def _reached(row: Any) -> Value:
    return Value(f"target.{row.figure}", float(row.reached), "ratio", "share")


def _plot(canvas: Canvas, targets: pd.DataFrame) -> None:
    rows = rows_of(targets)
    names = canvas.wrapped([_name(canvas, row) for row in rows], beside=8)
    left = canvas.widest(names) + 3
    room = canvas.widest([canvas.join(list(_words(row))) for row in rows], weight="bold") + 3
    axes = canvas.axes(left=left, right=room, top=1, bottom=7)
    ends = [min(max(float(row.reached), 0.0), FURTHEST) for row in rows]
    dots = [float(row.before) for row in rows if 0 <= row.before <= FURTHEST]
    _scale(canvas, axes, max([1.0, *ends, *dots]))
    for place, (row, end) in enumerate(zip(rows, ends, strict=True)):
        axes.rect((0, place - BAR / 2), end, BAR, facecolor=ACCENT, zorder=2)
        half = MARK / 2
        axes.line([1, 1], [place - half, place + half], color=INK, linewidth=2, zorder=3)
        has_before = pd.notna(row.before) and 0 <= row.before <= FURTHEST
        if has_before:
            axes.dots(
                float(row.before), place, color=CONTEXT, markersize=6, markeredgewidth=1,
                markeredgecolor=PAPER,
            )  # fmt: skip
        look = Look(weight="bold", rank=100 - place, is_required=True)
        at = (max(end, 1.0, float(row.before) if has_before else 0.0), place)
        canvas.label(axes, at, list(_words(row)), places=(RIGHT, LEFT), look=look)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    name_rows(axes, names)


def _name(canvas: Canvas, row: Any) -> str:
    """Name the figure and its target, as "Churn, at most 6.0%"."""
    target = Value("target", float(row.target), "ratio", row.unit)
    word = canvas.join((label_value("side", row.side), (target, "headline")), joint=" ")
    joint = label("figure.target_joint", canvas.language)
    return label(f"key_figure.{row.figure}", canvas.language) + joint + word


def _words(row: Any) -> Iterator[Any]:
    yield Value("value", float(row.value), "ratio", row.unit), "headline"
    yield label_value("target", row.verdict)


def _scale(canvas: Canvas, axes: Axes, end: float) -> None:
    step = (1 if end <= 1.25 else 2) * (1 if canvas.is_wide else 2)
    ticks = [quarter / 4 for quarter in range(0, int(end * 4) + 1, step)]
    axes.set_xlim(0, max(end, ticks[-1]) * 1.02)
    rule_x(axes, ticks, show_axis(ticks, "share", canvas.language))
