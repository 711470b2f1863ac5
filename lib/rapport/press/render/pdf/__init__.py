"""The document tree as a PDF by Typst, and figures as outlines for HTML."""

from rapport.press.render.pdf.paths import shapes_to_paths, svg_to_paths
from rapport.press.render.pdf.render import render_pdf, render_phone, render_picture

__all__ = ["render_pdf", "render_phone", "render_picture", "shapes_to_paths", "svg_to_paths"]
