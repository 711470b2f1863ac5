"""Erasures as the log tells them: what lawfully went, so that what is missing else is seen.

An entry names each object of the store that was replaced, what stands for it now and how many rows
that has left, and nobody. Signed where a key is at hand: without one the chain of the log and the
heads that reports carry are all that speaks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.press.proof.log_chain import read_chain
from rapport.press.proof.log_entries import find_signer
from rapport.press.proof.trust import Trust

EVENT = "erased"


@dataclass(frozen=True)
class Left:
    """What stands for an object after an erasure."""

    digest: str | None
    """None where the whole object went."""
    rows: int
    erasures: tuple[str, ...]
    """Ids of the erasures that took rows, oldest first."""
    signers: tuple[str | None, ...] = ()
    """Who signed each of them; None of those that nobody did, or none whom the reader trusts."""


def read_erasures(journal: Path, unit: str) -> list[dict[str, Any]]:
    """Read a unit's erasures from the log, oldest first.

    Raises
    ------
    TamperedError
        The log's chain is broken.
    """
    if not journal.is_file():
        return []
    entries = [dict(line.entry) for line in read_chain(journal.read_bytes(), name=journal.name)]
    return [each for each in entries if each.get("event") == EVENT and each.get("unit") == unit]


def follow(digest: str, entries: Sequence[Mapping[str, Any]], trust: Trust | None) -> Left | None:
    """Find what stands for an object after all erasures; None if none of them took of it."""
    left: Left | None = None
    for entry in entries:
        now = left.digest if left else digest
        objects: Mapping[str, Any] = entry.get("objects", {})
        if now is None or now not in objects:
            continue
        new = objects[now] or {"sha256": None, "rows": 0}
        erasures = (*(left.erasures if left else ()), str(entry["erasure"]))
        signers = (*(left.signers if left else ()), find_signer(entry, trust))
        left = Left(new["sha256"], int(new["rows"]), erasures, signers)
    return left
