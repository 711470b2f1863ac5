"""What whoever waits for a run sees: bars on a terminal, plain lines or JSON lines elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import TracebackType
from typing import Any, Protocol, TextIO

from rapport.cli.closing import (
    describe_failure,
    is_report,
    lay_out,
    sum_up,
    tell_failures,
)
from rapport.press.run.tasks import ChapterTask, Event, ReportTask, Result, Task, name_of

DUMB = ("dumb", "unknown")


class View(Protocol):
    """One way to show a run."""

    def show(self, event: Event) -> None:
        """Take in what happened."""

    def close(self, results: Mapping[str, Result]) -> None:
        """Say what became of everything; nothing happens after it."""

    def end(self) -> None:
        """Leave the screen in order, whatever happened. May be called twice."""


class Progress:
    """A listener of the press.

    As a context it leaves the screen in order after an interrupt or an error as well.

    Parameters
    ----------
    stream : bars are drawn if it is a terminal that can move its cursor
    as_json : one JSON object a line instead, wherever the stream leads
    """

    def __init__(self, stream: TextIO, *, as_json: bool = False) -> None:
        self._view: View
        if as_json:
            self._view = JsonLines(stream)
        elif can_draw(stream):
            # Rich takes a twentieth of a second to import: only who sees it pays.
            from rapport.cli.bars import Bars  # noqa: PLC0415

            self._view = Bars(stream)
        else:
            self._view = PlainLines(stream)

    def __call__(self, event: Event) -> None:
        """Show what happened to a task."""
        self._view.show(event)

    def close(self, results: Mapping[str, Result]) -> None:
        """Show what became of every task, and everything about those that failed."""
        self._view.close(results)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._view.end()


def can_draw(stream: TextIO) -> bool:
    """Say whether lines of a stream can be drawn over."""
    # A POSIX terminal that says nothing of itself is taken for one that cannot.
    kind = os.environ.get("TERM", "" if os.name == "nt" else DUMB[0])
    return stream.isatty() and kind.lower() not in DUMB


def word_for(event: Event) -> str:
    """Say in a word what happened: a report is rendered and a gate passed, not executed."""
    if event.kind != "executed" or not isinstance(event.task, ReportTask):
        return event.kind
    return "rendered" if is_report(event.task) else "passed"


class PlainLines:
    """One line for each chapter and report that is settled."""

    def __init__(self, stream: TextIO) -> None:
        self._write = _writer(stream)

    def show(self, event: Event) -> None:
        """Write a line; tables are silent unless they fail."""
        is_silent = not isinstance(event.task, ChapterTask | ReportTask) and event.kind != "failed"
        if event.kind in ("started", "cell") or is_silent:
            return
        word, result = word_for(event), event.result
        # Why something failed is told once, at the end, and whole.
        reason = f" ({event.text})" if event.text and event.kind != "failed" else ""
        seconds = f", {result.seconds:.1f} s" if result and event.kind == "executed" else ""
        kernel = result.kernel if result else None
        note = f", {kernel.start} kernel: {kernel.note}" if kernel and kernel.note else ""
        self._write(
            f"[{event.n_settled}/{event.n_tasks}] {event.task.id}: {word}{reason}{seconds}{note}"
        )

    def close(self, results: Mapping[str, Result]) -> None:
        """Write the closing table, then what failed."""
        for line in [*lay_out(results.values()), *tell_failures(results.values())]:
            self._write(line)

    def end(self) -> None:
        """Leave everything as it is: each line is whole."""


class JsonLines:
    """One JSON object a line for every event; `docs/scheduling.md` says its fields."""

    def __init__(self, stream: TextIO) -> None:
        self._write = _writer(stream)

    def show(self, event: Event) -> None:
        """Write an event."""
        self._write(_as_json(describe_event(event)))

    def close(self, results: Mapping[str, Result]) -> None:
        """Write the warnings, then what was done for each unit and period."""
        for result in results.values():
            for warning in result.warnings:
                described = {"kind": "warning", **_describe_task(result.task), "message": warning}
                self._write(_as_json(described))
        *rows, total = (asdict(row) for row in sum_up(results.values()))
        del total["unit"], total["period"]
        self._write(_as_json({"kind": "closed", **total, "rows": rows}))

    def end(self) -> None:
        """Leave everything as it is: each line is whole."""


def describe_event(event: Event) -> dict[str, Any]:
    """Give an event as JSON values; what does not apply to its kind is left out."""
    described: dict[str, Any] = {
        "kind": word_for(event),
        **_describe_task(event.task),
        "n_settled": event.n_settled,
        "n_tasks": event.n_tasks,
    }
    if event.kind == "cell":
        return described | {"cell": event.cell, "n_cells": event.n_cells}
    if event.kind != "failed":
        described["reason"] = event.text
    if event.result is not None:
        described |= _describe_result(event.result)
    return described


def _describe_task(task: Task) -> dict[str, Any]:
    kinds = ((ChapterTask, "chapter"), (ReportTask, "report"))
    kind = next((name for of, name in kinds if isinstance(task, of)), "table")
    return {"unit": task.unit, "period": task.period, "task": task.id, kind: name_of(task)}


def _describe_result(result: Result) -> dict[str, Any]:
    described: dict[str, Any] = {"key": result.key}
    if result.error is not None:
        described["error"] = describe_failure(result.error)
    if result.status in ("executed", "failed"):
        described |= {
            "seconds": round(result.seconds, 3),
            "cpu_seconds": result.cpu_seconds and round(result.cpu_seconds, 3),
            "peak_bytes": result.peak_bytes,
        }
    if result.kernel is not None:
        described["kernel"] = asdict(result.kernel)
    if result.worker:
        described["worker"] = result.worker
    if result.log is not None:
        described["log"] = str(result.log)
    return described


def _as_json(described: dict[str, Any]) -> str:
    return json.dumps(described, ensure_ascii=False)


def _writer(stream: TextIO) -> Callable[[str], None]:
    def write(line: str) -> None:
        stream.write(line + "\n")
        stream.flush()

    return write
