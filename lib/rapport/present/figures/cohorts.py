"""The triangle of cohorts: who was back in each month since, or which contracts still run."""

from functools import partial
from typing import Any

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas, name_rows
from rapport.present.dates import show_period
from rapport.present.figures.marks import draw_cell, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import GREY, INK
from rapport.present.values import Suppressed, Value, period_value

HEAD = 10.5
# Customers seldom come back in more than half; of contracts, seldom fewer than half run on. The
# scale is that half, so that differences show.
SCALES = {"customers": (0.0, 0.5), "contracts": (0.5, 1.0)}
SENTENCES = {"customers": "lifecycle.cohorts", "contracts": "lifecycle.contract_cohorts"}


def cohort_triangle(
    cells: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    of: str = "customers",
) -> FigureSpec:
    """Give the heat map of retention by cohort and months (of contracts: quarters) since its first.

    Parameters
    ----------
    cells : one row per cohort and month since, oldest cohort first
        `cohort` (period's code), `months_since` (1 and up), `size` (customers of the cohort, or
        `Suppressed`), `share` (0 to 1; None where it may not be told), `is_whole` (False: the
        month is not over; its cell has a dashed edge)
    of : customers, who were back, or contracts, which still run
    """
    first = cells[cells["months_since"] == 1].dropna(subset=["share"])
    sizes = [int(n) for n in cells.drop_duplicates("cohort")["size"] if isinstance(n, int)]
    slots = {
        "from": period_value(cells["cohort"].iloc[0], name=f"{id}.first"),
        "to": period_value(cells["cohort"].iloc[-1], name=f"{id}.last"),
        "least": Value(f"{id}.least", min(sizes, default=None), "count", of),
        "most": Value(f"{id}.most", max(sizes, default=None), "count", of),
    }
    items = listed(
        (period_value(row.cohort, name=f"{id}.{row.cohort}"), _share(id, row))
        for row in [*rows_of(first)[:2], *rows_of(first)[2:][-2:]]
    )
    return FigureSpec(
        id=id,
        data=cells[["cohort", "months_since", "size", "share", "is_whole"]].reset_index(drop=True),
        kinds={"cohort": "date", "months_since": "count", "size": "count", "share": "ratio",
               "is_whole": "label"},
        plot=partial(_plot, identity=id, of=of),
        heights=rows_high(cells["cohort"].nunique(), usual=6.2, beside=HEAD + 1),
        title=Sentence(f"{SENTENCES[of]}_title", case="plain"),
        subtitle=Sentence(f"{SENTENCES[of]}_subtitle", slots),
        alt=Sentence(f"{SENTENCES[of]}_alt", {**slots, "cohorts": items}),
    )  # fmt: skip


def _share(identity: str, row: Any) -> Value:
    share = None if pd.isna(row.share) else float(row.share)
    return Value(f"{identity}.{row.cohort}.{row.months_since}", share, "ratio", "share")


def _plot(canvas: Canvas, cells: pd.DataFrame, *, identity: str, of: str) -> None:
    cohorts = list(dict.fromkeys(cells["cohort"]))
    language = canvas.language
    names = [show_period(cohort, language, style="table") for cohort in cohorts]
    sizes = dict(zip(cells["cohort"], cells["size"], strict=True))
    shown = [_size(canvas, identity, sizes[cohort]) for cohort in cohorts]
    head = label(f"figure.cohort_size.{of}", language)
    column = max(canvas.widest(shown), canvas.widest([head]))
    left = canvas.widest(names) + column + 6
    axes = canvas.axes(left=left, right=0.5, top=HEAD, bottom=1)
    last = int(cells["months_since"].max())
    for row in rows_of(cells.dropna(subset=["share"])):
        at = (row.months_since, cohorts.index(row.cohort))
        _draw(canvas, axes, row, at, identity=identity, of=of)
    axes.set_xlim(0.5, last + 0.5)
    months = range(1, last + 1)
    numbers = [canvas.show(Value(f"{identity}.month", month, "count", "count")) for month in months]
    axes.set_xticks(list(months), numbers, is_far=True, length=0.0, color=INK)
    name_rows(axes, [""] * len(cohorts))
    room = (canvas.height - HEAD - 1) / len(cohorts)
    for place, (name, size) in enumerate(zip(names, shown, strict=True)):
        y = 1 + (len(cohorts) - place - 0.5) * room
        canvas.write(0, y, name, color=INK)
        canvas.write(left - 3, y, size, color=GREY, ha="right")
    canvas.write(left - 3, canvas.height - 7.5, head, color=GREY, ha="right")
    canvas.write(left, canvas.height - 2.2, label(f"figure.since.{of}", language), color=GREY)


def _size(canvas: Canvas, identity: str, size: Any) -> str:
    known = size if isinstance(size, Suppressed) else None if pd.isna(size) else int(size)
    return canvas.show(Value(f"{identity}.size", known, "count", "count"))


def _draw(
    canvas: Canvas, axes: Axes, row: Any, at: tuple[float, float], *, identity: str, of: str
) -> None:
    text = canvas.show((_share(identity, row), "whole" if canvas.is_wide else "whole unmarked"))
    if row.is_whole:
        low, high = SCALES[of]
        draw_cell(axes, at, min(max((float(row.share) - low) / (high - low), 0.0), 1.0), text)
        return
    axes.rect((at[0] - 0.44, at[1] - 0.42), 0.88, 0.84, facecolor="none", edgecolor=GREY,
              linewidth=0.6, linestyle=(0, (2, 1.5)))  # fmt: skip
    axes.text(*at, text, ha="center", color=GREY)
