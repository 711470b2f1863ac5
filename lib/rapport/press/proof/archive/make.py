"""Write an archive: sorted names, no times, nothing compressed, so equal content is equal bytes."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rapport.errors import RapportError, TamperedError, UnverifiableError
from rapport.press.proof.archive.accept import accept_report, sign_list
from rapport.press.proof.archive.check import Checked, check_archive
from rapport.press.proof.archive.contents import CHUNK, Contents
from rapport.press.proof.archive.names import CONTENTS, SIGNATURE, check_names, is_name
from rapport.press.proof.envelope import Signs

Piece = bytes | Path
"""A file's content, or where it lies."""
# The first moment that a zip can name.
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_archive(
    path: Path, pieces: Mapping[str, Piece], contents: Contents, signer: Signs | None = None
) -> tuple[Contents, Checked]:
    """Check the pieces against the sealed record, then write them, whole or not at all.

    Parameters
    ----------
    path : of the archive; a file that is there is replaced
    pieces : name in the archive: file
    contents : its list but for `files`, which is filled in here
    signer : signs the list, if there is one

    Raises
    ------
    UnverifiableError
        The project is no longer as it was when the report was made.
    RapportError
        A name is none that an archive may hold, the file cannot be written, or a piece changed
        while it was read.
    """
    _check(pieces)
    listed = replace(contents, files={name: _digest(pieces[name]) for name in sorted(pieces)})
    checked = check_archive(
        lambda name: b"".join(_read(pieces[name])), listed, lambda f: accept_report(f, None)
    )
    if checked.faults:
        raise UnverifiableError(
            f"archive: the project is not as it was when the report was made: "
            f"{checked.spell_faults()}. Check out that version, or run the report again."
        )
    aside = path.with_name(f".{path.name}.part")
    try:
        signed = {SIGNATURE: sign_list(listed.spell(), signer)} if signer else {}
        _write(aside, {**pieces, **signed, CONTENTS: listed.spell()}, listed)
        aside.replace(path)
    except OSError as error:
        raise RapportError(
            f"archive: {path.name} cannot be written ({error.strerror}). Make room, or name "
            "another file with --to."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return listed, checked


def _write(path: Path, pieces: Mapping[str, Piece], listed: Contents) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(pieces):
            digest = _add(archive, name, pieces[name])
            if listed.files.get(name, digest) != digest:
                raise RapportError(f"archive: {name} changed while it was read. Try again.")


def _check(pieces: Mapping[str, Piece]) -> None:
    try:
        check_names(pieces)
    except TamperedError as error:
        wrong = next((ascii(name[:60]) for name in pieces if not is_name(name)), "two names")
        raise RapportError(
            f"archive: {wrong} cannot be put back on every system. Rename that file."
        ) from error


def _add(archive: zipfile.ZipFile, name: str, piece: Piece) -> str:
    entry = zipfile.ZipInfo(name, EPOCH)
    # As a system of the POSIX kind, wherever it is written; readable by all, nothing executable.
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    digest = hashlib.sha256()
    size = len(piece) if isinstance(piece, bytes) else piece.stat().st_size
    # Known beforehand, so the same form of entry is chosen for a file of any size.
    entry.file_size = size
    with archive.open(entry, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as into:
        for part in _read(piece):
            digest.update(part)
            into.write(part)
    return digest.hexdigest()


def _read(piece: Piece) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    with piece.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _digest(piece: Piece) -> str:
    if isinstance(piece, bytes):
        return hashlib.sha256(piece).hexdigest()
    with piece.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
