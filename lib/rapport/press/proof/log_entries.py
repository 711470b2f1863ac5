"""Signed lines of the log: those that take something away, so that nobody else can claim it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import Signs, encode_signed
from rapport.press.proof.packed import canonical_json
from rapport.press.proof.trust import Trust, find_key, public_bytes

KIND = "application/vnd.rapport.erasure+json"
UNSIGNED = ("at", "before", "signature")
"""What the log itself puts into a line, and the signature."""


def sign_entry(entry: Mapping[str, Any], signer: Signs | None) -> dict[str, Any]:
    """Give an entry with its signature; without a signer as it is."""
    if signer is None:
        return dict(entry)
    signature = signer.sign(encode_signed(KIND, canonical_json(entry)))
    spelled = base64.b64encode(signature).decode("ascii")
    return {**entry, "signature": {"keyid": signer.key, "sig": spelled}}


def find_signer(entry: Mapping[str, Any], trust: Trust | None) -> str | None:
    """Give who signed a line of the log, if that is somebody whom the reader trusts."""
    try:
        key, spelled = entry["signature"]["keyid"], entry["signature"]["sig"]
        signature = base64.b64decode(spelled, validate=True)
        at = datetime.fromisoformat(entry["at"])
    except (KeyError, TypeError, ValueError):
        return None
    plain = {name: value for name, value in entry.items() if name not in UNSIGNED}
    public = public_bytes(key) if isinstance(key, str) else None
    is_right = public is not None and verify(
        public, signature, encode_signed(KIND, canonical_json(plain))
    )
    moment = at if at.tzinfo else None
    return find_key(trust, key, claimed="", at=moment).signer if trust and is_right else None
