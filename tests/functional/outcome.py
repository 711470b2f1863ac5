"""What a run has made, and what must not be left of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from functional.processes import find_processes, find_sockets
from rapport.press.proof.slot import restore_body


def read_report(project: Path, unit: str = "shop", period: str = "2026-05") -> dict[str, bytes]:
    """Give all of a published report that is the same whenever and however it is made.

    Pages come with their slots emptied: the seal says at which place of the log the report is.
    Of the index of all reports it is told whether it shows this one.
    """
    link = project / "reports" / unit / period
    number = link.readlink().name.rpartition("-")[2]
    found = {"number of the run": number.encode(), "index": _find_in_index(project, number)}
    for path in sorted(link.rglob("*")):
        name = path.relative_to(link).as_posix()
        if path.suffix in (".html", ".pdf"):
            found[name] = restore_body(path.read_bytes())
        elif path.is_file() and path.name != "manifest.json":
            found[name] = path.read_bytes()
    return found


def _find_in_index(project: Path, number: str) -> bytes:
    page = (project / "reports" / "index.html").read_text(encoding="utf-8")
    grouped = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return b"shown" if grouped in page else b"not shown"


def read_records(project: Path) -> dict[str, dict[str, Any]]:
    """Give a record of every task that the store knows, with its file as `path`."""
    records = {}
    for path in sorted((project / "data" / "store" / "tasks").iterdir()):
        record = json.loads(path.read_bytes())
        records[record["task"]] = {**record, "path": path}
    return records


def find_torn(project: Path) -> list[str]:
    """Name the objects of a store whose content is not the one that their name promises."""
    objects = sorted((project / "data" / "store" / "objects").glob("*/*"))
    return [p.name for p in objects if hashlib.sha256(p.read_bytes()).hexdigest() != p.name]


def find_left(project: Path, temporary: Path, mark: str) -> list[str]:
    """Name what is left of runs that have ended, all of them: files that were aside, too."""
    hidden = (project / "reports").rglob(".*")
    aside = (project / "data" / "store" / "aside").glob("*")
    return [*find_left_outside(temporary, mark), *(f"file {path}" for path in [*hidden, *aside])]


def find_left_outside(temporary: Path, mark: str) -> list[str]:
    """Name what a run left outside the project: processes, sockets, temporary files."""
    return [
        *(f"process {one.pid} in {one.folder}: {one.command}" for one in find_processes(mark)),
        *(f"socket {address}" for address in find_sockets(temporary)),
        *(f"file {path}" for path in temporary.rglob("*")),
    ]
