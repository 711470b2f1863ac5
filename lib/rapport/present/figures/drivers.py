"""Importance against performance: which attributes matter, and how well they are liked."""

from functools import partial

import pandas as pd
from matplotlib.ticker import MaxNLocator

from rapport.present.canvas import ABOVE, BELOW, LEFT, POINTS, RIGHT, Canvas, Look, rule_x, rule_y
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import FigureSpec, first_rows
from rapport.present.formats import show_axis
from rapport.present.labels import label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, CONTEXT, GREY, PAPER
from rapport.present.values import Value

CORNERS = tuple(
    (5.0 * across, 3.5 * up, "left" if across > 0 else "right", "bottom" if up > 0 else "top")
    for up in (1, -1) for across in (1, -1)
)  # fmt: skip
"""Where a name stands that fits neither beside its dot nor over or under it."""


def importance_performance(attributes: pd.DataFrame, *, id: str) -> FigureSpec:  # noqa: A002
    """Give the four fields: share of what attributes explain, by the share that likes each.

    Parameters
    ----------
    attributes : one row per attribute: `attribute` (its name as printed), `share` (of R squared),
        `performance` (share answering 4 or 5), `is_driver` (else the dot is hollow), `field`
    """
    columns = ["attribute", "share", "performance", "is_driver", "field"]
    drawn, n_left = first_rows(attributes[columns])
    items = listed(
        (category("text", row.attribute), _share(id, row.Index, row.share))
        for row in drawn.itertuples()
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"attribute": "label", "share": "simulated", "performance": "ratio",
               "is_driver": "label", "field": "label"},
        plot=partial(_plot, n=len(attributes)),
        heights={"wide": 74, "narrow": 82},
        title=Sentence("satisfaction.fields_title", case="plain"),
        subtitle=Sentence("satisfaction.fields_subtitle"),
        alt=Sentence("satisfaction.fields_alt", {"attributes": items}),
        n_left=n_left,
    )  # fmt: skip


def _share(identity: str, place: object, share: object) -> Value:
    return Value(f"{identity}.{place}", float(share), "simulated", "share")  # type: ignore[arg-type]


def _plot(canvas: Canvas, attributes: pd.DataFrame, *, n: int) -> None:
    x, y = (attributes[name].astype(float) for name in ("performance", "share"))
    ups = _ticks(0.0, float(max(y.max(), 1 / n)), 4)
    texts = show_axis(ups, "share", canvas.language)
    axes = canvas.axes(left=canvas.widest(texts) + 3, right=6, top=9, bottom=13)
    middle = float(x.mean())
    # The middle stands in the middle, so that no field is a strip.
    reach = max(float((x - middle).abs().max()) * 1.45, 0.02)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    # A tick at the very edge would stand on the first of the upright axis.
    edge = 0.06 * (high - low)
    across = [tick for tick in _ticks(low, high, 4) if low + edge <= tick <= high - edge]
    axes.set_xlim(low, high)
    axes.set_ylim(0, ups[-1] * 1.08)
    rule_y(axes, ups, texts)
    rule_x(axes, across, show_axis(across, "share", canvas.language))
    canvas.highlight(axes.line([middle] * 2, [0, ups[-1] * 1.08], color=GREY, linewidth=1.0))
    canvas.highlight(axes.line([low, high], [1 / n, 1 / n], color=GREY, linewidth=1.0))
    for rank, row in enumerate(rows_of(attributes)):
        colour = ACCENT if row.is_driver else CONTEXT
        face = colour if row.is_driver else PAPER
        axes.dots(row.performance, row.share, color=colour, markersize=6.5, markerfacecolor=face,
                  markeredgewidth=1.2)  # fmt: skip
        canvas.keep_clear(axes, (row.performance, row.share), 3.2)
        look = Look(colour=ACCENT if row.is_driver else GREY,
                    weight="bold" if row.is_driver else "normal", rank=50.0 - rank)  # fmt: skip
        # Away from the line in the middle, which a name must not hide.
        sides = (LEFT, RIGHT) if row.performance <= middle else (RIGHT, LEFT)
        beside = [(1.6 * dx, dy, ha, va) for dx, dy, ha, va in sides]
        canvas.label(axes, (row.performance, row.share), [category("text", row.attribute)],
                     places=(*beside, ABOVE, BELOW, *CORNERS), look=look)  # fmt: skip
    _name_fields(canvas, axes.left / POINTS)


def _ticks(low: float, high: float, most: int) -> list[float]:
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    return [float(f"{tick:.6g}") for tick in locator.tick_values(low, high) if tick >= 0]


def _name_fields(canvas: Canvas, left: float) -> None:
    """Name the fields at their corners, above and under the axes where no dot stands."""
    top, foot, right = canvas.height - 3.2, 3.0, canvas.width - 6
    sides = {"left": (left, ("fix_first", "watch")), "right": (right, ("keep", "leave"))}
    for ha, (x, names) in sides.items():
        for name, y in zip(names, (top, foot), strict=True):
            word = label(f"driver_field.{name}", canvas.language)
            canvas.write(x, y, word, color=GREY, ha=ha, weight="bold")
