"""The document tree as one HTML file.

`page.render_html(document, *, slot)` is what this room offers; the template and its style
are data in `assets/html/`.
"""
