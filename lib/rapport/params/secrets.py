"""Passwords that stand in a file of parameters, where nobody may put them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

# Only where words of the analyst's choice may name a value: elsewhere the model knows every name.
FREE = frozenset(["arguments", "databases", "storage"])
NAMES = re.compile(
    r"(?i)(?:.*_)?(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api_?key|access_?key"
    r"|private_?key)(?:_.*)?"
)
# A key of Amazon's or a private one, an address with a password, words as drivers take them. What
# is no address of an object is suspected with any mark before the @.
KEYS = re.compile(r"\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE")
ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^@]*:[^@]*@")
OBJECT = re.compile(r"s3://(?![^/@]*@)")
WORDS = re.compile(r"(?i)\b(?:password|passwd|pwd|secret|token)\s*=\s*[^\s&;]")


def find_secrets(values: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Name the places of a unit's values that look like a password, or an address with one.

    Examples
    --------
    >>> list(find_secrets({"sources": {"till": {"path": "s3://key:word@bucket/a.csv"}}}))
    [('sources', 'till', 'path')]
    """
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from find_secrets(value, (*path, str(key)))
    elif isinstance(values, list | tuple):
        for number, value in enumerate(values):
            yield from find_secrets(value, (*path, str(number)))
    elif values not in (None, "", False, True) and _is_secret(path, str(values)):
        yield path


def _is_secret(path: tuple[str, ...], value: str) -> bool:
    if _tells_secret(value):
        return True
    own = path[:1] == ("sources",) and path[-1:] != ("query",)
    if own and WORDS.search(value):
        return True
    return not FREE.isdisjoint(path[:-1]) and NAMES.fullmatch(path[-1]) is not None


# Units of one project write most of their words alike.
@lru_cache(maxsize=4096)
def _tells_secret(value: str) -> bool:
    return bool(KEYS.search(value) or (ADDRESS.search(value) and not OBJECT.match(value)))
