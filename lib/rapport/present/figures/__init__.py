"""Figures: one function each, from a frame to a FigureSpec that any shape can be drawn of."""

from rapport.present.figures.bridge import change_parts
from rapport.present.figures.survival import survival_curves

__all__ = ["change_parts", "survival_curves"]
