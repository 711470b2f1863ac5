"""How files look, so that a look tells whether they are still what they were.

A file that is written to again gets another time of change, which nobody can set. That time has
steps, some of milliseconds and some of two seconds: a file written again within the step in which
it was looked at looks the same. So of a file that had just been written its content is kept.
"""

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

STEP = 2 * 10**9
"""Nanoseconds that file systems may round the time of change by; FAT has two seconds."""


class Look(NamedTuple):
    """How one file looks."""

    state: str
    """Kind, number, size and times; of a file that is not there, why."""
    changed: int
    """When it was written or changed last, in nanoseconds; 0 of a file that is not there."""


class Looks(NamedTuple):
    """How files looked; paths are absolute, or begin at the project."""

    paths: tuple[str, ...]
    states: str
    """Digest of the states of those, in their order."""
    contents: Mapping[str, str]
    """Path: sha256 of files that were too young for their state to be trusted."""
    there: tuple[str, ...]
    """Files of which only that they are there was asked."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `_asdict` gave from JSON values."""
        there, paths = tuple(kept["there"]), tuple(kept["paths"])
        return cls(paths, str(kept["states"]), dict(kept["contents"]), there)


def look_at(root: str, path: str) -> Look:
    """Look at a file."""
    try:
        found = os.stat(os.path.join(root, path))  # noqa: PTH116, PTH118 - asked of hundreds a unit
    except OSError as error:
        return Look(str(error.errno), 0)
    times = (found.st_mtime_ns, found.st_ctime_ns)
    state = f"{found.st_mode} {found.st_ino} {found.st_size} {times[0]} {times[1]}"
    return Look(state, max(times))


def take_looks(
    root: Path,
    paths: Iterable[str],
    *,
    there: Iterable[str] = (),
    sure: Collection[str] = (),
    before: int,
) -> Looks:
    """Look at files, whose content must be checked after and not before.

    Parameters
    ----------
    there : of these only that they are there counts
    sure : these of `paths` nobody writes to again, so that even a young one is known by its state
    before : moment in nanoseconds by the file system's clock: what changed since then, or a step
        earlier, is young
    """
    seen, young = {}, {}
    for path in dict.fromkeys(paths):
        look = look_at(str(root), path)
        if look.changed >= before - STEP and path not in sure:
            young[path] = digest_file(root / path)
        else:
            seen[path] = look.state
    return Looks(tuple(seen), _digest(seen.values()), young, tuple(there))


def is_as_seen(root: Path, looks: Looks) -> bool:
    """Say whether all files are as they were."""
    if _digest(look_at(str(root), path).state for path in looks.paths) != looks.states:
        return False
    same = all(digest_file(root / path) == digest for path, digest in looks.contents.items())
    return same and all((root / path).is_file() for path in looks.there)


def digest_file(path: Path) -> str:
    """Give the sha256 of a file; empty of what is no file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> list[str]:
    """List the files below a folder that are no bytecode, sorted; none where there is no folder."""
    found = []
    for inside, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [os.path.join(inside, name) for name in names]  # noqa: PTH118
    return sorted(found)


def _digest(states: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(states).encode("ascii")).hexdigest()


class Clock:
    """Tells when something began by a clock that is read once, after it."""

    def __init__(self) -> None:
        self._began = time.monotonic_ns()

    def began_at(self, now: int) -> int:
        """Give the moment of the beginning.

        Parameters
        ----------
        now : what the clock says
        """
        return now - (time.monotonic_ns() - self._began)
