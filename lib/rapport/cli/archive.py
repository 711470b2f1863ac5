"""`rapport archive`: a run and all that it was made of as one file, and such a file put back."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError, TamperedError, UnverifiableError
from rapport.params import find_root, load_unit
from rapport.press.proof import log
from rapport.press.proof.archive.check import Checked
from rapport.press.proof.archive.contents import Contents
from rapport.press.proof.archive.gather import Asked, gather
from rapport.press.proof.archive.locked import read_pins
from rapport.press.proof.archive.make import write_archive
from rapport.press.proof.archive.names import LOCK
from rapport.press.proof.archive.restore import restore, tell
from rapport.press.proof.archive.wheels import Wheelhouse, fetch, list_needed
from rapport.press.proof.reading import find_report
from rapport.press.proof.seal import check
from rapport.press.proof.trust import parse_trust


def archive(arguments: argparse.Namespace) -> int:
    """Make the archive of a run, or put one back.

    Raises
    ------
    ParameterError
        No such run or archive, or a place that is taken.
    UnverifiableError
        What the run was made of is no longer there, or nobody whom the trust file names signed.
    TamperedError
        An archive is not as it was made.
    """
    if arguments.restore is not None:
        return _put_back(arguments)
    if arguments.trust is not None:
        raise ParameterError("archive: --trust is for --restore. Leave it out.")
    project = find_root(Path.cwd())
    run = _find_run(arguments.run, project / "reports")
    unit = run.parents[1].name
    policy = load_unit(project, unit).archive
    path = arguments.to or Path.cwd() / f"{unit}-{run.name}.zip"
    if any(path.resolve().is_relative_to(project / name) for name in ("reports", "data")):
        raise ParameterError(f"archive: {path.name} would lie among what it keeps. Name a place "
                             "outside reports/ and data/ with --to.")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="rapport-wheels-") as folder:
        wheels = None if arguments.no_wheels else _fetch(project, Path(folder))
        pieces, contents = gather(Asked(project, run, policy, wheels), name=path.name)
        contents, checked = write_archive(path, pieces, contents, _make_check(None))
    told = _describe(path, contents, checked)
    log.append(project / "reports" / "log.jsonl", {"event": "archived", **told["logged"]})
    _print(arguments, told, f"{path.name}: {told['files']:,} files, {told['bytes']:,} bytes, "
           f"SHA-256 {told['sha256']}\n{_warn(contents)}")  # fmt: skip
    return 0


def _find_run(where: str, reports: Path) -> Path:
    found = find_report(where, reports)
    folder = found if found.is_dir() else found.parent
    return folder.resolve()


def _fetch(project: Path, folder: Path) -> Wheelhouse:
    pins = read_pins((project / LOCK).read_text(encoding="utf-8"))
    return fetch(list_needed(project, pins), folder)


def _describe(path: Path, contents: Contents, checked: Checked) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    run = {"unit": contents.unit, "period": contents.period, "run": contents.run}
    return {
        "archive": str(path),
        **run,
        "sha256": digest,
        "bytes": path.stat().st_size,
        "files": len(contents.files),
        "policy": contents.policy,
        "built": sorted(contents.built),
        "recorded": len(checked.recorded),
        "locked": len(checked.locked),
        "listed_only": len(checked.unsealed),
        # Where it lies is nobody's business; that rows of customers left the store is.
        "logged": {**run, "sha256": digest, "holds": contents.policy},
    }


def _warn(contents: Contents) -> str:
    if contents.policy == "inputs":
        return (
            "It holds rows of customers under pseudonyms: protect it like the store. What is "
            "erased later stays in it until somebody removes it.\n"
        )
    return "It holds no rows of customers: the seal can be checked, the run cannot be repeated.\n"


def _put_back(arguments: argparse.Namespace) -> int:
    path, target = Path(arguments.run), arguments.restore
    contents, checked = restore(path, target, check_seal=_make_check(arguments.trust))
    told = {
        "folder": str(target),
        "unit": contents.unit,
        "period": contents.period,
        "run": contents.run,
        "policy": contents.policy,
        "recorded": len(checked.recorded),
        "locked": len(checked.locked),
        "listed_only": list(checked.unsealed),
    }
    _print(arguments, told, tell(contents, checked, target))
    return 0


def _make_check(trust: Path | None) -> Callable[[bytes], Mapping[str, Any]]:
    """Make the check of seals; with a trust file a report must be signed by one of its keys."""
    if trust is None:
        return lambda file: check(file, None).statement
    try:
        keys = parse_trust(trust.read_text(encoding="utf-8"), trust.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{trust.name}: cannot be read. Name a file of keys.") from error

    def check_signed(file: bytes) -> Mapping[str, Any]:
        seal = check(file, keys)
        if seal.verdict == "untrusted":
            raise TamperedError(f"seal: signed by a key that {trust.name} does not accept.")
        if seal.verdict != "sealed":
            raise UnverifiableError(
                "archive: its report is not signed, so the trust file says nothing of it. Leave "
                "--trust out to put it back for what it is."
            )
        return seal.statement

    return check_signed


def _print(arguments: argparse.Namespace, told: Mapping[str, Any], text: str) -> None:
    plain = {name: value for name, value in told.items() if name != "logged"}
    line = json.dumps(plain, ensure_ascii=False) + "\n" if arguments.json else text
    sys.stdout.write(line)
