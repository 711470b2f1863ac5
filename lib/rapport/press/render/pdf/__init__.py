"""The document tree as a PDF by Typst, and figures as outlines for HTML."""
