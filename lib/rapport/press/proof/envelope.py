"""The envelope: one in-toto statement over all bodies of a run, in DSSE form, signed or not.

The digest of the payload stands beside it, so an accident inside the slot is seen even where
nobody signed; only a signature tells who made it. The signer's whole public key stands in
`keyid`, spelled as in a trust file, so that a damaged signature is told from an unknown signer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from rapport.errors import TamperedError
from rapport.press.proof.slot import VERSION, find_slot, read_envelope, restore_body
from rapport.press.proof.strict import read_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:rapport-reports:run:v1"
PREDICATES = re.compile(r"urn:rapport-reports:run:v([1-9][0-9]{0,2})")
# Windows reads a backslash as a slash, and what stands before a colon as a drive.
OUTSIDE = re.compile(r"[\\:\x00-\x1f]")
FIELDS = ("payloadType", "payloadSha256", "payload", "signatures")
DAMAGED = "seal: the record is damaged. Ask for the original."


class Signs(Protocol):
    """Whoever can sign: see `press.proof.signing`."""

    @property
    def key(self) -> str:
        """The public key as it stands in a trust file."""

    def sign(self, message: bytes) -> bytes:
        """Give the 64 bytes of an Ed25519 signature."""


class Sealed(NamedTuple):
    """A file whose bytes are those that its record names; nothing is said of who made it."""

    statement: dict[str, Any]
    payload: bytes
    key: str | None
    """The public key that the signature names, as in a trust file; None where nobody signed."""
    signature: bytes
    name: str
    """Which file of the run it is."""
    version: int
    """Of the record; above 1 its content is not known here."""


def make_statement(subjects: Mapping[str, str], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Bind digests to how they were made.

    Parameters
    ----------
    subjects : path in the run's folder -> sha256 of the body
    predicate : the run's record (see `press.proof.manifest`)
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": subjects[name]}} for name in sorted(subjects)
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": dict(predicate),
    }


def make_envelope(statement: Mapping[str, Any], signer: Signs | None = None) -> dict[str, Any]:
    """Wrap a statement, signed if there is a signer."""
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode("utf-8")
    signatures = []
    if signer is not None:
        signature = signer.sign(encode_signed(PAYLOAD_TYPE, payload))
        signatures = [{"keyid": signer.key, "sig": base64.b64encode(signature).decode("ascii")}]
    return {
        "payloadType": PAYLOAD_TYPE,
        "payloadSha256": hashlib.sha256(payload).hexdigest(),
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": signatures,
    }


def encode_signed(kind: str, payload: bytes) -> bytes:
    """Give the bytes that are signed: DSSE's pre-authentication encoding.

    Examples
    --------
    >>> encode_signed("a/b", b"text")
    b'DSSEv1 3 a/b 4 text'
    """
    named = kind.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(named), named, len(payload), payload)


def check_seal(file: bytes) -> dict[str, Any]:
    """Compare a sealed file with its own record and give the statement; see `seal.check`.

    Raises
    ------
    TamperedError
        Any byte differs from what was sealed.
    """
    return open_file(file).statement


def open_file(file: bytes) -> Sealed:
    """Compare a sealed file with its own record and give what the record holds.

    Raises
    ------
    TamperedError
        Any byte differs from what was sealed. A file whose slot is of a later version, and whose
        record says so, too, is given without that comparison.
    """
    slot = find_slot(file)
    envelope = read_envelope(file, slot)
    payload, key, signature = _unwrap(envelope)
    statement = read_json(payload)
    version = _check_shape(statement)
    if slot.version > VERSION and version > VERSION:
        return Sealed(statement, payload, key, signature, "", version)
    if slot.version != VERSION:
        raise TamperedError(DAMAGED)
    digest = hashlib.sha256(restore_body(file, slot)).hexdigest()
    for subject in statement["subject"]:
        if subject["digest"]["sha256"] == digest:
            return Sealed(statement, payload, key, signature, subject["name"], version)
    raise TamperedError("seal: the file is not the one that was sealed. Ask for the original.")


def _unwrap(envelope: Mapping[str, Any]) -> tuple[bytes, str | None, bytes]:
    """Give payload, public key and signature of an envelope that is spelled as we spell it."""
    try:
        payload = _decode(envelope["payload"])
        key, signature = None, b""
        if envelope["signatures"]:
            (signed,) = envelope["signatures"]
            key, signature = signed["keyid"], _decode(signed["sig"])
            _decode(key)
            if list(signed) != ["keyid", "sig"]:
                raise TamperedError(DAMAGED)
        agrees = hashlib.sha256(payload).hexdigest() == envelope["payloadSha256"]
        agrees = agrees and envelope["payloadType"] == PAYLOAD_TYPE
        agrees = agrees and isinstance(envelope["signatures"], list)
    except (KeyError, TypeError, ValueError) as error:
        raise TamperedError(DAMAGED) from error
    if not agrees or tuple(envelope) != FIELDS:
        raise TamperedError(DAMAGED)
    return payload, key, signature


def _decode(text: str) -> bytes:
    content = base64.b64decode(text, validate=True)
    # base64 ignores the last bits of a padded group, so the text must be the one we would write.
    if base64.b64encode(content).decode("ascii") != text:
        raise ValueError("base64 of another spelling")
    return content


def _are_files(names: list[str]) -> bool:
    """Say whether names are those of files in one folder, each once: none leads out of it."""
    parts = [part for name in names for part in name.split("/")]
    is_inside = not any(part in ("", ".", "..") for part in parts)
    return (
        is_inside
        and not any(OUTSIDE.search(name) for name in names)
        and len(set(names)) == len(names)
    )


def _check_shape(statement: Any) -> int:
    """Give the version of a statement; one of this version holds what `make_statement` puts."""
    try:
        kind = PREDICATES.fullmatch(statement["predicateType"])
        predicate = statement["predicate"]
        names = [predicate.get(name) for name in ("run", "unit", "period")]
        digests = [subject["digest"]["sha256"] for subject in statement["subject"]]
        digests += [subject["name"] for subject in statement["subject"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise TamperedError(DAMAGED) from error
    version = int(kind[1]) if kind else 0
    is_known = len(statement) == 4 and statement.get("_type") == STATEMENT_TYPE
    is_told = all(isinstance(text, str) for text in (*names, *digests))
    is_told = is_told and _are_files([subject["name"] for subject in statement["subject"]])
    if not version or not digests or (version == 1 and not (is_known and is_told)):
        raise TamperedError(DAMAGED)
    return version
