"""The tables that a rerun starts at: found by digest, or said why they are not there.

A table that lawfully lost rows is told from one that is missing: the log names what stands for
the first and says nothing of the second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from rapport.press.proof.erasures import Left, follow
from rapport.press.proof.trust import Trust

State = Literal["sealed", "remade", "erased", "other", "damaged", "missing"]
SHELVES = (Path("data", "store", "objects"), Path("store", "objects"), Path("objects"))
MOST = 50_000
"""Files of a folder that are looked through for a digest."""


@dataclass(frozen=True)
class Input:
    """One table that the record names, and what is at hand of it."""

    name: str
    state: State
    digest: str
    """As sealed."""
    rows: int
    path: Path | None = None
    found: str | None = None
    """Digest of what is at hand."""
    left: Left | None = None
    """What an erasure left of it."""
    n_found: int | None = None
    """Rows of what is at hand, or was ingested once more."""


class Places:
    """Where tables and notebooks may lie: the folder that was named first, then the project."""

    def __init__(self, named: Path | None, project: Path) -> None:
        self._named = named
        self._folders = [*([named] if named else []), project]
        self._digests: dict[str, Path] | None = None

    def find(self, digest: str) -> Path | None:
        """Find an object by its digest; what lies under that name may be damaged."""
        for folder in self._folders:
            for shelf in SHELVES:
                path = folder / shelf / digest[:2] / digest
                if path.is_file():
                    return path
        return self._look_through().get(digest)

    def find_named(self, name: str) -> Path | None:
        """Find a table by its name in the folder that was named."""
        for folder in (self._named, self._named / "tables") if self._named else ():
            path = folder / f"{name}.parquet"
            if path.is_file():
                return path
        return None

    def _look_through(self) -> Mapping[str, Path]:
        if self._digests is None:
            files = _list_files(self._named) if self._named else ()
            self._digests = {digest_file(path): path for path in files}
        return self._digests


def _list_files(folder: Path) -> Iterator[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    for n, path in enumerate(found):
        # A link may lead anywhere, and what is on a shelf was found by its name.
        if n < MOST and not path.is_symlink() and "objects" not in path.parts:
            yield path


def digest_file(path: Path) -> str:
    """Give the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_inputs(
    predicate: Mapping[str, Any],
    places: Places,
    erasures: Sequence[Mapping[str, Any]],
    trust: Trust | None,
) -> list[Input]:
    """Find every canonical table of a record.

    Parameters
    ----------
    predicate : the record's
    places : where to look
    erasures : the unit's, as the log tells them, oldest first
    trust : whose signatures under erasures the reader accepts
    """
    tables = predicate["tables"]
    return [
        _find(name, tables[name], places, follow(tables[name]["sha256"], erasures, trust))
        for name in predicate.get("canonical", ())
    ]


def _find(name: str, sealed: Mapping[str, Any], places: Places, left: Left | None) -> Input:
    digest, rows = str(sealed["sha256"]), int(sealed["rows"])
    named = places.find_named(name)
    path = named or places.find(digest)
    if path is not None:
        found = digest_file(path)
        if found == digest:
            return Input(name, "sealed", digest, rows, path, found, None, rows)
        if named is None:
            return Input(name, "damaged", digest, rows, None, found)
        return Input(name, "other", digest, rows, path, found, None, _count_rows(path))
    if left is not None and left.digest is not None:
        path = places.find(left.digest)
        if path is not None and digest_file(path) == left.digest:
            n_rows = _count_rows(path)
            return Input(name, "erased", digest, rows, path, left.digest, left, n_rows)
    return Input(name, "missing" if left is None else "erased", digest, rows, left=left)


def _count_rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def find_lost(inputs: Iterable[Input]) -> list[Input]:
    """Give the tables that are gone or damaged, and no erasure accounts for."""
    return [each for each in inputs if each.state in ("missing", "damaged")]
