"""Stages of customers month by month: stacked bars, the last one named at its right."""

from functools import partial

import pandas as pd

from rapport.present.canvas import LEADING, POINTS, Canvas, rule_y
from rapport.present.dates import show_period
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.geometry import spread
from rapport.present.sentences import Sentence
from rapport.present.theme import CATEGORIES, CONTEXT, INK, PAPER, RULE, sequential
from rapport.present.values import Value, label_value, period_value

# Those to work with are blue, the darker the longer they have stayed; quiet ones are amber.
_BLUES = {"new": 0.25, "trial": 0.25, "growing": 0.5, "loyal": 0.85, "active": 0.85}
_OTHERS = {"prospect": RULE, "at_risk": CATEGORIES[1], "silent": CATEGORIES[1],
           "churned": CONTEXT, "ended": CONTEXT}  # fmt: skip


def stage_bars(sizes: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the bars of customers by stage, one bar a month end.

    Parameters
    ----------
    sizes : one row per month end and stage, months in order, stages from the foot of the bar up
        `period` (code of the month), `stage`, `n_customers`, `share` (of the month's customers)
    """
    last = sizes[sizes["period"] == sizes["period"].iloc[-1]]
    slots = {
        "from": period_value(sizes["period"].iloc[0], name=f"{id}.first"),
        "to": period_value(sizes["period"].iloc[-1], name=f"{id}.last"),
        "n": Value(f"{id}.n", int(last["n_customers"].sum()), "count", "customers"),
    }
    items = listed((label_value("stage", row.stage), _share(id, row)) for row in rows_of(last))
    return FigureSpec(
        id=id,
        data=sizes[["period", "stage", "share"]].reset_index(drop=True),
        kinds={"period": "date", "stage": "label", "share": "ratio"},
        plot=partial(_plot, identity=id),
        heights={"wide": 62, "narrow": 62},
        title=Sentence("lifecycle.stages_title", case="plain"),
        subtitle=Sentence("lifecycle.stages_subtitle", slots),
        alt=Sentence("lifecycle.stages_alt", {**slots, "stages": items}),
    )


def _share(identity: str, row: object) -> Value:
    name = f"{identity}.{row.stage}"  # type: ignore[attr-defined]
    return Value(name, float(row.share), "ratio", "share")  # type: ignore[attr-defined]


def _colour(stage: str) -> str | tuple[float, ...]:
    return tuple(sequential()(_BLUES[stage])) if stage in _BLUES else _OTHERS[stage]


def _plot(canvas: Canvas, sizes: pd.DataFrame, *, identity: str) -> None:
    periods = list(dict.fromkeys(sizes["period"]))
    last = rows_of(sizes[sizes["period"] == periods[-1]])
    names = [
        canvas.join([(_share(identity, row), "whole"), label_value("stage", row.stage)])
        for row in last
    ]
    right = canvas.widest(names) + 6
    axes = canvas.axes(left=11, right=right, top=2, bottom=9.8)
    axes.set_xlim(-0.6, len(periods) - 0.4)
    axes.set_ylim(0, 1)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    rule_y(axes, ticks, show_axis(ticks, "share", canvas.language))
    for place, period in enumerate(periods):
        foot = 0.0
        for row in rows_of(sizes[sizes["period"] == period]):
            axes.rect((place - 0.38, foot), 0.76, row.share, facecolor=_colour(row.stage),
                      edgecolor=PAPER, linewidth=0.4, zorder=2)  # fmt: skip
            foot += row.share
    _name_months(canvas, periods, axes.width / POINTS, axes)
    _name_stages(canvas, last, names, canvas.width - right + 2)


def _name_months(canvas: Canvas, periods: list[str], room: float, axes: object) -> None:
    names = [show_period(period, canvas.language, style="axis") for period in periods]
    step = max(1, -(-int((canvas.widest(names) + 2) * len(names)) // int(room)))
    shown = list(range(len(names) - 1, -1, -step))[::-1]
    texts, before = [], None
    for place in shown:
        year = periods[place][:4]
        texts.append(names[place] if year == before else f"{names[place]}\n{year}")
        before = year
    axes.set_xticks(shown, texts, leading=LEADING, length=0.0)  # type: ignore[attr-defined]


def _name_stages(canvas: Canvas, last: list[object], names: list[str], x: float) -> None:
    room = canvas.height - 11.8
    middles, foot = [], 0.0
    for row in last:
        middles.append((foot + row.share / 2) * room)  # type: ignore[attr-defined]
        foot += row.share  # type: ignore[attr-defined]
    heights = spread(middles, 4.4, 1.0, room)
    for row, name, height in zip(last, names, heights, strict=True):
        y = 9.8 + height
        stage = row.stage  # type: ignore[attr-defined]
        canvas.write(x + 3.4, y, name, color=INK)
        _key(canvas, x, y, stage)


def _key(canvas: Canvas, x: float, y: float, stage: str) -> None:
    """Draw a square of the stage's colour before its name, which may stand off its bar."""
    field = canvas.axes(
        left=x, right=canvas.width - x - 2.4, top=canvas.height - y - 1.2, bottom=y - 1.2,
        kind="bare",
    )  # fmt: skip
    field.rect((0, 0), 1, 1, facecolor=_colour(stage), edgecolor="none")
