"""Lines at the foot of a terminal that are drawn over, while others scroll past above them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import ceil
from typing import TextIO

from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import ControlType, Segment, Segments
from rich.text import Text

USUAL = (80, 24)
"""Where a terminal does not say its size."""


class Region:
    """The last lines of a screen.

    Not rich's own `Live`: when a terminal becomes narrower it folds the lines that it has, and
    `Live`, which counts those it wrote, leaves pieces of them behind.
    """

    def __init__(self, screen: TextIO) -> None:
        self.console = Console(file=screen, force_terminal=True, highlight=False, emoji=False)
        self._drawn: list[int] = []
        """Cells of each line."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal as it is now."""
        columns, lines = os.get_terminal_size(self.console.file.fileno())
        return columns or USUAL[0], lines or USUAL[1]

    def draw(self, above: Iterable[str], below: RenderableType | None) -> None:
        """Write lines that stay, and draw the region anew below them, in one piece.

        Parameters
        ----------
        above : lines of text, written as they are
        below : what the region shall show; None takes it away
        """
        columns, height = self.size
        self.console.size = (columns, height)
        lines = self.console.render_lines(below, pad=False) if below is not None else []
        lines = lines[: height - 1]
        with self.console:
            self.console.control(self._erase(columns))
            for text in above:
                self.console.print(Text(text), soft_wrap=True)
            parts = [[*line, Segment.line()] for line in lines]
            flat = [segment for line in parts for segment in line][:-1]
            self.console.print(Segments(flat), end="", soft_wrap=True)
        self._drawn = [Segment.get_line_length(line) for line in lines]

    def _erase(self, columns: int) -> Control:
        n_lines = sum(max(1, ceil(cells / columns)) for cells in self._drawn)
        line = (ControlType.ERASE_IN_LINE, 2)
        up = (ControlType.CURSOR_UP, 1)
        return Control(ControlType.CARRIAGE_RETURN, line, *(up, line) * (n_lines - 1))
