"""The bridge: what moved revenue, as bars that follow on one another and their total."""

from functools import partial

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.canvas import LEFT, RIGHT, Canvas, Look, name_rows
from rapport.present.figures.marks import rows_of
from rapport.present.figures.spec import FigureSpec, rows_high
from rapport.present.labels import label
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import ACCENT, BAD, CATEGORIES, GREY, INK
from rapport.present.values import Value, label_value, period_value

BAR = 0.6
UNKNOWN = ("unidentified", "adjustments")
"""Parts that belong to no customer we know: gold, whichever way they went."""


def change_parts(
    parts: pd.DataFrame,
    *,
    id: str,  # noqa: A002
    currency: str,
    before: tuple[str, Value],
    after: tuple[str, Value],
) -> FigureSpec:
    """Give the figure of what a change of revenue is made of.

    Parameters
    ----------
    parts : one row per part, in the order to be drawn; the total is added here
        `part` (customers, frequency, aov, unidentified, returns, adjustments),
        `amount` (Decimal or float, currency of the business unit; parts sum to the change)
    id : id of the figure, `<chapter>.<figure>`
    currency : code, GBP
    before, after : (period code, revenue) at both ends, named in the subtitle
    """
    drawn = parts[["part", "amount"]].reset_index(drop=True)
    slots = {
        "from": period_value(before[0], name="period.previous"),
        "to": period_value(after[0], name="period.current"),
        "start": before[1],
        "end": after[1],
    }
    return FigureSpec(
        id=id,
        data=drawn,
        kinds={"part": "label", "amount": "money"},
        plot=partial(_plot, identity=id, currency=currency),
        heights=rows_high(len(drawn) + 1, usual=8.6, beside=2),
        title=Sentence("figures.change_parts.title"),
        subtitle=Sentence(
            "figures.change_parts.subtitle",
            {**slots, "n": Value(f"{id}.n_parts", len(drawn), "count", "parts")},
        ),
        alt=Sentence("figures.change_parts.alt", {**slots, **_alt(drawn, id, currency)}),
    )


def _name(part: str, amount: float) -> str:
    return f"{part}.{'up' if amount >= 0 else 'down'}"


def _alt(parts: pd.DataFrame, identity: str, currency: str) -> dict[str, Value | Listing]:
    items = tuple(
        Sentence(
            "figures.item_signed",
            {
                "name": label_value("part", _name(row.part, float(row.amount))),
                "value": Value(f"{identity}.{row.part}", row.amount, "money", currency),
            },
        )
        for row in rows_of(parts)
    )
    total = Value(f"{identity}.total", sum(parts["amount"]), "money", currency)
    return {"parts": Listing(items), "total": total}


def _plot(canvas: Canvas, parts: pd.DataFrame, *, identity: str, currency: str) -> None:
    amounts = [float(amount) for amount in parts["amount"]]
    names = [label(f"part.{_name(part, amount)}", canvas.language)
             for part, amount in zip(parts["part"], amounts, strict=True)]  # fmt: skip
    names.append(label("part.total", canvas.language))
    values = [Value(f"{identity}.{part}", amount, "money", currency)
              for part, amount in zip(parts["part"], parts["amount"], strict=True)]  # fmt: skip
    values.append(Value(f"{identity}.total", sum(parts["amount"]), "money", currency))
    starts = [sum(amounts[:number]) for number in range(len(amounts))] + [0.0]
    widths = [*amounts, sum(amounts)]
    colours = [_colour(part, amount) for part, amount in zip(parts["part"], amounts, strict=True)]
    style = "signed bare"
    # Names take what they need, so that narrow sheets keep room for the bars.
    left = max(canvas.widest(names, weight="bold") + 3, 45 if canvas.is_wide else 0)
    shown = [canvas.show((value, style)) for value in values]
    right = canvas.widest(shown, weight="bold") + 3
    axes = canvas.axes(left=left, right=right, top=1, bottom=1)
    rows = range(len(names))
    for row, colour in zip(rows, [*colours, INK], strict=True):
        axes.rect((starts[row], row - BAR / 2), widths[row], BAR, facecolor=colour, zorder=2)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    for row in rows[:-1]:
        end = starts[row] + widths[row]
        axes.line([end, end], [row + BAR / 2, row + 1 - BAR / 2], color=GREY, linewidth=0.6)
    _limit(axes, starts, widths)
    name_rows(axes, names, strong=[len(names) - 1])
    for row, value in enumerate(values):
        end = max(starts[row], starts[row] + widths[row])
        look = Look(weight="bold", rank=len(rows) - row, is_required=True)
        canvas.label(axes, (end, row), [(value, style)], places=(RIGHT, LEFT), look=look)


def _limit(axes: Axes, starts: list[float], widths: list[float]) -> None:
    ends = [start + width for start, width in zip(starts, widths, strict=True)]
    low, high = min(0.0, *starts, *ends), max(0.0, *starts, *ends)
    axes.set_xlim(low, high if high > low else low + 1)


def _colour(part: str, amount: float) -> str:
    if part in UNKNOWN:
        return CATEGORIES[1]
    return ACCENT if amount >= 0 else BAD
