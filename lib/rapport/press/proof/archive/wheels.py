"""The packages that a run needs, as files that Python's own installer takes without a network.

They come from whatever index the user's pip is configured for, each with a digest of the lock. A
package that has no wheel is built once, here, from the sdist that the lock names; both are kept.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapport.errors import UnverifiableError
from rapport.press.proof.archive.locked import Pin, read_file_name
from rapport.press.proof.archive.names import PINNED, SDISTS, WHEELS
from rapport.press.proof.requires import (
    EXTRAS,
    follow,
    index_packages,
    read_name,
    split_extras,
)

# Zip cannot name an earlier moment; without it a built wheel holds the time of its making.
EPOCH = "315532800"
WITHOUT = "Make the archive with --no-wheels, or see that pip reaches your index."


@dataclass(frozen=True)
class Wheelhouse:
    """Files of packages by their name in the archive, and which of them were built."""

    files: Mapping[str, Path | bytes]
    built: Mapping[str, str]


def list_needed(project: Path, pins: Sequence[Pin]) -> list[Pin]:
    """Name every package that the project needs to run, as it is installed here.

    Parameters
    ----------
    project : its folder; what it asks for stands in its `pyproject.toml`, or, where it was made
        from an installed program, in what is installed
    pins : of the lock

    Raises
    ------
    UnverifiableError
        A package is not installed in the version that the lock names.
    """
    packages = index_packages(importlib.metadata.distributions())
    wanted, extras = _read_asked(project)
    wanted += [need for need in extras if read_name(need) in packages]
    known = {(pin.name, pin.version): pin for pin in pins}
    first = {read_name(need) for need in wanted}
    # What something else would need on another system is not installed.
    found = {name for name in follow(wanted, packages) if name in packages or name in first}
    needed = {name: packages[name].version if name in packages else None for name in found}
    strange = [name for name, version in needed.items() if (name, version) not in known]
    if strange:
        raise UnverifiableError(
            f"archive: {', '.join(strange[:3])} and {len(strange) - 1} more are not installed as "
            "the lock names them. Install requirements.lock, then try again, or use --no-wheels."
            if len(strange) > 1
            else f"archive: {strange[0]} is not installed as the lock names it. Install "
            "requirements.lock, then try again, or use --no-wheels."
        )
    return [known[name, version or ""] for name, version in sorted(needed.items())]


def _read_asked(project: Path) -> tuple[list[str], list[str]]:
    """Give what the program asks for, and what of `EXTRAS` it would take."""
    path = project / "pyproject.toml"
    if path.is_file():
        asked = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        optional = asked.get("optional-dependencies", {})
        return list(asked["dependencies"]), [n for extra in EXTRAS for n in optional.get(extra, ())]
    return split_extras(importlib.metadata.requires("rapport-reports") or [])


def fetch(needed: Sequence[Pin], folder: Path) -> Wheelhouse:
    """Download the wheels of these packages and build those that have none.

    Parameters
    ----------
    needed : see `list_needed`
    folder : an empty one, which holds the files afterwards

    Raises
    ------
    UnverifiableError
        There is no pip, or it cannot get or build a package.
    """
    asked = folder / "asked.txt"
    asked.write_text("".join(_spell(pin, pin.hashes) for pin in needed), encoding="utf-8")
    got = folder / "got"
    _pip("download", "--no-deps", "--require-hashes", "-d", str(got), "-r", str(asked))
    built = {}
    for sdist in sorted(path for path in got.iterdir() if path.suffix != ".whl"):
        built[_build(sdist, got)] = sdist.name
    wheels = {path.name: path for path in sorted(got.glob("*.whl"))}
    listed = [(read_file_name(name), path) for name, path in wheels.items()]
    pinned = "".join(
        _spell(Pin(*package, frozenset()), [_digest(path)])
        for package, path in sorted(listed, key=lambda item: item[0] or ("", ""))
        if package is not None
    )
    return Wheelhouse(
        {
            PINNED: pinned.encode("ascii"),
            **{WHEELS + name: path for name, path in wheels.items()},
            **{SDISTS + name: got / name for name in built.values()},
        },
        built,
    )


def _build(sdist: Path, into: Path) -> str:
    """Build the wheel of a package that has none, and give its name."""
    before = {path.name for path in into.glob("*.whl")}
    _pip("wheel", "--no-deps", "-w", str(into), str(sdist))
    (name,) = {path.name for path in into.glob("*.whl")} - before
    return name


def _spell(pin: Pin, hashes: Iterable[str]) -> str:
    lines = [f"{pin.name}=={pin.version}", *(f"    --hash=sha256:{h}" for h in sorted(hashes))]
    return " \\\n".join(lines) + "\n"


def _pip(*words: str) -> None:
    settings = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    done = subprocess.run(  # noqa: S603 - pip, and paths of our own
        [*_find_pip(), *words, "--disable-pip-version-check", "-q"],
        env=settings, capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")][-1:]
        said = last[0].removeprefix("ERROR: ")[:200] if last else f"exit code {done.returncode}"
        raise UnverifiableError(f"archive: pip {words[0]} failed: {said}. {WITHOUT}")


def _find_pip() -> list[str]:
    """Find pip for this Python: installed, the one that Python brings along, or brought by uv."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("ensurepip") is not None:
        brought = Path(str(importlib.resources.files("ensurepip"))) / "_bundled"
        for wheel in sorted(brought.glob("pip-*.whl")):
            return [sys.executable, str(wheel / "pip")]
    uv = shutil.which("uv")
    if uv is None:
        raise UnverifiableError(f"archive: there is neither pip nor uv here. {WITHOUT}")
    return [uv, "run", "--no-project", "-q", "--with", "pip", "--python", sys.executable,
            "python", "-m", "pip"]  # fmt: skip


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
