"""What contacting the first of a list is expected to bring, less its cost, by how many."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.canvas import ABOVE, BELOW, RIGHT, Canvas, Look, rule_y
from rapport.present.figures.marks import rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, GREY, RULE
from rapport.present.values import Value


def gain_curve(points: pd.DataFrame, *, id: str, unit: str) -> FigureSpec:  # noqa: A002
    """Give the curve of expected gain by number of contacts, the best of them named.

    Parameters
    ----------
    points : one row per point, from 0 up: `n` (contacts), `gain` (money), `is_best` (of one row)
    unit : currency of the gain
    """
    best = rows_of(points[points["is_best"]])[0]
    slots = {
        "n": Value(f"{id}.n", int(points["n"].max()), "count", "contacts"),
        "best": Value(f"{id}.best", int(best.n), "count", "contacts"),
        "gain": Value(f"{id}.gain", float(best.gain), "estimator", unit),
    }
    return FigureSpec(
        id=id,
        data=points[["n", "gain", "is_best"]].reset_index(drop=True),
        kinds={"n": "count", "gain": "estimator", "is_best": "label"},
        plot=partial(_plot, best=slots["best"], gain=slots["gain"]),
        heights={"wide": 52, "narrow": 52},
        title=Sentence("figures.gain_curve.title"),
        subtitle=Sentence("figures.gain_curve.subtitle", slots),
        alt=Sentence("figures.gain_curve.alt", slots),
    )


def _plot(canvas: Canvas, points: pd.DataFrame, *, best: Value, gain: Value) -> None:
    x, y = (points[name].to_numpy(float) for name in ("n", "gain"))
    low, high = min(0.0, float(y.min())), max(0.0, float(y.max()))
    # A list that pays little and costs much is drawn as far down as it rises.
    low = max(low, -high)
    ticks = [float(tick) for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    texts = show_axis(ticks, gain.unit, canvas.language)
    across = [float(tick) for tick in MaxNLocator(5, integer=True).tick_values(0, x[-1])]
    places = [tick for tick in across if 0 <= tick <= x[-1]]
    axes = canvas.axes(left=canvas.widest(texts) + 2, right=6, top=9, bottom=12)
    axes.set_xlim(0, float(x[-1]))
    axes.set_ylim(low, high * 1.25)
    rule_y(axes, ticks, texts)
    axes.set_xticks(places, show_axis(places, "count", canvas.language))
    axes.line([0, x[-1]], [0, 0], color=GREY, linewidth=0.8)
    shown = y >= low
    canvas.highlight(axes.line(x[shown], y[shown], color=ACCENT, linewidth=1.8))
    at = float(np.asarray(best.value, dtype=float)), float(np.asarray(gain.value, dtype=float))
    axes.line([at[0], at[0]], [low, at[1]], color=RULE, linewidth=1.0)
    axes.dots(*at, color=ACCENT, markersize=5.5, markeredgewidth=0)
    # The title says it, too, so where no place is free the figure does without.
    look = Look(colour=ACCENT, weight="bold", rank=2.0)
    higher = (0.0, ABOVE[1] + 4.0, "center", "bottom")
    canvas.label(axes, at, [(gain, "headline")], places=(higher, ABOVE, BELOW, RIGHT), look=look)
    language = canvas.language
    canvas.write(0, canvas.height - 2.4, label("figure.gain_up", language), color=GREY)
    end = canvas.width - 6
    canvas.write(end, 2.4, label("figure.contacts_right", language), color=GREY, ha="right")
