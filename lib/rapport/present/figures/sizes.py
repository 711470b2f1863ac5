"""Shares of groups over time: a small chart each on one scale, the one spoken of in colour."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import BELOW, LEADING, Canvas, Look, rule_y
from rapport.present.dates import show_period
from rapport.present.figures.marks import rows_of, share_value
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK, Shape
from rapport.present.values import Value, label_value, period_value

COLUMNS: dict[Shape, int] = {"wide": 4, "narrow": 2}
FIELD: dict[Shape, float] = {"wide": 22.0, "narrow": 10.6}
"""Millimetres that the lines of one chart have, without its name and its feet."""
APART: dict[Shape, float] = {"wide": 5.0, "narrow": 4.2}
HEAD, FOOT, SIDE, GUTTER = 5.6, 9.8, 10.0, 5.0


def size_panels(
    months: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    lead: str,
    mark: str | None = None,
) -> FigureSpec:
    """Give a small line chart of each segment's share of customers by month end.

    Parameters
    ----------
    months : one row per month end, oldest first, and segment
        `period` (code of the month), `segment`, `n_all` (customers of the month end), `share`,
        `low`, `high` (0 to 1; empty where hidden: the line has a gap)
    lead : the segment in colour
    mark : code of the month that a rule stands at: the one that cut points are of
    """
    drawn = months[["period", "segment", "share", "low", "high", "n_all"]].reset_index(drop=True)
    drawn = drawn.astype(dict.fromkeys(("share", "low", "high"), float))
    first, last = (int(drawn["n_all"].iloc[place]) for place in (0, -1))
    slots = {
        "from": period_value(drawn["period"].iloc[0], name=f"{id}.first"),
        "to": period_value(drawn["period"].iloc[-1], name=f"{id}.last"),
        "n_first": Value(f"{id}.n_first", first, "count", "customers"),
        "n_last": Value(f"{id}.n_last", last, "count", "customers"),
    }
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"period": "date", "segment": "label", "share": "ratio", "low": "ratio",
               "high": "ratio", "n_all": "count"},
        plot=partial(_plot, identity=id, lead=lead, mark=mark),
        heights={shape: _height(drawn, shape) for shape in COLUMNS},
        title=Sentence("figures.size_panels.title"),
        subtitle=Sentence("figures.size_panels.subtitle", slots),
        alt=Sentence("figures.size_panels.alt", {**slots, "segments": _tell(drawn, id)}),
    )  # fmt: skip


def _height(drawn: pd.DataFrame, shape: Shape) -> float:
    n_rows = -(-drawn["segment"].nunique() // COLUMNS[shape])
    return n_rows * (HEAD + FIELD[shape]) + (n_rows - 1) * APART[shape] + FOOT


def _tell(drawn: pd.DataFrame, identity: str) -> Listing:
    items = []
    for name, rows in drawn.groupby("segment", sort=False):
        known = rows_of(rows[rows["share"].notna()])
        if known:
            ends = {"first": _value(identity, known[0]), "last": _value(identity, known[-1])}
            slots = {"name": label_value("segment", str(name)), **ends}
            items.append(Sentence("figures.size_panels.item", slots))
    return Listing(tuple(items), joint="word.clause_joint")


def _value(identity: str, row: Any) -> Value:
    return share_value(f"{identity}.{row.segment}.{row.period}", row, "share")


def _plot(
    canvas: Canvas, months: pd.DataFrame, *, identity: str, lead: str, mark: str | None
) -> None:
    periods = list(dict.fromkeys(months["period"]))
    names = list(dict.fromkeys(months["segment"]))
    n_columns, deep = COLUMNS[canvas.shape], FIELD[canvas.shape]
    wide = (canvas.width - SIDE - 2 - GUTTER * (n_columns - 1)) / n_columns
    ticks = _ticks(months, most=3 if canvas.is_wide else 2)
    for place, name in enumerate(names):
        row, column = divmod(place, n_columns)
        left = SIDE + column * (wide + GUTTER)
        top = HEAD + row * (HEAD + deep + APART[canvas.shape])
        axes = canvas.axes(left=left, right=canvas.width - left - wide, top=top,
                           bottom=canvas.height - top - deep)  # fmt: skip
        texts = show_axis(ticks, "share", canvas.language)
        rule_y(axes, ticks, texts if column == 0 else [""] * len(ticks))
        axes.set_ylim(0, ticks[-1])
        colour = ACCENT if name == lead else GREY
        canvas.write(left, canvas.height - top + 3.2, canvas.show(label_value("segment", name)),
                     color=ACCENT if name == lead else INK, weight="bold")  # fmt: skip
        if mark in periods:
            axes.axvline(periods.index(mark), color=GREY, linewidth=0.6, linestyle=(0, (2, 2)))
        _draw(canvas, axes, months[months["segment"] == name], (identity, colour))
        if place + n_columns >= len(names):
            _name_months(canvas, axes, periods, mark)


def _ticks(months: pd.DataFrame, *, most: int) -> list[float]:
    highest = float(np.nanmax([0.0, *months["high"]]))
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    found = locator.tick_values(0, highest or 0.01)
    return [float(f"{tick:.6g}") for tick in found if tick >= 0]


def _draw(canvas: Canvas, axes: Axes, rows: pd.DataFrame, said: tuple[str, str]) -> None:
    identity, colour = said
    places = np.arange(len(rows))
    # Half a share must stand between the line's ends and the edges.
    axes.set_xlim(-1.4 - 0.04 * len(rows), len(rows) - 0.4 + 0.04 * len(rows))
    low, share, high = (rows[name].to_numpy(float) for name in ("low", "share", "high"))
    band = ACCENT if colour == ACCENT else CONTEXT
    axes.fill_between(places, low, high, color=band, alpha=0.2, linewidth=0)
    canvas.highlight(axes.line(places, share, color=colour, linewidth=1.6))
    known = np.flatnonzero(~np.isnan(share))
    alone = [place for place in known if not {place - 1, place + 1} & set(known)]
    axes.dots(alone, share[alone], color=colour, markersize=3, markeredgewidth=0)
    if not len(known):
        return
    told = rows_of(rows)
    scale = axes.height / axes.ylim[1]
    for place in dict.fromkeys((known[-1], known[0])):
        axes.dots(place, share[place], color=colour, markersize=3.6, markeredgewidth=0)
        above = (0.0, 3.0 + (high[place] - share[place]) * scale, "center", "bottom")
        below = (0.0, BELOW[1] + 1 - (share[place] - low[place]) * scale, "center", "top")
        look = Look(colour=colour if colour == ACCENT else INK, rank=float(place),
                    weight="bold" if colour == ACCENT else "normal")  # fmt: skip
        canvas.label(axes, (place, share[place]), [(_value(identity, told[place]), "whole")],
                     places=(above, below), look=look)  # fmt: skip


def _name_months(canvas: Canvas, axes: Axes, periods: list[str], mark: str | None) -> None:
    """Name the first and the last month, and the marked one where there is room for it."""
    last = len(periods) - 1
    shown = {0, last}
    if mark in periods:
        at = periods.index(mark)
        shown |= {at} if min(at, last - at) * 3 >= last else set()
    names = [
        f"{show_period(periods[at], canvas.language, style='axis')}\n{periods[at][:4]}"
        for at in sorted(shown)
    ]
    axes.set_xticks(sorted(shown), names, leading=LEADING)
