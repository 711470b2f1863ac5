"""Names that a unit's file gives in both languages: a tag's, which no locale file can hold."""

from __future__ import annotations

from collections.abc import Mapping


class Translated(str):
    """A name that reads as its English words wherever text is asked for, and knows the others.

    Examples
    --------
    >>> name = Translated({"en": "Big spender", "zh": "大额客户"})
    >>> name, str(name).words("zh")
    ('Big spender', '大额客户')
    """

    __slots__ = ("_words",)
    _words: dict[str, str]

    def __new__(cls, words: Mapping[str, str]) -> Translated:
        """Make the name of its words by language."""
        made = super().__new__(cls, words["en"])
        made._words = dict(words)
        return made

    def __str__(self) -> Translated:
        """Give itself: a figure's `str(name)` must not lose the other language."""
        return self

    def words(self, language: str) -> str:
        """Give the name in a language."""
        return self._words[language]
