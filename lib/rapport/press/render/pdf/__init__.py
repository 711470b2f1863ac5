"""The document tree as a PDF by Typst."""
