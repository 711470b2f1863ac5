"""The grid of RFM scores, with the counts in its cells."""

from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.figures.marks import draw_cell, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import GREY, INK
from rapport.present.values import Suppressed, Value, Withheld, hide_count
from rapport.privacy import suppress_small

SCORES = (1, 2, 3, 4, 5)


def rfm_grid(scores: pd.DataFrame, *, id: str, min_count: int = 10) -> FigureSpec:  # noqa: A002
    """Give the heat map of customers by recency and frequency score, counts in the cells.

    Parameters
    ----------
    scores : one row per customer
        `r_score`, `f_score` (1 worst to 5)
    min_count : a cell of fewer customers is hidden, and the next smallest with a lone one
    """
    counted = scores.groupby(["r_score", "f_score"]).size()
    cells = pd.DataFrame(
        [(r, f, int(counted.get((r, f), 0))) for r in SCORES for f in SCORES],
        columns=["r_score", "f_score", "n_customers"],
    )
    hidden = suppress_small(list(cells["n_customers"]), min_count)
    shown: list[int | Suppressed | Withheld] = [
        hide_count(int(n), min_count) if hide else int(n)
        for n, hide in zip(cells["n_customers"], hidden, strict=True)
    ]
    drawn = cells.assign(n_customers=pd.Series(shown, dtype=object))
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"r_score": "label", "f_score": "label", "n_customers": "count"},
        plot=partial(_plot_rfm, identity=id),
        heights={"wide": 58, "narrow": 58},
        title=Sentence("figures.rfm_grid.title"),
        subtitle=Sentence(
            "figures.rfm_grid.subtitle", {"n": Value(f"{id}.n", len(scores), "count", "customers")}
        ),
        alt=Sentence("figures.rfm_grid.alt", _alt_rfm(drawn, id)),
    )


def _cell_value(identity: str, row: object) -> Value:
    name = f"{identity}.r{row.r_score}.f{row.f_score}"  # type: ignore[attr-defined]
    return Value(name, row.n_customers, "count", "customers")  # type: ignore[attr-defined]


def _alt_rfm(cells: pd.DataFrame, identity: str) -> dict[str, Value]:
    corner = {(row.r_score, row.f_score): _cell_value(identity, row) for row in rows_of(cells)}
    return {"best": corner[5, 5], "worst": corner[1, 1], "fresh": corner[5, 1]}


def _plot_rfm(canvas: Canvas, cells: pd.DataFrame, *, identity: str) -> None:
    names = {score: label(f"score.{score}", canvas.language) for score in SCORES}
    left = canvas.widest(list(names.values())) + 3
    axes = canvas.axes(left=left, right=0.5, top=5.5, bottom=9.5)
    counts = [int(n) if isinstance(n, int) else 0 for n in cells["n_customers"]]
    most = max(*counts, 1)
    for row, count in zip(rows_of(cells), counts, strict=True):
        # The root keeps small cells apart from empty ones beside one very large cell.
        shade = (count / most) ** 0.5 if count else None
        text = canvas.show(_cell_value(identity, row))
        draw_cell(axes, (row.f_score, row.r_score), shade, text)
    axes.set_xlim(0.5, 5.5)
    axes.set_ylim(0.5, 5.5)
    axes.set_xticks(SCORES, list(names.values()), length=0.0, color=INK)
    axes.set_yticks(SCORES, list(names.values()), color=INK)
    language = canvas.language
    canvas.write(0, canvas.height - 2.2, label("figure.recency_up", language), color=GREY)
    end = canvas.width - 0.5
    canvas.write(end, 2.2, label("figure.frequency_right", language), color=GREY, ha="right")
