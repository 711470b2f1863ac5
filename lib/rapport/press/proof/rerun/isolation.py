"""A process without network, and without anything of whoever starts it.

Two ways, both used where both are to be had: a network of its own with nothing in it, which Linux
gives to anybody, and a hook in every interpreter that refuses to go out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

WAYS = (("--user", "--map-current-user", "--net"), ("--user", "--map-root-user", "--net"))
GUARD = Path(__file__).with_name("unplugged")
# What a process cannot do without, on any system.
KEPT = (
    "PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "COMSPEC",
    "PATHEXT", "NUMBER_OF_PROCESSORS",
)  # fmt: skip
SECONDS = 60  # until a way that does not answer counts as none
NAMESPACE, HOOK = "namespace", "hook"


class Isolation(NamedTuple):
    """How the network is off."""

    way: str
    """`namespace`: the system gives it none; `hook`: each interpreter refuses to go out."""
    prefix: tuple[str, ...]
    """What the command begins with."""


def find_isolation(python: str) -> Isolation:
    """Find the strongest way that works here; it is tried, not guessed."""
    unshare = shutil.which("unshare") if os.name == "posix" else None
    for way in WAYS if unshare else ():
        prefix = (str(unshare), *way, "--")
        if _works([*prefix, python, "-c", ""]):
            return Isolation(NAMESPACE, prefix)
    return Isolation(HOOK, ())


def _works(command: Sequence[str]) -> bool:
    try:
        tried = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def make_environment(
    ambient: Mapping[str, str], *, folder: Path, paths: Sequence[Path]
) -> dict[str, str]:
    """Give the environment of a rerun: little of the ambient one, homes of its own.

    Parameters
    ----------
    ambient : usually `os.environ`
    folder : private; home and temporary files go there
    paths : where Python looks for modules, behind the hook
    """
    home, temporary = folder / "home", folder / "tmp"
    for made in (home, temporary):
        made.mkdir(exist_ok=True)
    python_path = os.pathsep.join(str(path) for path in (GUARD, *paths))
    return {
        **{name: ambient[name] for name in KEPT if name in ambient},
        "HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"), "TMPDIR": str(temporary), "TEMP": str(temporary),
        "TMP": str(temporary), "PYTHONPATH": python_path, "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1", "NO_PROXY": "*",
    }  # fmt: skip
