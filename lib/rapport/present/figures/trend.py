"""Months beside those of the year before, and key figures with their last thirteen periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import POINTS, Canvas, rule_y
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.monthly import foot_of, name_periods
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.geometry import spread
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK, PAPER, RULE, SMALL_SIZE
from rapport.present.values import Value, label_value, period_value

Floats = npt.NDArray[np.float64]
DASHED = (0, (3, 2))
ROW, HEAD = 12.0, 7.0
"""Millimetres of a key figure, and over them."""


def monthly_trend(months: pd.DataFrame, *, id: str, currency: str) -> FigureSpec:  # noqa: A002
    """Give the figure of sales by month, the same months of the year before in grey.

    Parameters
    ----------
    months : one row per month, oldest first
        `period` (2026-06), `net` (money; None leaves a gap), `net_before` (money; None where the
        year before is not known), `is_whole` (a month that is not is drawn dashed)
    currency : code, GBP
    """
    drawn = months[["period", "net", "net_before", "is_whole"]].reset_index(drop=True)
    slots = {
        "from": period_value(drawn["period"].iloc[0], name=f"{id}.first"),
        "to": period_value(drawn["period"].iloc[-1], name=f"{id}.last"),
    }
    items = listed(
        (period_value(row.period, name=f"{id}.{row.period}"),
         Value(f"{id}.{row.period}.net", row.net, "money", currency))
        for row in rows_of(drawn[drawn["net"].notna()])
    )  # fmt: skip
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"period": "date", "net": "money", "net_before": "money", "is_whole": "label"},
        plot=partial(_plot_trend, identity=id, currency=currency),
        heights={"wide": 55, "narrow": 55},
        title=Sentence("figures.monthly_trend.title"),
        subtitle=Sentence("figures.monthly_trend.subtitle", slots),
        alt=Sentence("figures.monthly_trend.alt", {**slots, "months": items}),
    )


def _plot_trend(canvas: Canvas, months: pd.DataFrame, *, identity: str, currency: str) -> None:
    lines: list[Floats] = [months[name].to_numpy(np.float64) for name in ("net", "net_before")]
    now, before = lines
    ends = _ends(canvas, lines, identity, currency)
    right = canvas.widest([text for text, _, _ in ends], weight="bold") + 3
    ticks = round_ticks(np.concatenate([now, before]))
    texts = show_axis(ticks, currency, canvas.language)
    bottom = foot_of(months)
    axes = canvas.axes(left=canvas.widest(texts) + 2, right=right, top=3, bottom=bottom)
    axes.set_xlim(-0.35, len(months) - 0.9)
    axes.set_ylim(ticks[0], ticks[-1])
    rule_y(axes, ticks, texts)
    places = np.arange(len(months))
    axes.line(places, before, color=CONTEXT, linewidth=1.4)
    lone = ~np.isnan(before) & np.isnan(np.r_[np.nan, before[:-1]]) & np.isnan(
        np.r_[before[1:], np.nan]
    )  # fmt: skip
    axes.dots(places[lone], before[lone], color=CONTEXT, markersize=3)
    whole = months["is_whole"].to_numpy(bool)
    canvas.highlight(draw_months(axes, now, whole))
    name_periods(canvas, axes, list(months["period"]))
    _write_ends(canvas, ends, (axes, bottom), canvas.width - right + 2)


def draw_months(axes: Axes, values: Floats, whole: npt.NDArray[np.bool_]) -> Line2D:
    """Draw the accent line; what leads to or from a month that is not whole is dashed."""
    places = np.arange(len(values))
    line = axes.line(places, np.where(whole, values, np.nan), color=ACCENT, linewidth=1.8)
    for place in range(1, len(values)):
        if not (whole[place] and whole[place - 1]):
            part = slice(place - 1, place + 1)
            axes.line(places[part], values[part], color=ACCENT, linewidth=1.8, linestyle=DASHED)
    face = ACCENT if whole[-1] else PAPER
    axes.dots(places[-1], values[-1], color=ACCENT, markerfacecolor=face, markersize=4.5)
    return line


def round_ticks(values: Floats, *, n: int = 4) -> list[float]:
    """Give round ticks from 0, or from under the lowest where something is below 0."""
    known = values[~np.isnan(values)]
    low, high = min(0.0, *known.tolist()), max(0.0, *known.tolist())
    locator = MaxNLocator(nbins=n, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    return [float(f"{tick:.6g}") for tick in locator.tick_values(low, high or low + 1.0)]


def _ends(
    canvas: Canvas,
    lines: Sequence[Floats],
    identity: str,
    currency: str,
) -> list[tuple[str, float, str]]:
    """Give text, height and colour of what stands at the right end of each line."""
    found = []
    names = ("figure.these_months", "figure.year_before")
    for values, name, colour in zip(lines, names, (ACCENT, GREY), strict=True):
        known = np.flatnonzero(~np.isnan(values))
        if len(known):
            last = Value(f"{identity}.{name}", float(values[known[-1]]), "money", currency)
            amount = canvas.show((last, "headline"))
            text = f"{label(name, canvas.language)}\n{amount}"
            found.append((text, float(values[known[-1]]), colour))
    return found


def _write_ends(
    canvas: Canvas, ends: list[tuple[str, float, str]], at: tuple[Axes, float], x: float
) -> None:
    axes, bottom = at
    low, high = axes.ylim
    room = axes.height / POINTS
    places = [(height - low) / (high - low) * room for _, height, _ in ends]
    heights = spread(places, 9.0, 4.0, room - 2.0)
    for (text, _, colour), height in zip(ends, heights, strict=True):
        name, amount = text.split("\n")
        weight = "bold" if colour == ACCENT else "normal"
        canvas.write(x, bottom + height + 2.1, name, color=colour, size=SMALL_SIZE)
        canvas.write(x, bottom + height - 2.1, amount, color=colour, weight=weight)


@dataclass(frozen=True)
class Strip:
    """One key figure of the strip: `name` of a label, its value, its history, its changes.

    `changes` by window (previous, last_year): the change as a value, or None where it is not
    clear; a window that cannot be compared is not in it.
    """

    name: str
    value: Value
    history: tuple[float | None, ...]
    changes: Mapping[str, Value | None]


def key_strip(
    rows: Sequence[Strip],
    *,
    id: str,  # noqa: A002
    periods: Sequence[str],
    against: Mapping[str, Value],
) -> FigureSpec:
    """Give the strip of key figures: value, thirteen periods, and two changes each.

    Parameters
    ----------
    rows : the key figures in order
    periods : codes of the periods of every history, oldest first
    against : the earlier periods that any figure is compared with, by window, in order
    """
    drawn = pd.DataFrame(
        [(row.name, period, point) for row in rows
         for period, point in zip(periods, row.history or (None,) * len(periods), strict=True)],
        columns=["measure", "period", "value"],
    ).astype({"value": float})  # fmt: skip
    items = listed((label_value("key_figure", row.name), row.value) for row in rows)
    height = HEAD + ROW * len(rows)
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"measure": "label", "period": "date", "value": "ratio"},
        plot=partial(_plot_strip, rows=tuple(rows), against=dict(against)),
        heights={"wide": height, "narrow": height},
        title=Sentence("figures.key_strip.title"),
        subtitle=Sentence("figures.key_strip.subtitle"),
        alt=Sentence("figures.key_strip.alt", {"figures": items}),
    )


def _plot_strip(
    canvas: Canvas, _data: pd.DataFrame, *, rows: tuple[Strip, ...], against: dict[str, Value]
) -> None:
    names = [label(f"key_figure.{row.name}", canvas.language) for row in rows]
    style = "plain" if canvas.is_wide else "table"
    heads = [canvas.show((value, style)) for value in against.values()]
    unclear = label("figure.unclear", canvas.language)
    moved = [canvas.show((change, "signed")) for row in rows
             for change in row.changes.values() if change is not None]  # fmt: skip
    cell = max(canvas.widest([*heads, unclear]), canvas.widest(moved, weight="bold"), 15.0) + 3
    left = canvas.widest(names) + (8 if canvas.is_wide else 4)
    right = cell * len(against)
    if left + right > canvas.width - 14:
        left = canvas.width - right - 14
    _write_heads(canvas, heads, cell)
    for place, row in enumerate(rows):
        bottom = ROW * (len(rows) - 1 - place)
        canvas.write(0, bottom + 8.2, names[place], color=GREY)
        canvas.write(0, bottom + 3.2, canvas.show((row.value, "headline")), weight="bold", size=11)
        top = canvas.height - bottom - ROW + 2
        axes = canvas.axes(
            left=left, right=right + 3, top=top, bottom=bottom + 2, kind="bare"
        )  # fmt: skip
        _draw_history(axes, row.history)
        for number, window in enumerate(against):
            x = canvas.width - cell * (len(against) - 1 - number)
            _write_change(canvas, (x, bottom + ROW / 2 - 0.5), row, window)


def _write_heads(canvas: Canvas, heads: list[str], cell: float) -> None:
    y = canvas.height - 2.4
    for number, head in enumerate(heads):
        x = canvas.width - cell * (len(heads) - 1 - number)
        canvas.write(x, y, head, color=GREY, ha="right")


def _write_change(canvas: Canvas, at: tuple[float, float], row: Strip, window: str) -> None:
    if window not in row.changes:
        return
    change = row.changes[window]
    if change is None:
        unclear = label("figure.unclear", canvas.language)
        canvas.write(*at, unclear, ha="right", color=GREY)
    else:
        text = canvas.show((change, "signed"))
        canvas.write(*at, text, ha="right", color=INK, weight="bold")


def _draw_history(axes: Axes, history: tuple[float | None, ...]) -> None:
    heights = np.array([np.nan if point is None else float(point) for point in history])
    known = heights[~np.isnan(heights)]
    if len(known) < 2:
        return
    low, high = float(known.min()), float(known.max())
    span = (high - low) or 1.0
    axes.set_xlim(-0.4, len(heights) - 0.4)
    axes.set_ylim(low - 0.25 * span, high + 0.25 * span)
    places = np.arange(len(heights))
    if len(heights) > 12 and not np.isnan(heights[-13]):
        # The same period a year before, to compare by eye.
        axes.dots(places[-13], heights[-13], color=CONTEXT, markersize=3.6, markeredgewidth=0)
    axes.line([-0.4, len(heights) - 0.6], [low - 0.2 * span] * 2, color=RULE, linewidth=0.6)
    axes.line(places, heights, color=CONTEXT, linewidth=1.2, solid_joinstyle="round")
    if not np.isnan(heights[-1]):
        axes.dots(places[-1], heights[-1], color=ACCENT, markersize=4.5, markeredgewidth=0)
