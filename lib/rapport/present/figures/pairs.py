"""Products that belong together: baskets that hold both, beside what sizes of baskets explain."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.figures.dumbbells import draw_pairs
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.values import Value

ROW = 8.4
"""Millimetres a pair: its names stand in two lines."""
MOST = 8


def pair_dots(pairs: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the dot plot of the first pairs: baskets expected, and baskets that hold both.

    Parameters
    ----------
    pairs : one row per pair, in the order to be drawn
        `name_a`, `name_b` (the unit's own words), `n_ab` (baskets), `n_expected`
    """
    drawn = pairs[["name_a", "name_b", "n_ab", "n_expected"]].head(MOST).reset_index(drop=True)
    drawn = drawn.astype({"n_expected": float})
    items = listed((category("text", _both(row)), _held(id, row)) for row in rows_of(drawn.head(3)))
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"name_a": "label", "name_b": "label", "n_ab": "count", "n_expected": "estimator"},
        plot=partial(_plot, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=13),
        title=Sentence("figures.pair_dots.title"),
        subtitle=Sentence("figures.pair_dots.subtitle"),
        alt=Sentence("figures.pair_dots.alt", {"pairs": items}),
    )


def _both(row: Any) -> str:
    return f"{row.name_a} + {row.name_b}"


def _held(identity: str, row: Any) -> Value:
    return Value(f"{identity}.{_both(row)}", int(row.n_ab), "count", "baskets")


def _plot(canvas: Canvas, pairs: pd.DataFrame, *, identity: str) -> None:
    rows = rows_of(pairs)
    expected = (Value(f"{identity}.expected", row.n_expected, "estimator", "points")
                for row in rows)  # fmt: skip
    dots = [(grey, _held(identity, row)) for grey, row in zip(expected, rows, strict=True)]
    shown = [[canvas.show(category("text", name)) for name in (row.name_a, row.name_b)]
             for row in rows]  # fmt: skip
    names = [f"{first}\n+ {second}" for first, second in shown]
    words = (label("figure.expected", canvas.language), label("figure.held", canvas.language))
    draw_pairs(canvas, names, dots, words)
