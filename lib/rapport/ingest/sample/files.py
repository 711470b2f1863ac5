"""Sheets as a channel delivers them, written to the same bytes everywhere."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rapport.ingest.sample.draws import Flags, Ints

Columns = list[list[str]]


@dataclass(frozen=True)
class Sheet:
    """One CSV file: its name, its columns in order, and how it is encoded."""

    name: str
    columns: Mapping[str, Sequence[str]]
    encoding: str = "utf-8"
    delimiter: str = ","

    @classmethod
    def of(cls, name: str, headers: str, columns: Columns, *, encoding: str = "utf-8") -> Sheet:
        """Put headers, written as `First|Second`, over as many columns."""
        return cls(name, dict(zip(headers.split("|"), columns, strict=True)), encoding)

    def encode(self) -> bytes:
        """Give the bytes of the file; lines end with a line feed on every system."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue().encode(self.encoding)


def read_words(name: str) -> dict[str, Any]:
    """Read the names, places, products and comments that a unit is written with."""
    folder = resources.files("rapport.ingest.sample") / "words"
    words: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return words


def write_bytes(path: Path, content: bytes) -> str:
    """Write a file aside, move it into place, and give its sha256.

    Two runs may make the same sample at once; neither may read half a file of the other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(content)
    aside.replace(path)
    return hashlib.sha256(content).hexdigest()


def spell_money(cents: Iterable[int]) -> list[str]:
    """Write cents as 12.50, or -0.05."""
    return [f"{'-' * (c < 0)}{abs(c) // 100}.{abs(c) % 100:02d}" for c in map(int, cents)]


def spell_ids(form: str, numbers: Ints) -> list[str]:
    """Write numbers into a form such as `W{:06d}`; below 0 is empty."""
    return [form.format(number) if number >= 0 else "" for number in numbers.tolist()]


def spell_flags(flags: Flags, yes: str, no: str) -> list[str]:
    """Write one word where something holds and another where not."""
    return [yes if flag else no for flag in flags.tolist()]


def keep_where(flags: Flags, texts: Sequence[str]) -> list[str]:
    """Leave texts empty where a flag does not hold."""
    return [text if flag else "" for flag, text in zip(flags.tolist(), texts, strict=True)]


def take(texts: Sequence[str], positions: Ints) -> list[str]:
    """Take texts by position."""
    return [texts[position] for position in positions.tolist()]
