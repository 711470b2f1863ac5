"""Specs as bundles: each with the forms that JupyterLab, nbval and the press look at."""

from __future__ import annotations

from functools import singledispatch

from rapport.chapter import bundle
from rapport.params import UnitParams
from rapport.present import pieces
from rapport.present.figures.spec import FigureSpec
from rapport.present.tables import TableSpec

Shown = FigureSpec | TableSpec | pieces.Cards | pieces.Actions


@singledispatch
def show(spec: object, unit: UnitParams) -> None:
    """Show one spec in every language; the unit's first language is what the notebook shows."""
    raise TypeError(f"{type(spec).__name__} cannot be shown to {unit.name}'s readers")


@show.register
def _(spec: FigureSpec, unit: UnitParams) -> None:
    content = pieces.describe_figure(spec)
    svg = content["shapes"][unit.language]["wide"]
    bundle.emit("figure", content, svg=svg, plain=content["alt"][unit.language])


@show.register
def _(spec: TableSpec, unit: UnitParams) -> None:
    content = pieces.describe_table(spec)
    html = pieces.table_html(content, unit.language)
    bundle.emit("table", content, html=html, plain=spec.id)


@show.register
def _(spec: pieces.Cards, unit: UnitParams) -> None:
    content = pieces.describe_cards(spec)
    lines = [
        f"{card['name'][unit.language]}: {card['value'][unit.language]}"
        for card in content["cards"]
    ]
    bundle.emit("key_figures", content, plain="\n".join(lines))


@show.register
def _(spec: pieces.Actions, unit: UnitParams) -> None:
    content = pieces.describe_actions(spec)
    lines = [
        "".join(run["text"] for run in row["action"][unit.language]) for row in content["rows"]
    ]
    bundle.emit("actions", content, plain="\n".join(lines))
