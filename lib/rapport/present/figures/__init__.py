"""Figures: one function each, from a frame to a FigureSpec that any shape can be drawn of."""

from rapport.present.figures.bridge import change_parts
from rapport.present.figures.calendar import coverage_calendar
from rapport.present.figures.completeness import completeness_heat
from rapport.present.figures.dots import cluster_profile, segment_bars, sizes_over_time
from rapport.present.figures.effects import hazard_forest, importance_bars, reliability
from rapport.present.figures.flow import row_flow
from rapport.present.figures.grids import rfm_grid
from rapport.present.figures.monthly import rate_by_month
from rapport.present.figures.survival import survival_curves

__all__ = [
    "change_parts",
    "cluster_profile",
    "completeness_heat",
    "coverage_calendar",
    "hazard_forest",
    "importance_bars",
    "rate_by_month",
    "reliability",
    "rfm_grid",
    "row_flow",
    "segment_bars",
    "sizes_over_time",
    "survival_curves",
]
