"""Effects and predictions: forest plot, importance of measures, calibration."""

from functools import partial

import numpy as np
import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import POINTS, Canvas, name_rows, rule_x
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK
from rapport.present.values import Value

TICK = 12.0
"""Millimetres that a tick's number and the room beside it take."""
ROW = 7.0
"""Millimetres a row."""
FOOT = 11.5
"""Millimetres for ticks and the words under them."""


def hazard_forest(
    effects: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    labels: str = "text",
    sides: tuple[str, str] = ("less", "more"),
) -> FigureSpec:
    """Give the forest plot of hazard ratios with their intervals, on a log scale.

    Parameters
    ----------
    effects : one row per term, in the order to be drawn
        `term`, `hazard_ratio`, `low`, `high` (all above 0); an interval that holds 1 is grey
    labels : group of `labels.yml` that names the terms, or "text"
    sides : names of `figure.*` for a ratio below 1 and above
    """
    drawn, n_left = first_rows(effects[["term", "hazard_ratio", "low", "high"]])
    items = listed(
        ((category(labels, row.term), _ratio(id, row)) for row in rows_of(drawn)),
        template="figures.item_limits",
    )
    kinds = dict.fromkeys(("hazard_ratio", "low", "high"), "estimator")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"term": "label", **kinds},
        plot=partial(_plot_forest, identity=id, labels=labels, sides=sides),
        heights=rows_high(len(drawn), usual=ROW, beside=FOOT + 1),
        title=Sentence("figures.hazard_forest.title"),
        subtitle=Sentence("figures.hazard_forest.subtitle", {"confidence": _confidence()}),
        alt=Sentence("figures.hazard_forest.alt", {"effects": items}),
        n_left=n_left,
    )


def _confidence() -> Value:
    return Value("parameter.confidence", 0.95, "ratio", "share")


def _ratio(identity: str, row: object) -> Value:
    return Value(
        f"{identity}.{row.term}",  # type: ignore[attr-defined]
        float(row.hazard_ratio),  # type: ignore[attr-defined]
        "estimator",
        "hazard_ratio",
        interval=(float(row.low), float(row.high)),  # type: ignore[attr-defined]
    )


def _plot_forest(
    canvas: Canvas, effects: pd.DataFrame, *, identity: str, labels: str, sides: tuple[str, str]
) -> None:
    shown = [canvas.show(category(labels, term)) for term in effects["term"]]
    names = canvas.wrapped(shown, beside=FOOT + 1)
    values = [_ratio(identity, row) for row in rows_of(effects)]
    numbers = [canvas.show(value) for value in values]
    limits = [canvas.show((value, "limits")) for value in values]
    left = canvas.widest(names) + 3
    figures, spans = canvas.widest(numbers, weight="bold"), canvas.widest(limits)
    right = figures + spans + 7
    axes = canvas.axes(left=left, right=right, top=1, bottom=FOOT, kind="log")
    axes.axvline(1, color=GREY, linewidth=0.8)
    for place, row in enumerate(rows_of(effects)):
        is_clear = row.low > 1 or row.high < 1
        colour = ACCENT if is_clear else CONTEXT
        axes.line([row.low, row.high], [place, place], color=colour, linewidth=1.6)
        axes.dots(row.hazard_ratio, place, color=colour, markersize=6, markeredgewidth=0)
    _ratio_axis(axes, effects)
    name_rows(axes, names)
    for place, (number, span) in enumerate(zip(numbers, limits, strict=True)):
        y = FOOT + (len(names) - place - 0.5) / len(names) * (canvas.height - FOOT - 1)
        canvas.write(canvas.width - spans - 3, y, number, ha="right", weight="bold")
        canvas.write(canvas.width, y, span, ha="right", color=GREY)
    middle = float(axes.data.transform((0, 0))[0]) / POINTS
    _name_sides(canvas, middle, sides)


def _name_sides(canvas: Canvas, middle: float, sides: tuple[str, str]) -> None:
    """Say under the axis which way is which, on both sides of 1, never over the edge."""
    less, more = (label(f"figure.{side}", canvas.language) for side in sides)
    canvas.write(max(middle - 2, canvas.width_of(less)), 2.5, less, color=GREY, ha="right")
    canvas.write(min(middle + 2, canvas.width - canvas.width_of(more)), 2.5, more, color=GREY)


def _ratio_axis(axes: Axes, effects: pd.DataFrame) -> None:
    low, high = min(float(effects["low"].min()), 1.0), max(float(effects["high"].max()), 1.0)
    low, high = low / 1.08, high * 1.08
    axes.set_xlim(low, high)
    room = axes.width / POINTS
    choices = ((0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10), (0.03, 0.1, 0.3, 1, 3, 10), (0.01, 0.1, 1, 10))
    fine = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6)
    for ticks in (fine, *choices):
        inside = [tick for tick in ticks if low <= tick <= high]
        gaps = np.diff(np.log(inside)) / np.log(high / low) * room
        if len(inside) < 2 or gaps.min() >= 8:
            break
    rule_x(axes, inside, [f"{tick:g}" for tick in inside])


def importance_bars(
    importance: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    labels: str = "measure_name",
) -> FigureSpec:
    """Give the ranked dots of how much each measure matters to a prediction.

    Parameters
    ----------
    importance : one row per measure
        `feature`, `importance` (mean loss of AUC when its values are shuffled), `low`,
        `high` (the mean and one SD of the repeats, or an interval); sorted here
    labels : group of `labels.yml` that names the measures, or "text"
    """
    drawn = importance[["feature", "importance", "low", "high"]]
    drawn, n_left = first_rows(drawn.sort_values("importance", ascending=False, kind="stable"))
    items = listed(
        (
            category(labels, row.feature),
            Value(f"{id}.{row.feature}", float(row.importance), "simulated", "auc"),
        )
        for row in rows_of(drawn.head(3))
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"feature": "label", **dict.fromkeys(("importance", "low", "high"), "simulated")},
        plot=partial(_plot_importance, identity=id, labels=labels),
        heights=rows_high(len(drawn), usual=_row(drawn), beside=9),
        title=Sentence("figures.importance_bars.title"),
        subtitle=Sentence("figures.importance_bars.subtitle"),
        alt=Sentence("figures.importance_bars.alt", {"features": items}),
        n_left=n_left,
    )


def _plot_importance(
    canvas: Canvas, importance: pd.DataFrame, *, identity: str, labels: str
) -> None:
    shown = [canvas.show(category(labels, feature)) for feature in importance["feature"]]
    names = canvas.wrapped(shown, beside=9)
    values = [
        Value(f"{identity}.{row.feature}", float(row.importance), "simulated", "auc")
        for row in rows_of(importance)
    ]
    right = canvas.widest([canvas.show(value) for value in values]) + 3
    left = canvas.widest(names) + 3
    axes = canvas.axes(left=left, right=right, top=1, bottom=7)
    most = max(1, int((canvas.width - left - right) / TICK))
    for place, row in enumerate(rows_of(importance)):
        colour = ACCENT if row.low > 0 else CONTEXT
        axes.rect((0, place - 0.25), row.importance, 0.5, facecolor=colour, zorder=2)
        axes.line([row.low, row.high], [place, place], color=INK, linewidth=1.0, zorder=3)
    low, high = min(0.0, float(importance["low"].min())), float(importance["high"].max())
    axes.set_xlim(low, high * 1.03 if high > 0 else 0.01)
    axes.axvline(0, color=GREY, linewidth=0.8)
    step = next(
        step
        for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
        if high / step <= min(most, 5)
    )
    ticks = [round(step * number, 4) for number in range(int(high / step + 1e-9) + 1)]
    rule_x(axes, ticks, show_axis(ticks, "auc", canvas.language))
    name_rows(axes, names)
    for place, value in enumerate(values):
        y = 7 + (len(names) - place - 0.5) / len(names) * (canvas.height - 8)
        canvas.write(canvas.width, y, canvas.show(value), ha="right")


def _row(importance: pd.DataFrame) -> float:
    """Leave room for two lines a row where measures are looked at together."""
    is_joint = importance["feature"].astype(str).str.contains(" + ", regex=False).any()
    return 2 * ROW - 4 if is_joint else ROW


def reliability(bins: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the calibration plot: what was predicted against what happened, in equal groups.

    Parameters
    ----------
    bins : one row per group of customers, by rising risk
        `predicted` (mean risk, 0 to 1), `observed` (share), `low`, `high` (its interval), `n`
    """
    drawn = bins[["predicted", "observed", "low", "high", "n"]].reset_index(drop=True)
    slots = {
        "n": Value(f"{id}.n", int(drawn["n"].sum()), "count", "customers"),
        "groups": Value(f"{id}.n_groups", len(drawn), "count", "groups"),
        "confidence": _confidence(),
    }
    last = rows_of(drawn)[-1]
    ends = {
        "predicted": Value(f"{id}.top.predicted", float(last.predicted), "estimator", "share"),
        "observed": Value(f"{id}.top.observed", float(last.observed), "ratio", "share"),
    }
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"predicted": "estimator", "observed": "ratio", "low": "ratio", "high": "ratio",
               "n": "count"},
        plot=_plot_reliability,
        heights={"wide": 68, "narrow": 76},
        title=Sentence("figures.reliability.title"),
        subtitle=Sentence("figures.reliability.subtitle", slots),
        alt=Sentence("figures.reliability.alt", {**slots, **ends}),
    )  # fmt: skip


def _plot_reliability(canvas: Canvas, bins: pd.DataFrame) -> None:
    axes = canvas.axes(left=11, right=6, top=6.5, bottom=11.5)
    highest = float(bins[["predicted", "high"]].to_numpy(float).max())
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if highest / step <= 5)
    ticks = [round(step * number, 4) for number in range(int(np.ceil(highest / step - 1e-9)) + 1)]
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, ticks[-1])
    axes.line([0, ticks[-1]], [0, ticks[-1]], color=CONTEXT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.vlines(bins["predicted"], bins["low"], bins["high"], color=ACCENT, linewidth=1.2)
    axes.dots(bins["predicted"], bins["observed"], color=ACCENT, markersize=5.5, markeredgewidth=0)
    texts = show_axis(ticks, "share", canvas.language)
    axes.set_xticks(ticks, texts, length=0.0, rules="clipped")
    axes.set_yticks(ticks, texts, rules="clipped")
    language = canvas.language
    canvas.write(0, canvas.height - 2.2, label("figure.observed", language), color=GREY)
    end = canvas.width
    canvas.write(end, 2.2, label("figure.predicted", language), color=GREY, ha="right")
    # Over the axis: beside the line there is no place that is free on every sheet.
    top = canvas.height - 2.2
    canvas.write(end, top, label("figure.as_predicted", language), color=GREY, ha="right")
