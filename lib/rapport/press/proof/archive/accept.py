"""Who signed the reports of an archive, and its list; a trust file says whose word counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.errors import TamperedError, UnverifiableError
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import Signs, encode_signed
from rapport.press.proof.packed import canonical_json
from rapport.press.proof.seal.check import check
from rapport.press.proof.strict import read_json
from rapport.press.proof.trust import Trust, find_key, public_bytes

KIND = "application/vnd.rapport.archive+json"


def accept_report(file: bytes, trust: Trust | None) -> Mapping[str, Any]:
    """Give the statement of a report whose seal holds, and whose signer the trust file accepts.

    Raises
    ------
    TamperedError
        The file is not the one that was sealed, or the trust file does not accept the key.
    UnverifiableError
        There is a trust file and the report is not signed, or is of a later version.
    """
    seal = check(file, trust)
    if seal.verdict == "untrusted":
        raise TamperedError(f"seal: who signed the report is not accepted: {seal.reason}.")
    if seal.verdict == "newer" or (trust is not None and seal.verdict != "sealed"):
        raise UnverifiableError(
            "archive: its report was made by a later version. Use that version."
            if seal.verdict == "newer"
            else "archive: its report is not signed, so a trust file says nothing of it. Leave "
            "--trust out to put it back for what it is."
        )
    return seal.statement


def sign_list(text: bytes, signer: Signs) -> bytes:
    """Sign the list of an archive: every file that it names is covered."""
    signature = signer.sign(encode_signed(KIND, text)).hex()
    return canonical_json({"key": signer.key, "signature": signature}) + b"\n"


def accept_list(text: bytes, signed: bytes, trust: Trust | None, made: str) -> str:
    """Give the name of who signed the list; the bare key without a trust file.

    Parameters
    ----------
    text, signed : the list, and what `sign_list` made of it
    made : when the report was made, for keys that are accepted for a time

    Raises
    ------
    TamperedError
        The signature is not that of the key that it names, or the trust file lacks that key.
    """
    try:
        given = read_json(signed)
        key, signature = given["key"], bytes.fromhex(given["signature"])
        public, moment = public_bytes(key), datetime.fromisoformat(made)
    except (KeyError, TypeError, ValueError) as error:
        raise TamperedError("archive: the signature of its list is damaged.") from error
    if public is None or not verify(public, signature, encode_signed(KIND, text)):
        raise TamperedError("archive: its list is not the one that was signed.")
    if trust is None:
        return str(key)
    match = find_key(trust, key, claimed="", at=moment if moment.tzinfo else None)
    if match.signer is None:
        raise TamperedError(f"archive: who signed its list is not accepted: {match.reason}.")
    return match.signer
