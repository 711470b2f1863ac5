"""`rapport archive`: a run and all that it was made of as one file, and such a file put back."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rapport.cli.archive_params import list_other_parameters
from rapport.errors import ParameterError
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
from rapport.press.proof.packed import spell_out
from rapport.press.proof.reading import find_report
from rapport.press.proof.signing import read_signer
from rapport.press.proof.trust import Trust, parse_trust


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
    project, signer = find_root(Path.cwd()), read_signer(os.environ)
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
        contents, checked = write_archive(path, pieces, contents, signer)
    told = _describe(path, contents, checked)
    log.append(project / "reports" / "log.jsonl", {"event": "archived", **told["logged"]})
    _print(arguments, told, f"{path.name}: {told['files']:,} files, {told['bytes']:,} bytes, "
           f"SHA-256 {told['sha256']}\n{_warn(contents)}")  # fmt: skip
    return 0


def list_archives(reports: Path, unit: str) -> list[str]:
    """Name the archives with rows of a unit's customers that were ever made: the SHA-256 of each.

    Where they lie nobody wrote down; what is erased stays in them.
    """
    journal = reports / "log.jsonl"
    lines = journal.read_bytes().splitlines() if journal.is_file() else []
    events = [event for line in lines if (event := json.loads(line))["event"] == "archived"]
    return [
        event["sha256"] for event in events if event["unit"] == unit and event["holds"] == "inputs"
    ]


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
    restored = restore(path, target, _read_trust(arguments.trust))
    contents, checked = restored.contents, restored.checked
    predicate, _ = spell_out(checked.statement)
    other = list_other_parameters(target, predicate)
    told = {
        "folder": str(target),
        "unit": contents.unit,
        "period": contents.period,
        "run": contents.run,
        "policy": contents.policy,
        "recorded": len(checked.recorded),
        "locked": len(checked.locked),
        "listed_only": list(checked.unsealed),
        "program": checked.has_program,
        "other_parameters": other,
        "signer": restored.signer,
    }
    _print(arguments, told, tell(restored, target) + _tell_parameters(other))
    return 0


def _tell_parameters(other: Sequence[str]) -> str:
    if not other:
        return "The unit's files of parameters say what the record says.\n"
    return (
        f"Of the unit's parameters the files say otherwise than the record: {', '.join(other)}. A "
        "run may have been given them on the command line. A rerun takes those of the record.\n"
    )


def _read_trust(path: Path | None) -> Trust | None:
    if path is None:
        return None
    try:
        return parse_trust(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name}: cannot be read. Name a file of keys.") from error


def _print(arguments: argparse.Namespace, told: Mapping[str, Any], text: str) -> None:
    plain = {name: value for name, value in told.items() if name != "logged"}
    line = json.dumps(plain, ensure_ascii=False) + "\n" if arguments.json else text
    sys.stdout.write(line)
