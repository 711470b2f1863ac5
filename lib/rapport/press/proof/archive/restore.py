"""Put an archive back: every check first, then the folder in one step, nothing executed.

An archive puts itself back with Python alone (`python -I FILE.zip DIR`): this module and what it
imports need no package.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapport.errors import ParameterError, RapportError, TamperedError, UnverifiableError
from rapport.press.proof.archive.accept import accept_list, accept_report
from rapport.press.proof.archive.check import Checked, check_archive
from rapport.press.proof.archive.contents import Contents, copy_file, damaged, opened
from rapport.press.proof.archive.names import CONTENTS, SIGNATURE
from rapport.press.proof.trust import Trust


@dataclass(frozen=True)
class Restored:
    """An archive that was put back."""

    contents: Contents
    checked: Checked
    signer: str
    """Who signed the list; empty where nobody did, a key where no trust file was given."""


def restore(path: Path, target: Path, trust: Trust | None = None) -> Restored:
    """Put an archive back into a folder that is not there yet.

    Parameters
    ----------
    path : the archive
    target : becomes a project that holds the run, its code, its lock and what the policy kept
    trust : whose keys the reader accepts; a report must be signed by one of them

    Raises
    ------
    ParameterError
        The folder is there already, or the archive is not.
    TamperedError
        The archive is not as it was made, or not what its sealed record says; nothing is left.
    UnverifiableError
        There is a trust file, and nobody signed the report, or the list of the archive.
    RapportError
        It cannot be written here.
    """
    if not path.is_file():
        raise ParameterError(f"archive: there is no file {path.name}. Name an archive.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ParameterError(f"archive: {target.name} is there already. Name an empty folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".restoring-", dir=target.parent))
    try:
        with opened(path) as (archive, contents):
            _unpack(archive, contents, aside)
        restored = _check(aside, contents, trust)
        _link(aside, contents)
        aside.chmod(0o755)
        if target.exists():
            target.rmdir()
        aside.replace(target)
    except OSError as error:
        raise RapportError(
            f"archive: {target.name} cannot be written ({error.strerror}). Make room, or name "
            "another folder."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return restored


def _check(aside: Path, contents: Contents, trust: Trust | None) -> Restored:
    def read(name: str) -> bytes:
        return aside.joinpath(*name.split("/")).read_bytes()

    checked = check_archive(read, contents, lambda file: accept_report(file, trust))
    if checked.faults:
        raise TamperedError(
            f"archive: it is not what its sealed record says: {checked.spell_faults()}. Nothing "
            "was put back; ask for the original."
        )
    signer, signed = "", aside / SIGNATURE
    if trust is not None and not signed.is_file():
        raise UnverifiableError(
            f"archive: its list is not signed, so nobody answers for {len(checked.unsealed)} files "
            f"that the record does not name, first {checked.unsealed[0]}. Ask for an archive whose "
            "list is signed, or leave --trust out and rely on nothing but the report."
        )
    if signed.is_file():
        made = str(checked.statement["predicate"].get("made"))
        signer = accept_list(read(CONTENTS), signed.read_bytes(), trust, made)
    return Restored(contents, checked, signer)


def _unpack(archive: zipfile.ZipFile, contents: Contents, aside: Path) -> None:
    """Write every file whose content is the one listed; names were checked when it was opened."""
    signed = [name for name in archive.namelist() if name == SIGNATURE]
    for name in (*contents.files, *signed, CONTENTS):
        file = aside.joinpath(*name.split("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, file.open("xb") as copy:
            digest = copy_file(source, copy)
        if contents.files.get(name, digest) != digest:
            raise damaged(f"{name} is not the file that its list names")


def _link(folder: Path, contents: Contents) -> None:
    """Show the run under its period, as in the project that it is from."""
    run = folder / contents.folder
    link = run.parents[1] / contents.period
    try:
        link.symlink_to(os.path.relpath(run, link.parent), target_is_directory=True)
    except OSError:  # no links here
        shutil.copytree(run, link)


def tell(restored: Restored, target: Path) -> str:
    """Say what was put back and what seals and signatures cover."""
    contents, checked = restored.contents, restored.checked
    wheels = sum(name.endswith(".whl") for name in checked.locked)
    by = f"signed by {restored.signer}" if restored.signer else "which nobody signed"
    lines = [
        f"{contents.unit} {contents.period}, record {contents.run}: put back into {target.name}.",
        f"{len(checked.recorded)} files are as the sealed record says.",
        f"{wheels} wheels are as the lock says, which the record names."
        if wheels
        else "There are no wheels in it: install requirements.lock from your index.",
        f"{len(checked.unsealed)} files are named by the archive's own list alone, {by}.",
        "The program is the recorded one in every file."
        if checked.has_program
        else "The program's command line is not the recorded one, or the record does not say.",
        "It holds rows of customers (pseudonyms): protect it like the store."
        if contents.policy == "inputs"
        else "It holds no rows of customers: the seal can be checked, the run cannot be repeated.",
    ]
    return "\n".join(lines) + "\n"


def main(words: Sequence[str]) -> int:
    """Put back the archive that this code was read from; give an exit code."""
    if len(words) != 2:
        sys.stderr.write("python -I ARCHIVE.zip DIR: put the archive back into an empty folder\n")
        return 2
    path, target = Path(words[0]), Path(words[1])
    try:
        restored = restore(path, target)
    except RapportError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(tell(restored, target))
    return 0
