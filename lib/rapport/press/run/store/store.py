"""The content-addressed store: what was made once is never made again.

    objects/<aa>/<sha256>            tables and canonical notebooks
    tasks/<key>.json                 what an execution gave; written after its objects
    last/<digest of the id>.json     the parts of the task's newest key, to say what moved
    current/<unit>[/<period>].json   the tables that a draft reads
    standing/<unit>.json             what says that nothing of a unit has to be planned
    kept/<unit>/                     what the unit's newest ingestion read, for the next one
    logs/<task>.txt  failed/<unit>/  standard error; what is left of a failed chapter
    aside/                           leases: files being written, folders of running tasks
    lock                             shared by runs, kept by `rapport store gc` alone

Every file is written aside and renamed, so any number of processes may share a store and be
killed at any moment: an object is there or not. What a power cut leaves half-written has another
size than its record says and counts as not made.
"""

import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import StoreError
from rapport.press.locks import held
from rapport.press.run.store import leases

logger = logging.getLogger(__name__)

# Nobody edits an object by mistake; some are for this user alone.
PUBLIC, PRIVATE = 0o444, 0o400
WAIT = 30.0  # seconds that a run waits for `rapport store gc`
# What a person can put right, unlike a wrong path: no room or a broken disk; no right to write.
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True)
class Store:
    """The store in the folder `root`, usually `data/store`."""

    root: Path

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Use the store in a run: many may, but none while it is being cleaned.

        What killed runs left aside is removed first.

        Raises
        ------
        StoreError
            The store is being cleaned for longer than half a minute; or the block met a disk that
            is full or cannot be written.
        """
        with self.writing():
            self.root.mkdir(parents=True, exist_ok=True)
            with held(self.root / "lock", shared=True, wait=WAIT) as is_held:
                if not is_held:
                    raise StoreError(
                        f"{self._name}: `rapport store gc` is cleaning it. Wait for that to end, "
                        "then run again."
                    )
                self.sweep()
                yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Have the store to oneself.

        Raises
        ------
        StoreError
            A run is using it.
        """
        with self.writing():
            self.root.mkdir(parents=True, exist_ok=True)
            with held(self.root / "lock") as is_held:
                if not is_held:
                    raise StoreError(
                        f"{self._name}: a run is using the store. Wait for it to end, then try "
                        "again."
                    )
                yield

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Say what a person can do if the store's disk is full or cannot be written.

        Raises
        ------
        StoreError
            In place of the system's error.
        """
        try:
            yield
        except OSError as error:
            name = error.filename
            # What was written to an open file fails without a name.
            is_disk = error.errno in (DISK if name is None else DISK | DENIED)
            if not is_disk or (name and not Path(os.fsdecode(name)).is_relative_to(self.root)):
                raise
            raise StoreError(
                f"{self._name}: the store cannot be written ({error.strerror}). Nothing "
                "half-written is kept, and what was published before is untouched. Make room, or "
                "make it writable, and run again; `rapport store gc --keep 1` removes what newer "
                "executions replaced."
            ) from error

    def sweep(self) -> int:
        """Remove what killed processes left aside, nothing of a living one; give the number."""
        return leases.sweep(self.root / "aside", "")

    def object_path(self, digest: str) -> Path:
        """Give the path at which the object with this digest lies, or would lie."""
        return self.root / "objects" / digest[:2] / digest

    def holds(self, digest: str, size: int) -> bool:
        """Say whether the object is there and whole."""
        # Asked of every object of every task that is planned: no path is made for it.
        try:
            found = os.stat(f"{self.root}/objects/{digest[:2]}/{digest}")  # noqa: PTH116
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size

    def add_bytes(self, content: bytes) -> str:
        """Add an object and return its digest.

        Raises
        ------
        StoreError
            The disk is full or cannot be written; nothing half-written is left.
        """
        digest = hashlib.sha256(content).hexdigest()
        if not self.holds(digest, len(content)):
            # Nobody edits an object by mistake. Elsewhere a read-only file cannot be replaced.
            self._place(content, self.object_path(digest), mode=0o444)
        return digest

    def add_file(self, path: Path, *, mode: int = PUBLIC) -> str:
        """Move a file of this file system into the store and return its digest.

        Raises
        ------
        StoreError
            As `add_bytes`.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self.holds(digest, path.stat().st_size):
            path.unlink()
            return digest
        target = self.object_path(digest)
        with self.writing():
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.name == "posix":
                path.chmod(mode)
            path.replace(target)
        return digest

    def read_task(self, key: str) -> dict[str, Any] | None:
        """Read what the execution with this key gave; None if there was none."""
        return self._read_json(self._task_path(key))

    def write_task(self, key: str, record: Mapping[str, Any]) -> None:
        """Keep what an execution gave. Its objects must be there before."""
        self._write_json(self._task_path(key), record)

    def read_last(self, task_id: str) -> dict[str, Any] | None:
        """Read the parts of the key with which a task was executed last."""
        return self._read_json(self._last_path(task_id))

    def write_last(self, task_id: str, parts: Mapping[str, Any]) -> None:
        """Keep the parts of a task's newest key, and as `key` that key."""
        self._write_json(self._last_path(task_id), parts)

    def note_use(self, task_id: str, key: str, parts: Mapping[str, Any]) -> None:
        """Keep that a task's newest key is one known before; touches no file if it was already.

        A parameter that is set back reuses an old execution, which `collect` must then keep.
        """
        if (self.read_last(task_id) or {}).get("key") == key:
            return
        self.write_last(task_id, {**parts, "key": key})
        with self.writing():
            os.utime(self._task_path(key))

    def list_last_keys(self) -> list[str]:
        """List the newest key of every task."""
        lasts = [self._read_json(path) or {} for path in sorted((self.root / "last").glob("*"))]
        return [last["key"] for last in lasts if "key" in last]

    def read_current(self, unit: str, period: str | None = None) -> dict[str, str]:
        """Read the digests of the tables that a draft of this unit (and period) reads."""
        known = self._read_json(self._current_path(unit, period)) or {"tables": {}}
        return dict(known["tables"])

    def write_current(self, unit: str, tables: Mapping[str, str], *, period: str | None) -> None:
        """Name the tables of the newest complete run; touches no file if they are the same."""
        path = self._current_path(unit, period)
        if not path.is_file() or self.read_current(unit, period) != dict(tables):
            self._write_json(path, {"tables": dict(tables)})

    def read_standing(self, unit: str) -> dict[str, Any] | None:
        """Read what was kept of a unit of which nothing had to be made any more."""
        return self._read_json(self._standing_path(unit))

    def write_standing(self, unit: str, content: Mapping[str, Any]) -> None:
        """Keep how a unit stands; touches no file if that is kept already."""
        if self.read_standing(unit) != content:
            self._write_json(self._standing_path(unit), content)

    def list_paths(self, task_id: str, key: str) -> list[Path]:
        """List the files of a task's newest execution that are no objects."""
        return [self._task_path(key), self._last_path(task_id)]

    def list_current(self, unit: str, periods: Iterable[str]) -> list[Path]:
        """List the files that name the tables of a unit's drafts."""
        return [self._current_path(unit, period) for period in (None, *periods)]

    def read_clock(self) -> int:
        """Read the time, in nanoseconds, by the clock that files of the store are dated by."""
        with self.writing(), tempfile.TemporaryFile(dir=self._aside()) as file:
            return os.fstat(file.fileno()).st_mtime_ns

    def lease_folder(self) -> leases.Lease:
        """Make an empty private folder on the store's file system; it goes with its lease."""
        with self.writing():
            return leases.make_folder(self._aside(), "run-")

    def log_path(self, task_id: str) -> Path:
        """Give the path of what a task wrote to standard error."""
        return self.root / "logs" / (re.sub(r"[^\w.-]", "-", task_id) + ".txt")

    def failed_folder(self, task_id: str) -> Path:
        """Give the folder of what is left of a task that failed."""
        unit, _, rest = task_id.partition("/")
        return self.root / "failed" / unit / rest.replace("/", "-")

    def kept_folder(self, unit: str) -> Path:
        """Give the folder of what a unit's ingestion keeps for the next; it may be removed."""
        return self.root / "kept" / unit

    @property
    def _name(self) -> str:
        return f"{self.root.parent.name}/{self.root.name}"

    def _task_path(self, key: str) -> Path:
        return self.root / "tasks" / f"{key}.json"

    def _last_path(self, task_id: str) -> Path:
        return self.root / "last" / f"{hashlib.sha256(task_id.encode()).hexdigest()}.json"

    def _current_path(self, unit: str, period: str | None) -> Path:
        current = self.root / "current"
        return current / f"{unit}.json" if period is None else current / unit / f"{period}.json"

    def _standing_path(self, unit: str) -> Path:
        return self.root / "standing" / f"{unit}.json"

    def _aside(self) -> Path:
        aside = self.root / "aside"
        aside.mkdir(parents=True, exist_ok=True)
        return aside

    def _read_json(self, path: Path) -> dict[str, Any] | None:
        try:
            known = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except ValueError:
            logger.warning("store: %s/%s is damaged and not used", path.parent.name, path.name)
            return None
        return known if isinstance(known, dict) else None

    def _write_json(self, path: Path, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self._place(f"{text}\n".encode(), path, mode=0o600)

    def _place(self, content: bytes, path: Path, *, mode: int) -> None:
        with self.writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            leases.place(content, path, parent=self._aside(), mode=mode)
