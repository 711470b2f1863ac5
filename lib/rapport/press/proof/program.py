"""One digest of the whole program: its command line moves no number, and archives hold it, too."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rapport.press.proof.packed import canonical_json, sha256

# Fonts, words and templates that a report is made of stand in its record one by one.
APART = "assets/"
COMPILED = ("__pycache__", ".pyc")


def digest_program(files: Mapping[str, str]) -> str:
    """Give one digest of many.

    Parameters
    ----------
    files : file beneath the package: its SHA-256; assets are left out

    Examples
    --------
    >>> digest_program({"errors.py": "00"}) == digest_program({"errors.py": "00", "assets/x": "1"})
    True
    """
    return sha256(canonical_json({n: d for n, d in files.items() if not n.startswith(APART)}))


@cache
def read_program(package: Path) -> str:
    """Give the digest of the program in a folder, read once in a process."""
    found = {}
    for folder, folders, names in os.walk(package):
        inside = Path(folder).relative_to(package).as_posix()
        folders[:] = [name for name in folders if not (inside == "." and name == APART[:-1])]
        for name in names:
            if not (Path(folder).name == COMPILED[0] or name.endswith(COMPILED[1])):
                at = name if inside == "." else f"{inside}/{name}"
                content = (Path(folder) / name).read_bytes()
                found[at] = hashlib.sha256(content).hexdigest()
    return digest_program(found)
