"""What of a delivery can be used: each whole as one bar, the part that can first."""

from __future__ import annotations

from functools import partial

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, GREY, INK, RULE
from rapport.present.values import Value, label_value

ROW = 13.0
"""Millimetres a whole: its bar, and the words over it."""
BAR = 5.5


def usable_bars(wholes: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give one bar a whole, parted into what can be used and the rest.

    Parameters
    ----------
    wholes : one row per whole
        `whole` (a name of `usable.*`, and `usable_rest.*` for the rest), `share` (that can be
        used, 0 to 1), `rest` (of the whole)
    """
    drawn = wholes[["whole", "share", "rest"]].astype({"share": float, "rest": float})
    drawn = drawn.reset_index(drop=True)
    items = listed(
        (label_value("usable", row.whole), _share(id, row, "share")) for row in rows_of(drawn)
    )
    height = ROW * len(drawn) + 1
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"whole": "label", "share": "ratio", "rest": "ratio"},
        plot=partial(_plot, identity=id),
        heights={"wide": height, "narrow": height},
        title=Sentence("figures.usable_bars.title"),
        subtitle=Sentence("figures.usable_bars.subtitle"),
        alt=Sentence("figures.usable_bars.alt", {"wholes": items}),
    )


def _share(identity: str, row: object, part: str) -> Value:
    name = f"{identity}.{row.whole}.{part}"  # type: ignore[attr-defined]
    return Value(name, float(getattr(row, part)), "ratio", "share")


def _plot(canvas: Canvas, wholes: pd.DataFrame, *, identity: str) -> None:
    for place, row in enumerate(rows_of(wholes)):
        foot = canvas.height - (place + 1) * ROW + 1
        axes = canvas.axes(left=0, right=0, top=canvas.height - foot - BAR, bottom=foot,
                           kind="bare")  # fmt: skip
        used = min(max(row.share, 0.0), 1.0)
        axes.rect((0, 0), used, 1, facecolor=ACCENT, linewidth=0)
        # A hair of paper parts the two in grey print.
        axes.rect((used, 0), 1 - used, 1, facecolor=RULE, edgecolor="white", linewidth=0.6)
        words = foot + BAR + 2.8
        _say(canvas, ("usable", row.whole, _share(identity, row, "share")), (0.0, words))
        _say(canvas, ("usable_rest", row.whole, _share(identity, row, "rest")),
             (canvas.width, words))  # fmt: skip


def _say(canvas: Canvas, what: tuple[str, str, Value], at: tuple[float, float]) -> None:
    """Write a part's share and name over its end of the bar."""
    group, whole, value = what
    text = f"{canvas.show(value)} {label(f'{group}.{whole}', canvas.language)}"
    is_used = group == "usable"
    canvas.write(*at, text, ha="left" if is_used else "right", weight="bold" if is_used else
                 "normal", color=INK if is_used else GREY)  # fmt: skip
