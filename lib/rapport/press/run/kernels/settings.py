"""The settings that the press enforces, in one place, and never takes from around it.

A kernel starts with these and no others that could move a number: threads (a sum's order), the
processor's arithmetic (its rounding), hash seed (a set's order), time zone, locale, backend. Names
and values are part of every execution key. Paths are enforced too, but are no part of a key: they
say where, not what.
"""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.processor import read_settings

SOURCE_ROOT = Path(__file__).parents[4]
SOCKETS_VARIABLE = "RAPPORT_SOCKETS"
"""A folder of the run for the folders of sockets, which its owner removes whatever happens."""
PREFIX = "rapport-"
"""How the folders of sockets begin that lie in the system's temporary folder."""


ENFORCED: Mapping[str, str] = {
    # The size of a terminal, by which pandas and others break text; readline sets it at import.
    "COLUMNS": "80",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "LINES": "24",
    "MKL_NUM_THREADS": "1",
    # Set before pyplot is imported, or figures of a stray `plt.plot` vanish in a warm kernel.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    # The working folder is not on the path: a stray html.py there once broke every kernel.
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "VECLIB_MAXIMUM_THREADS": "1",
    **read_settings(),
}

SIGNING = ("RAPPORT_SIGNING_KEY", "RAPPORT_SIGNING_PASSPHRASE")

OF_WORKERS = (*SIGNING, "RAPPORT_ENGINE_URL")
"""What workers are told and kernels are not: what opens a key, or a server of marts."""

APART = (
    "RAPPORT_SMTP_", "RAPPORT_WEBHOOK_", "RAPPORT_DATABASE_",
    "AWS_ACCESS_KEY", "AWS_SECRET", "AWS_SESSION_TOKEN",
)  # fmt: skip
"""How secrets begin that deliveries and sources need: no chapter sends or fetches anything."""

# Most would change what a chapter does or shows: asserts off, code run at start, other dates.
DROPPED = (
    "LANGUAGE",
    "PYTHONINSPECT",
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "SOURCE_DATE_EPOCH",
    # No chapter signs or makes a mart: neither the key's place nor what opens it is told.
    *OF_WORKERS,
)


@dataclass(frozen=True)
class Conditions:
    """What every execution of a run shares; part of each key."""

    lock: str | None
    """Digest of `requirements.lock`; None in a project without one."""
    python: str
    enforced: Mapping[str, str]


def read_conditions(project: Path) -> Conditions:
    """Read the conditions under which tasks of the project in this folder are executed."""
    lock = project / "requirements.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None
    return Conditions(digest, f"{sys.version_info.major}.{sys.version_info.minor}", ENFORCED)


def kernel_environment(
    ambient: Mapping[str, str], *, private: Path | None = None
) -> dict[str, str]:
    """Give the environment of a kernel: the ambient one, put right.

    Parameters
    ----------
    ambient : usually `os.environ`
    private : a folder of this kernel alone; IPython's profile goes there, so that nobody's
        start-up files run and no two kernels share a history
    """
    environment = {
        name: value
        for name, value in ambient.items()
        if name not in DROPPED and not name.startswith(APART)
    }
    environment |= ENFORCED
    environment["MATPLOTLIBRC"] = str(Path(__file__).with_name("matplotlibrc"))
    if private is not None:
        environment["IPYTHONDIR"] = str(private / "ipython")
    python_path = _python_path(ambient.get("PYTHONPATH", ""))
    environment.pop("PYTHONPATH", None)
    return environment | ({"PYTHONPATH": python_path} if python_path else {})


def _python_path(ambient: str) -> str:
    # Whole paths mean the same once the working folder changes. Ours first, so that a kernel
    # imports the very code that keys are made of; an installed package is found without, and
    # its folder put first would hide the standard library behind other packages.
    ours = [] if SOURCE_ROOT.name in ("site-packages", "dist-packages") else [str(SOURCE_ROOT)]
    whole = [str(Path(entry).absolute()) for entry in ambient.split(os.pathsep) if entry]
    return os.pathsep.join(dict.fromkeys([*ours, *whole]))
