"""Runs under way, so that one that is killed is told by the log: the next start does it.

A file beside the log, kept locked, names what the run has begun; it appears with the first task
that is executed and goes when the run ends in order. A run in which everything is reused makes
none. Rejected: a line "started" in the log, which would double it and, without a report after it,
can be cut as easily as this file can be removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from rapport.errors import RapportError
from rapport.press.locks import drop, take
from rapport.press.proof import log
from rapport.press.run.state import Listener
from rapport.press.run.tasks import Event, ReportTask, Scope

PREFIX, SUFFIX = ".running-", ".jsonl"


class Running:
    """A listener of the press that leaves a trace until the run has ended in order.

    Parameters
    ----------
    reports : the folder of all reports, where the log lies
    listener : who is told of everything as well
    """

    def __init__(self, reports: Path, listener: Listener | None = None) -> None:
        self._listener = listener
        self._reports = reports
        self._path = reports / f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}"
        self._descriptor: int | None = None
        self._begun: set[Scope] = set()

    def __call__(self, event: Event) -> None:
        """Note which unit and period are begun, and which have their report.

        Raises
        ------
        RapportError
            Nothing can be written beside the log.
        """
        scope = (event.task.unit, event.task.period)
        if event.kind == "started" and scope not in self._begun:
            self._begun.add(scope)
            self._note({"begun": scope, "at": log.now()})
        elif event.kind == "executed" and isinstance(event.task, ReportTask):
            self._note({"done": scope})
        if self._listener is not None:
            self._listener(event)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is None:
            return
        if error is None:
            drop(self._descriptor, self._path)
            with contextlib.suppress(OSError):  # usually reports lie there
                self._reports.rmdir()
        else:
            # Interrupted: what is left tells the next start.
            os.close(self._descriptor)
        self._descriptor = None

    def _note(self, what: dict[str, Any]) -> None:
        try:
            if self._descriptor is None:
                self._reports.mkdir(parents=True, exist_ok=True)
                self._descriptor = take(self._path)
            assert self._descriptor is not None
            os.write(self._descriptor, json.dumps(what).encode("ascii") + b"\n")
        except OSError as error:
            raise RapportError(
                f"{self._reports.name}/: cannot be written ({error.strerror}), so the log would "
                "not know of this run. Make room there, or make it writable, and run again."
            ) from error


def log_abandoned(reports: Path) -> None:
    """Tell the log of runs that were killed or interrupted; one look where there are none."""
    for path in sorted(reports.glob(f"{PREFIX}*{SUFFIX}")):
        descriptor = take(path)
        if descriptor is None:
            continue  # still under way
        told = path.name.removeprefix(PREFIX).removesuffix(SUFFIX)
        journal = reports / "log.jsonl"
        with log.lock(journal):
            known = journal.read_bytes() if journal.is_file() else b""
            for number, entry in enumerate(_list_abandoned(path)):
                number_told = f"{told}.{number}"
                if f'"{number_told}"'.encode("ascii") not in known:
                    log.append_locked(journal, {**entry, "abandoned": number_told})
        drop(descriptor, path)


def _list_abandoned(path: Path) -> Iterator[dict[str, Any]]:
    begun: dict[Scope, str] = {}
    # The last line may have been cut off.
    for line in path.read_text(encoding="ascii").splitlines(keepends=True):
        what = json.loads(line) if line.endswith("\n") else {}
        if "begun" in what:
            begun[tuple(what["begun"])] = what["at"]
        elif "done" in what:
            begun.pop(tuple(what["done"]), None)
    periods = {unit for unit, period in begun if period is not None}
    for (unit, period), at in begun.items():
        # What all periods share was begun for one of them.
        if period is not None or unit not in periods:
            yield {"event": "abandoned", "unit": unit, "period": period, "begun": at}
