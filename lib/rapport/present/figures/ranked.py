"""Ranked bars of money: from zero, each with its amount, the total's other parts last in grey."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import pandas as pd

from rapport.present.canvas import RIGHT, Canvas, Look, name_rows
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY
from rapport.present.values import Value

ROW = 5.6
"""Millimetres a row."""
Name = Callable[[str], Value]


def ranked_bars(
    groups: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    currency: str,
    named: Name,
    apart: Collection[str] = (),
) -> FigureSpec:
    """Give the ranked bars of net sales by group.

    Parameters
    ----------
    groups : one row per group, in the order to be drawn
        `name`, `n_customers` (or hidden), `net` (money), `share` (of all net, or empty)
    currency : of the money
    named : gives a group's name as a value
    apart : groups that are no group of their own, such as "other": grey
    """
    drawn, n_left = first_rows(groups[["name", "n_customers", "net", "share"]])
    drawn = drawn.astype({"share": float})
    items = listed(
        (named(row.name), Value(f"{id}.{row.name}", row.net, "money", currency))
        for row in rows_of(drawn)
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"name": "label", "n_customers": "count", "net": "money", "share": "ratio"},
        plot=partial(_plot, said=(id, currency), named=named, apart=apart),
        heights=rows_high(len(drawn), usual=ROW, beside=2),
        title=Sentence("figures.ranked_bars.title"),
        subtitle=Sentence("figures.ranked_bars.subtitle"),
        alt=Sentence("figures.ranked_bars.alt", {"groups": items}),
        n_left=n_left,
    )


def _plot(
    canvas: Canvas, groups: pd.DataFrame, *, said: tuple[str, str], named: Name,
    apart: Collection[str],
) -> None:  # fmt: skip
    identity, currency = said
    names = [canvas.show(named(row.name)) for row in rows_of(groups)]
    values = [
        Value(f"{identity}.{row.name}.net", row.net, "money", currency) for row in rows_of(groups)
    ]
    is_apart = [name in apart for name in groups["name"]]
    draw_ranked(canvas, (names, values, is_apart), margins=(0.0, 1.0))


def draw_ranked(
    canvas: Canvas, rows: tuple[Sequence[str], Sequence[Value], Sequence[bool]],
    *, margins: tuple[float, float],
) -> None:  # fmt: skip
    """Draw the bars in what is left of the sheet, each with its money.

    `rows` are the names, the amounts and which of them are grey; `margins` are millimetres at the
    left and at the top.
    """
    (shown, values, is_apart), (left, top) = rows, margins
    names = [canvas.cut(name, 0.42 * (canvas.width - left), weight="bold") for name in shown]
    amounts = [float(str(value.value)) for value in values]
    right = canvas.widest([canvas.show(value) for value in values], weight="bold") + 4
    margin = left + canvas.widest(names, weight="bold") + 3
    axes = canvas.axes(left=margin, right=right, top=top, bottom=1)
    axes.set_xlim(min(*amounts, 0.0), max(*amounts, 1e-9))
    for row, (value, amount) in enumerate(zip(values, amounts, strict=True)):
        colour = CONTEXT if is_apart[row] else ACCENT
        axes.rect((min(amount, 0.0), row - 0.32), abs(amount), 0.64, facecolor=colour, zorder=2)
        look = Look(weight="bold" if row == 0 else "normal", rank=-row, is_required=True)
        canvas.label(axes, (max(amount, 0.0), row), [value], places=(RIGHT,), look=look)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=3)
    name_rows(axes, names, strong=[0] if names else [])
