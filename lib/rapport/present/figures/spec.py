"""What a figure is before it is drawn: data, words, and how to draw it in any shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from rapport.present.canvas import Canvas
from rapport.present.sentences import Sentence
from rapport.present.theme import Shape
from rapport.present.values import Kind

Plot = Callable[[Canvas, pd.DataFrame], None]


@dataclass(frozen=True, eq=False)
class FigureSpec:
    """A figure that can be drawn in each language and shape.

    `data` is what is drawn, one row per mark; `kinds` gives the kind of every column of it;
    `heights` is millimetres per shape. Title, subtitle, caption and alt text are set by the
    document and never drawn.
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
