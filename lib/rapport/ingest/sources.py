"""Where a unit's source files lie, and the digest of what they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapport.errors import DataError, ParameterError
from rapport.ingest.fetched import fetched_path
from rapport.ingest.remote.readings import find_readings, folder_of
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
    What a function yields and what lies elsewhere is looked up where it is kept; nothing is
    fetched.

    Parameters
    ----------
    unit : the unit's parameters
    root : the project's folder
    env : where RAPPORT_DATA_PATH stands; the process's own by default

    Returns
    -------
    files and digests of the sources found, the names of the others in `missing`; a SELECT over
    sources has no file

    Raises
    ------
    DataError
        A file cannot be read, or a link leads out of the folder in which it was found.
    ParameterError
        A path is no pattern of files.
    """
    folders = list_folders(root, is_sample=unit.sample, env=env)
    remote = _find_remote(unit, root)
    found = {
        name: remote[name] if source.is_remote else _find(unit.name, name, source, root, folders)
        for name, source in sorted(unit.sources.items())
    }
    selects = {name for name, source in unit.sources.items() if source.format == "select"}
    files = {name: paths for name, paths in found.items() if paths or name in selects}
    return ResolvedSources(
        files=files,
        digests={name: _digest(unit.sources[name], paths) for name, paths in files.items()},
        missing=tuple(name for name in found if name not in files),
    )


def list_folders(
    root: Path, *, is_sample: bool, env: Mapping[str, str] | None = None
) -> tuple[Path, ...]:
    """List the folders in which a unit's files are looked up, in their order."""
    own = root / "data" / ("sample" if is_sample else "raw")
    further = (os.environ if env is None else env).get(DATA_PATH, "").split(os.pathsep)
    return (own, *(Path(folder) for folder in further if folder))


def _find_remote(unit: UnitParams, root: Path) -> dict[str, tuple[Path, ...]]:
    readings, folder = find_readings(root, unit), folder_of(root, unit.name)
    files = {
        name: tuple(folder / file.path for file in reading.files)
        for name, reading in readings.items()
    }
    return {name: files.get(name, ()) for name in unit.sources}


def _find(
    unit: str, name: str, source: Source, root: Path, folders: Iterable[Path]
) -> tuple[Path, ...]:
    if source.format == "select":
        return ()
    if source.format == "python":
        path = fetched_path(root, unit, name, source)
        return (path,) if path.is_file() else ()
    try:
        return find_files(source.path, folders)
    except (ValueError, NotImplementedError) as error:
        raise ParameterError(
            f"unit {unit}: sources.{name}.path is no pattern of files. Use a path, `*` and `?`."
        ) from error


def find_files(path: str, folders: Iterable[Path]) -> tuple[Path, ...]:
    """Find the files that a path or pattern names, in the first folder that has any.

    Raises
    ------
    DataError
        A link leads out of the folder in which it was found.
    ValueError, NotImplementedError
        The path is no pattern of files.
    """
    given = Path(path)
    if given.is_absolute():
        # Whoever writes a whole path says which file is meant, a link too.
        return _list_files(Path(given.anchor), str(given.relative_to(given.anchor)))
    for folder in folders:
        files = _list_files(folder, path)
        if files:
            for file in files:
                _check_inside(file, folder)
            return files
    return ()


def _list_files(folder: Path, pattern: str) -> tuple[Path, ...]:
    # glob() also finds a plain name, but reads brackets in it as a pattern.
    plain = folder / pattern
    if plain.is_file():
        return (plain,)
    # Hidden files, and those with which Office marks a workbook that is open, are no delivery.
    found = (path for path in folder.glob(pattern) if not path.name.startswith((".", "~$")))
    return tuple(sorted(path for path in found if path.is_file()))


def _check_inside(path: Path, folder: Path) -> None:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DataError(
            f"{path.name}: leads out of the folder in which it was found. Put the file itself "
            f"there, or name its own folder in {DATA_PATH}."
        )


def _digest(source: Source, paths: tuple[Path, ...]) -> str:
    if source.format == "select":
        return hashlib.sha256(str(source.query).encode("utf-8")).hexdigest()
    return digest_of(paths)


def digest_of(paths: Iterable[Path]) -> str:
    """Give the sha256 of a file, or of the digests of several in their order.

    Raises
    ------
    DataError
        A file cannot be read.
    """
    return join_digests([_digest_file(path) for path in paths])


def join_digests(digests: Sequence[str]) -> str:
    """Give the digest of a source from those of its files, in their order."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


def _digest_file(path: Path) -> str:
    try:
        found = path.stat()
        return _digest_once(path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError as error:
        raise DataError(
            f"{path.name}: cannot be read ({error.strerror}). Mend the file's rights."
        ) from error


@lru_cache(maxsize=4096)
def _digest_once(path: Path, *_: int) -> str:
    """Digest a file once in a process, as long as nothing has touched it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
