"""What an archive says it holds, and the file itself read without trusting it.

Every entry is stored, not compressed: the bytes are the same wherever it is written, and a file
that would unfold to more than its own size is no archive of ours.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from rapport.errors import TamperedError
from rapport.press.proof.archive.names import CONTENTS, SIGNATURE, check_names
from rapport.press.proof.packed import canonical_json
from rapport.press.proof.strict import read_json

VERSION = 1
MOST = 50_000  # entries
LARGEST_LIST = 16 * 2**20  # bytes of the list itself
CHUNK = 2**20


@dataclass(frozen=True)
class Contents:
    """The list of an archive."""

    unit: str
    period: str
    run: str
    policy: str
    """`inputs`: with the canonical tables; `aggregates`: without any row of a customer."""
    files: Mapping[str, str]
    """Name: SHA-256, of every file but the list itself."""
    left_out: tuple[str, ...] = ()
    """Files of the run that the policy left out."""
    built: Mapping[str, str] = field(default_factory=dict)
    """Wheel that was built here: the sdist it is from; both are among the files."""
    python: str = ""
    platform: str = ""
    """Where the wheels fit; empty without wheels."""

    @property
    def folder(self) -> str:
        """The run's folder, a slash at its end."""
        return f"reports/{self.unit}/runs/{self.period}-{self.run}/"

    def spell(self) -> bytes:
        """Spell the list as it stands in the archive."""
        return canonical_json({"v": VERSION, **asdict(self)}) + b"\n"


def read_contents(text: bytes) -> Contents:
    """Read the list of an archive.

    Raises
    ------
    TamperedError
        It is no such list.
    """
    given = read_json(text)
    try:
        if given.pop("v") != VERSION:
            raise TamperedError("archive: was made by another version. Use that version.")
        contents = Contents(**{**given, "left_out": tuple(given["left_out"])})
        texts = [*given["files"].items(), *given["built"].items()]
        plain = (contents.unit, contents.period, contents.run, contents.policy, *contents.left_out)
        is_text = all(isinstance(text, str) for text in (*plain, *(t for p in texts for t in p)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged("its list is damaged") from error
    if not is_text or contents.spell() != text:
        raise damaged("its list is damaged")
    return contents


def damaged(what: str) -> TamperedError:
    """Make the error of an archive that is not as it was made; `what` is a clause."""
    return TamperedError(f"archive: {what}. Nothing was put back; ask for the original.")


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """Open an archive whose entries are exactly those of its list; no file's content is read yet.

    Raises
    ------
    TamperedError
        It is no archive, or holds an entry that none of ours holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries, path.stat().st_size)
            contents = read_contents(_read_list(archive))
            found = {entry.filename for entry in entries} - {SIGNATURE}
            if found != {CONTENTS, *contents.files} or SIGNATURE in contents.files:
                raise damaged("its list names other files than it holds, or one of them")
            yield archive, contents
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise damaged("the file is damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.orig_filename for entry in entries]
    if len(entries) > MOST or sum(entry.file_size for entry in entries) > size:
        raise damaged("its entries are more than the file can hold")
    check_names(names)
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        is_plain = kind in (0, stat.S_IFREG) and not entry.is_dir()
        is_stored = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1
        if not is_plain or not is_stored or entry.file_size != entry.compress_size:
            raise damaged(f"{entry.filename[:60]!a} is a link, compressed or encrypted")


def _read_list(archive: zipfile.ZipFile) -> bytes:
    try:
        entry = archive.getinfo(CONTENTS)
    except KeyError as error:
        raise damaged("it holds no list of its files") from error
    if entry.file_size > LARGEST_LIST:
        raise damaged("its list is damaged")
    return archive.read(entry)


def copy_file(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy a file and give its SHA-256."""
    digest = hashlib.sha256()
    while part := source.read(CHUNK):
        digest.update(part)
        target.write(part)
    return digest.hexdigest()


def describe(contents: Contents) -> dict[str, Any]:
    """Give what a person wants to know of an archive, as JSON values."""
    return {
        "unit": contents.unit,
        "period": contents.period,
        "run": contents.run,
        "policy": contents.policy,
        "files": len(contents.files),
        "left_out": len(contents.left_out),
        "wheels": sum(name.endswith(".whl") for name in contents.files),
        "built": sorted(contents.built),
        "python": contents.python,
        "platform": contents.platform,
    }
