"""Sparklines: 26 x 8 mm, thirteen months on one time axis, the last a dot."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from rapport.present.axes import Axes
from rapport.present.draw import to_svg
from rapport.present.theme import ACCENT, CONTEXT, settings

Point = float | None
WIDTH, HEIGHT = 26.0, 8.0


def sparkline(points: Sequence[Point]) -> str:
    """Draw months oldest first; a missing month (None) leaves its place on the axis empty.

    All sparklines of a page have the same number of points, so that months lie under one
    another. A month alone between two missing ones is a small dot: a line would not show it.
    """
    heights = np.array([np.nan if point is None else float(point) for point in points])
    size = (WIDTH / 25.4 * 72, HEIGHT / 25.4 * 72)
    with mpl.rc_context(settings()):
        axes = Axes(0, 0, *size, kind="bare")
        places = np.arange(len(heights))
        axes.line(places, heights, color=CONTEXT, linewidth=1.0, solid_joinstyle="round")
        lone = _lone(heights)
        axes.dots(places[lone], heights[lone], ".", color=CONTEXT, markersize=2.5)
        if len(heights) and not np.isnan(heights[-1]):
            axes.dots(places[-1:], heights[-1:], color=ACCENT, markersize=4, markeredgewidth=0)
        _frame(axes, heights)
        return to_svg(size, [axes])


def _lone(
    heights: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    known = ~np.isnan(heights)
    before = np.r_[False, known[:-1]]
    after = np.r_[known[1:], False]
    lone: np.ndarray[tuple[int], np.dtype[np.bool_]] = known & ~before & ~after
    return lone


def _frame(axes: Axes, heights: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    # Two points of room on every side hold the dot.
    across, up = 2.5 / (WIDTH / 25.4 * 72), 3.0 / (HEIGHT / 25.4 * 72)
    last = max(len(heights) - 1, 1)
    axes.set_xlim(-last * across, last * (1 + across))
    known = heights[~np.isnan(heights)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    span = high - low or 1.0
    axes.set_ylim(low - span * up * 1.3, high + span * up * 1.3)
