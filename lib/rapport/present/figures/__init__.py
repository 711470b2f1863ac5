"""Figures: one function each, from a frame to a FigureSpec that any shape can be drawn of.

A chapter imports the module of each figure that it shows, so that a change of one figure is a
change of the chapters that show it and of no other.
"""
