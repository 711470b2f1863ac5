"""What the index keeps of the whole folder of reports: the log as far as read, fonts, pages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapport.press.index.periods import newest_whole, order_key
from rapport.press.index.runs import KEPT, Unit, clean, rank, write_aside

LOG = "log.jsonl"
ENDS = ("published", "failed", "abandoned")
"""Events of the log with which a run ends."""


@dataclass
class State:
    """Kept in `reports/index.json`; it can be made anew from what lies beside it."""

    style: str
    read: int = 0
    """Bytes of the log that have been read."""
    last_line: str = ""
    """Digest of the last line read: another one means that the log is another."""
    day: str = ""
    """Of the newest line: the index reads no clock, so equal reports give an equal page."""
    ends: dict[str, Any] = field(default_factory=dict)
    """Unit -> its last run: `event`, `period`, `failed`, `day`."""
    fonts: dict[str, Any] = field(default_factory=dict)
    """Page -> the characters that its fonts hold, and the fonts."""
    pages: dict[str, str] = field(default_factory=dict)
    """Page over all units -> digest of what it was made of."""


def read_state(reports: Path, style: str) -> State:
    """Bring what is kept up to date with the log."""
    try:
        kept = json.loads((reports / KEPT).read_bytes())
        state = State(**kept) if kept["style"] == style else State(style)
    except (OSError, ValueError, KeyError, TypeError):
        state = State(style)
    _read_log(reports / LOG, state)
    return state


def write_state(reports: Path, state: State) -> None:
    """Keep it; whoever writes it holds the lock of the log."""
    content = json.dumps(vars(state), ensure_ascii=False, sort_keys=True).encode()
    path = reports / KEPT
    if not path.is_file() or path.read_bytes() != content:
        write_aside(path, content)


def _read_log(path: Path, state: State) -> None:
    lines = path.read_bytes() if path.is_file() else b""
    before = lines[: state.read].rstrip(b"\n").rpartition(b"\n")[2]
    if len(lines) < state.read or (state.read and _digest(before) != state.last_line):
        state.read, state.day, state.ends = 0, "", {}
    for line in lines[state.read :].splitlines(keepends=True):
        if not line.endswith(b"\n"):  # a killed process left half of it
            break
        state.read += len(line)
        state.last_line = _digest(line.rstrip(b"\n"))
        _take(line, state)


def _take(line: bytes, state: State) -> None:
    try:
        told = json.loads(line)
        day = str(told["at"])[:10]
        date.fromisoformat(day)
        failed = told.get("failed", {}).items()
        if told["event"] in ENDS:
            state.ends[str(told["unit"])] = {
                "event": str(told["event"]),
                "period": clean(told["period"] or ""),
                "failed": {clean(task): clean(name) for task, name in failed},
                "day": day,
            }
        state.day = max(state.day, day)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # the log's own check names a damaged line; the index shows what can be read


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def find_late(unit: Unit, day: str) -> str:
    """Name the newest whole period that a unit lacks a report of; nothing where it has one.

    Parameters
    ----------
    day : ISO date; a unit of sample data, or one whose reports have no days, is never late
    """
    entries = unit.current()
    if not entries or not day or "sample" in entries[0]["bands"]:
        return ""
    newest = entries[0]
    due = newest_whole(newest["period"], date.fromisoformat(day), newest["calendar"])
    is_due = due is not None and order_key(due, newest["calendar"]) > rank(newest)
    return due if due is not None and is_due else ""
