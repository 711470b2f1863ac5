"""From executed notebooks to one document tree, and from it to HTML and PDF."""
