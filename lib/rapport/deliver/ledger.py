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
from collections.abc import Iterator, Mapping, Sequence
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
        self._states: dict[tuple[str, str], State] = {}
        for line in _read_whole(path):
            self._take(line)

    def state(self, what: str, recipient: str) -> State | None:
        """Say how far something came on its way to somebody; None if it was never begun."""
        return self._states.get((what, name_digest(recipient)))

    def write(self, things: Sequence[str], recipient: str, state: State) -> None:
        """Say of things how far they came, and wait until the disk has it."""
        plain = {"at": now(), "to": name_digest(recipient), "state": state}
        lines = [{**plain, "what": what} for what in things]
        spelled = "".join(json.dumps(each, sort_keys=True) + "\n" for each in lines)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            file.write(spelled.encode("ascii"))
            os.fsync(file.fileno())
        for line in lines:
            self._take(line)

    def _take(self, line: Mapping[str, Any]) -> None:
        self._states[line["what"], line["to"]] = line["state"]


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
            yield {name: str(entry[name]) for name in ("what", "to", "state")}
        except (ValueError, KeyError, TypeError) as error:
            raise DeliveryError(
                f"{path.name} line {number}: is damaged, so nobody knows what was sent. Mend it."
            ) from error
