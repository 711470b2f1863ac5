"""Quarto as a second renderer over what was executed: optional, experimental, never sealed.

It gets a copy written from the document tree that our own HTML and PDF are made of, so words,
numbers, captions and tables are the same; it never executes anything, and its output lies beside
the report. Quarto is a program of its own (https://quarto.org), not a dependency.
"""
