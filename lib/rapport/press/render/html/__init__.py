"""The document tree as one HTML file."""
