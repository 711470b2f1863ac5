"""What a person who waits sees: plain lines, and why something failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from rapport.errors import exit_code_for
from rapport.press.run.tasks import ChapterTask, Event, Result

BUG = 1  # whatever else a person can put right says so itself and needs no traceback


class Progress:
    """A listener of the press that writes one line a chapter."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Write a line about what happened to a chapter; tables are silent unless they fail."""
        is_chapter = isinstance(event.task, ChapterTask)
        if event.kind in ("started", "cell") or (not is_chapter and event.kind != "failed"):
            return
        result = event.result
        seconds = f", {result.seconds:.1f} s" if result and event.kind == "executed" else ""
        # Why something failed is told once, at the end, and whole.
        reason = f" ({event.text})" if event.text and event.kind != "failed" else ""
        self._write(
            f"[{event.n_settled}/{event.n_tasks}] {event.task.id}: {event.kind}{reason}{seconds}"
        )

    def close(self, results: Mapping[str, Result]) -> None:
        """Say how many chapters ran, and everything about those that failed."""
        for result in results.values():
            if result.error is not None:
                self._say_failure(result)
            for warning in result.warnings:
                self._write(f"{result.task.id}: {warning}")
        chapters = [r for r in results.values() if isinstance(r.task, ChapterTask)]
        counts = {
            status: sum(result.status == status for result in chapters)
            for status in ("executed", "reused", "failed", "stopped")
        }
        said = ", ".join(f"{n} {status}" for status, n in counts.items() if n)
        self._write(f"chapters: {said or 'none'}")

    def _say_failure(self, result: Result) -> None:
        error = result.error
        assert error is not None
        where = f", cell {error.cell}" if error.cell else ""
        self._write(f"{result.task.id}{where}: {error.class_name}: {error.message}")
        if exit_code_for(error.class_name) == BUG:
            for line in error.traceback:
                self._write(f"    {line}")
        if error.partial:
            self._write(f"    as far as it came: {error.partial}")
        if error.command:
            self._write(f"    to go on: {error.command}")

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()
