"""Where a unit's source files lie, and the digest of what they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.errors import DataError
from rapport.params import Source, UnitParams

DATA_PATH = "RAPPORT_DATA_PATH"
BLOCK = 1 << 20


@dataclass(frozen=True)
class ResolvedSources:
    """The files of each source in reading order, the digest of each source, what was not found.

    `missing` holds source names; the paths asked for stand in the unit's file.
    """

    files: Mapping[str, tuple[Path, ...]]
    digests: Mapping[str, str]
    missing: tuple[str, ...] = ()


def find_sources(
    unit: UnitParams, root: Path, *, env: Mapping[str, str] | None = None
) -> ResolvedSources:
    """Find every file that a unit's sources name, and digest it.

    A relative path is looked up in `data/sample` of the project for sample units, else in
    `data/raw`, then in the folders of RAPPORT_DATA_PATH; the first folder that has it counts.

    Parameters
    ----------
    unit : the unit's parameters
    root : the project's folder
    env : where RAPPORT_DATA_PATH stands; the process's own by default

    Returns
    -------
    files and digests of the sources found, the names of the others in `missing`
    """
    own = root / "data" / ("sample" if unit.sample else "raw")
    further = (os.environ if env is None else env).get(DATA_PATH, "").split(os.pathsep)
    folders = (own, *(Path(folder) for folder in further if folder))
    found = {name: _files_of(source, folders) for name, source in sorted(unit.sources.items())}
    files = {name: paths for name, paths in found.items() if paths}
    return ResolvedSources(
        files=files,
        digests={name: digest_of(paths) for name, paths in files.items()},
        missing=tuple(name for name, paths in found.items() if not paths),
    )


def _files_of(source: Source, folders: Iterable[Path]) -> tuple[Path, ...]:
    if Path(source.path).is_absolute():
        return (Path(source.path),) if Path(source.path).is_file() else ()
    for folder in folders:
        # glob() also finds a plain name, but reads brackets in it as a pattern.
        plain = folder / source.path
        found = [plain] if plain.is_file() else sorted(folder.glob(source.path))
        files = tuple(path for path in found if path.is_file())
        if files:
            return files
    return ()


def digest_of(paths: Iterable[Path]) -> str:
    """Give the sha256 of a file, or of the digests of several in their order.

    Raises
    ------
    DataError
        A file cannot be read.
    """
    digests = [_digest_file(path) for path in paths]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


def _digest_file(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise DataError(
            f"{path.name}: cannot be read ({error.strerror}). Mend the file's rights."
        ) from error
    return digest.hexdigest()
