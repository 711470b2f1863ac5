"""What several figures share: rows of a frame, categories as values, items of alt texts, cells."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from rapport.present.axes import Axes
from rapport.present.rows import tuples_of
from rapport.present.sentences import Listing, Sentence
from rapport.present.theme import GREY, PAPER, RULE, cell_look
from rapport.present.values import Value, label_value, text_value


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Give the rows of a frame as named tuples.

    Figures have at most a few hundred marks, so a loop over them costs nothing.
    """
    return tuples_of(frame)


def category(labels: str, name: object) -> Value:
    """Give a category as a value: a word of `labels.yml`, or as it is where labels is "text"."""
    return text_value("category", str(name)) if labels == "text" else label_value(labels, str(name))


def listed(pairs: Iterable[tuple[Value, Value]], *, template: str = "figures.item") -> Listing:
    """List names and their values in an alt text."""
    return Listing(
        tuple(Sentence(template, {"name": name, "value": value}) for name, value in pairs),
        joint="word.clause_joint",
    )


def share_value(identity: str, row: Any, column: str) -> Value:
    """Give a share of a row with its interval, if the row has one and it is known."""
    number = getattr(row, column)
    if pd.isna(number):
        return Value(identity, None, "ratio", "share")
    low: Any = getattr(row, "low", None)
    high: Any = getattr(row, "high", None)
    has_limits = low is not None and high is not None and not (pd.isna(low) or pd.isna(high))
    interval = (float(low), float(high)) if has_limits else None
    return Value(identity, float(number), "ratio", "share", interval=interval)


def draw_cell(axes: Axes, at: tuple[float, float], shade: float | None, text: str) -> None:
    """Draw one cell; without a shade it is empty or hidden: paper with a rule around."""
    x, y = at
    colour, ink = (PAPER, GREY) if shade is None else cell_look(shade)
    edge = RULE if shade is None else PAPER
    corner = (x - 0.48, y - 0.47)
    axes.rect(corner, 0.96, 0.94, facecolor=colour, edgecolor=edge, linewidth=0.5)
    axes.text(x, y, text, ha="center", color=ink)
