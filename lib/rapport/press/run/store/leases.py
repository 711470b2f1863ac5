"""Private files and folders that belong to a living process, and can be told from orphans.

A lease is a file `*.lease` that its owner keeps locked; a folder of the same name may stand beside
it. Who finds the lock free knows that the owner is gone and may remove both. The lease is made
before its folder and removed after it, so a process killed at any moment leaves nothing that a
sweep does not find, and a sweep touches nothing that has no lease. The file stands beside the
folder and not in it, because a folder may be renamed into a report and must then hold no more
than that.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from rapport.press.locks import drop, is_at, try_lock

SUFFIX = ".lease"


class Lease:
    """A private folder that nobody sweeps before this process closes it or ends."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor: int | None = descriptor
        self._path = path
        self.folder = path.with_name(path.name.removesuffix(SUFFIX))

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder, if it is still there, and let go of it.

        What cannot be removed now, because a process still writes there, is left to a sweep.
        """
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            _remove(descriptor, self._path)


def make_folder(parent: Path, prefix: str) -> Lease:
    """Make an empty folder that only this user can enter, named `prefix` and a random part."""
    while True:
        descriptor, path = _make_lease(parent, prefix)
        lease = Lease(descriptor, path)
        try:
            lease.folder.mkdir(mode=0o700)
        except BaseException as error:
            drop(descriptor, path)  # not closed: a folder of that name would be somebody else's
            if not isinstance(error, FileExistsError):
                raise
        else:
            return lease


def sweep(parent: Path, prefix: str) -> int:
    """Remove what processes that are gone have left; give how many leases those were.

    Costs one look into the folder if there are none. Safe beside any number of processes that
    sweep and make leases; what belongs to other users is left alone and no link is followed.
    """
    try:
        with os.scandir(parent) as entries:
            found = [Path(e.path) for e in entries if _is_lease(e, prefix)]
    except FileNotFoundError:
        return 0
    return sum(remove(path) for path in sorted(found))


def remove(path: Path, *, wait: float = 0.0) -> bool:
    """Remove a lease, given as its file or its folder, if nobody holds it; tell whether it went.

    Parameters
    ----------
    wait : seconds for an owner that is just ending to let go
    """
    path = path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:  # gone since, or not ours to open
        return False
    if try_lock(descriptor, wait=wait) and is_at(descriptor, path):
        return _remove(descriptor, path)
    os.close(descriptor)
    return False


def is_left(path: Path) -> bool:
    """Tell whether a lease, given as its folder, is still there."""
    return path.with_name(path.name + SUFFIX).exists()


def place(content: bytes, target: Path, *, parent: Path, mode: int = 0o600) -> None:
    """Write a file whole: aside, as a lease in `parent`, then renamed to `target`."""
    while not _place_once(content, target, parent, mode):
        pass


def _place_once(content: bytes, target: Path, parent: Path, mode: int) -> bool:
    descriptor, path = _make_lease(parent, "file-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if sys.platform != "win32":
                os.fchmod(descriptor, mode)
                path.replace(target)
                return True
        # An open file cannot be renamed there, and what is closed may be swept.
        with contextlib.suppress(FileNotFoundError):
            path.replace(target)
            return True
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return False


def _make_lease(parent: Path, prefix: str) -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=SUFFIX, dir=parent)
        # A sweep may have seen the file before it was locked.
        if try_lock(descriptor) and is_at(descriptor, Path(name)):
            return descriptor, Path(name)
        os.close(descriptor)


def _is_lease(entry: os.DirEntry[str], prefix: str) -> bool:
    if not (entry.name.startswith(prefix) and entry.name.endswith(SUFFIX)):
        return False
    return entry.is_file(follow_symlinks=False) and _is_ours(Path(entry.path))


def _is_ours(path: Path) -> bool:
    if sys.platform == "win32":
        return True  # the folder for temporary files is each user's own there
    try:
        return path.lstat().st_uid == os.geteuid()
    except FileNotFoundError:
        return False


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and _is_ours(path)


def _remove(descriptor: int, path: Path) -> bool:
    """Remove a lease that we hold, after its folder; keep it as long as the folder is there."""
    folder = path.with_name(path.name.removesuffix(SUFFIX))
    if _is_own_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)
    if _is_own_folder(folder):
        os.close(descriptor)
        return False
    drop(descriptor, path)
    return True
