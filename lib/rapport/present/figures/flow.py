"""What came in: rows read, less what left and why, to rows kept."""

from functools import partial

import pandas as pd

from rapport.present.canvas import LEFT, RIGHT, Canvas, Look, name_rows
from rapport.present.figures.marks import category, listed, rows_of
from rapport.present.figures.spec import MOST_ROWS, FigureSpec, first_rows, rows_high
from rapport.present.labels import has_label
from rapport.present.sentences import Sentence
from rapport.present.theme import ACCENT, BAD, GREY, INK
from rapport.present.values import Value

ROW = 7.2


def row_flow(flow: pd.DataFrame, *, id: str, labels: str = "step") -> FigureSpec:  # noqa: A002
    """Give the bars from rows read, less what left and why, to rows kept.

    Parameters
    ----------
    flow : one row per step, in order: first the rows read, last the rows kept
        `step` (read, the reasons by name, kept), `n_rows` (whole number; of a reason: the
        rows that left, so that read less all reasons is kept)
    labels : group of `labels.yml` that names the steps; a reason that it lacks is the unit's
        own name and printed as it is
    """
    whole = flow[["step", "n_rows"]]
    reasons, n_left = first_rows(whole.iloc[1:-1], MOST_ROWS - 2)
    drawn = pd.concat([whole.head(1), reasons, whole.iloc[1:].tail(1)], ignore_index=True)
    counts = [int(n) for n in drawn["n_rows"]]
    slots = {
        "read": Value(f"{id}.read", counts[0], "count", "rows"),
        "kept": Value(f"{id}.kept", counts[-1], "count", "rows"),
        "left": Value(f"{id}.left", counts[0] - counts[-1], "count", "rows"),
    }
    items = listed(
        (_step(labels, row.step), Value(f"{id}.{row.step}", int(row.n_rows), "count", "rows"))
        for row in rows_of(drawn.iloc[1:-1])
    )
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"step": "label", "n_rows": "count"},
        plot=partial(_plot_flow, identity=id, labels=labels),
        heights=rows_high(len(drawn), usual=ROW, beside=2),
        title=Sentence("figures.row_flow.title"),
        subtitle=Sentence("figures.row_flow.subtitle", slots),
        alt=Sentence(
            "figures.row_flow.alt", {**slots, "reasons": items},
            case="some" if len(drawn) > 2 else "none",
        ),
        n_left=n_left,
    )  # fmt: skip


def _step(labels: str, name: str) -> Value:
    is_known = has_label(f"{labels}.{name}")
    return category(labels if is_known else "text", name if is_known else name.replace("_", " "))


def _plot_flow(canvas: Canvas, flow: pd.DataFrame, *, identity: str, labels: str) -> None:
    shown = [canvas.show(_step(labels, step)) for step in flow["step"]]
    names = canvas.wrapped(shown, beside=2)
    counts = [int(n) for n in flow["n_rows"]]
    values = [
        Value(
            f"{identity}.{step}",
            count if number in (0, len(counts) - 1) else -count,
            "count",
            "rows",
        )
        for number, (step, count) in enumerate(zip(flow["step"], counts, strict=True))
    ]
    right = canvas.widest([canvas.show(value) for value in values], weight="bold") + 3
    left = max(canvas.widest(names, weight="bold") + 3, 45 if canvas.is_wide else 0)
    axes = canvas.axes(left=left, right=right, top=1, bottom=1)
    remaining = counts[0]
    for place, count in enumerate(counts):
        is_end = place in (0, len(counts) - 1)
        if not is_end:
            remaining -= count
        start = 0 if is_end else remaining
        colour = INK if place == 0 else ACCENT if is_end else BAD
        axes.rect((start, place - 0.3), count, 0.6, facecolor=colour, zorder=2)
        look = Look(
            weight="bold" if is_end else "normal", rank=1.0 if is_end else 0.0, is_required=True
        )
        canvas.label(axes, (start + count, place), [values[place]], places=(RIGHT, LEFT), look=look)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.set_xlim(0, max(counts[0], 1))
    name_rows(axes, names, strong=[0, len(names) - 1])
