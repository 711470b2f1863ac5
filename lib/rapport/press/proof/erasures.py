"""Erasures as the log tells them: what lawfully went, so that what is missing else is seen.

An entry names each object of the store that was replaced, what stands for it now and how many rows
that has left, and nobody. Signed where a key is at hand: without one the chain of the log and the
heads that reports carry are all that speaks for it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.press.proof import log
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import Signs, encode_signed
from rapport.press.proof.packed import canonical_json
from rapport.press.proof.trust import Trust, find_key, public_bytes

KIND = "application/vnd.rapport.erasure+json"
EVENT = "erased"
UNSIGNED = ("at", "before", "signature")
"""What the log itself puts into a line, and the signature."""


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


def sign_entry(entry: Mapping[str, Any], signer: Signs | None) -> dict[str, Any]:
    """Give an entry with its signature; without a signer as it is."""
    if signer is None:
        return dict(entry)
    signature = signer.sign(encode_signed(KIND, canonical_json(entry)))
    spelled = base64.b64encode(signature).decode("ascii")
    return {**entry, "signature": {"keyid": signer.key, "sig": spelled}}


def read_erasures(journal: Path, unit: str) -> list[dict[str, Any]]:
    """Read a unit's erasures from the log, oldest first.

    Raises
    ------
    TamperedError
        The log's chain is broken.
    """
    if not journal.is_file():
        return []
    log.read_head(journal)
    lines = [json.loads(line) for line in journal.read_bytes().splitlines() if line.endswith(b"}")]
    return [line for line in lines if line.get("event") == EVENT and line.get("unit") == unit]


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


def find_signer(entry: Mapping[str, Any], trust: Trust | None) -> str | None:
    """Give who signed an entry, if that is somebody whom the reader trusts."""
    try:
        key, spelled = entry["signature"]["keyid"], entry["signature"]["sig"]
        signature = base64.b64decode(spelled, validate=True)
    except (KeyError, TypeError, ValueError):
        return None
    plain = {name: value for name, value in entry.items() if name not in UNSIGNED}
    public = public_bytes(key)
    is_right = public is not None and verify(
        public, signature, encode_signed(KIND, canonical_json(plain))
    )
    return find_key(trust, key, claimed="", at=None).signer if trust and is_right else None
