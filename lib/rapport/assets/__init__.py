"""Fonts, theme, locale files and templates: data, no code."""
