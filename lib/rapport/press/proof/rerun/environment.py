"""The environment of a rerun: the one that the lock names, or the one at hand.

The environment at hand is the lock's if every package that the program leads to is there, every one
that the lock names has its version, every file of them is as its wheel recorded it, and no stray
file would be run as Python starts. Packages beside them are told and let be: nothing that is locked
imports them. Of the lock's packages those may be absent that only development or an extra asks for,
as in an environment made of an archive's wheels. Else an environment
is made of the lock, with its digests, in the rerun's private folder. Nothing is ever installed by a
name found in a report.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path
from typing import NamedTuple

from rapport.errors import UnverifiableError
from rapport.press.proof.requires import follow, index_packages, normalise, split_extras

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(\s*;)?", re.MULTILINE)
# What installs packages is none of the lock's, and ours is compared file by file by itself.
PROGRAM = "rapport-reports"
NOT_LOCKED = ("pip", "setuptools", "wheel", "uv", PROGRAM)
STARTERS = ("*.pth", "sitecustomize.py", "usercustomize.py")
# Left by what makes environments.
OF_TOOLS = ("_virtualenv.pth", "distutils-precedence.pth")
SECONDS = 1800


def read_pins(lock: str) -> dict[str, set[str]]:
    """Read which versions of each package a lock allows; several where platforms differ."""
    pins: dict[str, set[str]] = {}
    for name, version, _ in PIN.findall(lock):
        pins.setdefault(normalise(name), set()).add(version)
    return pins


class Installed(NamedTuple):
    """How the environment at hand compares with the lock, a few words a finding."""

    other: list[str]
    """Packages of another version, missing or altered, and stray files: it is not the lock's."""
    beside: list[str]
    """Packages that the lock does not name."""
    absent: list[str]
    """Packages of the lock that are not there, and that the program does not lead to."""


@cache
def check_at_hand(lock: str) -> Installed:
    """Compare the environment at hand with a lock, once: ten thousand files are read for it."""
    return compare_with_lock(lock, importlib.metadata.distributions())


def compare_with_lock(lock: str, installed: Iterable[Distribution]) -> Installed:
    """Say in what the environment at hand is not the lock's.

    Parameters
    ----------
    lock : its text
    installed : packages; of two of one name the first, which is the one that is imported
    """
    pins = read_pins(lock)
    always = {normalise(name) for name, _, marked in PIN.findall(lock) if not marked}
    packages = index_packages(installed)
    other, beside = [], []
    for name, package in sorted(packages.items()):
        if name in NOT_LOCKED:
            continue
        if name not in pins:
            beside.append(f"{name} {package.version}")
        elif package.version not in pins[name]:
            other.append(f"{name} {package.version}: the lock has {', '.join(sorted(pins[name]))}")
        else:
            other += [f"{name}: {file} was altered" for file in _list_altered(package)]
    absent = always - set(packages)
    missed = absent & _list_needed(packages, always)
    other += [f"{name}: not installed" for name in sorted(missed)]
    return Installed([*other, *_list_stray(packages.values())], beside, sorted(absent - missed))


def _list_needed(packages: Mapping[str, Distribution], always: set[str]) -> set[str]:
    """Name what the program leads to; everything where it is not installed and cannot be asked."""
    program = packages.get(PROGRAM)
    if program is None:
        return always
    plain, extras = split_extras(program.requires or ())
    return follow([*plain, *extras], packages)


def _list_stray(packages: Iterable[Distribution]) -> list[str]:
    """Name files that Python runs as it starts and that no package brought."""
    listed = list(packages)
    claimed = {str(p.locate_file(file)) for p in listed for file in p.files or ()}
    folders = {Path(str(package.locate_file(""))) for package in listed}
    stray = [path for folder in folders for name in STARTERS for path in folder.glob(name)]
    return sorted(f"{path.name}: belongs to no package" for path in stray
                  if str(path) not in claimed and path.name not in OF_TOOLS)  # fmt: skip


def _list_altered(package: Distribution) -> Iterator[str]:
    for file in package.files or ():
        if file.hash is None or file.hash.mode != "sha256":
            continue
        path = Path(str(package.locate_file(file)))
        if not path.is_file() or _spell_digest(path) != file.hash.value:
            yield str(file)


def _spell_digest(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def make_environment(lock: Path, folder: Path) -> str:
    """Install the lock into a virtual environment of its own and give its interpreter.

    Raises
    ------
    UnverifiableError
        A package cannot be had any more, or has another digest.
    """
    place = folder / "env"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    uv = shutil.which("uv")
    if uv:
        steps = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes",
             "--no-config", "-r", str(lock)],
        ]  # fmt: skip
    else:
        steps = [
            [sys.executable, "-m", "venv", str(place)],
            [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)],
        ]
    for step in steps:
        why = _install(step)
        if why:
            raise UnverifiableError(
                f"{lock.name}: cannot be installed any more ({why}). Use an archive of the run, or "
                "`--env current`, which gives grade C at best."
            )
    return str(python)


def _install(step: Sequence[str]) -> str:
    """Do one step; give why it failed, empty where it did not."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words and a file of the project
            step, capture_output=True, encoding="utf-8", errors="replace", check=False,
            timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS // 60} minutes"
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    told = [line for line in lines if not line.lower().startswith("hint")]
    return "" if not done.returncode else told[-1][:200] if told else "no word why"
