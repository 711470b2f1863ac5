"""What a worker must have in common with a run, and how it differs if it has not.

The key of a task names code, lock and Python. A worker reads none of them from the key: it holds
its own files, packages and interpreter against those of the run, before it executes anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from rapport.press.run.keys.code import PACKAGE_FOLDER
from rapport.processor import read_settings

# Whatever a chapter, a mart or the press around them may call; what these need comes with them.
ROOTS = (
    "duckdb", "ipykernel", "ipython", "jupyter-client", "lifelines", "matplotlib", "nbclient",
    "nbformat", "numpy", "pandas", "papermill", "pillow", "pyarrow", "pydantic", "pyyaml", "rjieba",
    "scikit-learn", "scipy", "seaborn", "sqlglot", "threadpoolctl", "traitlets", "uharfbuzz",
    "vadersentiment",
)  # fmt: skip
NAME = re.compile(r"[\w.-]+")
# A wheel has them beside the package, a checkout has not; no task reads them.
ELSEWHERE = "assets/project/"
SHOWN = 3


@dataclass(frozen=True)
class Passport:
    """Python, machine, packages and files of one side."""

    python: str
    system: str
    packages: Mapping[str, str]
    """Distribution: version."""
    files: Mapping[str, str]
    """File of this package: sha256."""

    def spell(self) -> bytes:
        """Give it as bytes, equal for equal passports."""
        return json.dumps(asdict(self), sort_keys=True).encode()


def read_passport(folder: Path = PACKAGE_FOLDER) -> Passport:
    """Read the passport of this interpreter and the package in a folder."""
    files = {
        at: hashlib.sha256((folder / at).read_bytes()).hexdigest() for at in list_files(folder)
    }
    arithmetic = "" if read_settings() else " with an arithmetic of its own"
    system = f"{sys.platform} {platform.machine()}{arithmetic}"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Passport(python, system, read_packages(), files)


def parse_passport(spelled: bytes) -> Passport:
    """Give the passport that was spelled."""
    return Passport(**json.loads(spelled))


def list_files(folder: Path) -> list[str]:
    """Name the files of a package, without what Python compiled."""
    # By strings: it is done for every task, and paths took ten times as long.
    root, found = str(folder), []
    for inside, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        at = inside[len(root) + 1 :].replace(os.sep, "/")
        found += [f"{at}/{name}" if at else name for name in names if not name.endswith(".pyc")]
    return sorted(at for at in found if not at.startswith(ELSEWHERE))


def read_packages() -> dict[str, str]:
    """Give the versions of all that is installed of `ROOTS` and of what these need."""
    found: dict[str, str] = {}
    ahead, seen = list(ROOTS), set()
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            try:
                distribution = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue
            found[name] = distribution.version
            ahead += _needs(distribution.requires or ())
    return dict(sorted(found.items()))


def _needs(requirements: Iterable[str]) -> Iterator[str]:
    for line in requirements:
        name = NAME.match(line)
        if name and "extra ==" not in line:
            yield re.sub(r"[-_.]+", "-", name[0]).lower()


def find_differences(wanted: Passport, here: Passport) -> list[str]:
    """Say how a worker's passport differs from the run's, the most telling first."""
    plain = [("Python", wanted.python, here.python), ("system", wanted.system, here.system)]
    told = [f"{what} {ours} here, {of_run} in the run" for what, of_run, ours in plain
            if ours != of_run]  # fmt: skip
    for name in sorted(wanted.packages.keys() | here.packages.keys()):
        ours, of_run = here.packages.get(name), wanted.packages.get(name)
        if ours != of_run:
            told.append(
                f"{name} {ours or 'not installed'} here, {of_run or 'not installed'} in the run"
            )
    moved = sorted(
        at
        for at in wanted.files.keys() | here.files.keys()
        if wanted.files.get(at) != here.files.get(at)
    )
    if moved:
        more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
        told.append(f"other code in {', '.join(f'`{at}`' for at in moved[:SHOWN])}{more}")
    return told


class Unmoved:
    """The files of the package as they are now, to be looked at again."""

    def __init__(self, folder: Path = PACKAGE_FOLDER) -> None:
        self._folder = folder
        self._states = self._look()

    def find_move(self) -> str | None:
        """Name a file that was changed, added or removed since; None if none was."""
        now = self._look()
        moved = [
            at for at in now.keys() | self._states.keys() if now.get(at) != self._states.get(at)
        ]
        return min(moved, default=None)

    def _look(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for at in list_files(self._folder):
            status = os.stat(f"{self._folder}/{at}")  # noqa: PTH116
            found[at] = (status.st_size, status.st_mtime_ns, status.st_ino)
        return found
