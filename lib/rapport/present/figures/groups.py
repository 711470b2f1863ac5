"""Groups side by side: a dot with its interval a row, those of one attribute under its name.

One picture in place of a table an attribute: whether a group differs from the whole is seen where
its interval leaves out the line, and read nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import LEADING, Canvas, rule_x
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK
from rapport.present.values import WITHHELD, Value

ROW = 4.7
"""Millimetres a row."""
FOOT = 7.0
"""Millimetres for the ticks under a column."""
GUTTER = 7.0
MOST = 40
"""Rows that are drawn, the largest groups of each attribute first."""
REST = ("other", "unknown")
ONE_COLUMN = 13
"""Lines from which the wide shape stands in two columns."""


@dataclass(frozen=True)
class Measured:
    """What stands on the axis: `unit` of the values, `whole` that they are held against.

    `is_hidden` where a group without a value has one that would tell of too few customers.
    """

    unit: str = "share"
    whole: float | None = None
    is_hidden: bool = False


@dataclass(frozen=True, eq=False)
class _Panel:
    """The rows of one attribute: its name, the group of labels that names them, the rows."""

    head: Value
    labels: str
    rows: list[Any]


Heads = Mapping[str, tuple[Value, str]]


def group_dots(
    groups: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    heads: Heads,
    measured: Measured,
) -> FigureSpec:
    """Give the dots with intervals of groups, by attribute.

    Parameters
    ----------
    groups : one row per group, attributes one after the other
        `attribute`, `name`, `value`, `low`, `high` (all three empty where hidden), `n` (customers,
        or hidden)
    heads : attribute -> its name, and the group of `labels.yml` that names its groups, or "text"
    measured : unit and whole; a group whose interval leaves out the whole is in colour, or those
        that `groups` calls `is_clear`, where the chapter has tested them together
    """
    names = ["attribute", "name", "value", "low", "high", "n"]
    numbers = groups.astype(dict.fromkeys(("value", "low", "high"), float))
    clear = _clear(numbers, measured) if "is_clear" not in groups else groups["is_clear"]
    drawn = _first(numbers[names].assign(is_clear=clear.astype(bool)).reset_index(drop=True))
    known = drawn[drawn["value"].notna()].sort_values("value", ascending=False, kind="stable")
    ends = known if len(known) < 7 else pd.concat([known.head(3), known.tail(3)])
    items = listed(
        (category(heads[row.attribute][1], row.name), _value(id, row, measured))
        for row in rows_of(ends)
    )
    columns = {shape: _columns(_panels(drawn, heads), shape) for shape in ("wide", "narrow")}
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"attribute": "label", "name": "label", "value": "estimator", "low": "estimator",
               "high": "estimator", "n": "count", "is_clear": "label"},
        plot=partial(_plot, identity=id, heads=heads, measured=measured),
        heights={
            "wide": max(map(_lines, columns["wide"])) * ROW + FOOT + 0.5,
            "narrow": max(map(_lines, columns["narrow"])) * ROW + FOOT + 0.5,
        },
        title=Sentence("figures.group_dots.title"),
        subtitle=Sentence("figures.group_dots.subtitle"),
        alt=Sentence("figures.group_dots.alt", {"groups": items}),
        n_left=len(groups) - len(drawn),
    )  # fmt: skip


def name_ends(spec: FigureSpec, heads: Heads, *, unit: str) -> dict[str, Value]:
    """Give the lowest and the highest group and their values, for a title: `least`, `most`."""
    known = spec.data[spec.data["value"].notna()].sort_values("value", kind="stable")
    # What is put together, or not known, is no group to speak of, unless there is no other.
    own = known[~known["name"].astype(str).isin(REST)]
    known = own if len(own) > 1 else known
    measured = Measured(unit)
    ends = {"least": rows_of(known.head(1))[0], "most": rows_of(known.tail(1))[0]}
    words = {name: _value(spec.id, row, measured) for name, row in ends.items()}
    names = {f"{name}_name": category(heads[row.attribute][1], row.name)
             for name, row in ends.items()}  # fmt: skip
    return words | names


def _clear(groups: pd.DataFrame, measured: Measured) -> pd.Series[bool]:
    if measured.whole is None:
        return groups["value"].notna()
    return (groups["low"] > measured.whole) | (groups["high"] < measured.whole)


def _first(groups: pd.DataFrame) -> pd.DataFrame:
    """Give the first rows of each attribute, as many of each as there is room for."""
    n_attributes = max(groups["attribute"].nunique(), 1)
    return groups[groups.groupby("attribute").cumcount() < max(MOST // n_attributes, 1)]


def _panels(groups: pd.DataFrame, heads: Heads) -> list[_Panel]:
    names = list(dict.fromkeys(groups["attribute"]))
    return [_Panel(*heads[name], rows_of(groups[groups["attribute"] == name])) for name in names]


def _columns(panels: list[_Panel], shape: str) -> list[list[_Panel]]:
    """Part the attributes into two columns of like height, where one would be high."""
    if shape == "narrow" or len(panels) < 2 or _lines(panels) <= ONE_COLUMN:
        return [panels]
    cuts = [[panels[:cut], panels[cut:]] for cut in range(1, len(panels))]
    return min(cuts, key=lambda columns: max(map(_lines, columns)))


def _lines(panels: Sequence[_Panel]) -> int:
    return sum(len(panel.rows) + 1 for panel in panels)


def _value(identity: str, row: Any, measured: Measured) -> Value:
    name = f"{identity}.{row.attribute}.{row.name}"
    if pd.isna(row.value):
        return Value(name, WITHHELD if measured.is_hidden else None, "estimator", measured.unit)
    ends = (float(row.low), float(row.high))
    return Value(name, float(row.value), "estimator", measured.unit, interval=ends)


def _plot(
    canvas: Canvas, groups: pd.DataFrame, *, identity: str, heads: Heads,
    measured: Measured,
) -> None:  # fmt: skip
    columns = _columns(_panels(groups, heads), canvas.shape)
    room = (canvas.width - GUTTER * (len(columns) - 1)) / len(columns)
    limits = _limits(groups, measured)
    # Both columns have one scale and one margin, so that dots can be compared across.
    names = [_names(canvas, panels, 0.46 * room) for panels in columns]
    margin = canvas.widest([name for column in names for name in column]) + 3
    for place, panels in enumerate(columns):
        span = (place * (room + GUTTER), room, margin)
        _column(canvas, (panels, names[place]), span, (identity, measured, limits))


def _names(canvas: Canvas, panels: list[_Panel], widest: float) -> list[str]:
    shown = (
        canvas.show(category(panel.labels, row.name)) for panel in panels for row in panel.rows
    )
    return [canvas.cut(name, widest) for name in shown]


def _limits(groups: pd.DataFrame, measured: Measured) -> tuple[float, float]:
    ends = [*groups["low"].dropna(), *groups["high"].dropna(), *groups["value"].dropna()]
    ends += [measured.whole] if measured.whole is not None else []
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if measured.unit == "share" and low < 0.5 * high:
        low = 0.0
    room = (high - low or abs(high) or 1.0) * 0.03
    return low - room, high + room


def _column(
    canvas: Canvas, drawn: tuple[list[_Panel], list[str]], span: tuple[float, float, float],
    said: tuple[str, Measured, tuple[float, float]],
) -> None:  # fmt: skip
    (panels, names), (start, room, margin), (identity, measured, limits) = drawn, span, said
    rows = [row for panel in panels for row in panel.rows]
    values = [_value(identity, row, measured) for row in rows]
    right = canvas.widest([canvas.show(value) for value in values], weight="bold") + 3
    n_lines = _lines(panels)
    axes = canvas.axes(left=start + margin, right=canvas.width - start - room + right,
                       top=0.0, bottom=canvas.height - n_lines * ROW)  # fmt: skip
    axes.set_xlim(*limits)
    axes.set_ylim(n_lines - 0.5, -0.5)
    places = _heads(canvas, axes, panels, (start, room), measured)
    for place, row, value in zip(places, rows, values, strict=True):
        _row(canvas, axes, place, (row, value, measured), x=start + room)
    axes.set_yticks(places, names, color=INK, leading=LEADING)
    _scale(canvas, axes, limits, measured.unit)


def _up(canvas: Canvas, line: int) -> float:
    """Give the middle of a line in millimetres from the lower edge."""
    return canvas.height - (line + 0.5) * ROW


def _heads(
    canvas: Canvas, axes: Axes, panels: list[_Panel], span: tuple[float, float],
    measured: Measured,
) -> list[int]:  # fmt: skip
    """Write each attribute over its rows, draw the whole beside them; give the rows' lines."""
    start, room = span
    places, line = [], 0
    for panel in panels:
        head = canvas.cut(canvas.show(panel.head), room, weight="bold")
        canvas.write(start, _up(canvas, line), head, weight="bold")
        mine = list(range(line + 1, line + 1 + len(panel.rows)))
        if measured.whole is not None:
            axes.line([measured.whole] * 2, [line + 0.55, mine[-1] + 0.45], color=GREY,
                      linewidth=0.8)  # fmt: skip
        places += mine
        line = mine[-1] + 1
    return places


def _row(
    canvas: Canvas, axes: Axes, place: int, what: tuple[Any, Value, Measured], *, x: float
) -> None:
    row, value, measured = what
    if value.value is None:
        canvas.write(x, _up(canvas, place), canvas.show(value), ha="right", color=GREY)
        return
    weight = "bold" if row.is_clear and measured.whole is not None else "normal"
    canvas.write(x, _up(canvas, place), canvas.show(value), ha="right", weight=weight)
    colour = ACCENT if row.is_clear else CONTEXT
    axes.line([row.low, row.high], [place, place], color=colour, linewidth=1.6)
    axes.dots(row.value, place, color=colour, markersize=5.5, markeredgewidth=0)


def _scale(canvas: Canvas, axes: Axes, limits: tuple[float, float], unit: str) -> None:
    n = max(2, int(axes.width / 72 * 25.4 / 14))
    locator = MaxNLocator(nbins=min(n, 5), steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(*limits)]
    ticks = [tick for tick in ticks if limits[0] <= tick <= limits[1]]
    rule_x(axes, ticks, show_axis(ticks, unit, canvas.language))
