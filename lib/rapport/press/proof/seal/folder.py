"""A run's whole folder against its record: every report, and every file that lies beside them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError, TamperedError
from rapport.press.proof.packed import spell_out
from rapport.press.proof.seal.check import Seal, check
from rapport.press.proof.seal.files import read_inside
from rapport.press.proof.seal.log import Logged, check_log, find_log
from rapport.press.proof.strict import read_json
from rapport.press.proof.trust import Trust

MANIFEST = "manifest.json"
# Beside a report's manifest, made later: some of the data were erased since.
MARK = "erased.json"
FORMS = (".html", ".pdf")


@dataclass(frozen=True)
class Checked:
    """What was found of a run's folder, or of one file."""

    seal: Seal
    n_files: int = 1
    logged: Logged | None = None
    """None for a single file, and for a folder that was taken elsewhere."""
    is_folder: bool = False
    shortened: tuple[str, ...] = ()
    """Lists from which an erasure took rows."""


def check_folder(folder: Path, trust: Trust | None) -> Checked:
    """Check every file of a run's folder, the log that it belongs to, and the seal.

    Raises
    ------
    ParameterError
        The folder is no run's.
    TamperedError
        A file is changed, gone or added, the reports' records differ, or the log does not agree.
    """
    present = sorted(_list_files(folder))
    sealed = [name for name in present if "/" not in name and name.endswith(FORMS)]
    if not sealed and MANIFEST not in present:
        raise ParameterError(f"{folder.name}: holds no report. Name a report or a run's folder.")
    seal, content = _check_reports(folder, sealed)
    seal = check(content, trust)
    statement = seal.statement
    log = find_log(folder, statement["predicate"])
    logged = check_log(log, folder, statement, trust) if log is not None else None
    shortened: list[str] = []
    if seal.verdict != "newer":
        _check_manifest(folder, statement)
        may_shorten = bool(logged and logged.erasures)
        shortened = _check_beside(folder, statement, present, may_shorten=may_shorten)
    return Checked(seal, len(present), logged, True, tuple(shortened))  # noqa: FBT003


def _check_reports(folder: Path, names: list[str]) -> tuple[Seal, bytes]:
    """Check that all reports of a folder carry one record; give the first one."""
    found: list[tuple[Seal, bytes]] = []
    for name in names:
        content = read_inside(folder, name)
        try:
            seal = check(content, None)
        except TamperedError as error:
            raise TamperedError(f"{name}: {error}") from error
        if seal.name and seal.name != name:
            raise TamperedError(f"{name}: is another file of the run, {seal.name[:60]}.")
        if found and seal.statement != found[0][0].statement:
            raise TamperedError(f"{name}: has another record than {names[0]}.")
        found.append((seal, content))
    if not found:
        raise TamperedError("report: is gone, only files beside it are left.")
    return found[0]


def _check_manifest(folder: Path, statement: Any) -> None:
    predicate, _ = spell_out(statement)
    if read_json(read_inside(folder, MANIFEST)) != {**statement, "predicate": predicate}:
        raise TamperedError(f"{MANIFEST}: does not say what the sealed record says.")


def _check_beside(
    folder: Path, statement: Any, present: list[str], *, may_shorten: bool
) -> list[str]:
    """Check the files that carry no seal; give the lists from which an erasure took rows."""
    digests = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    added = [name for name in present if name not in digests and name not in (MANIFEST, MARK)]
    if added:
        raise TamperedError(f"{added[0][:80]}: was added, the record does not name it.")
    shortened = []
    there = set(present)
    for name, digest in digests.items():
        if name not in there:
            raise TamperedError(f"{name[:80]}: is gone. Ask for the original.")
        content = read_inside(folder, name)
        if name.endswith(FORMS) and "/" not in name:
            continue  # its body's digest stands there, which the seal was held against
        if hashlib.sha256(content).hexdigest() != digest:
            if not (may_shorten and name.startswith("lists/")):
                raise TamperedError(f"{name}: is not the file that was sealed.")
            shortened.append(name)
    return shortened


def _list_files(folder: Path) -> Iterator[str]:
    """Give every file below a folder; links are not followed, and what is hidden is left out."""
    for place, folders, files in os.walk(folder.resolve()):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*files, *links):
            if not name.startswith("."):
                yield (Path(place) / name).relative_to(folder.resolve()).as_posix()
