"""Earlier reports of a unit, as they were published: what a new report may be held against.

A report is a function of its snapshot. Earlier reports are read when every chapter is done, and
change no value: the new report says which numbers it gives otherwise, and its record names the
runs that it read. Drafts were never handed to anyone, so they do not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.press.proof.approval import DRAFT
from rapport.press.proof.compare import Recorded
from rapport.press.proof.packed import sha256

MANIFEST, VALUES = "manifest.json", "values.json"


@dataclass(frozen=True)
class Past:
    """A run that was published; `folder` holds its record still."""

    run: str
    period: str
    folder: Path


@dataclass(frozen=True)
class Earlier:
    """A run that was read: its record, and the digest that names its values."""

    run: str
    period: str
    recorded: Recorded
    digest: str

    @property
    def execution(self) -> Mapping[str, str]:
        """The keys of what was executed, by chapter: runs of equal keys differ in looks only."""
        keys: Mapping[str, str] = self.recorded.predicate.get("execution", {})
        return keys

    def name(self) -> dict[str, str]:
        """Name it for the record of the report that was held against it."""
        return {"run": self.run, "period": self.period, "values": self.digest}


def list_past(reports: Path, unit: str) -> list[Past]:
    """List the runs of a unit that were published and are there still, in order of the log.

    Parameters
    ----------
    reports : the folder of all reports; lines of the log that cannot be read name no run
    """
    journal = reports / "log.jsonl"
    found: dict[str, Past] = {}
    for line in journal.read_bytes().splitlines() if journal.is_file() else []:
        told = _read_line(line)
        if told.get("event") != "published" or told.get("unit") != unit or _is_draft(told):
            continue
        if not all(isinstance(told.get(name), str) for name in ("run", "period")):
            continue
        past = Past(told["run"], told["period"], _find(reports / unit, told))
        if (past.folder / MANIFEST).is_file() and (past.folder / VALUES).is_file():
            found.pop(past.run, None)
            found[past.run] = past
    return list(found.values())


def _read_line(line: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _is_draft(told: Mapping[str, Any]) -> bool:
    approval = told.get("approval")
    return isinstance(approval, dict) and approval.get("state") == DRAFT


def _find(unit: Path, told: Mapping[str, Any]) -> Path:
    return unit / "runs" / f"{told['period']}-{told['run']}"


def read_past(past: Past) -> Earlier | None:
    """Read a run's record; None if its values are not those that the record names."""
    try:
        manifest = json.loads((past.folder / MANIFEST).read_bytes())
        content = (past.folder / VALUES).read_bytes()
        named = {each["name"]: each["digest"]["sha256"] for each in manifest["subject"]}
        recorded = Recorded(manifest["predicate"], json.loads(content))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    digest = sha256(content)
    is_same = digest == named.get(VALUES) and recorded.predicate.get("run") == past.run
    return Earlier(past.run, past.period, recorded, digest) if is_same else None
