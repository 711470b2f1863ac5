"""The document tree as one HTML file; template and style are data in `assets/html/`."""

from rapport.press.render.html.page import SLOT_CLOSE, SLOT_OPEN, render_html

__all__ = ["SLOT_CLOSE", "SLOT_OPEN", "render_html"]
