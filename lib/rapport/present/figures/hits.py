"""How often five products offered held the next purchase: by rules, and by what sells best."""

from functools import partial

import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas, name_rows, rule_x
from rapport.present.figures.marks import category, listed, rows_of, share_value
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.formats import show_axis
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK
from rapport.present.values import Value

ROW = 9.0
"""Millimetres a row."""
LABELS = "offer_method"


def hit_rates(rows: pd.DataFrame, *, id: str, unit: str) -> FigureSpec:  # noqa: A002
    """Give the dot plot of hit rates with their intervals, the method that is used in colour.

    Parameters
    ----------
    rows : one row per method: `method` (rules or popular), `share`, `low`, `high` (0 to 1), `n`,
        `is_used`
    unit : what a row of the test is: customers or baskets
    """
    drawn = rows[["method", "share", "low", "high", "n", "is_used"]].reset_index(drop=True)
    n = Value(f"{id}.n", int(drawn["n"].iloc[0]), "count", unit)
    items = listed(
        ((category(LABELS, row.method), share_value(f"{id}.{row.method}", row, "share"))
         for row in rows_of(drawn)),
        template="figures.item_limits",
    )  # fmt: skip
    kinds = dict.fromkeys(("share", "low", "high"), "estimator")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"method": "label", **kinds, "n": "count", "is_used": "label"},
        plot=partial(_plot, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=9),
        title=Sentence("recommendation.hits_title"),
        subtitle=Sentence("recommendation.hits_subtitle", {"n": n}),
        alt=Sentence("recommendation.hits_alt", {"n": n, "methods": items}),
    )


def _plot(canvas: Canvas, rows: pd.DataFrame, *, identity: str) -> None:
    values = [share_value(f"{identity}.{row.method}", row, "share") for row in rows_of(rows)]
    shown = [canvas.show(category(LABELS, method)) for method in rows["method"]]
    names = canvas.wrapped(shown, beside=12)
    numbers = [canvas.show(value) for value in values]
    limits = [canvas.show((value, "limits")) for value in values]
    spans, width = canvas.widest(limits), canvas.widest(numbers, weight="bold")
    axes = canvas.axes(left=canvas.widest(names) + 3, right=spans + width + 7, top=1, bottom=8)
    _scale(canvas, axes, float(rows["high"].max()))
    for place, row in enumerate(rows_of(rows)):
        colour = ACCENT if row.is_used else CONTEXT
        axes.line([row.low, row.high], [place, place], color=colour, linewidth=1.8)
        axes.dots(row.share, place, color=colour, markersize=7, markeredgewidth=0)
    used = [place for place, row in enumerate(rows_of(rows)) if row.is_used]
    name_rows(axes, names, strong=used)
    for place, (number, span) in enumerate(zip(numbers, limits, strict=True)):
        y = 8 + (len(names) - place - 0.5) / len(names) * (canvas.height - 9)
        ink = ACCENT if place in used else INK
        canvas.write(canvas.width - spans - 3, y, number, ha="right", weight="bold", color=ink)
        canvas.write(canvas.width, y, span, ha="right", color=GREY)


def _scale(canvas: Canvas, axes: Axes, highest: float) -> None:
    locator = MaxNLocator(nbins=4 if canvas.is_wide else 2, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(0, highest or 0.01) if tick >= 0]
    axes.set_xlim(0, ticks[-1])
    rule_x(axes, ticks, show_axis(ticks, "share", canvas.language))
