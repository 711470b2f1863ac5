"""What was handed to whom: at most once, whatever ends the process.

A line is written before something is handed over and another one after. Who is killed in between
leaves a hand-over whose end nobody knows: it counts as made, is told to the maintainers, and is
made again only by `--again`. At least once was rejected: an executive who gets the same figures
twice looks for what differs. Recipients stand there as digests, and the file lies in `data/`,
which nobody serves.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from rapport.errors import DeliveryError
from rapport.press.locks import held
from rapport.press.proof.log import now

State = Literal["begun", "sent", "failed"]
WAIT = 60.0  # seconds that a delivery waits for another one of the same unit


class Ledger:
    """The ledger of one unit, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states: dict[tuple[str, str], dict[str, Any]] = {}
        for line in _read_whole(path):
            self._take(line)

    def state(self, what: str, recipient: str) -> State | None:
        """Say how far something came on its way to somebody; None if it was never begun."""
        line = self._states.get((what, name_digest(recipient)))
        return None if line is None else line["state"]

    def told_up_to(self, recipient: str) -> int:
        """Give the number of lines of the log that a maintainer has heard of."""
        to = name_digest(recipient)
        told = [each for (_, who), each in self._states.items() if who == to]
        return max((each.get("up_to", 0) for each in told if each["state"] != "failed"), default=0)

    def write(self, what: str, recipient: str, state: State, **more: int) -> None:
        """Add a line and wait until the disk has it."""
        line = {"at": now(), "what": what, "to": name_digest(recipient), "state": state, **more}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            file.write(json.dumps(line, sort_keys=True).encode("ascii") + b"\n")
            os.fsync(file.fileno())
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        before = self._states.get((line["what"], line["to"]), {})
        self._states[line["what"], line["to"]] = {**before, **line}


def name_digest(recipient: str) -> str:
    """Give what stands for a recipient in the ledger."""
    return hashlib.sha256(recipient.encode("utf-8")).hexdigest()[:24]


@contextlib.contextmanager
def open_ledger(root: Path, unit: str) -> Iterator[Ledger]:
    """Hold a unit's ledger, so that two processes never hand over the same thing.

    Raises
    ------
    DeliveryError
        Another process delivers this unit for longer than a minute, or a line is damaged.
    """
    path = root / "data" / "deliveries" / f"{unit}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with held(path.with_suffix(".lock"), wait=WAIT) as is_mine:
        if not is_mine:
            raise DeliveryError(f"unit {unit}: another process delivers it. Wait for its end.")
        yield Ledger(path)


def _read_whole(path: Path) -> Iterator[dict[str, Any]]:
    """Read every line; half a line at the end is what a killed process left and is cut off."""
    content = path.read_bytes() if path.is_file() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            entry = json.loads(line)
            yield {**entry, "what": str(entry["what"]), "to": str(entry["to"])}
        except (ValueError, KeyError, TypeError) as error:
            raise DeliveryError(
                f"{path.name} line {number}: is damaged, so nobody knows what was sent. Mend it."
            ) from error
