"""Places: the provinces of China as a grid of tiles with a ranked bar; other places as bars.

One square a province, about where it lies: no border geometry, and a small province is seen as well
as a large one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.ranked import ROW, draw_ranked
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.labels import has_label, label
from rapport.present.sentences import Sentence
from rapport.present.theme import GREY, PAPER, RULE, cell_look
from rapport.present.values import Value, label_value, text_value

_GRID = """
    .  .  .  .  .  .  HL
    .  .  .  .  NM LN JL
    XJ GS NX SX BJ TJ .
    .  QH SN HA HE SD .
    XZ SC CQ HB AH JS SH
    .  YN GZ HN JX ZJ .
    .  .  .  GX GD FJ TW
    .  .  .  HI MO HK .
"""
PROVINCES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        f"CN-{code}": (column, row)
        for row, line in enumerate(_GRID.strip().splitlines())
        for column, code in enumerate(line.split())
        if code != "."
    }
)
"""Column from the west and row from the north of every province (ISO 3166-2)."""
COLUMNS, ROWS = 7, 8
TILE = 10.4
"""Millimetres; two lines of text fit."""
APART = ("other", "unknown", "unidentified")


def has_map(places: pd.DataFrame) -> bool:
    """Say whether the named places are provinces of China, so that the grid can show them."""
    named = [place for place in places["place"] if place not in APART]
    return len(named) > 1 and all(place in PROVINCES for place in named)


def place_value(place: str) -> Value:
    """Name a place in the reader's language, or by its code where it has no word."""
    is_known = has_label(f"place.{place}")
    return label_value("place", place) if is_known else text_value(f"place.{place}", place)


def place_map(places: pd.DataFrame, *, id: str, currency: str) -> FigureSpec:  # noqa: A002
    """Give the grid of provinces with a ranked bar beside it; narrow, under it.

    Parameters
    ----------
    places : as `analysis.regions.sum_places` gives them, named by the codes of `PROVINCES`
        `place`, `n_customers`, `net` (Decimal), `share` (of all net, or empty)
    currency : of the money
    """
    spec = place_bars(places, id=id, currency=currency)
    n_rows = len(spec.data)
    high = ROWS * TILE + 1
    return FigureSpec(
        id=id,
        data=spec.data,
        kinds=spec.kinds,
        plot=partial(_plot_map, identity=id, currency=currency),
        heights={"wide": max(high, n_rows * 4.4 + 2), "narrow": high + 4 + n_rows * ROW},
        title=Sentence("figures.place_map.title"),
        subtitle=Sentence("figures.place_map.subtitle", spec.subtitle.slots),
        alt=Sentence("figures.place_map.alt", spec.alt.slots),
        n_left=spec.n_left,
    )


def place_bars(places: pd.DataFrame, *, id: str, currency: str) -> FigureSpec:  # noqa: A002
    """Give the ranked bars of net sales by place, the total's other parts last."""
    drawn, n_left = first_rows(places[["place", "n_customers", "net", "share"]])
    drawn = drawn.astype({"share": float})
    n = Value(f"{id}.customers", int(drawn["n_customers"].sum()), "count", "customers")
    items = listed(
        (place_value(row.place), Value(f"{id}.{row.place}", row.net, "money", currency))
        for row in rows_of(drawn)
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"place": "label", "n_customers": "count", "net": "money", "share": "ratio"},
        plot=partial(_plot_bars, identity=id, currency=currency),
        heights=rows_high(len(drawn), usual=ROW, beside=2),
        title=Sentence("figures.place_bars.title"),
        subtitle=Sentence("figures.place_bars.subtitle", {"n": n}),
        alt=Sentence("figures.place_bars.alt", {"n": n, "places": items}),
        n_left=n_left,
    )


def _plot_map(canvas: Canvas, places: pd.DataFrame, *, identity: str, currency: str) -> None:
    wide, high = COLUMNS * TILE, ROWS * TILE
    left = 0.0 if canvas.is_wide else (canvas.width - wide) / 2
    under = canvas.height - high - 0.5
    grid = canvas.axes(left=left, right=canvas.width - left - wide, top=0.5, bottom=under,
                       kind="bare")  # fmt: skip
    grid.set_xlim(-0.5, COLUMNS - 0.5)
    grid.set_ylim(ROWS - 0.5, -0.5)
    shares = dict(zip(places["place"], places["share"], strict=True))
    known = [share for place, share in shares.items() if place in PROVINCES and share > 0]
    for place, at in PROVINCES.items():
        _tile(canvas, grid, at, place, (shares.get(place), max(known, default=1.0), identity))
    margins = (wide + 6, 0.5) if canvas.is_wide else (0.0, high + 4)
    _bars(canvas, places, (identity, currency), margins)


def _tile(
    canvas: Canvas, grid: Axes, at: tuple[int, int], place: str,
    share: tuple[float | None, float, str],
) -> None:  # fmt: skip
    part, most, identity = share
    x, y = at
    is_told = part is not None and part > 0
    look = cell_look(float(part) / most) if part is not None and is_told else None
    colour, ink = look or (PAPER, GREY)
    edge = PAPER if is_told else RULE
    corner = (x - 0.47, y - 0.47)
    grid.rect(corner, 0.94, 0.94, facecolor=colour, edgecolor=edge, linewidth=0.5)
    name = label(f"tile.{place}", canvas.language)
    if part is None or not is_told:
        grid.text(x, y, name, ha="center", color=ink)
        return
    value = Value(f"{identity}.{place}.share", float(part), "ratio", "share")
    grid.text(x, y - 0.21, name, ha="center", color=ink)
    grid.text(x, y + 0.22, canvas.show((value, "whole")), ha="center", color=ink)


def _plot_bars(canvas: Canvas, places: pd.DataFrame, *, identity: str, currency: str) -> None:
    _bars(canvas, places, (identity, currency), (0.0, 1.0))


def _bars(
    canvas: Canvas, places: pd.DataFrame, name: tuple[str, str], margins: tuple[float, float]
) -> None:
    identity, currency = name
    rows = rows_of(places)
    names = [canvas.show(place_value(row.place)) for row in rows]
    values = [Value(f"{identity}.{row.place}.net", row.net, "money", currency) for row in rows]
    is_apart = [row.place in APART for row in rows]
    draw_ranked(canvas, (names, values, is_apart), margins=margins)
