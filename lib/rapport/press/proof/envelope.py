"""The envelope: one in-toto statement over all bodies of a run, in DSSE form.

Unsigned until a signing key is named. The digest of the payload stands beside it, so an accident
inside the slot is seen even then; only a signature tells who made it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rapport.errors import TamperedError
from rapport.press.proof.slot import read_envelope, restore_body

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:rapport-reports:run:v1"


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


def make_envelope(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Wrap a statement, not signed."""
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode("utf-8")
    return {
        "payloadType": PAYLOAD_TYPE,
        "payloadSha256": hashlib.sha256(payload).hexdigest(),
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [],
    }


def open_envelope(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Give the statement back.

    Raises
    ------
    TamperedError
        The payload is not the one whose digest stands beside it.
    """
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        agrees = hashlib.sha256(payload).hexdigest() == envelope["payloadSha256"]
        known = envelope["payloadType"] == PAYLOAD_TYPE and envelope["signatures"] == []
    except (KeyError, TypeError, ValueError) as error:
        raise TamperedError("seal: the record is damaged. Ask for the original.") from error
    # base64 ignores the last bits of a padded group, so the text must be the one we would write.
    spelled = base64.b64encode(payload).decode("ascii") == envelope["payload"]
    if not (agrees and known and spelled) or len(envelope) != 4:
        raise TamperedError("seal: the record is damaged. Ask for the original.")
    return dict(json.loads(payload))


def check_seal(file: bytes) -> dict[str, Any]:
    """Compare a sealed file with its own record and give the statement.

    Raises
    ------
    TamperedError
        Any byte differs from what was sealed.
    """
    statement = open_envelope(read_envelope(file))
    digest = hashlib.sha256(restore_body(file)).hexdigest()
    if digest not in {subject["digest"]["sha256"] for subject in statement["subject"]}:
        raise TamperedError("seal: the file is not the one that was sealed. Ask for the original.")
    return statement
