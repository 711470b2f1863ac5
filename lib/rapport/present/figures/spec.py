"""What a figure is before it is drawn: data, words, and how to draw it in any shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.sentences import Sentence
from rapport.present.theme import Shape
from rapport.present.values import Kind

TALLEST = 90.0
"""Millimetres that a figure may be high; it leaves room for its words on half a page."""
MOST_ROWS = 18
"""Rows that a chart has at most; more could be neither told apart nor named on half a page."""
Plot = Callable[[Canvas, pd.DataFrame], None]


def rows_high(n_rows: int, *, usual: float, beside: float) -> dict[Shape, float]:
    """Give the heights of a chart of rows: `usual` a row, less where there are many.

    `beside` is the room for axis and key; rows never come nearer than a line of text, so a
    very long chart grows over the tallest.

    Examples
    --------
    >>> rows_high(5, usual=7, beside=10)["wide"], rows_high(16, usual=7, beside=10)["wide"]
    (45, 90.0)
    """
    row = max(4.4, min(usual, (TALLEST - beside) / max(n_rows, 1)))
    height = round(max(n_rows, 1) * row + beside, 2)
    return {"wide": height, "narrow": height}


def first_rows(rows: pd.DataFrame, most: int = MOST_ROWS) -> tuple[pd.DataFrame, int]:
    """Give the rows that a chart draws, the first ones, and how many it leaves out.

    Examples
    --------
    >>> first_rows(pd.DataFrame({"n": range(300)}))[1]
    282
    """
    return rows.head(most).reset_index(drop=True), max(0, len(rows) - most)


@dataclass(frozen=True, eq=False)
class FigureSpec:
    """A figure that can be drawn in each language and shape.

    `data` is what is drawn, one row per mark; `kinds` gives the kind of every column of it;
    `heights` is millimetres per shape; `n_left` groups are not drawn and counted under it.
    Title, subtitle, caption and alt text are set by the document and never drawn.
    """

    id: str
    data: pd.DataFrame
    kinds: Mapping[str, Kind]
    plot: Plot
    heights: Mapping[Shape, float]
    title: Sentence
    subtitle: Sentence
    alt: Sentence
    caption: Sentence | None = None
    n_left: int = 0

    def entitled(
        self,
        title: Sentence | None = None,
        *,
        subtitle: Sentence | None = None,
        caption: Sentence | None = None,
    ) -> "FigureSpec":
        """Give the same figure with a chapter's own words: its finding as the title."""
        return replace(
            self,
            title=title or self.title,
            subtitle=subtitle or self.subtitle,
            caption=caption or self.caption,
        )
