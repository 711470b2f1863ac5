"""The months so far and the next ones: lighter, dashed, with their interval."""

from functools import partial

import numpy as np
import pandas as pd

from rapport.present.canvas import ABOVE, BELOW, Canvas, Look, rule_y
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.monthly import foot_of, name_periods
from rapport.present.figures.spec import FigureSpec
from rapport.present.figures.trend import DASHED, round_ticks
from rapport.present.formats import show_axis
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT
from rapport.present.values import Value, period_value


def forecast_lines(months: pd.DataFrame, *, id: str, currency: str) -> FigureSpec:  # noqa: A002
    """Give the figure of past months and of those ahead.

    Parameters
    ----------
    months : one row per month, oldest first
        `period`, `net` (money; None of a month ahead), `value`, `low`, `high` (money; None of a
        month past)
    currency : code, GBP
    """
    drawn = months[["period", "net", "value", "low", "high"]].reset_index(drop=True)
    ahead = drawn[drawn["value"].notna()]
    items = listed(
        (period_value(row.period, name=f"{id}.{row.period}"), _value(row, id, currency))
        for row in rows_of(ahead)
    )
    slots = {"n": Value(f"{id}.n", len(drawn) - len(ahead), "count", "months")}
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"period": "date", "net": "money", "value": "iterative", "low": "iterative",
               "high": "iterative"},
        plot=partial(_plot, identity=id, currency=currency),
        heights={"wide": 52, "narrow": 52},
        title=Sentence("figures.forecast_lines.title"),
        subtitle=Sentence("figures.forecast_lines.subtitle", slots),
        alt=Sentence("figures.forecast_lines.alt", {**slots, "months": items}),
    )  # fmt: skip


def _value(row: object, identity: str, currency: str) -> Value:
    low, high = float(row.low), float(row.high)  # type: ignore[attr-defined]
    name = f"{identity}.{row.period}"  # type: ignore[attr-defined]
    return Value(name, float(row.value), "iterative", currency, interval=(low, high))  # type: ignore[attr-defined]


def _plot(canvas: Canvas, months: pd.DataFrame, *, identity: str, currency: str) -> None:
    past, value, low, high = (
        months[name].astype(float).to_numpy() for name in ("net", "value", "low", "high")
    )
    ticks = round_ticks(np.concatenate([past, low, high]))
    texts = show_axis(ticks, currency, canvas.language)
    axes = canvas.axes(left=canvas.widest(texts) + 2, right=8, top=5, bottom=foot_of(months))
    axes.set_xlim(-0.4, len(months) - 0.5)
    axes.set_ylim(ticks[0], ticks[-1])
    rule_y(axes, ticks, texts)
    places = np.arange(len(months))
    axes.fill_between(places, low, high, color=ACCENT, alpha=0.15, linewidth=0)
    canvas.highlight(axes.line(places, past, color=ACCENT, linewidth=1.7))
    joined = value.copy()
    last = int(np.flatnonzero(~np.isnan(past))[-1])
    joined[last] = past[last]
    canvas.highlight(
        axes.line(places, joined, color=ACCENT, alpha=0.65, linewidth=1.7, linestyle=DASHED)
    )
    axes.dots(places, value, color=ACCENT, markerfacecolor="white", markersize=4)
    name_periods(canvas, axes, list(months["period"]))
    first = int(np.flatnonzero(~np.isnan(value))[0])
    row = rows_of(months)[first]
    look = Look(colour=ACCENT, weight="bold", rank=2.0)
    part = (_value(row, identity, currency), "headline")
    # Over the band or, where the line falls through it, under.
    scale = axes.height / (axes.ylim[1] - axes.ylim[0])
    under = (0.0, BELOW[1] - float(high[first] - low[first]) * scale, "center", "top")
    beside = (4.0, 4.0, "left", "bottom")
    at = (first, float(high[first]))
    canvas.label(axes, at, [part], places=(ABOVE, beside, under), look=look)
