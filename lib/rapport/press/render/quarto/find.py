"""Where Quarto is, and which version it is."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.errors import ParameterError

VARIABLE = "QUARTO_PATH"
OLDEST = (1, 4)
"""The first version that renders Typst; contract tests say which ones were tried."""
PATIENCE = 30.0  # seconds for `quarto --version`, which a shell answers
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)?")


@dataclass(frozen=True)
class Quarto:
    """An installed Quarto."""

    program: str
    version: str


def find_quarto(environment: Mapping[str, str]) -> Quarto:
    """Find Quarto: where `QUARTO_PATH` says, on the path, else in the package `quarto-cli`.

    Raises
    ------
    ParameterError
        There is none, it does not say its version, or it is older than 1.4.
    """
    named = environment.get(VARIABLE)
    program = named or shutil.which("quarto", path=environment.get("PATH")) or _packaged()
    if program is None:
        raise ParameterError(
            f"--renderer quarto: Quarto was not found ({VARIABLE} unset, not on PATH). Install it "
            f"(`pip install quarto-cli`, or a package of your system), or set {VARIABLE}."
        )
    version = _ask_version(program)
    if version is None:
        raise ParameterError(
            f"--renderer quarto: {Path(program).name} does not say its version. Set {VARIABLE} to "
            "the program `quarto`."
        )
    numbers = _VERSION.match(version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise ParameterError(
            f"--renderer quarto: is version {version[:20]}; 1.4 or newer is needed. Update it."
        )
    return Quarto(program, version)


def _packaged() -> str | None:
    found = importlib.util.find_spec("quarto_cli")
    folders = (found.submodule_search_locations or []) if found else []
    places = (Path(folder) / "bin" / "quarto" for folder in folders)
    return next((str(place) for place in places if place.is_file()), None)


def _ask_version(program: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user named
            [program, "--version"], capture_output=True, encoding="utf-8", errors="replace",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.split()
    return lines[0] if done.returncode == 0 and lines else None
