"""What a notebook opens: read tables, write tables, record values, say sentences, show figures."""

from rapport.processor import settle

# Before any library is loaded that asks what the processor can.
settle()

from rapport.chapter.chapter import Chapter, open_chapter  # noqa: E402

__all__ = ["Chapter", "open_chapter"]
