"""Locale files, whole or entry by entry.

A chapter needs a tenth of the words, and YAML is slow to read: so a file is cut at the lines on
which its ids stand, and an entry is read when somebody asks for it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from rapport.errors import ChapterError

_AT_AN_ID = re.compile(r"(?m)^(?=[^\s#])")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_locale(path: Path) -> Any:
    """Read one locale file as a whole; the C loader is twelve times faster where it is built in."""
    return _parse(path.read_text(encoding="utf-8")) or {}


def _parse(text: str) -> Any:
    # Both loaders are safe loaders: no tag constructs an object.
    return yaml.load(text, Loader=_LOADER)  # noqa: S506


class Entries(Mapping[str, Any]):
    """The entries of a locale file by id, each read when it is asked for, in the file's order.

    An id stands at the beginning of its line, and all else of its entry is indented or beside it.
    """

    def __init__(self, path: Path) -> None:
        """Find the ids of a file.

        Raises
        ------
        ChapterError
            A line that is not indented begins with no id, or an id stands twice.
        """
        self._file = path.name
        self._texts: dict[str, str] = {}
        self._read: dict[str, Any] = {}
        for text in _AT_AN_ID.split(path.read_text(encoding="utf-8")):
            identity, colon, _ = text.partition(":")
            if not text.strip() or text.startswith("#") or text[:1].isspace():
                continue  # what stands before the first id
            if not colon or identity in self._texts:
                fault = "stands twice" if colon else "is no id"
                msg = f"{self._file}: {identity.strip()[:40]!r} {fault}. Give each entry one id."
                raise ChapterError(msg)
            self._texts[identity] = text

    def __getitem__(self, identity: str) -> Any:
        """Give an entry as the whole file would hold it."""
        if identity not in self._read:
            content = _parse(self._texts[identity])
            if list(content) != [identity]:
                msg = f"{self._file}: {identity!r} cannot be read by itself. Indent its entry."
                raise ChapterError(msg)
            self._read[identity] = content[identity]
        return self._read[identity]

    def __iter__(self) -> Iterator[str]:
        """Go through the ids in order."""
        return iter(self._texts)

    def __len__(self) -> int:
        """Count the ids."""
        return len(self._texts)

    def __contains__(self, identity: object) -> bool:
        """Say whether there is such an id, without reading its entry."""
        return identity in self._texts
