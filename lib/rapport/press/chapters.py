"""An executed chapter as the press kept it: what reports and the gate before them are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Chapter:
    """One executed chapter as the press kept it."""

    name: str
    number: int
    key: str
    notebook: bytes
    """The canonical notebook."""
    values: Sequence[Mapping[str, Any]]
    tables: Mapping[str, Path]
    """What it wrote, by name."""
    lists: Mapping[str, bytes] = field(default_factory=dict)
    """Lists of customers that it made, by name: a file each, in pseudonyms."""
