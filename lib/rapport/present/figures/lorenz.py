"""The Lorenz curve: how much of the spend comes from how few customers."""

from functools import partial

import numpy as np
import pandas as pd

from rapport.present.canvas import BELOW, LEFT, RIGHT, Canvas, Look, rule_y
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, RULE
from rapport.present.values import Value

TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
TOP = 0.2


def lorenz_curve(
    points: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    n: int,
    top_share: Value,
    at: float = TOP,
) -> FigureSpec:
    """Give the Lorenz curve from the largest customers down.

    Parameters
    ----------
    points : one row per point, from 0 to 1: `share_customers`, `share_spend`
    n : customers
    top_share : the spend of the largest fifth, which is named on the curve
    at : the share of customers that it is of
    """
    slots = {
        "n": Value(f"{id}.n", n, "count", "customers"),
        "share": top_share,
        "top": Value("parameter.top", at, "ratio", "share"),
    }
    return FigureSpec(
        id=id,
        data=points[["share_customers", "share_spend"]].reset_index(drop=True),
        kinds={"share_customers": "ratio", "share_spend": "ratio"},
        plot=partial(_plot, share=top_share, at=at),
        heights={"wide": 62, "narrow": 62},
        title=Sentence("figures.lorenz_curve.title"),
        subtitle=Sentence("figures.lorenz_curve.subtitle", slots),
        alt=Sentence("figures.lorenz_curve.alt", slots),
    )


def _plot(canvas: Canvas, points: pd.DataFrame, *, share: Value, at: float) -> None:
    x, y = (points[name].to_numpy(float) for name in ("share_customers", "share_spend"))
    texts = show_axis(TICKS, "share", canvas.language)
    axes = canvas.axes(left=canvas.widest(texts) + 2, right=5, top=8, bottom=13)
    low, high = min(0.0, float(y.min())), max(1.0, float(y.max()))
    axes.set_xlim(0, 1)
    axes.set_ylim(low, high + 0.02 * (high - low))
    rule_y(axes, TICKS, texts)
    axes.set_xticks(TICKS, texts)
    axes.line([0, 1], [0, 1], color=CONTEXT, linewidth=1.0, linestyle=(0, (4, 2)))
    height = float(np.interp(at, x, y))
    axes.line([at, at], [low, height], color=RULE, linewidth=1.0)
    canvas.highlight(axes.line(x, y, color=ACCENT, linewidth=1.9))
    axes.dots(at, height, color=ACCENT, markersize=5, markeredgewidth=0)
    look = Look(colour=ACCENT, weight="bold", rank=2.0, is_required=True)
    beside = (RIGHT[0] + 3, -7.0, "left", "center")
    canvas.label(axes, (at, height), [share], places=(beside, BELOW, LEFT), look=look)
    language = canvas.language
    canvas.write(0, canvas.height - 2.6, label("figure.lorenz_up", language), color=GREY)
    right = canvas.width - 5
    canvas.write(right, 2.6, label("figure.lorenz_right", language), color=GREY, ha="right")
    under = (4.0, -9.0, "left", "center")
    alike = Value("figure.alike", "alike", "label", "figure")
    canvas.label(axes, (0.62, 0.62), [alike], places=(under, BELOW), look=Look(colour=GREY))
