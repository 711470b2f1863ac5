"""What a mart is: a table that is made from canonical tables."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Mart:
    """A table that is made from canonical tables: its name, what it reads, its grain.

    `uses` are canonical tables that it reads where a unit has them; else they are empty to it.
    """

    name: str
    reads: tuple[str, ...]
    grain: str
    uses: tuple[str, ...] = ()

    @property
    def sql(self) -> str | None:
        """The SELECT that makes the mart; None for the two that are made without SQL."""
        path = resources.files("rapport.marts") / f"{self.name}.sql"
        return path.read_text(encoding="utf-8") if path.is_file() else None
