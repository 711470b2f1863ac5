"""A kernel's account: who it is, how it was started, how it ended and what it took.

The provisioner keeps it as a small file in the folder that the press names, because the press may
have to end a kernel whose client was killed, and to say afterwards what happened.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from rapport.press.run.tasks import Kernel

ACCOUNT_VARIABLE = "RAPPORT_KERNEL_ACCOUNT"
"""A folder that gets the account and `kernel.log`."""
NAME = "kernel.json"
LOG = "kernel.log"
OWN = "own.json"
LOST_SERVER = "the fork server ended"


def note(**facts: Any) -> None:
    """Add to the account, if somebody keeps one."""
    folder = os.environ.get(ACCOUNT_VARIABLE)
    if folder is None:
        return
    path = Path(folder) / NAME
    aside = path.with_suffix(".aside")
    aside.write_text(json.dumps(read_account(Path(folder)) | facts), encoding="utf-8", newline="\n")
    aside.replace(path)


def read_account(folder: Path) -> dict[str, Any]:
    """Read the account as far as it was kept; empty before a kernel was launched."""
    path = folder / NAME
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}


def log_path() -> Path | None:
    """Give the file for what a kernel writes to the terminal; None = this process's own."""
    folder = os.environ.get(ACCOUNT_VARIABLE)
    return None if folder is None else Path(folder) / LOG


def name_own(folder: Path, *, uses: Collection[str], allowed: Collection[str]) -> None:
    """Leave word for the server of a run: modules of the package for the kernel of this folder.

    Parameters
    ----------
    uses : those that the chapter itself imports
    allowed : all that its key holds
    """
    own = {"uses": sorted(uses), "allowed": sorted(allowed)}
    (folder / OWN).write_text(json.dumps(own), encoding="utf-8", newline="\n")


def read_own() -> dict[str, list[str]]:
    """Give what `name_own` left; empty where no run has left anything."""
    folder = os.environ.get(ACCOUNT_VARIABLE)
    path = None if folder is None else Path(folder) / OWN
    return dict(json.loads(path.read_bytes())) if path is not None and path.is_file() else {}


def describe_kernel(account: dict[str, Any]) -> Kernel | None:
    """Give the record of a kernel from its account; None if none was launched."""
    if "pid" not in account:
        return None
    return Kernel(
        start=account.get("start", "cold"),
        note=account.get("note", ""),
        exit_status=account.get("exit_status"),
        cpu_seconds=account.get("cpu_seconds"),
        peak_bytes=account.get("peak_bytes"),
    )


def end_kernel(folder: Path) -> None:
    """End the kernel that a task in this folder started, with all its own children."""
    account = read_account(folder)
    if "pid" not in account or account.get("exit_status") is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(account["pid"], signal.SIGKILL)  # a kernel leads a session of its own
        else:
            os.kill(account["pid"], signal.SIGTERM)
