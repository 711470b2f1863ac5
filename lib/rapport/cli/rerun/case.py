"""What is to be verified by a rerun, and where that may be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.press.proof.rerun.inputs import Places, digest_file

INGESTION = "ingestion"
NOTEBOOK = "notebooks/01_ingestion.ipynb"


@dataclass(frozen=True)
class Case:
    """A record, the project around the reader, and a private folder."""

    predicate: Mapping[str, Any]
    values: Sequence[Mapping[str, Any]]
    subjects: Mapping[str, str]
    """File of the run -> digest of its body."""
    root: Path
    places: Places
    folder: Path
    """Private, and removed afterwards."""
    ingestion_name: str = NOTEBOOK

    @property
    def store(self) -> Path:
        """The rerun's own store."""
        return self.folder / "project" / "data" / "store"

    def find(self, name: str, digest: str) -> Path | None:
        """Find a file of the run: in its folder if that is at hand, or by its digest."""
        runs = self.root / "reports" / self.predicate["unit"] / "runs"
        beside = [folder / name for folder in sorted(runs.glob(f"*-{self.predicate['run']}"))]
        path = next((path for path in beside if path.is_file()), None) or self.places.find(digest)
        return path if path is not None and digest_file(path) == digest else None
