"""Text on its way into the template: cleaned, breakable, with links that lead somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from rapport.errors import RapportError
from rapport.press.render.pdf.glyphs import find_missing, width_of

Tree = Mapping[str, Any]

# Longer than anything in the side column; Chinese breaks anywhere and is left alone.
_LONG_WORD = re.compile(r"[^\s\u200b\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{25,}")
_BREAK_AFTER = re.compile(r"([/_.,;:=&?@-]+(?=[^/_.,;:=&?@-])|[^/_.,;:=&?@-]{10})")
_OUTSIDE = ("https://", "http://", "mailto:")
_OPENING, _CLOSING = "（《〈「『【〔“‘", "，。；：！？、）》〉」』】〕”’…"
_KEPT = {"wide", "sparkline", "data"}
_LABEL = re.compile(r">([^<>]+)<")
# Where the head of a column may wrap: a Chinese one before its unit, and nowhere in a word.
_HEAD_BREAK = re.compile(" |(?=（)")


def clean(node: Any, anchors: Mapping[str, str]) -> Any:
    """Give a tree without sources, control characters, words too long for a line, dead links.

    `anchors` maps the names that links may aim at to the template's own.
    """
    if isinstance(node, str):
        return clean_text(node)
    if isinstance(node, list):
        return [clean(item, anchors) for item in node]
    if isinstance(node, Mapping):
        return {
            key: _clean_value(key, value, anchors) for key, value in node.items() if key != "source"
        }
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


def pieces(runs: Iterable[Tree]) -> list[dict[str, Any]]:
    r"""Cut a headline into pieces: `kept` ones must not be broken inside.

    A Chinese headline says where it may break (U+200B). Punctuation at either end of a
    piece stays outside: inside it would be squeezed as if it stood at the end of a line.

    Examples
    --------
    >>> [(plain(part["runs"]), part["kept"]) for part in pieces([{"text": "增长，\u200b但半数"}])]
    [('增长', True), ('，', False), ('但半数', True)]
    """
    found: list[list[Tree]] = [[]]
    for run in runs:
        first, *others = run["text"].split("\u200b")
        found[-1].append({**run, "text": first})
        found += [[{**run, "text": other}] for other in others]
    full = [part for part in found if plain(part)]
    if len(full) < 2:
        return [{"runs": part, "kept": False} for part in full]
    return [piece for part in full for piece in _without_marks(part)]


def _without_marks(part: list[Tree]) -> list[dict[str, Any]]:
    first, last = part[0], part[-1]
    before = first["text"][: len(first["text"]) - len(first["text"].lstrip(_OPENING))]
    after = last["text"][len(last["text"].rstrip(_CLOSING)) :]
    core = [dict(run) for run in part]
    core[0]["text"] = core[0]["text"].lstrip(_OPENING)
    core[-1]["text"] = core[-1]["text"].rstrip(_CLOSING)
    cut: list[dict[str, Any]] = [
        {"runs": [{**first, "text": before}], "kept": False},
        {"runs": core, "kept": True},
        {"runs": [{**last, "text": after}], "kept": False},
    ]
    return [piece for piece in cut if plain(piece["runs"])]


def measured(columns: Iterable[Tree], rows: list[list[str]]) -> list[dict[str, Any]]:
    """Give each column the widths, in em, of its widest cell, its head and a word of that.

    Measured here and not by the template, whose own measuring takes as long as all of the rest.
    """
    return [
        {
            **column,
            "cell": max((width_of(row[place]) for row in rows), default=0.0),
            "whole": width_of(column["head"]),
            "word": max(map(width_of, _HEAD_BREAK.split(column["head"]))),
        }
        for place, column in enumerate(columns)
    ]


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
            # Of a drawing only its labels; what stands in tags is no text.
            drawn = key in _KEPT and value
            yield from map(unescape, _LABEL.findall(value)) if drawn else _texts(value)
