"""Scores from wave to wave with their intervals, and what they are made of."""

from functools import partial

import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import ABOVE, BELOW, LEADING, POINTS, Canvas, Look, rule_y
from rapport.present.dates import show_period
from rapport.present.figures.marks import listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.geometry import spread
from rapport.present.own_words import show_own
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CATEGORIES, CONTEXT, GREY, INK, PAPER, RULE, sequential
from rapport.present.values import Value, label_value, period_value, text_value

CLASSES = ("detractor", "passive", "promoter")
MOST_WAVES = 36
"""The newest that are drawn."""
MOST_WORD = 16
"""Letters of a wave's own name that stand under it."""


def score_by_wave(waves: pd.DataFrame, *, id: str, by: str) -> FigureSpec:  # noqa: A002
    """Give the figure of a net promoter score by wave: a dot and its interval each.

    Parameters
    ----------
    waves : one row per wave with answers, oldest first: `wave`, `nps`, `low`, `high`, `n_nps`,
        `is_enough` (else the dot is grey)
    by : period (waves are codes of periods) or wave (the unit's own words)
    """
    drawn = waves[["wave", "nps", "low", "high", "n_nps", "is_enough"]].tail(MOST_WAVES)
    drawn = drawn.reset_index(drop=True)
    drawn = drawn.astype(dict.fromkeys(("nps", "low", "high"), float))
    slots = {
        "from": _name(by, str(drawn["wave"].iloc[0]), f"{id}.first"),
        "to": _name(by, str(drawn["wave"].iloc[-1]), f"{id}.last"),
        "least": Value(f"{id}.n.least", int(drawn["n_nps"].min()), "count", "answers"),
        "most": Value(f"{id}.n.most", int(drawn["n_nps"].max()), "count", "answers"),
    }
    items = listed((_name(by, row.wave, f"{id}.{row.wave}"), _score(id, row)) for row in
                   rows_of(drawn))  # fmt: skip
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"wave": "label", **dict.fromkeys(("nps", "low", "high"), "estimator"),
               "n_nps": "count", "is_enough": "label"},
        plot=partial(_plot_scores, identity=id, by=by),
        heights={"wide": 52, "narrow": 52},
        title=Sentence("satisfaction.waves_title", case="plain"),
        subtitle=Sentence("satisfaction.waves_subtitle", slots),
        alt=Sentence("satisfaction.waves_alt", {**slots, "scores": items}),
        n_left=max(0, len(waves) - MOST_WAVES),
    )  # fmt: skip


def _name(by: str, wave: str, identity: str) -> Value:
    return period_value(wave, name=identity) if by == "period" else text_value(identity, wave)


def _score(identity: str, row: object) -> Value:
    name = f"{identity}.{row.wave}.nps"  # type: ignore[attr-defined]
    low, high = float(row.low), float(row.high)  # type: ignore[attr-defined]
    return Value(name, float(row.nps), "estimator", "nps", interval=(low, high))  # type: ignore[attr-defined]


def _plot_scores(canvas: Canvas, waves: pd.DataFrame, *, identity: str, by: str) -> None:
    low, high = float(waves["low"].min()), float(waves["high"].max())
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(f"{tick:.6g}") for tick in locator.tick_values(min(low, 0), max(high, 0))]
    texts = [text.replace("+", "") for text in show_axis(ticks, "nps", canvas.language)]
    axes = canvas.axes(left=canvas.widest(texts) + 3, right=4, top=4, bottom=9.8)
    ends = _fit_ends(canvas, axes, [str(wave) for wave in waves["wave"]], by)
    axes.set_xlim(*ends)
    axes.set_ylim(ticks[0], ticks[-1])
    rule_y(axes, ticks, texts)
    axes.line(list(ends), [0, 0], color=GREY, linewidth=0.8)
    rows = rows_of(waves)
    for place, row in enumerate(rows):
        colour = ACCENT if row.is_enough else CONTEXT
        axes.line([place, place], [row.low, row.high], color=colour, linewidth=1.4)
        axes.dots(place, row.nps, color=colour, markersize=5.5, markeredgewidth=0)
    _name_scores(canvas, axes, rows, identity)
    _name_waves(canvas, axes, [str(wave) for wave in waves["wave"]], by)


def _name_scores(canvas: Canvas, axes: Axes, rows: list[object], identity: str) -> None:
    scores = [float(row.nps) for row in rows]  # type: ignore[attr-defined]
    chosen = {len(rows) - 1, scores.index(max(scores)), scores.index(min(scores))}
    for place, row in enumerate(rows):
        if place not in chosen and len(rows) > (8 if canvas.is_wide else 6):
            continue
        is_last = place == len(rows) - 1
        enough = bool(row.is_enough)  # type: ignore[attr-defined]
        look = Look(
            colour=ACCENT if is_last and enough else GREY,
            weight="bold" if is_last else "normal",
            rank=3.0 if is_last else 1.0,
        )
        top, foot = float(row.high), float(row.low)  # type: ignore[attr-defined]
        scale = axes.height / (axes.ylim[1] - axes.ylim[0])
        under = (0.0, BELOW[1] - (top - foot) * scale, "center", "top")
        canvas.label(axes, (place, top), [_score(identity, row)], places=(ABOVE, under), look=look)


def _list_names(canvas: Canvas, waves: list[str], by: str) -> list[str]:
    if by == "period":
        return [show_period(wave, canvas.language, style="axis") for wave in waves]
    most = MOST_WORD if canvas.is_wide else MOST_WORD * 2 // 3
    shown = [show_own(wave) for wave in waves]
    return [wave if len(wave) <= most else f"{wave[:most].rstrip()}…" for wave in shown]


def _fit_ends(canvas: Canvas, axes: Axes, waves: list[str], by: str) -> tuple[float, float]:
    """Leave half of the widest name room on both sides of the outermost waves."""
    wide, room = canvas.widest(_list_names(canvas, waves, by)), axes.width / POINTS
    side = max(0.6, wide * (len(waves) - 1) / (2 * max(room - wide, 1.0)))
    return -side, len(waves) - 1 + side


def _name_waves(canvas: Canvas, axes: Axes, waves: list[str], by: str) -> None:
    """Name as many waves as there is room for, the last always; years where they change."""
    names = _list_names(canvas, waves, by)
    room = axes.width / POINTS / (axes.xlim[1] - axes.xlim[0])
    step = max(1, -(-int(canvas.widest(names) + 2) // max(1, int(room))))
    shown = list(range(len(names) - 1, -1, -step))[::-1]
    texts, before = [], None
    for place in shown:
        year = waves[place][:4] if by == "period" else before
        texts.append(names[place] if year == before else f"{names[place]}\n{year}")
        before = year
    axes.set_xticks(shown, texts, leading=LEADING, length=0.0)


def answer_classes(waves: pd.DataFrame, *, id: str, by: str) -> FigureSpec:  # noqa: A002
    """Give the stacked bars of detractors, passives and promoters by wave.

    Parameters
    ----------
    waves : one row per wave of enough answers, oldest first: `wave`, `n_nps`, `detractor`,
        `passive`, `promoter` (shares that add up to 1)
    by : as in `score_by_wave`
    """
    drawn = waves[["wave", *CLASSES]].tail(MOST_WAVES).reset_index(drop=True)
    drawn = drawn.astype(dict.fromkeys(CLASSES, float))
    last = rows_of(drawn)[-1]
    slots = {
        "from": _name(by, str(drawn["wave"].iloc[0]), f"{id}.first"),
        "to": _name(by, str(drawn["wave"].iloc[-1]), f"{id}.last"),
    }
    items = listed((label_value("nps_class", name), _part(id, last, name)) for name in CLASSES)
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"wave": "label", **dict.fromkeys(CLASSES, "ratio")},
        plot=partial(_plot_classes, identity=id, by=by),
        heights={"wide": 52, "narrow": 52},
        title=Sentence("satisfaction.classes_title", case="plain"),
        subtitle=Sentence("satisfaction.classes_subtitle", slots),
        alt=Sentence("satisfaction.classes_alt", {**slots, "classes": items}),
        n_left=max(0, len(waves) - MOST_WAVES),
    )


def _part(identity: str, row: object, name: str) -> Value:
    return Value(f"{identity}.{name}", float(getattr(row, name)), "ratio", "share")


def _colour(name: str) -> str | tuple[float, ...]:
    if name == "promoter":
        return tuple(sequential()(0.7))
    return CATEGORIES[1] if name == "detractor" else RULE


def _plot_classes(canvas: Canvas, waves: pd.DataFrame, *, identity: str, by: str) -> None:
    rows = rows_of(waves)
    parts = [(_part(identity, rows[-1], name), "whole") for name in CLASSES]
    names = [
        canvas.join([part, label_value("nps_class", name)])
        for part, name in zip(parts, CLASSES, strict=True)
    ]
    right = canvas.widest(names) + 6
    axes = canvas.axes(left=11, right=right, top=2, bottom=9.8)
    axes.set_xlim(*_fit_ends(canvas, axes, [str(wave) for wave in waves["wave"]], by))
    axes.set_ylim(0, 1)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    rule_y(axes, ticks, show_axis(ticks, "share", canvas.language))
    for place, row in enumerate(rows):
        foot = 0.0
        for name in CLASSES:
            high = float(getattr(row, name))
            axes.rect((place - 0.38, foot), 0.76, high, facecolor=_colour(name), edgecolor=PAPER,
                      linewidth=0.4, zorder=2)  # fmt: skip
            foot += high
    _name_waves(canvas, axes, [str(wave) for wave in waves["wave"]], by)
    _name_classes(canvas, rows[-1], names, canvas.width - right + 2)


def _name_classes(canvas: Canvas, last: object, names: list[str], x: float) -> None:
    room = canvas.height - 11.8
    middles, foot = [], 0.0
    for name in CLASSES:
        part = float(getattr(last, name))
        middles.append((foot + part / 2) * room)
        foot += part
    for name, text, height in zip(CLASSES, names, spread(middles, 4.4, 1.0, room), strict=True):
        y = 9.8 + height
        canvas.write(x + 3.4, y, text, color=INK)
        field = canvas.axes(
            left=x, right=canvas.width - x - 2.4, top=canvas.height - y - 1.2, bottom=y - 1.2,
            kind="bare",
        )  # fmt: skip
        field.rect((0, 0), 1, 1, facecolor=_colour(name), edgecolor="none")
