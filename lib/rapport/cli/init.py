"""`rapport init DIR`: a project with the chapters, parameters of the sample units, and the lock."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rapport.assets.files import asset_path
from rapport.errors import ParameterError, RapportError

PROJECT = "project"
# What the wheel takes along of the repository, and a checkout has at its root. Named one by one:
# a folder of parameters may hold addresses of people.
FILES = (
    "notebooks",
    "params/_defaults.yml",
    "params/sample-retail.yml",
    "params/sample-retail.actions.yml",
    "params/sample-mall.yml",
    "params/sample-mall.actions.yml",
    "params/sample-saas.yml",
    "params/notes/sample-retail",
    "requirements.lock",
)
OWN = {"noxfile.txt": "noxfile.py", "gitignore.txt": ".gitignore"}
KEPT_OUT = (".*", "__pycache__")


def init(arguments: argparse.Namespace) -> int:
    """Make a project in a folder that is not there yet, or empty: whole or not at all."""
    target: Path = arguments.folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ParameterError(f"{target.name}: is there and not empty. Name a new folder.")
    source = _find_source()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".rapport-", dir=target.parent) as aside:
            fresh = Path(aside) / "project"
            _fill(fresh, source)
            if target.exists():
                target.rmdir()
            fresh.rename(target)
    except OSError as error:
        raise RapportError(
            f"{target.name}: cannot be made ({error.strerror}). Name a folder that can be written."
        ) from error
    sys.stdout.write(
        f"{target}: made. Next:\n"
        f"  cd {target} && rapport doctor\n"
        "  rapport run sample-retail\n"
        "  rapport new unit NAME --from FILE ...\n"
    )
    return 0


def _find_source() -> Path:
    packed, root = asset_path(PROJECT), asset_path().parents[2]
    for folder in (packed, root):
        if all((folder / name).exists() for name in FILES):
            return folder
    raise RapportError("the package is not whole: it lacks the chapters. Install it again.")


def _fill(folder: Path, source: Path) -> None:
    for name in FILES:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, place, ignore=shutil.ignore_patterns(*KEPT_OUT))
        else:
            shutil.copyfile(source / name, place)
    for name, own in OWN.items():
        shutil.copyfile(asset_path(PROJECT, name), folder / own)
    (folder / "data" / "raw").mkdir(parents=True)
