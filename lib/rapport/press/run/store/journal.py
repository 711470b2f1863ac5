"""A run's log for those who look after it: what was executed or failed, and what it cost.

One JSON object a line in `logs/runs/<number>.jsonl` of the store, written as tasks are settled, so
a run that is killed leaves its lines. Nothing of a customer is in it and no message: of an error
the class, of a task its id, key, reason and what its kernel took. A run that only reuses has none.
"""

import json
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rapport.press.run.tasks import Result

KEPT = 100
SUFFIX = ".jsonl"


class Journal:
    """The log of one run, begun with its first line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = time.monotonic()
        self._path: Path | None = None

    def note(self, result: Result) -> None:
        """Add a line about a task that was executed or failed."""
        if result.status not in ("executed", "failed"):
            return
        if self._path is None:
            self._path = _begin(self._folder)
        line = json.dumps(_describe(result, time.monotonic() - self._began), ensure_ascii=False)
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(line + "\n")


def _describe(result: Result, since: float) -> dict[str, Any]:
    return {
        "task": result.task.id,
        "status": result.status,
        "reason": result.reason,
        "key": result.key,
        "error": result.error and result.error.class_name,
        "since": round(since, 3),
        "seconds": round(result.seconds, 3),
        "cpu_seconds": result.cpu_seconds and round(result.cpu_seconds, 3),
        "peak_bytes": result.peak_bytes,
        "kernel": result.kernel and asdict(result.kernel),
        **({"worker": result.worker} if result.worker else {}),
    }


def _begin(folder: Path) -> Path:
    """Make the file of this run, its number one more than the newest, and drop the oldest."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = sorted(int(p.stem) for p in folder.glob(f"*{SUFFIX}") if p.stem.isdigit())
    for number in numbers[: -KEPT + 1]:
        (folder / _name(number)).unlink(missing_ok=True)
    number = numbers[-1] if numbers else 0
    while True:
        number += 1
        # Another run may begin at the same moment and takes the next number.
        with suppress(FileExistsError):
            path = folder / _name(number)
            path.touch(exist_ok=False)
            return path


def _name(number: int) -> str:
    return f"{number:06}{SUFFIX}"
