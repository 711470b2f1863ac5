"""Small sealed files and keys for tests of the seal: real signatures, bodies of a few bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rapport.press.proof.envelope import encode_signed, make_envelope, make_statement
from rapport.press.proof.packed import pack
from rapport.press.proof.signing import Signer
from rapport.press.proof.slot import STEP, fill_slot, make_block
from rapport.press.proof.trust import Trust, parse_trust, spell_line

NAME = "Group analytics"
BODY = b"<html>before" + make_block(STEP) + b"after</html>\n"
PREDICATE: dict[str, Any] = {
    "run": "0123456789ab",
    "unit": "示例",
    "period": "2026-05",
    "made": "2026-06-01T08:00:00+00:00",
    "log": {"index": 1, "before": "0" * 64},
    "packed": pack({"values": [], "code": {}}),
}  # fmt: skip


def signer(number: int = 1, name: str = NAME) -> Signer:
    """Give a signer whose key is always the same for a number."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return Signer(name, line.split()[1].decode("ascii"), private)


def trust(*signers: Signer) -> Trust:
    """Trust these, or the first signer."""
    return parse_trust("".join(spell_line(s.name, s.key) for s in signers or (signer(),)))


def statement(body: bytes = BODY, **more: Any) -> dict[str, Any]:
    """Give the statement of a body, whose pages name the signer."""
    digests = {"report.en.html": hashlib.sha256(body).hexdigest()}
    return make_statement(digests, {**PREDICATE, "signer": NAME, **more})


def sealed(body: bytes = BODY, **more: Any) -> bytes:
    """Seal a body, signed by the first signer."""
    return fill_slot(body, make_envelope(statement(body, **more), signer()))


def unsigned(body: bytes = BODY, **more: Any) -> bytes:
    """Seal a body that nobody signs."""
    return fill_slot(body, make_envelope(statement(body, **{"signer": "", **more})))


def envelope_of(payload: bytes, *, by: Signer, kind: str | None = None) -> dict[str, Any]:
    """Sign any payload, be it a statement or not."""
    named = kind or "application/vnd.in-toto+json"
    signature = by.sign(encode_signed(named, payload))
    return {
        "payloadType": named,
        "payloadSha256": hashlib.sha256(payload).hexdigest(),
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [{"keyid": by.key, "sig": base64.b64encode(signature).decode("ascii")}],
    }


def spell(content: Any) -> bytes:
    """Spell a statement as the press does."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")
