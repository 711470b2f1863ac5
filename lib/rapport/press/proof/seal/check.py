"""The seal's verdict on one file: is it the file that was sealed, and who says so.

Nothing of the report is run, rendered or unpacked here, and nothing is imported but the standard
library and the neighbours, which `rapport verify-kit` bundles as they are. A verdict on a seal
says nothing of the numbers: that is a rerun's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rapport.errors import TamperedError
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.envelope import PAYLOAD_TYPE, Sealed, encode_signed, open_file
from rapport.press.proof.trust import Trust, find_key, fingerprint, public_bytes

Verdict = Literal["sealed", "unsigned", "no trust", "newer", "untrusted"]
EXITS: Mapping[str, int] = {
    "sealed": 0, "unsigned": 6, "no trust": 6, "newer": 6, "untrusted": 7, "tampered": 7,
}  # fmt: skip


@dataclass(frozen=True)
class Seal:
    """What the seal of a file says. A tampered file has none: `check` raises."""

    statement: Mapping[str, Any]
    """The whole statement; `packed.spell_out` gives its predicate and values."""
    verdict: Verdict
    signer: str | None
    """Who signed, in the words of the trust file; None unless the verdict is `sealed`."""
    claimed: str
    """Whom the pages name as signer; empty where they say that nobody signed."""
    key: str | None
    """Fingerprint of the key that signed."""
    reason: str
    """Why the trust file does not accept the key; empty where it does."""
    name: str
    """Which file of its run it is."""
    version: int
    """Of the record."""

    @property
    def exit_code(self) -> int:
        """The exit code of `rapport verify`."""
        return EXITS[self.verdict]

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved the report yet."""
        approval = self.statement["predicate"].get("approval")
        return isinstance(approval, dict) and approval.get("state") == "draft"


def check(file: bytes, trust: Trust | None) -> Seal:
    """Give the verdict on the seal of a report.

    Parameters
    ----------
    file : the bytes of an HTML or PDF report
    trust : whose keys the reader accepts; None if the reader named no trust file

    Raises
    ------
    TamperedError
        The file is not the one that was sealed, its slot is damaged, doubled or gone, or its
        signature is not that of the key that it names.
    """
    opened = open_file(file)
    claimed = _read_claim(opened)
    signer, reason = None, ""
    if opened.key is not None:
        _check_signature(opened)
        if trust is not None:
            match = find_key(trust, opened.key, claimed=claimed, at=_read_moment(opened))
            signer, reason = match.signer, match.reason
    return Seal(
        statement=opened.statement,
        verdict=_choose(opened, trust, signer),
        signer=signer,
        claimed=claimed,
        key=fingerprint(opened.key) if opened.key else None,
        reason=reason,
        name=opened.name,
        version=opened.version,
    )


def _choose(opened: Sealed, trust: Trust | None, signer: str | None) -> Verdict:
    if opened.key is not None and trust is not None and signer is None:
        return "untrusted"
    if opened.version > 1:
        return "newer"
    if opened.key is None:
        return "unsigned"
    return "no trust" if trust is None else "sealed"


def _check_signature(opened: Sealed) -> None:
    public = public_bytes(opened.key or "")
    message = encode_signed(PAYLOAD_TYPE, opened.payload)
    if public is None or not verify(public, opened.signature, message):
        raise TamperedError(
            "seal: the signature is not that of the key that the record names. Ask for the "
            "original."
        )


def _read_claim(opened: Sealed) -> str:
    """Give the signer's name that the pages print.

    Raises
    ------
    TamperedError
        Pages say "signed" and nobody signed, or the other way round: a signature was taken away
        or put in afterwards.
    """
    claimed = opened.statement["predicate"].get("signer", "")
    if not isinstance(claimed, str) or (opened.version == 1 and bool(claimed) != bool(opened.key)):
        raise TamperedError(
            "seal: the pages and the record do not agree on whether the report is signed. Ask for "
            "the original."
        )
    return claimed


def _read_moment(opened: Sealed) -> datetime | None:
    """Give when the report was made by its signer's word."""
    try:
        moment = datetime.fromisoformat(opened.statement["predicate"]["made"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
