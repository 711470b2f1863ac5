"""Drafts and the reports that replaced them: a record names the draft that was approved.

A draft is whole in itself. Its approval renders the same content without the band as a run of its
own, so nothing of the draft may have moved: its files are held against its record first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError, RapportError, TamperedError
from rapport.press.folders import leads
from rapport.press.proof.packed import sha256, spell_out
from rapport.press.proof.seal.check import check

DRAFT, APPROVED = "draft", "approved"
MANIFEST, MARK = "manifest.json", "erased.json"
FORMS = (".html", ".pdf")
Manifest = Mapping[str, Any]


def find_final(runs: Path, draft: str) -> Path | None:
    """Find the folder of the report that a draft became; None while nobody has approved it.

    Parameters
    ----------
    runs : the folder of a unit's runs
    draft : the draft's number

    Raises
    ------
    TamperedError
        A record that speaks of the draft is damaged.
    """
    quoted = f'"{draft}"'.encode()
    for folder in sorted(runs.glob("*")):
        manifest = folder / MANIFEST
        content = manifest.read_bytes() if manifest.is_file() else b""
        # A quick look first: a unit may have hundreds of runs, and few wait for approval.
        if quoted in content and _approves(_read(folder), draft):
            return folder
    return None


def _approves(manifest: Manifest, draft: str) -> bool:
    approval: Mapping[str, Any] = manifest["predicate"].get("approval", {})
    return approval.get("draft") == draft


def open_draft(folder: Path, link: Path) -> Manifest:
    """Read the record of a draft that may be approved, its files held against it.

    Parameters
    ----------
    folder : of the draft's run
    link : the folder by which the unit's report of that period is read

    Raises
    ------
    ParameterError
        It is no draft, was approved, or another run has taken its place.
    RapportError
        A file of it is gone, or customers of it were erased.
    TamperedError
        A file is not the one that the record names.
    """
    manifest = _read(folder)
    name, number = folder.name, str(manifest["predicate"]["run"])
    state = manifest["predicate"].get("approval", {}).get("state")
    if state == APPROVED:
        raise ParameterError(f"{name}: is approved. There is nothing to do.")
    if state != DRAFT:
        raise ParameterError(f"{name}: is no draft; its unit asks for no approval.")
    final = find_final(folder.parent, number)
    if final is not None:
        raise ParameterError(f"{name}: was approved as {final.name}. There is nothing to do.")
    if not leads(link, folder):
        raise ParameterError(
            f"{name}: is outdated, another run of {link.name} came after it. Approve that one."
        )
    if (folder / MARK).is_file():
        raise RapportError(f"{name}: customers were erased since. Run it again, then approve that.")
    _check_files(folder, manifest)
    return manifest


def _read(folder: Path) -> Manifest:
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_bytes())
        manifest["predicate"]["run"], manifest["subject"]
    except OSError as error:
        raise RapportError(f"{folder.name}: its record is gone. Run it again.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise TamperedError(f"{folder.name}: its record is damaged. Run it again.") from error
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Hold every file against the record, and the record against the one inside the reports."""
    named = {each["name"]: each["digest"]["sha256"] for each in manifest["subject"]}
    gone = [name for name in named if not (folder / name).is_file()]
    if gone:
        raise RapportError(
            f"{folder.name}: {len(gone)} of its {len(named)} files are gone, first {gone[0]}. "
            "Run it again, then approve that."
        )
    for name, digest in named.items():
        content = (folder / name).read_bytes()
        # A picture of page one carries no record: its digest stands in that of the others.
        if name.startswith("report.") and name.endswith(FORMS):
            is_same = _is_of(content, name, manifest)
        else:
            is_same = sha256(content) == digest
        if not is_same:
            raise TamperedError(
                f"{folder.name}: {name} is not what the record names. Run it again, then approve "
                "that."
            )


def _is_of(report: bytes, name: str, manifest: Manifest) -> bool:
    """Say whether a report carries this record, and is the file of this name in it."""
    seal = check(report, None)
    predicate, _ = spell_out(seal.statement)
    is_record = predicate == manifest["predicate"]
    return is_record and seal.name == name and seal.statement["subject"] == manifest["subject"]
