"""Putting a finished folder in its place: whole or not at all, whatever ends the process.

Who changes the reports of a unit holds the lock of the log, so what `finish_points` finds there,
but for folders that are leased, is what a killed process left.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from rapport.press.run.store import leases

NEW, OLD, LINK = ".new-", ".old-", ".link-"


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a private folder beside `target` that takes its place when the block succeeds.

    If the block raises, or the disk is full, the folder is removed and `target` is as it was.
    A target that exists already is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with leases.make_folder(target.parent, NEW) as lease:
        yield lease.folder
        lease.folder.chmod(0o755)
        _swap(target, lease.folder, target.with_name(OLD + target.name))


def point(link: Path, target: Path) -> None:
    """Make `link` lead to `target`, its neighbour's child, in one step.

    Where links cannot be made the folder is copied and renamed twice; a journal names the state,
    and `finish_points` completes it at the next start.
    """
    relative = os.path.relpath(target, link.parent)
    fresh = link.with_name(LINK + link.name)
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(relative, target_is_directory=True)
        if link.is_dir() and not link.is_symlink():  # a copy, made where links were not possible
            _swap(link, fresh, link.with_name(OLD + link.name))
        else:
            fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)
        _point_by_copy(link, target)


def leads(link: Path, folder: Path) -> bool:
    """Tell whether a link, or the copy that stands for one, shows this run."""
    if link.is_symlink():
        return link.resolve() == folder.resolve()
    shown, made = link / "manifest.json", folder / "manifest.json"
    return shown.is_file() and made.is_file() and shown.read_bytes() == made.read_bytes()


def _point_by_copy(link: Path, target: Path) -> None:
    journal = link.with_name(f".{link.name}.journal")
    fresh = link.with_name(f".{link.name}.fresh")
    old = link.with_name(f".{link.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(target, fresh)
    journal.write_text("copied", encoding="ascii")
    _swap(link, fresh, old)
    journal.unlink()


def _swap(target: Path, fresh: Path, old: Path) -> None:
    """Put `fresh` in the place of `target`, which is `old` for a moment.

    Two steps, for Python swaps folders in one nowhere: `finish_points` repairs what is cut off.
    """
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    try:
        fresh.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def finish_points(folder: Path) -> None:
    """Complete what a killed process left half done in a unit's folder of reports."""
    for journal in sorted(folder.glob(".*.journal")):
        name = journal.name.removeprefix(".").removesuffix(".journal")
        fresh, old = folder / f".{name}.fresh", folder / f".{name}.old"
        if fresh.exists():
            _swap(folder / name, fresh, old)
        shutil.rmtree(old, ignore_errors=True)
        journal.unlink()
    for copy in sorted(folder.glob(".*.fresh")):
        shutil.rmtree(copy)  # without a journal: cut off
    for link in sorted(folder.glob(f"{LINK}*")):
        link.unlink()
    for place in (folder, folder / "runs"):
        leases.sweep(place, NEW)
        for old in sorted(place.glob(f"{OLD}*")):
            _put_back(old)


def _put_back(old: Path) -> None:
    target = old.with_name(old.name.removeprefix(OLD))
    if target.exists():
        shutil.rmtree(old)
    else:
        old.replace(target)
