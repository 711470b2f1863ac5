"""Text on its way into the template: cleaned, breakable, with links that lead somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rapport.errors import RapportError
from rapport.press.render.pdf.glyphs import find_missing

Tree = Mapping[str, Any]

# Longer than anything in the side column; Chinese breaks anywhere and is left alone.
_LONG_WORD = re.compile(r"[^\s\u200b\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{25,}")
_BREAK_AFTER = re.compile(r"([/_.,;:=&?@-]+(?=[^/_.,;:=&?@-])|[^/_.,;:=&?@-]{10})")
_OUTSIDE = ("https://", "http://", "mailto:")
_KEPT = {"wide", "sparkline", "source"}


def clean(node: Any, anchors: Mapping[str, str]) -> Any:
    """Give a tree without control characters, words too long for a line, dead links.

    `anchors` maps the names that links may aim at to the template's own.
    """
    if isinstance(node, str):
        return clean_text(node)
    if isinstance(node, list):
        return [clean(item, anchors) for item in node]
    if isinstance(node, Mapping):
        return {key: _clean_value(key, value, anchors) for key, value in node.items()}
    return node


def _clean_value(key: str, value: Any, anchors: Mapping[str, str]) -> Any:
    if key in _KEPT:
        return value
    return _aim(value, anchors) if key == "link" else clean(value, anchors)


def clean_text(text: str) -> str:
    r"""Give a text that can be set in any column.

    Examples
    --------
    >>> clean_text("a\tb" + "\x07" + "c")
    'a b c'
    >>> clean_text("/".join(["folder"] * 4)).split("\u200b")
    ['folder/', 'folder/', 'folder/', 'folder']
    """
    plain = "".join(" " if unicodedata.category(mark) in {"Cc", "Cs"} else mark for mark in text)
    plain = plain.replace("\u200b", "")
    return _LONG_WORD.sub(lambda word: _BREAK_AFTER.sub("\\1\u200b", word[0]), plain)


def _aim(link: str | None, anchors: Mapping[str, str]) -> str | None:
    if link and link.startswith("#"):
        return f"#{anchors[link[1:]]}" if link[1:] in anchors else None
    return link if link and link.startswith(_OUTSIDE) else None


def plain(runs: Iterable[Tree]) -> str:
    """Give the characters of runs."""
    return "".join(run["text"] for run in runs).replace("\u200b", "")


def segments(runs: Iterable[Tree]) -> list[list[Tree]]:
    r"""Cut runs at the places where a Chinese headline may break (U+200B).

    Examples
    --------
    >>> [plain(part) for part in segments([{"text": "增长，\u200b但"}, {"text": "一半"}])]
    ['增长，', '但一半']
    """
    found: list[list[Tree]] = [[]]
    for run in runs:
        first, *others = run["text"].split("\u200b")
        found[-1].append({**run, "text": first})
        found += [[{**run, "text": other}] for other in others]
    return [part for part in found if plain(part)]


def longest(columns: Iterable[Tree], rows: list[list[str]]) -> list[dict[str, Any]]:
    """Give each column its three longest cells: the template measures only these."""
    return [
        {**column, "longest": sorted({row[place] for row in rows}, key=_length)[-3:]}
        for place, column in enumerate(columns)
    ]


def _length(text: str) -> tuple[int, str]:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text), text


def check_glyphs(tree: Any) -> None:
    """Refuse a tree whose texts hold characters that no font of the report has.

    Raises
    ------
    RapportError
        The message names code points, never the text.
    """
    missing = find_missing("".join(_texts(tree)))
    if missing:
        raise RapportError(
            f"PDF: no font of the report has {', '.join(missing)}. "
            "Replace these characters in the data or the texts."
        )


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in _KEPT:
                yield from _texts(value)
