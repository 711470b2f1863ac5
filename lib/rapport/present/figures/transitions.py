"""Moves from one month end to the next: a heat map of stages by stages after, with counts."""

from functools import partial
from typing import Any

import pandas as pd

from rapport.present.canvas import LEADING, Canvas, name_rows
from rapport.present.figures.marks import draw_cell, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import label
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import GREY, INK
from rapport.present.values import Suppressed, Value, label_value

HEAD = 12.0
"""Millimetres for the names of the columns and the word over them."""


def transition_heat(cells: pd.DataFrame, *, id: str, columns: list[str]) -> FigureSpec:  # noqa: A002
    """Give the heat map of moves between stages, share and count in each cell.

    Parameters
    ----------
    cells : one row per stage and stage after; a cell that is not there is drawn empty
        `stage`, `stage_after`, `n` (month ends in the stage), `n_moves` (a count, or
        `Suppressed`, or None where it protects another), `share` (None with these)
    columns : the stages after, from left to right
    """
    biggest = cells[(cells["stage"] != cells["stage_after"]) & cells["share"].notna()]
    biggest = biggest.sort_values("share", ascending=False, kind="stable").head(3)
    items = Listing(
        tuple(Sentence("lifecycle.move_item", _move(id, row)) for row in rows_of(biggest)),
        joint="word.clause_joint",
    )
    n = int(cells.drop_duplicates("stage")["n"].sum())
    slots = {"n": Value(f"{id}.n", n, "count", "count")}
    n_rows = cells["stage"].nunique()
    height = round(n_rows * 10.5 + HEAD + 1, 2)
    return FigureSpec(
        id=id,
        data=cells[["stage", "stage_after", "n", "n_moves", "share"]].reset_index(drop=True),
        kinds={"stage": "label", "stage_after": "label", "n": "count", "n_moves": "count",
               "share": "ratio"},
        plot=partial(_plot, identity=id, columns=columns),
        heights={"wide": height, "narrow": height},
        title=Sentence("lifecycle.moves_title", case="plain"),
        subtitle=Sentence("lifecycle.moves_subtitle", slots),
        alt=Sentence("lifecycle.moves_alt", {**slots, "moves": items}),
    )  # fmt: skip


def _move(identity: str, row: Any) -> dict[str, Value]:
    ends = {"from": row.stage, "to": row.stage_after}
    named = {slot: label_value("stage", stage) for slot, stage in ends.items()}
    return {**named, "share": _share(identity, row)}


def _share(identity: str, row: Any) -> Value:
    share = None if pd.isna(row.share) else float(row.share)
    return Value(f"{identity}.{row.stage}.{row.stage_after}", share, "ratio", "share")


def _text(canvas: Canvas, identity: str, row: Any) -> str:
    if isinstance(row.n_moves, Suppressed):
        return canvas.show(Value(f"{identity}.n", row.n_moves, "count", "count"))
    if pd.isna(row.share):
        return label("word.withheld", canvas.language)
    count = Value(f"{identity}.n", int(row.n_moves), "count", "count")
    return f"{canvas.show(_share(identity, row))}\n{canvas.show(count)}"


def _plot(canvas: Canvas, cells: pd.DataFrame, *, identity: str, columns: list[str]) -> None:
    stages = list(dict.fromkeys(cells["stage"]))
    language = canvas.language
    names = [label(f"stage.{stage}", language) for stage in stages]
    heads = [label(f"stage.{stage}", language) for stage in columns]
    left = canvas.widest(names) + 3
    axes = canvas.axes(left=left, right=0.5, top=HEAD, bottom=1)
    there = {(row.stage, row.stage_after): row for row in rows_of(cells)}
    for down, stage in enumerate(stages):
        for across, after in enumerate(columns):
            row = there.get((stage, after))
            if row is None:
                draw_cell(axes, (across, down), None, "")
                continue
            shade = None if pd.isna(row.share) else float(row.share)
            draw_cell(axes, (across, down), shade, _text(canvas, identity, row))
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_xticks(range(len(columns)), heads, is_far=True, length=0.0, color=INK, leading=LEADING)
    name_rows(axes, names)
    canvas.write(left, canvas.height - 2.2, label("figure.stage_after", language), color=GREY)
