"""What a model expected of the days after a cut, and what came: over time, and by repeats."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import POINTS, Canvas, rule_y
from rapport.present.figures.dumbbells import draw_pairs
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, GREY, INK
from rapport.present.values import Value, label_value

ROW = 7.0
"""Millimetres a row."""
DASHES = (0, (4, 2.5))
MOST_DAYS = 7


def expected_orders(track: pd.DataFrame, *, id: str, limits: tuple[float, float]) -> FigureSpec:  # noqa: A002
    """Give the figure of order days added up since the cut: expected, and come.

    Parameters
    ----------
    track : one row per day drawn, in time order, the first being the cut
        `day` (days since the cut), `predicted`, `observed` (order days of all customers)
    limits : interval of the last `predicted`
    """
    drawn = track[["day", "predicted", "observed"]].reset_index(drop=True)
    last = rows_of(drawn)[-1]
    slots = {
        "days": Value(f"{id}.days", int(last.day), "count", "days"),
        "predicted": Value(f"{id}.predicted", float(last.predicted), "iterative", "orders",
                           interval=limits),
        "observed": Value(f"{id}.observed", int(last.observed), "count", "orders"),
    }  # fmt: skip
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"day": "count", "predicted": "iterative", "observed": "count"},
        plot=partial(_plot_track, slots=slots),
        heights={"wide": 62, "narrow": 58},
        title=Sentence("figures.expected_orders.title"),
        subtitle=Sentence("figures.expected_orders.subtitle", slots),
        alt=Sentence("figures.expected_orders.alt", slots),
    )


def _plot_track(canvas: Canvas, track: pd.DataFrame, *, slots: dict[str, Value]) -> None:
    language = canvas.language
    names = {key: label(f"figure.{word}", language) for key, word in
             (("predicted", "predicted"), ("observed", "observed"))}  # fmt: skip
    ends = [f"{canvas.show(slots[key])}  {names[key]}" for key in names]
    low, high = slots["predicted"].interval or (0.0, 0.0)
    highest = max(float(track[["predicted", "observed"]].to_numpy().max()), float(high), 1.0)
    ticks = _round_ticks(highest, 4)
    texts = show_axis(ticks, "count", language)
    right = canvas.widest(ends, weight="bold") + 4
    axes = canvas.axes(left=canvas.widest(texts) + 2, right=right, top=2, bottom=10)
    days = track["day"].to_numpy(float)
    axes.set_xlim(0, days[-1])
    axes.set_ylim(0, ticks[-1] * 1.02)
    rule_y(axes, ticks, texts)
    across = _round_ticks(days[-1], 5 if canvas.is_wide else 3, over=False)
    axes.set_xticks(across, show_axis(across, "days", language))
    canvas.highlight(axes.line(days, track["observed"], color=INK, linewidth=1.8))
    line = axes.line(days, track["predicted"], color=ACCENT, linewidth=1.8, linestyle=DASHES)
    canvas.highlight(line)
    axes.line([days[-1]] * 2, [float(low), float(high)], color=ACCENT, linewidth=2.6)
    canvas.write(canvas.width, 1.8, label("figure.since_cut", language), color=GREY, ha="right")
    _name_ends(canvas, axes, track, ends)


def _name_ends(canvas: Canvas, axes: Axes, track: pd.DataFrame, ends: list[str]) -> None:
    """Name both lines at their right end, at least a line apart."""
    scale = axes.height / (axes.ylim[1] - axes.ylim[0]) / POINTS
    foot = axes.bottom / POINTS
    up = [foot + float(track[name].iloc[-1]) * scale for name in ("predicted", "observed")]
    gap = 4.6 - abs(up[0] - up[1])
    if gap > 0:
        way = 1 if up[0] >= up[1] else -1
        up = [up[0] + way * gap / 2, up[1] - way * gap / 2]
    lowest = min(up)
    shift = max(0.0, foot + 1.5 - lowest)
    x = axes.right / POINTS + 2.5
    for text, y, colour in zip(ends, up, (ACCENT, INK), strict=True):
        canvas.write(x, min(y + shift, canvas.height - 2.2), text, color=colour, weight="bold")


def _round_ticks(highest: float, n: int, *, over: bool = True) -> list[float]:
    locator = MaxNLocator(nbins=n, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(0, highest) if tick >= 0]
    kept = ticks if over else [tick for tick in ticks if tick <= highest]
    # A count has whole ticks; under two there is one.
    whole = [tick for tick in kept if tick == int(tick)]
    return whole if len(whole) > 1 else [0.0, max(1.0, float(np.ceil(highest)))]


def orders_by_repeats(by_x: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the dot plot of order days a customer after the cut, by order days before it.

    Parameters
    ----------
    by_x : one row per number of repeats: `x`, `n`, `predicted`, `observed`, `is_or_more`
    """
    drawn = by_x[["x", "n", "predicted", "observed", "is_or_more"]].reset_index(drop=True)
    slots = {"n": Value(f"{id}.n", int(drawn["n"].sum()), "count", "customers")}
    items = listed((_name(row), _each(id, row, "predicted")) for row in rows_of(drawn))
    came = listed((_name(row), _each(id, row, "observed")) for row in rows_of(drawn))
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"x": "count", "n": "count", "predicted": "iterative", "observed": "estimator",
               "is_or_more": "label"},
        plot=partial(_plot_repeats, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=13),
        title=Sentence("figures.orders_by_repeats.title"),
        subtitle=Sentence("figures.orders_by_repeats.subtitle", slots),
        alt=Sentence("figures.orders_by_repeats.alt", {**slots, "predicted": items,
                                                       "observed": came}),
    )  # fmt: skip


def _name(row: object) -> Value:
    x, more = row.x, row.is_or_more  # type: ignore[attr-defined]
    return label_value("order_days_more" if more else "order_days", str(int(x) + 1))


def _each(identity: str, row: object, column: str) -> Value:
    name = f"{identity}.{row.x}.{column}"  # type: ignore[attr-defined]
    return Value(name, float(getattr(row, column)), "iterative", "order_days")


def _plot_repeats(canvas: Canvas, by_x: pd.DataFrame, *, identity: str) -> None:
    rows = rows_of(by_x)
    pairs = [(_each(identity, row, "observed"), _each(identity, row, "predicted")) for row in rows]
    words = (label("figure.observed", canvas.language), label("figure.predicted", canvas.language))
    draw_pairs(canvas, [canvas.show(_name(row)) for row in rows], pairs, words)
