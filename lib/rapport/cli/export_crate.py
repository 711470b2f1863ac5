"""`rapport export-crate`: a run described for tools that know nothing of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rapport.errors import ParameterError
from rapport.params import find_root
from rapport.press.proof.crate import write_crate
from rapport.press.proof.reading import find_report


def export_crate(arguments: argparse.Namespace) -> int:
    """Write the crate of a run into a new folder.

    Raises
    ------
    ParameterError
        No such run, the folder is there, or the extra `crate` is not installed.
    TamperedError
        A file of the run is not the one that was sealed.
    """
    try:
        reports = find_root(Path.cwd()) / "reports"
    except ParameterError:
        reports = Path.cwd()
    found = find_report(arguments.run, reports)
    names = write_crate((found if found.is_dir() else found.parent).resolve(), arguments.folder)
    sys.stdout.write(f"{arguments.folder.name}: {len(names)} files and ro-crate-metadata.json\n")
    return 0
