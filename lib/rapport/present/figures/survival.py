"""Survival: falling step lines named at their right end, numbers at risk under them."""

from dataclasses import dataclass
from functools import partial

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import POINTS, Canvas, Part, rule_y
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec
from rapport.present.formats import show_axis
from rapport.present.geometry import spread
from rapport.present.labels import has_label, label
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, INK, SMALL_SIZE
from rapport.present.values import Value

ROW = 4.0
"""Millimetres from one row of numbers at risk to the next."""
TOP = 2.0
MOST_GROUPS = 6
SHARES = (0, 0.25, 0.5, 0.75, 1)


def survival_curves(
    curves: pd.DataFrame,
    at_risk: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    labels: str = "text",
    unit: str = "days",
) -> FigureSpec:
    """Give the figure of survival curves, one step line a group.

    Parameters
    ----------
    curves : one row per group and time at which its curve steps, in the order of groups
        `group`, `time` (0 and up, in `unit`), `survival`, `low`, `high` (0 to 1). The first
        group is drawn in the accent, the last in ink, those between in grey.
    at_risk : as `analysis.survival_groups.count_at_risk_by` gives it: one row per group (its
        index), one column per time, which are the ticks; curves are drawn up to the last
    labels : group of `labels.yml` that names the groups (order_rank), or "text" as they are
    unit : days or months
    """
    n = int(at_risk.iloc[:, 0].sum())
    drawn = curves[["group", "time", "survival", "low", "high"]]
    drawn = drawn[drawn["time"] <= max(at_risk.columns)]
    names = list(dict.fromkeys(drawn["group"]))
    drawn = drawn[drawn["group"].isin(names[:MOST_GROUPS])].reset_index(drop=True)
    n_groups = drawn["group"].nunique()
    foot = _foot(n_groups)
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={
            "group": "label",
            "time": "count",
            "survival": "estimator",
            "low": "estimator",
            "high": "estimator",
        },
        plot=partial(_plot, at_risk=at_risk, words=(id, labels, unit)),
        heights={"wide": 50 + foot, "narrow": 44 + foot},
        title=Sentence("figures.survival_curves.title"),
        subtitle=Sentence(
            "figures.survival_curves.subtitle",
            {
                "n": Value(f"{id}.n", n, "count", "orders"),
                "confidence": Value("parameter.confidence", 0.95, "ratio", "share"),
            },
        ),
        alt=Sentence(
            "figures.survival_curves.alt", _alt(_groups(drawn, at_risk, id, labels), id, unit)
        ),
        n_left=len(names) - n_groups,
    )


@dataclass(frozen=True, eq=False)
class _Group:
    name: Value
    end: Value
    colour: str
    curve: pd.DataFrame
    at_risk: dict[float, int]

    @property
    def is_named(self) -> bool:
        return self.colour != CONTEXT

    @property
    def ink(self) -> str:
        return self.colour if self.is_named else GREY

    @property
    def weight(self) -> str:
        return "bold" if self.is_named else "normal"

    @property
    def parts(self) -> list[Part]:
        return [(self.end, "whole"), self.name]


def _groups(
    curves: pd.DataFrame, at_risk: pd.DataFrame, identity: str, labels: str
) -> list[_Group]:
    names = list(dict.fromkeys(curves["group"]))
    colours = [ACCENT, *[CONTEXT] * (len(names) - 2), INK][: len(names)]
    groups = []
    for name, colour in zip(names, colours, strict=True):
        curve = curves[curves["group"] == name].sort_values("time", kind="stable")
        watched = {float(time): int(n) for time, n in at_risk.loc[name].items()}
        last = rows_of(curve)[-1]
        end = Value(
            f"{identity}.{name}.end",
            float(last.survival),
            "estimator",
            "share",
            interval=(float(last.low), float(last.high)),
        )
        groups.append(_Group(category(labels, name), end, colour, curve, watched))
    return groups


def _alt(groups: list[_Group], identity: str, unit: str) -> dict[str, Value | Listing]:
    longest = max(float(group.curve["time"].max()) for group in groups)
    time = int(longest) if longest.is_integer() else longest
    return {
        "groups": listed((group.name, group.end) for group in groups),
        "time": Value(f"{identity}.longest", time, "count", unit),
    }


def _plot(
    canvas: Canvas, curves: pd.DataFrame, *, at_risk: pd.DataFrame, words: tuple[str, str, str]
) -> None:
    identity, labels, unit = words
    groups = _groups(curves, at_risk, identity, labels)
    names = [canvas.cut(canvas.show(group.name), 0.25 * canvas.width) for group in groups]
    # Names may be a letter long; the numbers of the axis need their room all the same.
    axis = canvas.widest(show_axis(SHARES, "share", canvas.language)) + 2
    # The first of the numbers at risk stands astride of the axis, beside the group's name.
    number = _widest_number(canvas, groups)
    beside = max(6, number / 2 + 1.5)
    left = max(canvas.widest(names, size=SMALL_SIZE) + beside, axis, 24 if canvas.is_wide else 0)
    ends = [_end(canvas, group) for group in groups]
    right = canvas.widest(ends, weight="bold") + 3
    axes = canvas.axes(left=left, right=right, top=TOP, bottom=_foot(len(groups)))
    _draw_lines(canvas, axes, groups)
    ticks = _ticks(canvas, axes, at_risk, unit, room_each=max(13, number + 2))
    _name_ends(canvas, groups, canvas.width - right + 2)
    _number_at_risk(canvas, axes, groups, ticks)
    heading = f"figure.still_watched.{labels}"
    canvas.write(
        0,
        ROW * (len(groups) + 0.5),
        label(heading if has_label(heading) else "figure.still_watched", canvas.language),
        color=GREY,
        size=SMALL_SIZE,
    )


def _end(canvas: Canvas, group: _Group) -> str:
    """Name a line at its end: what is left of the group, and which it is."""
    return canvas.cut(canvas.join(group.parts), 0.38 * canvas.width, weight="bold")


def _foot(n_groups: int) -> float:
    return ROW * (n_groups + 1) + 7.5


def _draw_lines(canvas: Canvas, axes: Axes, groups: list[_Group]) -> None:
    axes.set_xlim(0, max(time for group in groups for time in group.at_risk))
    axes.set_ylim(0, 1)
    for group in groups:
        times, shares = group.curve["time"], group.curve["survival"]
        low, high = group.curve["low"], group.curve["high"]
        axes.fill_between(
            times, low, high, step="post", color=group.colour, alpha=0.16, linewidth=0
        )
        width = 1.7 if group.is_named else 0.9
        line = axes.step(times, shares, color=group.colour, linewidth=width)
        canvas.highlight(line)
    rule_y(axes, SHARES, show_axis(SHARES, "share", canvas.language))


def _widest_number(canvas: Canvas, groups: list[_Group]) -> float:
    numbers = [Value("at_risk", max(group.at_risk.values()), "count", "count") for group in groups]
    return canvas.widest([canvas.show(number) for number in numbers], size=SMALL_SIZE)


def _ticks(
    canvas: Canvas, axes: Axes, at_risk: pd.DataFrame, unit: str, *, room_each: float
) -> list[float]:
    times = sorted(float(time) for time in at_risk.columns)
    # Columns of numbers at risk need about 13 mm each; what is left out is in the table.
    room = axes.width / POINTS
    step = 1
    while step < len(times) and room * step / len(times) < room_each:
        step += 1
    ticks = times[::step]
    axes.set_xticks(ticks, show_axis(ticks, unit, canvas.language))
    return ticks


def _name_ends(canvas: Canvas, groups: list[_Group], x: float) -> None:
    bottom = _foot(len(groups))
    room = canvas.height - TOP - bottom
    shares = [float(group.curve["survival"].iloc[-1]) for group in groups]
    heights = spread([share * room for share in shares], 4.3, 0.3, room)
    for group, height in zip(groups, heights, strict=True):
        text = _end(canvas, group)
        canvas.write(x, bottom + height, text, color=group.ink, weight=group.weight)


def _number_at_risk(canvas: Canvas, axes: Axes, groups: list[_Group], ticks: list[float]) -> None:
    longest = axes.xlim[1]
    for number, group in enumerate(groups):
        y = ROW * (len(groups) - number - 0.5)
        name = canvas.cut(canvas.show(group.name), 0.25 * canvas.width)
        canvas.write(0, y, name, size=SMALL_SIZE, color=group.ink)
        for tick in ticks:
            x = (axes.left + axes.width * tick / longest) / POINTS
            watched = Value("at_risk", group.at_risk[tick], "count", "count")
            canvas.write(x, y, canvas.show(watched), size=SMALL_SIZE, ha="center")
