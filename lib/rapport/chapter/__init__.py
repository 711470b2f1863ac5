"""What a notebook opens: read tables, write tables, record values, say sentences, show figures."""

from rapport.chapter.chapter import Chapter, open_chapter

__all__ = ["Chapter", "open_chapter"]
