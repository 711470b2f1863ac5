"""The radar: how up to three groups differ on five to eight measures, each as a percentile."""

from __future__ import annotations

from functools import partial
from math import cos, pi, sin

import pandas as pd

from rapport.errors import ChapterError
from rapport.present.axes import Axes
from rapport.present.canvas import POINTS, Canvas
from rapport.present.figures.marks import category, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.labels import label
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import CATEGORIES, GREY, PAPER, RULE
from rapport.present.values import Value

RINGS = (25, 50, 75, 100)
AXES = range(5, 9)
MOST_GROUPS = 3
END = 104.0
"""The field's edge, so that a dot on the outer ring is drawn whole."""
KEY_ROW = 5.0
"""Millimetres a line of the key."""
BESIDE = 6.0
"""Millimetres for a name over and under the rings."""
LINES = ("-", (0, (4, 2)), (0, (1, 1.5)))
"""Line styles, so that groups are told apart in grey print."""


def radar(profile: pd.DataFrame, *, id: str, labels: str = "text") -> FigureSpec:  # noqa: A002
    """Give the radar of groups: the percentile of each one's median among all customers.

    Parameters
    ----------
    profile : as `analysis.profiles.choose_radar` gives it: one row per group and measure, every
        group with every measure
        `group`, `measure` (a name of `measure_name.*`), `percentile` (0 to 100), `n` (customers)
    labels : group of `labels.yml` that names the groups, or "text"

    Raises
    ------
    ChapterError
        There are more than three groups, or not five to eight measures, or one is missing.
    """
    drawn = profile[["group", "measure", "percentile", "n"]].reset_index(drop=True)
    groups, measures = drawn["group"].nunique(), drawn["measure"].nunique()
    if groups > MOST_GROUPS or measures not in AXES or len(drawn) != groups * measures:
        raise ChapterError(
            f"figure {id}: a radar shows up to {MOST_GROUPS} groups on 5 to 8 measures, not "
            f"{groups} groups and {len(drawn)} cells of {measures} measures. Choose fewer."
        )
    sizes = drawn.sort_values("n", ascending=False, kind="stable").drop_duplicates("group")
    n = Value(f"{id}.n", int(sizes["n"].sum()), "count", "customers")
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"group": "label", "measure": "label", "percentile": "ratio", "n": "count"},
        plot=partial(_plot, labels=labels),
        heights={"wide": 74.0, "narrow": 66.0 + KEY_ROW * groups},
        title=Sentence("figures.radar.title"),
        subtitle=Sentence("figures.radar.subtitle", {"n": n}),
        alt=Sentence("figures.radar.alt", {"groups": _items(drawn, id, labels)}),
    )


def _items(profile: pd.DataFrame, identity: str, labels: str) -> Listing:
    """Say of each group where it stands highest."""
    best = profile.loc[profile.groupby("group", sort=False)["percentile"].idxmax()]
    return Listing(
        tuple(
            Sentence(
                "figures.radar.item",
                {
                    "group": category(labels, row.group),
                    "measure": category("measure_name", row.measure),
                    "place": _place(identity, row),
                },
            )
            for row in rows_of(best)
        ),
        joint="word.clause_joint",
    )


def _place(identity: str, row: object) -> Value:
    name = f"{identity}.{row.measure}.percentile"  # type: ignore[attr-defined]
    return Value(name, round(float(row.percentile)), "ratio", "index")  # type: ignore[attr-defined]


def _plot(canvas: Canvas, profile: pd.DataFrame, *, labels: str) -> None:
    measures = list(dict.fromkeys(profile["measure"]))
    groups: list[object] = list(dict.fromkeys(profile["group"]))
    key = 0.0 if canvas.is_wide else KEY_ROW * len(groups)
    # A square in millimetres, or the rings would be ovals.
    side = canvas.height - 2 * BESIDE - key
    left = (canvas.width - side) / 2 + (17 if canvas.is_wide else 0)
    axes = canvas.axes(
        left=left, right=canvas.width - left - side, top=BESIDE + key, bottom=BESIDE, kind="bare"
    )
    axes.set_xlim(-END, END)
    axes.set_ylim(-END, END)
    turns = [pi / 2 - 2 * pi * at / len(measures) for at in range(len(measures))]
    _rings(axes, turns)
    edge = 0.0
    for number, group in enumerate(groups):
        rows = profile[profile["group"] == group].set_index("measure").loc[measures]
        _outline(axes, rows["percentile"].astype(float).tolist(), turns, number)
        edge = max(edge, _key(canvas, number, category(labels, group), int(rows["n"].max())))
    _number_rings(canvas, axes, turns)
    _name_axes(canvas, axes, measures, (turns, edge if canvas.is_wide else 0.0))


def _rings(axes: Axes, turns: list[float]) -> None:
    for ring in RINGS:
        around = [*turns, turns[0]]
        xs, ys = [ring * cos(turn) for turn in around], [ring * sin(turn) for turn in around]
        axes.line(xs, ys, color=GREY if ring == 50 else RULE, linewidth=0.6)
    for turn in turns:
        axes.line([0, 100 * cos(turn)], [0, 100 * sin(turn)], color=RULE, linewidth=0.5)


def _number_rings(canvas: Canvas, axes: Axes, turns: list[float]) -> None:
    # Between the first two axes, where no outline's dot can lie, on paper of their own.
    middle = (turns[0] + turns[1]) / 2
    inner = cos((turns[0] - turns[1]) / 2)
    for ring in RINGS[1:]:
        x, y = ring * inner * cos(middle), ring * inner * sin(middle)
        text = canvas.show(Value("ring", ring, "ratio", "index"))
        wide = canvas.width_of(text) * 2 * END * POINTS / axes.width
        axes.rect((x - wide / 2, y - 5), wide, 10, facecolor=PAPER, zorder=4)
        axes.text(x, y, text, ha="center", color=GREY)


def _outline(axes: Axes, places: list[float], turns: list[float], number: int) -> None:
    around = [*zip(places, turns, strict=True), (places[0], turns[0])]
    xs, ys = [r * cos(turn) for r, turn in around], [r * sin(turn) for r, turn in around]
    colour, style = CATEGORIES[number], LINES[number]
    axes.line(xs, ys, color=colour, linewidth=1.6, linestyle=style, zorder=3)
    axes.dots(xs[:-1], ys[:-1], color=colour, markersize=4.5, markeredgewidth=0, zorder=3)


def _key(canvas: Canvas, number: int, name: Value, size: int) -> float:
    """Name a group in its colour, and how many customers it has; give where the words end."""
    y = canvas.height - 2.6 - (2 * KEY_ROW if canvas.is_wide else KEY_ROW) * number
    text = f"{label('figure.dot', canvas.language)} {canvas.show(name)}"
    widest = 0.26 * canvas.width if canvas.is_wide else 0.62 * canvas.width
    text = _cut(canvas, text, widest, weight="bold")
    canvas.write(0, y, text, color=CATEGORIES[number], weight="bold")
    count = canvas.show((Value("group.n", size, "count", "customers"), "unit"))
    under = canvas.is_wide
    x = canvas.width_of("● ", weight="bold") if under else canvas.width_of(text, weight="bold") + 2
    canvas.write(x, y - (4.2 if under else 0), count, color=GREY)
    return max(canvas.width_of(text, weight="bold"), x + canvas.width_of(count))


def _cut(canvas: Canvas, text: str, widest: float, *, weight: str = "normal") -> str:
    if canvas.width_of(text, weight=weight) <= widest:
        return text
    cuts = (f"{text[:end].rstrip()}…" for end in range(len(text) - 1, 0, -1))
    return next((cut for cut in cuts if canvas.width_of(cut, weight=weight) <= widest), "…")


def _name_axes(
    canvas: Canvas, axes: Axes, measures: list[str], around: tuple[list[float], float]
) -> None:
    """Set each measure's name at the end of its axis, in two lines where there is little room."""
    turns, edge = around
    for measure, turn in zip(measures, turns, strict=True):
        x, y = cos(turn), sin(turn)
        ha = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        va = "bottom" if y > 0.9 else "top" if y < -0.9 else "center"
        room = _room(canvas, axes, (100 * x, edge), ha)
        text = _fold(canvas, label(f"measure_name.{measure}", canvas.language), room)
        axes.text(100 * x, 100 * y, text, shift=(4 * x, 3 * y), ha=ha, va=va, color=GREY,
                  leading=0.9)  # fmt: skip


def _room(canvas: Canvas, axes: Axes, ends: tuple[float, float], ha: str) -> float:
    """Give the millimetres from an axis's end to the edge of the sheet, or to the key."""
    x, edge = ends
    at = float(axes.data.transform((x, 0.0))[0]) / POINTS
    if ha == "center":
        return 2 * min(at, canvas.width - at) - 4
    return canvas.width - at - 2 if ha == "left" else at - edge - 3


def _fold(canvas: Canvas, name: str, room: float) -> str:
    if canvas.width_of(name) <= room:
        return name
    # Chinese breaks between any two characters, but not between a number and its word.
    places = [at for at in range(1, len(name)) if min(name[at - 1 : at + 1]) > "\u3000"]
    places = places or [at for at, sign in enumerate(name) if sign == " "]
    halves = [f"{name[:at].rstrip()}\n{name[at:].lstrip()}" for at in places]
    best = min(halves, key=lambda text: canvas.widest([text]), default=name)
    lines = best.split("\n")
    return "\n".join(_cut(canvas, line, room) for line in lines)
