"""The auditor's own statement: what a rerun found, signed by whoever ran it.

It is one line of JSON in a file of its own, as in-toto and DSSE have it; the report is never
touched. Several auditors make several statements about one report.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError
from rapport.press.proof.envelope import STATEMENT_TYPE, make_envelope
from rapport.press.proof.log import now, read_head
from rapport.press.proof.packed import canonical_json, sha256
from rapport.press.proof.signing import read_signer

PREDICATE_TYPE = "urn:rapport-reports:verify:v1"


def require_writable(path: Path) -> None:
    """Raise unless a statement can be written there, by the key that is named.

    Raises
    ------
    ParameterError
        A file is there, or no folder; the key cannot be used.
    """
    read_signer(os.environ)
    if path.exists() or not path.absolute().parent.is_dir():
        why = "is there already" if path.exists() else "lies in no folder"
        raise ParameterError(f"{path.name}: {why}. Name a file that is not there yet.")


def write_statement(
    path: Path,
    statement: Mapping[str, Any],
    verdict: Mapping[str, Any],
    journal: Path | None = None,
) -> dict[str, Any]:
    """Write what was found about the files of a report; give where, and who signed.

    Parameters
    ----------
    path : of the file, which must not be there yet
    statement : the report's own
    verdict : as JSON
    journal : the log of runs at hand, whose length and head the statement names: an auditor's word
        outlives the log, so that lines cut off its end afterwards are missed

    Raises
    ------
    ParameterError
        The file is there, or cannot be written; the key cannot be used.
    """
    signer = read_signer(os.environ)
    predicate = statement["predicate"]
    told = {
        "_type": STATEMENT_TYPE,
        "subject": statement["subject"],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "record": sha256(canonical_json(statement)),
            "run": {name: predicate.get(name) for name in ("unit", "period", "run")},
            "verifier": signer.name if signer else "",
            "made": now(),
            "machine": {"system": platform.system(), "processor": platform.machine()},
            "log": _tell_log(journal),
            "verdict": verdict,
        },
    }
    text = json.dumps(make_envelope(told, signer), ensure_ascii=False) + "\n"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ParameterError(
            f"{path.name}: cannot be written ({error.strerror}). Name a file that is not there yet."
        ) from error
    return {"file": str(path), "signer": signer.name if signer else None}


def _tell_log(journal: Path | None) -> dict[str, Any] | None:
    if journal is None or not journal.is_file():
        return None
    n_lines, head = read_head(journal)
    return {"lines": n_lines, "head": head}
