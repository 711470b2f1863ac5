"""A calendar of rows by day: one square a day, a week a column, one band per source."""

from collections.abc import Iterable
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rapport.present.canvas import Canvas
from rapport.present.dates import show_period
from rapport.present.figures.spec import TALLEST, FigureSpec
from rapport.present.labels import Language, label
from rapport.present.sentences import Sentence
from rapport.present.theme import BAD, GREY, INK, Shape, sequential
from rapport.present.values import Value, date_value, text_value

WEEKS = 54
"""Weeks in a band: a year and both weeks that it shares with its neighbours."""
SHADES = 6
CELL: dict[Shape, float] = {"wide": 2.9, "narrow": 1.9}
"""Usual height of a day's square in millimetres."""
MONTHS, SOURCE, FOOT = 5.5, 4.5, 7.0
"""Millimetres for the months over a band, its source above them, the key under all."""


def coverage_calendar(coverage: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the calendar of rows by day.

    Parameters
    ----------
    coverage : one row per source and expected day from the first to the last
        `source`, `on` (date), `n_rows` (0 where nothing came, drawn as a cross; a day that is
        not expected has no row and no square)
    """
    drawn = coverage[["source", "on", "n_rows"]].reset_index(drop=True)
    drawn["on"] = pd.to_datetime(drawn["on"])
    drawn = drawn.sort_values(["source", "on"], kind="stable").reset_index(drop=True)
    filled = drawn[drawn["n_rows"] > 0]
    slots = {
        "first": date_value(f"{id}.first", _day(drawn["on"].min())),
        "last": date_value(f"{id}.last", _day(drawn["on"].max())),
        "days": Value(f"{id}.n_days", int(filled["on"].nunique()), "count", "days"),
        "all": Value(f"{id}.n_all_days", int(drawn["on"].nunique()), "count", "days"),
        "most": Value(f"{id}.most", int(drawn["n_rows"].max()), "count", "rows"),
    }
    bands = _bands(drawn)
    over = _head(bands)
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"source": "label", "on": "date", "n_rows": "count"},
        plot=partial(_plot, most=slots["most"]),
        heights={
            "wide": (7 * _cell(bands, "wide") + over) * len(bands) + FOOT,
            "narrow": (7 * _cell(bands, "narrow") + over) * len(bands) + FOOT,
        },
        title=Sentence("figures.coverage_calendar.title"),
        subtitle=Sentence("figures.coverage_calendar.subtitle", slots),
        alt=Sentence("figures.coverage_calendar.alt", slots),
    )


def _day(stamp: pd.Timestamp) -> date:
    return stamp.date()


def _week(days: "pd.Series[pd.Timestamp]", monday: pd.Timestamp) -> "pd.Series[int]":
    return (days - monday).dt.days // 7


def _monday(days: "pd.Series[pd.Timestamp]") -> pd.Timestamp:
    first: pd.Timestamp = days.min()
    return first - pd.Timedelta(days=first.weekday())


def _bands(coverage: pd.DataFrame) -> list[tuple[str, int]]:
    """Give every band: a source, and which stretch of 54 weeks since the first Monday."""
    stretch = _week(coverage["on"], _monday(coverage["on"])) // WEEKS
    pairs = zip(coverage["source"].astype(str), stretch.astype(int), strict=True)
    return list(dict.fromkeys(pairs))


def _head(bands: list[tuple[str, int]]) -> float:
    return MONTHS + (SOURCE if len({source for source, _ in bands}) > 1 else 0.0)


def _cell(bands: list[tuple[str, int]], shape: Shape) -> float:
    """Give the height of a day: less where many bands share the tallest figure."""
    room = (TALLEST - FOOT) / len(bands) - _head(bands)
    return max(0.8, min(CELL[shape], room / 7))


def _plot(canvas: Canvas, coverage: pd.DataFrame, *, most: Value) -> None:
    largest = max(int(coverage["n_rows"].max()), 1)
    bands = _bands(coverage)
    cells, over = 7 * _cell(bands, canvas.shape), _head(bands)
    start = _monday(coverage["on"])
    week = _week(coverage["on"], start)
    for number, (source, stretch) in enumerate(bands):
        top = number * (cells + over) + over - 0.5
        axes = canvas.axes(left=0, right=0, top=top, bottom=canvas.height - top - cells)
        axes.set_xlim(0, WEEKS)
        axes.set_ylim(7, 0)
        axes.set_yticks([])
        inside = (coverage["source"] == source) & (week // WEEKS == stretch)
        _draw_days(axes, coverage[inside], week[inside] % WEEKS, largest)
        monday = start + pd.Timedelta(days=7 * WEEKS * stretch)
        _name_months(canvas, axes, monday, coverage[inside]["on"].max())
        if over > MONTHS:
            name = canvas.show(text_value("source", source))
            y = canvas.height - top + over - 2.6
            canvas.write(0, y, name, color=INK, weight="bold")
    _key(canvas, most)


def _draw_days(axes: Axes, days: pd.DataFrame, week: "pd.Series[int]", largest: int) -> None:
    # One path a shade: a path a day would be a hundred times the bytes.
    shade = np.ceil(np.sqrt(days["n_rows"].to_numpy(float) / largest) * SHADES).astype(int)
    places = np.column_stack([week.to_numpy(), days["on"].dt.weekday.to_numpy()])
    for level in range(1, SHADES + 1):
        squares = places[shade == level]
        if len(squares):
            axes.add_patch(PathPatch(_squares(squares), facecolor=_colour(level), linewidth=0))
    x, y = places[shade == 0].T + 0.5
    axes.plot(x, y, "x", color=BAD, markersize=2.6, markeredgewidth=0.8)


def _colour(level: int) -> tuple[float, ...]:
    return tuple(sequential()((level - 0.5) / SHADES))


def _squares(places: Iterable[Iterable[int]]) -> Path:
    corners = np.array([[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95], [0.05, 0.05]])
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    points = [np.asarray(place) + corners for place in places]
    return Path(np.concatenate(points), codes * len(points))


def _name_months(canvas: Canvas, axes: Axes, monday: pd.Timestamp, last: pd.Timestamp) -> None:
    """Name the months over the weeks that hold their first days, the year where it begins."""
    end = min(last, monday + pd.Timedelta(days=7 * WEEKS - 1))
    firsts = pd.Series(pd.date_range(monday, end, freq="MS"))
    if not canvas.is_wide:
        firsts = firsts[firsts.dt.month % 3 == 1]
    width = canvas.width / WEEKS
    kept: list[tuple[int, str]] = []
    end_of_last, year = -1.0, 0
    for place, first in zip(_week(firsts, monday), firsts, strict=True):
        name = show_period(f"{first:%Y-%m}", canvas.language, style="axis")
        if first.year != year:
            name = _with_year(name, first.year, canvas.language)
        start, end_of_name = place * width, place * width + canvas.width_of(name)
        if start > end_of_last and end_of_name <= canvas.width:
            kept.append((int(place), name))
            year = first.year
            end_of_last = end_of_name + 1
    axes.set_xticks([place for place, _ in kept], [name for _, name in kept])
    axes.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False, pad=1.5)
    for text in axes.get_xticklabels():
        text.set_horizontalalignment("left")


def _with_year(month: str, year: int, language: Language) -> str:
    return f"{year}年{month}" if language == "zh" else f"{month} {year}"


def _key(canvas: Canvas, most: Value) -> None:
    """Say under the calendar what the shades and the crosses mean."""
    language, y = canvas.language, 2.4
    none = label("figure.no_rows", language)
    canvas.write(0, y, "×", color=BAD)
    canvas.write(3, y, none, color=GREY)
    start = 3 + canvas.width_of(none) + 6
    axes = canvas.axes(
        left=start, right=canvas.width - start - 18, top=canvas.height - 3.8, bottom=1
    )
    axes.set_axis_off()
    axes.set_xlim(0, SHADES)
    axes.set_ylim(0, 1)
    axes.bar(np.arange(SHADES) + 0.5, 1, 0.94, color=[_colour(n + 1) for n in range(SHADES)])
    text = f"{label('figure.rows_a_day', language)} {canvas.show(most)}"
    canvas.write(start + 20, y, text, color=GREY)
