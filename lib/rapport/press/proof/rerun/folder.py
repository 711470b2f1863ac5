"""The private folder of a rerun: a copy of the code, a project, and a store of sealed tables."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterable
from pathlib import Path

from rapport.errors import UnverifiableError
from rapport.press.proof.rerun.inputs import digest_file

DISTRIBUTION = "rapport-reports"
KEPT = ("METADATA", "entry_points.txt")
"""What is read of an installed package: its version, and by which names kernels find it."""
NO_CODE = shutil.ignore_patterns("__pycache__", "*.pyc")
COPIED = ("params", "notebooks")
LOCK = "requirements.lock"


def copy_code(package: Path, folder: Path) -> Path:
    """Copy the package, so that what was checked is what is run; give the folder to import from."""
    lib = folder / "lib"
    shutil.copytree(package, lib / package.name, ignore=NO_CODE)
    installed = importlib.metadata.distribution(DISTRIBUTION)
    named = f"{DISTRIBUTION.replace('-', '_')}-{installed.version}.dist-info"
    (lib / named).mkdir()
    for name in KEPT:
        text = installed.read_text(name)
        if text is not None:
            (lib / named / name).write_text(text, encoding="utf-8", newline="\n")
    return lib


def copy_project(root: Path, folder: Path) -> Path:
    """Copy what a project needs to run chapters, without any data; give the new project."""
    project = folder / "project"
    for name in COPIED:
        shutil.copytree(root / name, project / name, ignore=NO_CODE)
    if (root / LOCK).is_file():
        shutil.copy(root / LOCK, project / LOCK)
    return project


def shelve(found: Iterable[tuple[Path, str]], project: Path) -> None:
    """Put files into the project's store, each by the digest that it was found with.

    Raises
    ------
    UnverifiableError
        A file is no longer as it was found.
    """
    objects = project / "data" / "store" / "objects"
    for path, digest in found:
        target = objects / digest[:2] / digest
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not linked: whoever writes through a link would change what was sealed.
        shutil.copyfile(path, target)
        # Of the copy: what lies where anybody may write can change after it was looked at.
        if digest_file(target) != digest:
            raise UnverifiableError(
                f"{path.name}: changed while it was read. Leave the data alone, then try again."
            )
