"""Signed lines of the log: those that take something away, so that nobody else can claim it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.errors import TamperedError
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import Signs, encode_signed
from rapport.press.proof.packed import canonical_json
from rapport.press.proof.trust import Match, Trust, find_key, public_bytes

ENTRY_TYPE = "application/vnd.rapport.log+json"
SIGNATURE = "signature"


def sign_entry(entry: Mapping[str, Any], signer: Signs) -> dict[str, str]:
    """Sign a line of the log, its place in the chain included.

    Parameters
    ----------
    entry : the whole line but its signature
    signer : whose key signs
    """
    signature = signer.sign(encode_signed(ENTRY_TYPE, canonical_json(entry)))
    return {"keyid": signer.key, "sig": base64.b64encode(signature).decode("ascii")}


def check_entry(entry: Mapping[str, Any], trust: Trust | None) -> Match | None:
    """Say who signed a line of the log; None if nobody did.

    Parameters
    ----------
    entry : the line as `log_chain.read_chain` gives it
    trust : whose keys the reader accepts; without it a line has no signer

    Raises
    ------
    TamperedError
        The signature is not that of the key that the line names.
    """
    signed = entry.get(SIGNATURE)
    if signed is None:
        return None
    plain = {name: part for name, part in entry.items() if name != SIGNATURE}
    try:
        key, signature = str(signed["keyid"]), base64.b64decode(signed["sig"], validate=True)
        at = datetime.fromisoformat(entry["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise TamperedError("log: a signed line is damaged.") from error
    public = public_bytes(key)
    message = encode_signed(ENTRY_TYPE, canonical_json(plain))
    if public is None or not verify(public, signature, message):
        raise TamperedError("log: a line's signature is not that of the key that it names.")
    if trust is None:
        return Match(None, "no trust file was given")
    return find_key(trust, key, claimed="", at=at if at.tzinfo else None)
