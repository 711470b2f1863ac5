"""The grid of how much of each column is filled, by table."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import LEADING, Canvas, name_rows
from rapport.present.figures.marks import category, draw_cell, listed, rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import Language, has_label, label
from rapport.present.own_words import show_own
from rapport.present.sentences import Sentence
from rapport.present.theme import INK
from rapport.present.values import Value, text_value

HEAD = 10.0
"""Millimetres for the names of tables, which may have two lines."""
LOWEST = 4.4
"""Millimetres of the lowest row."""


def completeness_heat(
    completeness: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    most: int = 16,
) -> FigureSpec:
    """Give the heat map of how much of each column is filled, by table.

    Parameters
    ----------
    completeness : one row per table and column that the unit has
        `table`, `column`, `share` (non-null, 0 to 1), `n_rows` (rows of the table)
    most : columns drawn, those with the lowest share first; complete ones are only counted
    """
    least = completeness.groupby("column")["share"].min()
    open_columns = least[least < 1].sort_values(kind="stable").head(most)
    names = list(open_columns.index)
    drawn = completeness[completeness["column"].isin(names)]
    drawn = drawn[["table", "column", "share", "n_rows"]].reset_index(drop=True)
    # From six tables on a narrow sheet lists them under one another, which takes more rows.
    n_rows = len(names) if drawn["table"].nunique() < 6 else max(len(names), len(drawn))
    slots: dict[str, Value] = {
        "complete": Value(f"{id}.n_complete", int((least == 1).sum()), "count", "columns"),
        "open": Value(f"{id}.n_open", len(least) - int((least == 1).sum()), "count", "columns"),
    }
    worst = listed(
        (category("column", row.column) if has_label(f"column.{row.column}")
         else text_value(f"{id}.column", row.column), _share(id, row))
        for row in rows_of(drawn.sort_values("share", kind="stable").head(3))
    )  # fmt: skip
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"table": "label", "column": "label", "share": "ratio", "n_rows": "count"},
        plot=partial(_plot_completeness, identity=id, order=names),
        heights=rows_high(n_rows, usual=6.2, beside=HEAD + 1),
        title=Sentence("figures.completeness_heat.title"),
        subtitle=Sentence("figures.completeness_heat.subtitle", slots),
        alt=Sentence("figures.completeness_heat.alt", {**slots, "worst": worst}),
    )


def _share(identity: str, row: object) -> Value:
    name = f"{identity}.{row.table}.{row.column}"  # type: ignore[attr-defined]
    return Value(name, float(row.share), "ratio", "share")  # type: ignore[attr-defined]


def _named(group: str, name: str, language: Language) -> str:
    """Name a column or table; a column that the unit has added keeps its own name."""
    identity = f"{group}.{name}"
    return label(identity, language) if has_label(identity) else show_own(name)


def _plot_completeness(
    canvas: Canvas, shares: pd.DataFrame, *, identity: str, order: list[str]
) -> None:
    if not order:
        canvas.write(0, canvas.height / 2, label("figure.all_complete", canvas.language))
        return
    tables = list(dict.fromkeys(shares["table"]))
    shown = [_named("column", name, canvas.language) for name in order]
    names = canvas.wrapped(shown, beside=HEAD + 1)
    left = canvas.widest(names) + 3
    room = (canvas.width - left) / len(tables)
    heads = _in_lines(canvas, [_named("table", name, canvas.language) for name in tables], room)
    if canvas.widest(heads) > room - 1:
        _plot_list(canvas, shares, identity)
        return
    axes = canvas.axes(left=left, right=0.5, top=HEAD, bottom=1)
    cells = [
        (tables.index(row.table), order.index(row.column), _share(identity, row))
        for row in rows_of(shares)
    ]
    _fill(canvas, axes, cells)
    axes.set_xlim(-0.5, len(tables) - 0.5)
    axes.set_xticks(range(len(tables)), heads, is_far=True, length=0.0, color=INK, leading=LEADING)
    name_rows(axes, names)


def _plot_list(canvas: Canvas, shares: pd.DataFrame, identity: str) -> None:
    """Draw one column of cells where the tables do not fit side by side, the emptiest first."""
    n_rows = int((canvas.height - 2) / LOWEST)
    rows = rows_of(shares.sort_values(["share", "table", "column"], kind="stable").head(n_rows))
    language = canvas.language
    colon = ": " if language == "en" else "："
    shown = [
        _named("table", row.table, language) + colon + _named("column", row.column, language)
        for row in rows
    ]
    names = canvas.wrapped(shown, beside=2)
    axes = canvas.axes(left=canvas.widest(names) + 3, right=0.5, top=1, bottom=1)
    _fill(canvas, axes, [(0, place, _share(identity, row)) for place, row in enumerate(rows)])
    axes.set_xlim(-0.5, 0.5)
    name_rows(axes, names)


def _fill(canvas: Canvas, axes: Axes, cells: Sequence[tuple[int, int, Value]]) -> None:
    for across, down, value in cells:
        shade = float(value.value) if isinstance(value.value, float) else None
        draw_cell(axes, (across, down), shade, canvas.show(value))


def _in_lines(canvas: Canvas, heads: list[str], room: float) -> list[str]:
    """Break heads that are wider than their column at a blank."""
    return [
        head if canvas.width_of(head) < room - 1 else head.replace(" ", "\n", 1) for head in heads
    ]
