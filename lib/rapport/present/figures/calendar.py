"""A calendar of rows by day: one square a day, a week a column, one band per source."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.path import Path

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas
from rapport.present.dates import show_period
from rapport.present.figures.spec import TALLEST, FigureSpec
from rapport.present.labels import Language, label
from rapport.present.sentences import Sentence
from rapport.present.theme import BAD, GREY, INK, Shape, sequential
from rapport.present.values import Value, date_value, text_value

WEEKS = (54, 106)
"""Fewest and most weeks of a band: a year, and two, with the weeks that they share with others."""
MOST_SOURCES = 12
SHADES = 6
CELL: dict[Shape, float] = {"wide": 2.9, "narrow": 1.9}
"""Usual height of a day's square in millimetres."""
Numbers = np.ndarray[Any, np.dtype[Any]]
Days = tuple[Numbers, Numbers]
"""The days of a band since its Monday, and the rows of each."""
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
    names = list(dict.fromkeys(coverage["source"]))
    is_drawn = coverage["source"].isin(names[:MOST_SOURCES])
    drawn = coverage.loc[is_drawn, ["source", "on", "n_rows"]].reset_index(drop=True)
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
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"source": "label", "on": "date", "n_rows": "count"},
        plot=partial(_plot, most=slots["most"]),
        heights={
            "wide": _over(bands) + 7 * _cell(bands, "wide") * len(bands) + FOOT,
            "narrow": _over(bands) + 7 * _cell(bands, "narrow") * len(bands) + FOOT,
        },
        title=Sentence("figures.coverage_calendar.title"),
        subtitle=Sentence("figures.coverage_calendar.subtitle", slots),
        alt=Sentence("figures.coverage_calendar.alt", slots),
        n_left=max(0, len(names) - MOST_SOURCES),
    )


def _day(stamp: pd.Timestamp) -> date:
    return stamp.date()


def _monday(days: "pd.Series[pd.Timestamp]") -> date:
    first = _day(days.min())
    return first - timedelta(days=first.weekday())


def _bands(coverage: pd.DataFrame) -> dict[tuple[str, int], Days]:
    """Give every band, a source and a stretch of weeks, and its rows: days since its Monday.

    Stretches are counted from the first Monday of all sources.
    """
    days = (coverage["on"] - pd.Timestamp(_monday(coverage["on"]))).dt.days.to_numpy()
    n_rows, length = coverage["n_rows"].to_numpy(float), 7 * _weeks(coverage)
    sources, names = pd.factorize(coverage["source"].astype(str))
    found = {}
    for number, name in enumerate(names):
        for stretch in np.unique(days[sources == number] // length):
            among = (sources == number) & (days // length == stretch)
            found[name, int(stretch)] = (days[among] - stretch * length, n_rows[among])
    return found


def _weeks(coverage: pd.DataFrame) -> int:
    """Give the weeks of a band: one band holds all days of a source, up to two years."""
    n_weeks = (_day(coverage["on"].max()) - _monday(coverage["on"])).days // 7 + 1
    return max(WEEKS[0], min(n_weeks, WEEKS[1]))


def _heads(bands: Collection[tuple[str, int]]) -> list[float]:
    """Give the millimetres over each band: months where its weeks are others, and its source."""
    heads, before = [], None
    has_sources = len({source for source, _ in bands}) > 1
    for _, stretch in bands:
        months = 0.0 if stretch == before else MONTHS
        heads.append(months + (SOURCE if has_sources else 0.0))
        before = stretch
    return heads


def _over(bands: Collection[tuple[str, int]]) -> float:
    return sum(_heads(bands))


def _cell(bands: Collection[tuple[str, int]], shape: Shape) -> float:
    """Give the height of a day: less where many bands share the tallest figure."""
    room = (TALLEST - FOOT - _over(bands)) / len(bands)
    return max(0.8, min(CELL[shape], room / 7))


def _plot(canvas: Canvas, coverage: pd.DataFrame, *, most: Value) -> None:
    largest = max(int(coverage["n_rows"].max()), 1)
    bands, weeks = _bands(coverage), _weeks(coverage)
    high, heads = 7 * _cell(bands, canvas.shape), _heads(bands)
    start, top = _monday(coverage["on"]), 0.0
    has_sources = len({source for source, _ in bands}) > 1
    for head, ((source, stretch), (days, n_rows)) in zip(heads, bands.items(), strict=True):
        top += head
        axes = canvas.axes(left=0, right=0, top=top - 0.5, bottom=canvas.height - top + 0.5 - high)
        axes.set_xlim(0, weeks)
        axes.set_ylim(7, 0)
        _draw_days(axes, days, np.sqrt(n_rows / largest))
        if head >= MONTHS:
            monday = start + timedelta(days=7 * weeks * stretch)
            _name_months(canvas, axes, monday, (7 * weeks - 1, weeks))
        if has_sources:
            name = canvas.cut(canvas.show(text_value("source", source)), canvas.width,
                              weight="bold")  # fmt: skip
            y = canvas.height - top + head - 2.1
            canvas.write(0, y, name, color=INK, weight="bold")
        top += high
    _key(canvas, most)


def _draw_days(axes: Axes, days: Numbers, shares: Numbers) -> None:
    # One path a shade: a path a day would be a hundred times the bytes.
    shade = np.ceil(shares * SHADES).astype(int)
    places = np.column_stack([days // 7, days % 7])
    for level in range(1, SHADES + 1):
        squares = places[shade == level]
        if len(squares):
            axes.shape(_squares(squares), facecolor=_colour(level), linewidth=0)
    x, y = places[shade == 0].T + 0.5
    axes.dots(x, y, "x", color=BAD, markersize=2.6, markeredgewidth=0.8)


def _colour(level: int) -> tuple[float, ...]:
    return tuple(sequential()((level - 0.5) / SHADES))


def _squares(places: Numbers) -> Path:
    corners = np.array([[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95], [0.05, 0.05]])
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    points = (places[:, None] + corners).reshape(-1, 2)
    return Path(points, codes * len(places))


def _name_months(canvas: Canvas, axes: Axes, monday: date, span: tuple[int, int]) -> None:
    """Name the months over the weeks that hold their first days, the year where it begins."""
    last, weeks = span
    width = canvas.width / weeks
    kept: list[tuple[int, str]] = []
    end_of_last, year = -1.0, 0
    for first in _first_days(monday, last):
        if not canvas.is_wide and first.month % 3 != 1:
            continue
        name = show_period(f"{first:%Y-%m}", canvas.language, style="axis")
        if first.year != year:
            name = _with_year(name, first.year, canvas.language)
        place = (first - monday).days // 7
        start, end_of_name = place * width, place * width + canvas.width_of(name)
        if start > end_of_last and end_of_name <= canvas.width:
            kept.append((place, name))
            year = first.year
            end_of_last = end_of_name + 1
    places, names = [place for place, _ in kept], [name for _, name in kept]
    axes.set_xticks(places, names, is_far=True, length=None, pad=4.0, ha="left")


def _first_days(monday: date, last: int) -> list[date]:
    days = (monday + timedelta(days=number) for number in range(last + 1))
    return [day for day in days if day.day == 1]


def _with_year(month: str, year: int, language: Language) -> str:
    return f"{year}年{month}" if language == "zh" else f"{month} {year}"


def _key(canvas: Canvas, most: Value) -> None:
    """Say under the calendar what the shades and the crosses mean."""
    language, y = canvas.language, 2.4
    none = label("figure.no_rows", language)
    canvas.write(0, y, "×", color=BAD)
    canvas.write(3, y, none, color=GREY)
    start = 3 + canvas.width_of(none) + 6
    right, top = canvas.width - start - 18, canvas.height - 3.8
    axes = canvas.axes(left=start, right=right, top=top, bottom=1, kind="bare")
    axes.set_xlim(0, SHADES)
    for shade in range(SHADES):
        axes.rect((shade + 0.03, 0), 0.94, 1, facecolor=_colour(shade + 1))
    text = f"{label('figure.rows_a_day', language)} {canvas.show(most)}"
    canvas.write(start + 20, y, text, color=GREY)
