"""The heat map of affinity: groups down, categories across, the index in the cells."""

from functools import partial
from typing import Any

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import LEADING, Canvas
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import has_label
from rapport.present.sentences import Sentence
from rapport.present.theme import INK, PAPER, RULE, diverging
from rapport.present.values import Value

ROW = 7.5
MOST_GROUPS, MOST_CATEGORIES = 12, 9
"""What a grid has room for: names over its columns in two lines, numbers in its cells."""


def affinity_grid(cells: pd.DataFrame, *, id: str, labels: str) -> FigureSpec:  # noqa: A002
    """Give the heat map; only cells that differ clearly are coloured.

    Parameters
    ----------
    cells : one row per group and category
        `name`, `category`, `index` (100 is average; None is hidden), `n_customers_group`,
        `is_clear`
    labels : group of `labels.yml` that names the groups; those without a word are printed as is
    """
    drawn = cells[["name", "category", "index", "n_customers_group", "is_clear"]]
    groups, categories = (list(dict.fromkeys(drawn[of])) for of in ("name", "category"))
    is_drawn = drawn["name"].isin(groups[:MOST_GROUPS])
    is_drawn &= drawn["category"].isin(categories[:MOST_CATEGORIES])
    drawn = drawn[is_drawn].reset_index(drop=True)
    n_left = max(0, len(groups) - MOST_GROUPS) + max(0, len(categories) - MOST_CATEGORIES)
    sizes = drawn.drop_duplicates("name")
    n = Value(f"{id}.n", int(sizes["n_customers_group"].sum()), "count", "customers")
    clear = drawn[drawn["is_clear"].astype(bool) & drawn["index"].notna()]
    items = listed(
        (category("text", row.category), _value(id, row)) for row in rows_of(clear.head(6))
    )
    n_groups = len(sizes)
    height = ROW * n_groups + 15
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"name": "label", "category": "label", "index": "ratio",
               "n_customers_group": "count", "is_clear": "label"},
        plot=partial(_plot, identity=id, labels=labels),
        heights={"wide": height, "narrow": height},
        title=Sentence("figures.affinity_grid.title"),
        subtitle=Sentence("figures.affinity_grid.subtitle", {"n": n}),
        alt=Sentence("figures.affinity_grid.alt", {"n": n, "cells": items},
                     case="some" if len(clear) else "none"),
        n_left=n_left,
    )  # fmt: skip


def group_value(labels: str, name: str) -> Value:
    """Give a group as a value: our word for it, or the unit's own."""
    is_known = has_label(f"{labels}.{name}")
    return category(labels if is_known else "text", name)


def _value(identity: str, row: object) -> Value:
    index = row.index  # type: ignore[attr-defined]
    name = f"{identity}.{row.name}"  # type: ignore[attr-defined]
    return Value(name, None if pd.isna(index) else float(index), "ratio", "index")


def _plot(canvas: Canvas, cells: pd.DataFrame, *, identity: str, labels: str) -> None:
    groups, columns = (list(dict.fromkeys(cells[name])) for name in ("name", "category"))
    shown = [canvas.show(group_value(labels, str(group))) for group in groups]
    names = canvas.wrapped(shown, beside=15)
    left = canvas.widest(names) + 3
    axes = canvas.axes(left=left, right=0.5, top=14, bottom=1)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    for row in cells.to_dict("records"):
        at = columns.index(row["category"]), groups.index(row["name"])
        _draw_cell(canvas, axes, at, (row, identity))
    axes.set_yticks(range(len(groups)), names, color=INK, leading=LEADING)
    name_columns(canvas, [str(name) for name in columns], left)


def _draw_cell(
    canvas: Canvas, axes: Axes, at: tuple[int, int], given: tuple[dict[Any, Any], str]
) -> None:
    row, identity = given
    index = row["index"]
    number = None if pd.isna(index) else float(index)
    is_clear = bool(row["is_clear"]) and number is not None
    colour = diverging()(0.5 + _tint(number)) if is_clear and number is not None else PAPER
    corner = (at[0] - 0.48, at[1] - 0.46)
    axes.rect(corner, 0.96, 0.92, facecolor=colour, edgecolor=RULE, linewidth=0.5)
    value = Value(f"{identity}.cell", number, "ratio", "index")
    weight = "bold" if is_clear else "normal"
    axes.text(*at, canvas.show(value), ha="center", color=INK, weight=weight)


def _tint(index: float) -> float:
    # Light enough for ink upon it: at most two fifths of the way to the end of the map.
    return max(-0.2, min(0.2, (index - 100) / 250))


def name_columns(canvas: Canvas, names: list[str], left: float) -> None:
    """Name the columns of a grid over it, in two lines at most."""
    room = (canvas.width - left - 0.5) / len(names)
    for place, name in enumerate(names):
        x = left + room * (place + 0.5)
        shown = canvas.show(category("text", name))
        for line, text in enumerate(_fold(canvas, shown, room - 1)):
            canvas.write(x, canvas.height - 4.2 - 4.4 * line, text, ha="center", color=INK)


def _fold(canvas: Canvas, name: str, room: float) -> list[str]:
    """Give a name in at most two lines of its column's width, cut where it is longer."""
    lines: list[str] = []
    rest = name
    while rest and len(lines) < 2:
        end = len(rest)
        while end > 1 and canvas.width_of(rest[:end]) > room:
            end -= 1
        blank = rest.rfind(" ", 0, end + 1)
        if end < len(rest) and blank > 0:
            end = blank
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    if rest:
        lines[-1] = lines[-1][:-1] + "…"
    return lines if len(lines) == 2 else ["", *lines]
