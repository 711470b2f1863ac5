"""What campaigns changed, each with its interval: effects, estimates beside placebos, pressure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.axes import Axes
from rapport.present.canvas import Canvas, name_rows, rule_x
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, first_rows, rows_high
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK
from rapport.present.values import Value, label_value

ROW, PAIR = 7.0, 8.0
MOST_PAIRS = 15
"""Millimetres a row, and a row of two dots."""
FOOT, HEAD = 7.5, 5.5
"""Millimetres for ticks, and for the key over the rows."""


@dataclass(frozen=True)
class Mark:
    """One dot with its interval: the value, its colour, and how far below the row's middle."""

    value: Value
    colour: str
    shift: float = 0.0


def effect_forest(effects: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the forest plot of differences of shares with their intervals.

    Parameters
    ----------
    effects : one row per experiment, in the order to be drawn
        `campaign`, `difference`, `difference_low`, `difference_high` (shares), `is_found`
    """
    drawn = effects[["campaign", "difference", "difference_low", "difference_high", "is_found"]]
    drawn, n_left = first_rows(drawn)
    rows = rows_of(drawn)
    items = listed(
        ((category("text", row.campaign), _effect(id, row)) for row in rows),
        template="figures.item_limits",
    )
    kinds = dict.fromkeys(("difference", "difference_low", "difference_high"), "estimator")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"campaign": "label", **kinds, "is_found": "label"},
        plot=partial(_plot_effects, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=FOOT + 2),
        title=Sentence("campaigns.effects_title"),
        subtitle=Sentence("campaigns.effects_subtitle", {"confidence": _confidence()}),
        alt=Sentence("campaigns.effects_alt", {"effects": items}),
        n_left=n_left,
    )


def _confidence() -> Value:
    return Value("parameter.confidence", 0.95, "ratio", "share")


def _effect(identity: str, row: object) -> Value:
    return _value(identity, row, "difference", "pp")


def _value(identity: str, row: object, column: str, unit: str) -> Value:
    number, low, high = (float(getattr(row, f"{column}{end}")) for end in ("", "_low", "_high"))
    return Value(f"{identity}.{column}", number, "estimator", unit, interval=(low, high))


def _plot_effects(canvas: Canvas, effects: pd.DataFrame, *, identity: str) -> None:
    rows = rows_of(effects)
    marks = [[Mark(_effect(identity, row), ACCENT if row.is_found else CONTEXT)] for row in rows]
    names = [canvas.show(category("text", row.campaign)) for row in rows]
    draw_rows(canvas, names, marks)


def placebo_pairs(changes: pd.DataFrame, *, id: str, currency: str) -> FigureSpec:  # noqa: A002
    """Give each estimate with its placebo right under it, both with intervals.

    Parameters
    ----------
    changes : one row per campaign, in the order to be drawn
        `campaign`, `estimate`, `placebo`, each with `_low` and `_high` (currency per customer and
        week), `outcome` (more, less, unclear, withheld)
    """
    ends = [f"{name}{end}" for name in ("estimate", "placebo") for end in ("", "_low", "_high")]
    drawn, n_left = first_rows(changes[["campaign", *ends, "outcome"]], MOST_PAIRS)
    rows = rows_of(drawn)
    pairs = [
        Sentence(
            "campaigns.placebo_item",
            {
                "name": category("text", row.campaign),
                "estimate": _value(id, row, "estimate", currency),
                "placebo": _value(id, row, "placebo", currency),
            },
        )
        for row in rows
    ]
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"campaign": "label", **dict.fromkeys(ends, "estimator"), "outcome": "label"},
        plot=partial(_plot_pairs, identity=id, currency=currency),
        n_left=n_left,
        heights=rows_high(len(drawn), usual=PAIR, beside=FOOT + HEAD),
        title=Sentence("campaigns.placebo_title"),
        subtitle=Sentence("campaigns.placebo_subtitle", {"confidence": _confidence()}),
        alt=Sentence(
            "campaigns.placebo_alt", {"changes": Listing(tuple(pairs), joint="word.clause_joint")}
        ),
    )


def _plot_pairs(canvas: Canvas, changes: pd.DataFrame, *, identity: str, currency: str) -> None:
    rows = rows_of(changes)
    marks = [
        [
            Mark(_value(identity, row, "estimate", currency), ACCENT, -0.18),
            Mark(_value(identity, row, "placebo", currency), CONTEXT, 0.18),
        ]
        for row in rows
    ]
    names = [canvas.show(category("text", row.campaign)) for row in rows]
    draw_rows(canvas, names, marks, head=HEAD)
    words = [label(f"figure.{word}", canvas.language) for word in ("estimate", "placebo")]
    _name_dots(canvas, words, (ACCENT, CONTEXT))


def _name_dots(canvas: Canvas, words: Sequence[str], colours: Sequence[str]) -> None:
    """Name the dots over the rows, in their colours."""
    x, y = 0.0, canvas.height - 2.2
    for word, colour in zip(words, colours, strict=True):
        is_first = colour == ACCENT
        weight, ink = ("bold", ACCENT) if is_first else ("normal", GREY)
        canvas.write(x, y, label("figure.dot", canvas.language), color=colour)
        canvas.write(x + 3.6, y, word, color=ink, weight=weight)
        x += 3.6 + canvas.width_of(word, weight=weight) + 5


def pressure_rows(pressure: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the share that answered, by the number of contacts in thirty days.

    Parameters
    ----------
    pressure : one row per number of contacts: `n_contacts`, `n` (contacts), `share`, `low`, `high`
    """
    drawn = pressure[["n_contacts", "n", "share", "low", "high"]].reset_index(drop=True)
    rows = rows_of(drawn)
    items = listed((_times(row), _answer(id, row)) for row in rows)
    kinds = {
        "n_contacts": "count",
        "n": "count",
        **dict.fromkeys(("share", "low", "high"), "ratio"),
    }
    slots = {
        "n": Value(f"{id}.n", int(drawn["n"].sum()), "count", "contacts"),
        "confidence": _confidence(),
    }
    return FigureSpec(
        id=id,
        data=drawn,
        kinds=kinds,
        plot=partial(_plot_pressure, identity=id),
        heights=rows_high(len(drawn), usual=ROW, beside=FOOT + 2),
        title=Sentence("campaigns.pressure_title"),
        subtitle=Sentence("campaigns.pressure_subtitle", slots),
        alt=Sentence("campaigns.pressure_alt", {**slots, "rows": items}),
    )


def _times(row: object) -> Value:
    return label_value("contacts_in_30", str(int(row.n_contacts)))  # type: ignore[attr-defined]


def _answer(identity: str, row: object) -> Value:
    name = f"{identity}.{row.n_contacts}"  # type: ignore[attr-defined]
    ends = (float(row.low), float(row.high))  # type: ignore[attr-defined]
    return Value(name, float(row.share), "ratio", "share", interval=ends)  # type: ignore[attr-defined]


def _plot_pressure(canvas: Canvas, pressure: pd.DataFrame, *, identity: str) -> None:
    rows = rows_of(pressure)
    marks = [[Mark(_answer(identity, row), ACCENT)] for row in rows]
    draw_rows(canvas, [canvas.show(_times(row)) for row in rows], marks)


def draw_rows(
    canvas: Canvas, names: Sequence[str], rows: Sequence[Sequence[Mark]], *, head: float = 2.0
) -> Axes:
    """Draw named rows of dots with intervals, and the number of each row's first at the right.

    Limits stand beside the numbers where the sheet is wide enough. Two numbers a row would not
    leave room for fifteen rows; the table behind has both.
    """
    names = canvas.wrapped(names, beside=FOOT + head)
    firsts = [marks[0] for marks in rows]
    numbers = canvas.widest([canvas.show(mark.value) for mark in firsts], weight="bold")
    limits = canvas.widest([canvas.show((mark.value, "limits")) for mark in firsts])
    left = canvas.widest(names) + 3
    has_limits = canvas.width - left - numbers - limits - 10 >= 0.3 * canvas.width
    right = numbers + (limits + 7 if has_limits else 4)
    axes = canvas.axes(left=left, right=right, top=head, bottom=FOOT)
    _limit(canvas, axes, [mark for marks in rows for mark in marks])
    row = (canvas.height - FOOT - head) / max(len(rows), 1)
    for place, marks in enumerate(rows):
        for mark in marks:
            _draw_mark(axes, place, mark)
        y = FOOT + (len(rows) - place - 0.5) * row
        _write_numbers(canvas, y, marks[0], limits if has_limits else None)
    name_rows(axes, names)
    return axes


def _draw_mark(axes: Axes, place: int, mark: Mark) -> None:
    low, high = (float(end) for end in mark.value.interval or (0.0, 0.0))
    y = place + mark.shift
    axes.line([low, high], [y, y], color=mark.colour, linewidth=1.6)
    dot = float(str(mark.value.value))
    axes.dots(dot, y, color=mark.colour, markersize=5.5, markeredgewidth=0)


def _write_numbers(canvas: Canvas, y: float, mark: Mark, limits: float | None) -> None:
    ink = GREY if mark.colour == CONTEXT else INK
    weight = "normal" if mark.colour == CONTEXT else "bold"
    end = canvas.width if limits is None else canvas.width - limits - 3
    canvas.write(end, y, canvas.show(mark.value), ha="right", weight=weight, color=ink)
    if limits is not None:
        canvas.write(canvas.width, y, canvas.show((mark.value, "limits")), ha="right", color=GREY)


def _limit(canvas: Canvas, axes: Axes, marks: Sequence[Mark]) -> None:
    ends = [float(end) for mark in marks for end in mark.value.interval or ()]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = (high - low) * 0.03 or 0.01
    axes.set_xlim(low - (room if low < 0 else 0), high + room)
    steps = MaxNLocator(nbins=4 if canvas.is_wide else 3, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(f"{tick:.6g}") for tick in steps.tick_values(low, high)]
    inside = [tick for tick in ticks if low - room <= tick <= high + room]
    unit = marks[0].value.unit if marks else "share"
    rule_x(axes, inside, show_axis(inside, "share" if unit == "pp" else unit, canvas.language))
    if low < 0:
        axes.axvline(0, color=GREY, linewidth=0.8)
