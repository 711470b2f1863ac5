"""Which value a person means, by its id or by the characters that a page shows."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from rapport.errors import ParameterError

Value = Mapping[str, Any]


def find_values(values: Sequence[Value], asked: str) -> list[Value]:
    """Find the values that somebody means: the one of that id, else those that show so.

    Case and kind of blanks do not count, so that what is copied from a PDF is found. Where no
    value shows just these characters, those that show them as one word are meant.

    Raises
    ------
    ParameterError
        There is none.
    """
    exact = [value for value in values if value["id"] == asked]
    plain = _plain(asked)
    shown = [(value, {_plain(text) for text in _texts(value)}) for value in values]
    whole = [value for value, texts in shown if plain in texts]
    words = [value for value, texts in shown if any(plain in text.split() for text in texts)]
    found = exact or whole or words
    if not found:
        known = [value["id"] for value in values]
        near = difflib.get_close_matches(asked, known, n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise ParameterError(
            f"value {asked[:60]}: the report records none of that name, and shows none so.{hint} "
            "The index of values in its appendix names them."
        )
    return found


def _texts(value: Value) -> list[str]:
    return [text for text in value["shown"].values() if text]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").split()).casefold()
