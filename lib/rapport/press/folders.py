"""Putting a finished folder in its place: whole or not at all, whatever ends the process."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a private folder beside `target` that takes its place when the block succeeds.

    If the block raises, or the disk is full, the folder is removed and `target` is as it was.
    A target that exists already is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".new-{os.getpid()}-", dir=target.parent))
    try:
        yield aside
        aside.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
            target.replace(old / target.name)
            aside.replace(target)
            shutil.rmtree(old)
        else:
            aside.replace(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def point(link: Path, target: Path) -> None:
    """Make `link` lead to `target`, its neighbour's child, in one step.

    Where links cannot be made the folder is copied and renamed twice; a journal names the state,
    and `finish_points` completes it at the next start.
    """
    relative = os.path.relpath(target, link.parent)
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(relative, target_is_directory=True)
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)
        _point_by_copy(link, target)


def _point_by_copy(link: Path, target: Path) -> None:
    journal = link.with_name(f".{link.name}.journal")
    fresh = link.with_name(f".{link.name}.fresh")
    old = link.with_name(f".{link.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(target, fresh)
    journal.write_text("copied", encoding="ascii")
    _swap(link, fresh, old)
    journal.unlink()


def _swap(link: Path, fresh: Path, old: Path) -> None:
    if fresh.exists():
        shutil.rmtree(old, ignore_errors=True)
        if link.exists():
            link.replace(old)
        fresh.replace(link)
    shutil.rmtree(old, ignore_errors=True)


def finish_points(folder: Path) -> None:
    """Complete what a killed process left half done in a unit's folder of reports."""
    for journal in sorted(folder.glob(".*.journal")):
        name = journal.name.removeprefix(".").removesuffix(".journal")
        _swap(folder / name, folder / f".{name}.fresh", folder / f".{name}.old")
        journal.unlink()
    for left in sorted(folder.glob(".*")):
        _, dot, process = left.name[1:].rpartition(".")
        if left.is_symlink() and dot and process.isdigit() and is_gone(int(process)):
            left.unlink()
    for runs in (folder, folder / "runs"):
        for left in sorted(runs.glob(".new-*-*")):
            if is_gone(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)


def is_gone(process: int) -> bool:
    """Tell whether a process surely no longer lives; elsewhere than on POSIX nobody can say."""
    if os.name != "posix":
        return False  # os.kill(pid, 0) would end the process there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
