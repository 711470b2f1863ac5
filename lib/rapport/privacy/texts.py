"""The texts of notebooks, documents and drawings as a reader could find them, in their order."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rapport.privacy.scan import Group

LANGUAGES = ("en", "zh")
LARGE = 10**8
"""Whole numbers from here could be a telephone's."""
# Attributes that are spoken or shown; numbers of paths and places are none.
_SPOKEN = re.compile(
    r"\s(?:alt|title|aria-[a-z]+|id|class|name|content|data-[\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*')"
)
# Tags that part no word: what stands on both sides is read together.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|"
    r"sup|tspan|textPath|u|var|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"<(?:[a-zA-Z][^<>]*>|/[a-zA-Z]|\?xml|!--)")
_COMMENT = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
_BINARY = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")
_PICTURES = ("image/png", "image/jpeg", "application/pdf")


def list_groups(content: Any) -> list[list[Group]]:
    """Give the texts of any JSON, once for each language where they are told apart.

    Runs of a sentence (`[{"text": ...}, ...]`) are one group; markup is read without its tags.
    """
    found: list[tuple[str | None, Group]] = []
    _walk(content, None, found)
    spoken = {language for language, _ in found if language is not None}
    return [
        [group for said, group in found if said in (None, language)]
        for language in (sorted(spoken) or LANGUAGES[:1])
    ]


# Of a report some hundred thousand parts are looked at, most of them numbers: one list that all
# add to, not a generator within a generator for each level.
def _walk(content: Any, language: str | None, found: list[tuple[str | None, Group]]) -> None:
    if isinstance(content, str):
        found.extend((language, group) for group in read_text(content))
    elif isinstance(content, int | float | None):
        if isinstance(content, int) and content >= LARGE:
            found.append((language, [str(content)]))
    elif isinstance(content, Mapping):
        for name, part in content.items():
            if name not in _PICTURES:
                _walk(part, name if name in LANGUAGES else language, found)
    elif isinstance(content, Sequence):
        _walk_parts(content, language, found)


def _walk_parts(
    parts: Sequence[Any], language: str | None, found: list[tuple[str | None, Group]]
) -> None:
    runs = [part["text"] for part in parts if isinstance(part, Mapping) and "text" in part]
    if runs and len(runs) == len(parts) and all(isinstance(text, str) for text in runs):
        found.append((language, runs))
        parts = [{name: said for name, said in run.items() if name != "text"} for run in parts]
    for part in parts:
        _walk(part, language, found)


def read_text(text: str) -> Iterator[Group]:
    """Give a text as groups: markup by its elements, with what its attributes say."""
    if "<" not in text or not _MARKUP.search(text):
        yield [text]
        return
    plain = _COMMENT.sub(" ", _BINARY.sub(" ", text))
    yield from ([html.unescape(said[1:-1])] for said in _SPOKEN.findall(plain))
    parted = _TAG.sub("\x1e", _INLINE.sub("\x1f", plain))
    for element in parted.split("\x1e"):
        spans = [html.unescape(span) for span in element.split("\x1f")]
        if any(span.strip() for span in spans):
            yield [span.strip("\n") for span in spans if span]
