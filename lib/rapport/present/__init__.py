"""Figures, tables, sentences and formats: how numbers are shown."""
