"""The processes of one run, found by a variable of its environment, and what each of them is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "RUN_OF_A_TEST"
"""All processes of a run inherit it; what it holds tells their run from others."""


@dataclass(frozen=True)
class Process:
    """A living process."""

    pid: int
    parent: int
    folder: Path
    """In which it works."""
    command: str


def find_processes(mark: str) -> list[Process]:
    """Give every living process whose environment holds the mark."""
    wanted = f"{VARIABLE}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(_read(entry))
            except OSError:  # it has just ended, or is another user's
                continue
    return found


def _read(entry: Path) -> Process:
    # The name stands in brackets and may hold anything.
    parent = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return Process(int(entry.name), int(parent), (entry / "cwd").readlink(), command)


def find_command(living: list[Process], command: int) -> list[Process]:
    """Give the process that a person started."""
    return [one for one in living if one.pid == command]


def find_server(living: list[Process], command: int) -> list[Process]:
    """Give the fork server; what it has only just forked sits in its folder, too."""
    return [one for one in living if _is_in_sockets(one) and one.parent == command]


def find_kernels(living: list[Process], command: int) -> list[Process]:
    """Give the processes that execute chapters."""
    return [one for one in living if one.pid == _kernel_of(_task_folder(one))]


def find_workers(living: list[Process], command: int) -> list[Process]:
    """Give the workers, at work or not."""
    at_work = [one for one in living if _task_folder(one) is not None]
    # Multiprocessing keeps a helper beside those that it starts.
    idle = [
        one
        for one in living
        if one not in at_work
        and not _is_in_sockets(one)
        and one.pid != command
        and "resource_tracker" not in one.command
    ]
    return [*idle, *find_workers_at_chapters(living, command)]


def find_workers_at_chapters(living: list[Process], command: int) -> list[Process]:
    """Give the workers that execute a chapter, which sit in its folder, as its kernel does."""
    folders: dict[Path, list[Process]] = {}
    for one in living:
        folder = _task_folder(one)
        if folder is not None:
            folders.setdefault(folder, []).append(one)
    # The worker is there first, so who is alone is no kernel that its account does not name yet.
    return [
        one
        for folder, both in folders.items()
        for one in both
        if one.pid != _kernel_of(folder) and (len(both) == 1 or _kernel_of(folder))
    ]


def _is_in_sockets(process: Process) -> bool:
    return process.folder.name.startswith("rapport-")


def _task_folder(process: Process) -> Path | None:
    folder = process.folder.parent if process.folder.name == "here" else process.folder
    return folder if folder.parent.name.startswith("run-") else None


def _kernel_of(folder: Path | None) -> int | None:
    try:
        return None if folder is None else json.loads((folder / "kernel.json").read_bytes())["pid"]
    except FileNotFoundError:
        return None


def find_sockets(folder: Path) -> list[str]:
    """Give the addresses below a folder on which some process listens, or is connected."""
    lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.split()[-1] for line in lines if str(folder) in line]


def wait_until(is_so: Callable[[], bool], *, seconds: float = 60) -> bool:
    """Wait until something is so; say whether it came."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True
