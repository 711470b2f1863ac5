"""The content-addressed store: what was made once is never made again.

    objects/<aa>/<sha256>            tables and canonical notebooks
    tasks/<key>.json                 what an execution gave; written after its objects
    last/<digest of the id>.json     the parts of the task's newest key, to say what moved
    current/<unit>[/<period>].json   the tables that a draft reads
    logs/<key>.txt  failed/<unit>/   standard error; what is left of a failed chapter
    aside/                           files being written, folders of running tasks

Every file is written aside and renamed, so any number of processes may share a store and be
killed at any moment: an object is there or not. What a power cut leaves half-written has another
size than its record says and counts as not made.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """The store in the folder `root`, usually `data/store`."""

    root: Path

    def object_path(self, digest: str) -> Path:
        """Give the path at which the object with this digest lies, or would lie."""
        return self.root / "objects" / digest[:2] / digest

    def holds(self, digest: str, size: int) -> bool:
        """Say whether the object is there and whole."""
        path = self.object_path(digest)
        return path.is_file() and path.stat().st_size == size

    def add_bytes(self, content: bytes) -> str:
        """Add an object and return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.holds(digest, len(content)):
            self._place(self._write_aside(content), self.object_path(digest), is_object=True)
        return digest

    def add_file(self, path: Path) -> str:
        """Move a file of this file system into the store and return its digest."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self.holds(digest, path.stat().st_size):
            path.unlink()
        else:
            self._place(path, self.object_path(digest), is_object=True)
        return digest

    def read_task(self, key: str) -> dict[str, Any] | None:
        """Read what the execution with this key gave; None if there was none."""
        return self._read_json(self.root / "tasks" / f"{key}.json")

    def write_task(self, key: str, record: Mapping[str, Any]) -> None:
        """Keep what an execution gave. Its objects must be there before."""
        self._write_json(self.root / "tasks" / f"{key}.json", record)

    def read_last(self, task_id: str) -> dict[str, Any] | None:
        """Read the parts of the key with which a task was executed last."""
        return self._read_json(self._last_path(task_id))

    def write_last(self, task_id: str, parts: Mapping[str, Any]) -> None:
        """Keep the parts of a task's newest key."""
        self._write_json(self._last_path(task_id), parts)

    def read_current(self, unit: str, period: str | None = None) -> dict[str, str]:
        """Read the digests of the tables that a draft of this unit (and period) reads."""
        known = self._read_json(self._current_path(unit, period)) or {"tables": {}}
        return dict(known["tables"])

    def write_current(self, unit: str, tables: Mapping[str, str], *, period: str | None) -> None:
        """Name the tables of the newest complete run; touches no file if they are the same."""
        path = self._current_path(unit, period)
        if not path.is_file() or self.read_current(unit, period) != dict(tables):
            self._write_json(path, {"tables": dict(tables)})

    def make_folder(self) -> Path:
        """Make an empty private folder on the store's file system."""
        aside = self.root / "aside"
        aside.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="run-", dir=aside))

    def _last_path(self, task_id: str) -> Path:
        return self.root / "last" / f"{hashlib.sha256(task_id.encode()).hexdigest()}.json"

    def _current_path(self, unit: str, period: str | None) -> Path:
        current = self.root / "current"
        return current / f"{unit}.json" if period is None else current / unit / f"{period}.json"

    def _read_json(self, path: Path) -> dict[str, Any] | None:
        if not path.is_file():
            return None
        try:
            known = json.loads(path.read_bytes())
        except ValueError:
            logger.warning("store: %s/%s is damaged and not used", path.parent.name, path.name)
            return None
        return known if isinstance(known, dict) else None

    def _write_json(self, path: Path, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self._place(self._write_aside(f"{text}\n".encode()), path, is_object=False)

    def _write_aside(self, content: bytes) -> Path:
        aside = self.root / "aside"
        aside.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=aside)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return Path(name)

    def _place(self, aside: Path, path: Path, *, is_object: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_object and os.name == "posix":
            # Nobody edits an object by mistake. Elsewhere a read-only file cannot be replaced.
            aside.chmod(0o444)
        aside.replace(path)
