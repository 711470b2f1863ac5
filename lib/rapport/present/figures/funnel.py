"""The funnel: customers at each step, as bars from zero, and who was there in any order."""

from functools import partial

import pandas as pd

from rapport.present.canvas import RIGHT, Canvas, Look, name_rows
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import has_label, label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY
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
    items = listed((step_value(row.name), _count(id, row)) for row in drawn.itertuples(index=False))
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
    names = canvas.wrapped(
        [canvas.show(step_value(str(name))) for name in steps["name"]], beside=TOP
    )
    rows = rows_of(steps)
    shares = [Value(f"{identity}.{row.name}.share", float(row.share_step), "ratio", "share")
              for row in rows]  # fmt: skip
    texts = [
        canvas.join([_count(identity, row), share]) for row, share in zip(rows, shares, strict=True)
    ]
    axes = canvas.axes(
        left=canvas.widest(names) + 3,
        right=canvas.widest(texts, weight="bold") + 3,
        top=TOP,
        bottom=1,
    )
    most = max(*steps["n_customers"].astype(int), *steps["n_customers_any"].astype(int), 1)
    axes.set_xlim(0, most)
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        axes.rect((0, place - 0.3), int(row.n_customers), 0.6, facecolor=ACCENT, zorder=2)
        axes.dots(
            int(row.n_customers_any),
            place,
            color=CONTEXT,
            markersize=5,
            markeredgewidth=0,
            zorder=3,
        )
        parts = [_count(identity, row)] if place == 0 else [_count(identity, row), share]
        look = Look(weight="bold", rank=float(len(rows) - place), is_required=True)
        end = max(int(row.n_customers), int(row.n_customers_any))
        canvas.label(axes, (end, place), parts, places=(RIGHT,), look=look)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    name_rows(axes, names)
    _key(canvas)


def _key(canvas: Canvas) -> None:
    y, x, dot = canvas.height - 2.4, 0.0, label("figure.dot", canvas.language)
    for name, colour in (("figure.in_order", ACCENT), ("figure.any_order", CONTEXT)):
        text = label(name, canvas.language)
        canvas.write(x, y, dot, color=colour)
        canvas.write(x + 3.6, y, text, color=GREY)
        x += canvas.width_of(text) + 9
