"""Locks of the operating system on files: one ends with the process that holds it, however it ends.

Not files that name a process: such a file outlives a kill, its number may belong to another
process by then, and a container's numbers mean nothing outside. A lock passes to children that are
forked without `exec`; the press makes none.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.05  # seconds between two looks at a lock that others hold

if sys.platform == "win32":
    import msvcrt

    # Windows knows no shared locks of this kind: who shares locks one of these bytes, who does
    # not locks all of them.
    SHARES = 64

    def _try_lock(descriptor: int, *, shared: bool) -> bool:
        places = range(SHARES) if shared else (0,)
        return any(_try_bytes(descriptor, at, 1 if shared else SHARES) for at in places)

    def _try_bytes(descriptor: int, at: int, n_bytes: int) -> bool:
        os.lseek(descriptor, at, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, n_bytes)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def try_lock(descriptor: int, *, shared: bool = False, wait: float = 0.0) -> bool:
    """Lock an open file, or tell that others hold it, at once or after `wait` seconds."""
    deadline = time.monotonic() + wait
    while not _try_lock(descriptor, shared=shared):
        if time.monotonic() >= deadline:
            return False
        time.sleep(PAUSE)
    return True


def take(path: Path, *, shared: bool = False, wait: float = 0.0) -> int | None:
    """Make a file if need be and lock it; give its descriptor, or None if others hold it.

    Parameters
    ----------
    path : the file; a link is refused
    shared : together with others who share it
    wait : seconds to wait for others
    """
    deadline = time.monotonic() + wait
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        is_locked = try_lock(descriptor, shared=shared, wait=deadline - time.monotonic())
        if is_locked and is_at(descriptor, path):
            return descriptor
        os.close(descriptor)
        if not is_locked:
            return None


def is_at(descriptor: int, path: Path) -> bool:
    """Tell whether an open file is still the one at a path: whoever held it may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def held(path: Path, *, shared: bool = False, wait: float = 0.0) -> Iterator[bool]:
    """Hold a lock while the block runs; give whether it was to be had."""
    descriptor = take(path, shared=shared, wait=wait)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def drop(descriptor: int, path: Path) -> None:
    """Remove a file that is locked, then let go of it: nobody can lock what is gone."""
    if sys.platform == "win32":
        os.close(descriptor)  # an open file cannot be removed there
        with contextlib.suppress(FileNotFoundError, PermissionError):
            path.unlink()  # not if somebody else has taken it since
        return
    path.unlink(missing_ok=True)
    os.close(descriptor)
