"""Topics of comments by how often they come with discontent, with intervals."""

from functools import partial

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas, name_rows, rule_x
from rapport.present.figures.marks import category, listed, rows_of, share_value
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.formats import show_axis
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT
from rapport.present.values import Suppressed, Value

ROW = 8.0
"""Millimetres a row."""
FOOT = 7.0
TOP = 1.0
CONFIDENCE = Value("parameter.confidence", 0.95, "ratio", "share")


def topic_dots(
    topics: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    lead: str | None = None,
    below: int = 10,
) -> FigureSpec:
    """Give the dots of each topic's share of discontent comments, as given from the top.

    Parameters
    ----------
    topics : one row per topic: `topic` (its name), `n_customers`, `negative`, `low`, `high` (0 to
        1), empty where fewer than `below` customers were discontent: such a row has no dot
    lead : the topic that the text speaks of; the others are grey
    """
    drawn, n_left = first_rows(topics[["topic", "n_customers", "negative", "low", "high"]])
    items = listed(
        ((category("text", row.topic), share_value(f"{id}.share", row, "negative"))
         for row in rows_of(drawn) if row.negative == row.negative),
        template="figures.item_limits",
    )  # fmt: skip
    kinds = dict.fromkeys(("negative", "low", "high"), "simulated")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"topic": "label", "n_customers": "count", **kinds},
        plot=partial(_plot, identity=id, lead=lead, below=below),
        heights=rows_high(len(drawn), usual=ROW, beside=FOOT + TOP),
        n_left=n_left,
        title=Sentence("feedback.figure_title"),
        subtitle=Sentence("feedback.figure_subtitle", {"confidence": CONFIDENCE}, case="all"),
        alt=Sentence("feedback.figure_alt", {"topics": items}),
    )


def _plot(
    canvas: Canvas, topics: pd.DataFrame, *, identity: str, lead: str | None, below: int
) -> None:
    rows = rows_of(topics)
    shown = [canvas.show(category("text", row.topic)) for row in rows]
    names = canvas.wrapped(shown, beside=FOOT + TOP, most=0.5 if canvas.is_wide else 0.34)
    few = Value(f"{identity}.few", Suppressed(below), "ratio", "share")
    shares = [
        few if pd.isna(row.negative) else share_value(f"{identity}.share", row, "negative")
        for row in rows
    ]
    sizes = [Value(f"{identity}.n", int(row.n_customers), "count", "customers") for row in rows]
    told = [canvas.show(value) for value in shares]
    counts = [canvas.show((value, "unit")) for value in sizes]
    room = canvas.widest(counts)
    right = canvas.widest(told, weight="bold") + room + 7
    axes = canvas.axes(left=canvas.widest(names) + 3, right=right, top=TOP, bottom=FOOT)
    _rule(canvas, axes, float(topics["high"].max()))
    for place, row in enumerate(rows):
        if pd.isna(row.negative):
            continue
        colour = ACCENT if row.topic == lead else CONTEXT
        axes.line([row.low, row.high], [place, place], color=colour, linewidth=1.6)
        axes.dots(row.negative, place, color=colour, markersize=6, markeredgewidth=0)
    name_rows(axes, names)
    height = (canvas.height - FOOT - TOP) / len(rows)
    for place, (share, count) in enumerate(zip(told, counts, strict=True)):
        y = FOOT + (len(rows) - place - 0.5) * height
        weight = "bold" if rows[place].topic == lead else "normal"
        canvas.write(canvas.width - room - 3, y, share, ha="right", weight=weight)
        canvas.write(canvas.width, y, count, ha="right", color=CONTEXT)


def _rule(canvas: Canvas, axes: Axes, highest: float) -> None:
    step = next(step for step in (0.05, 0.1, 0.2, 0.25) if highest / step <= 5)
    n_steps = int(highest / step + 0.999)
    ticks = [round(step * number, 2) for number in range(n_steps + 1)]
    axes.set_xlim(0, max(ticks[-1], step))
    rule_x(axes, ticks, show_axis(ticks, "share", canvas.language))
