"""The funnel: customers at each step, as bars from zero, and who was there in any order."""

from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas, name_rows
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import has_label, label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, GREY, RULE
from rapport.present.values import Value

ROW, TOP = 8.4, 6.0


def funnel_bars(steps: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the bars of a funnel, first step first.

    Parameters
    ----------
    steps : one row per step
        `name` (a label of `funnel_step`, or the unit's own word), `n_customers`,
        `n_customers_any`, `share_step` (of the step before)
    """
    drawn = steps[["name", "n_customers", "n_customers_any", "share_step"]].reset_index(drop=True)
    n = Value(f"{id}.n", int(drawn["n_customers"].iloc[0]), "count", "customers")
    items = listed((step_value(row.name), _count(id, row)) for row in rows_of(drawn))
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"name": "label", "n_customers": "count", "n_customers_any": "count",
               "share_step": "ratio"},
        plot=partial(_plot, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=TOP + 1),
        title=Sentence("figures.funnel_bars.title"),
        subtitle=Sentence("figures.funnel_bars.subtitle", {"n": n}),
        alt=Sentence("figures.funnel_bars.alt", {"n": n, "steps": items}),
    )  # fmt: skip


def step_value(name: str) -> Value:
    """Give a step as a value: a word of ours, or the page as the unit's log writes it."""
    is_known = has_label(f"funnel_step.{name}")
    return category("funnel_step" if is_known else "text", name if is_known else _plain(name))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _count(identity: str, row: object) -> Value:
    name = f"{identity}.{row.name}.n"  # type: ignore[attr-defined]
    return Value(name, int(row.n_customers), "count", "customers")  # type: ignore[attr-defined]


def _plot(canvas: Canvas, steps: pd.DataFrame, *, identity: str) -> None:
    shown = [canvas.show(step_value(str(name))) for name in steps["name"]]
    names, rows = canvas.wrapped(shown, beside=TOP), rows_of(steps)
    counts = [canvas.show(_count(identity, row)) for row in rows]
    shares = [canvas.show(_share(identity, row)) for row in rows]
    columns = canvas.widest(counts, weight="bold") + 4, canvas.widest(shares) + 2
    axes = canvas.axes(left=canvas.widest(names) + 3, right=sum(columns) + 2, top=TOP, bottom=1)
    most = max(*steps["n_customers"].astype(int), *steps["n_customers_any"].astype(int), 1)
    axes.set_xlim(0, most)
    row_height = (canvas.height - TOP - 1) / len(rows)
    for place, row in enumerate(rows):
        # Behind the bar those who were there in any order; they are no part of its numbers.
        axes.rect((0, place - 0.32), int(row.n_customers_any), 0.64, facecolor=RULE, zorder=1)
        axes.rect((0, place - 0.32), int(row.n_customers), 0.64, facecolor=ACCENT, zorder=2)
        y = canvas.height - TOP - row_height * (place + 0.5)
        canvas.write(canvas.width - columns[1], y, counts[place], ha="right", weight="bold")
        if place:
            canvas.write(canvas.width, y, shares[place], ha="right", color=GREY)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=3)
    name_rows(axes, names)
    _key(canvas)


def _share(identity: str, row: object) -> Value:
    name = f"{identity}.{row.name}.share"  # type: ignore[attr-defined]
    return Value(name, float(row.share_step), "ratio", "share")  # type: ignore[attr-defined]


def _key(canvas: Canvas) -> None:
    y, x, dot = canvas.height - 2.4, 0.0, label("figure.dot", canvas.language)
    for name, colour in (("figure.in_order", ACCENT), ("figure.any_order", RULE)):
        text = label(name, canvas.language)
        canvas.write(x, y, dot, color=colour)
        canvas.write(x + 3.6, y, text, color=GREY)
        x += canvas.width_of(text) + 9
