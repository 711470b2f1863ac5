"""What was read from elsewhere: files under their own digests, and a list of readings beside them.

A reading is one source as it was at one moment. The list is replaced in one step, after all files
lie in their places, so that tables of one database change together or not at all. Which reading
a source has now is decided by what the unit's file asks for: the newest of that; of sources of
one database the newest that all of them have.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rapport.errors import DataError
from rapport.params import UnitParams

LIST = "readings.json"
VERSION = 1
LONGEST_NAME = 80


@dataclass(frozen=True)
class Landed:
    """One file of a reading: where it lies, and what it was called where it came from."""

    path: str
    sha256: str
    size: int
    key: str = ""
    etag: str = ""


@dataclass(frozen=True)
class Reading:
    """A source as it was at one moment."""

    source: str
    asked: str
    """Digest of what the unit's file asks for."""
    moment: int
    files: tuple[Landed, ...]

    @property
    def digest(self) -> str:
        """The digest of the source, as a run's record names it."""
        digests = [file.sha256 for file in self.files]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


def folder_of(root: Path, unit: str) -> Path:
    """Give the folder of what a unit fetched."""
    return root / "data" / "store" / "fetched" / unit


def asked_of(unit: UnitParams, name: str) -> str:
    """Give the digest of what a unit's file asks for under a source's name."""
    source = unit.sources[name]
    if source.format == "database":
        kind = unit.databases[str(source.database)].kind
        asked = [kind, source.database, source.table, source.query, source.delivery]
    else:
        asked = [source.path, unit.storage.endpoint, source.delivery]
    return hashlib.sha256(json.dumps(asked).encode("utf-8")).hexdigest()


def list_remote(unit: UnitParams) -> list[str]:
    """Name the sources of a unit that lie elsewhere."""
    return sorted(name for name, source in unit.sources.items() if source.is_remote)


def find_readings(root: Path, unit: UnitParams) -> dict[str, Reading]:
    """Give the reading that each source elsewhere has now; one that has none is not there."""
    names = list_remote(unit)
    if not names:
        return {}
    folder = folder_of(root, unit.name)
    known: dict[str, dict[int, Reading]] = {name: {} for name in names}
    for reading in read_list(folder):
        if reading.source in known and reading.asked == asked_of(unit, reading.source):
            known[reading.source][reading.moment] = reading
    return {
        name: known[name][moment]
        for together in _together(unit, names)
        if (moment := _newest(folder, [known[name] for name in together])) is not None
        for name in together
    }


def _together(unit: UnitParams, names: Sequence[str]) -> Iterator[list[str]]:
    """Give the names of sources that must be of one moment."""
    databases = {unit.sources[name].database or "" for name in names} - {""}
    for database in sorted(databases):
        yield [name for name in names if unit.sources[name].database == database]
    yield from ([name] for name in names if unit.sources[name].database is None)


def _newest(folder: Path, known: Sequence[Mapping[int, Reading]]) -> int | None:
    shared = set.intersection(*(set(readings) for readings in known))
    whole = (m for m in shared if all(_is_whole(folder, readings[m]) for readings in known))
    return max(whole, default=None)


def _is_whole(folder: Path, reading: Reading) -> bool:
    return all((folder / file.path).is_file() for file in reading.files)


def read_list(folder: Path) -> list[Reading]:
    """Read the list of a unit's readings, oldest first.

    Raises
    ------
    DataError
        The list is damaged.
    """
    path = folder / LIST
    if not path.is_file():
        return []
    try:
        known = json.loads(path.read_bytes())
        return [_read(one) for one in known["readings"] if known["version"] == VERSION]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path.name}: the list of what was fetched is damaged. Remove "
            f"data/store/fetched/{folder.name}, then fetch again."
        ) from error


def _read(one: Mapping[str, Any]) -> Reading:
    files = tuple(Landed(**file) for file in one["files"])
    return Reading(one["source"], one["asked"], one["moment"], files)


def add_readings(folder: Path, new: Sequence[Reading], aside: Path) -> None:
    """Put readings behind the others, all in one step; those whose files are gone leave the list.

    Parameters
    ----------
    aside : a folder on the same disk, in which the list is written first
    """
    same = {(r.source, r.asked, r.digest) for r in new}
    kept = [
        r for r in read_list(folder)
        if _is_whole(folder, r) and (r.source, r.asked, r.digest) not in same
    ]  # fmt: skip
    told = {"version": VERSION, "readings": [asdict(reading) for reading in [*kept, *new]]}
    written = aside / LIST
    written.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    written.chmod(0o600)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written.replace(folder / LIST)


def next_moment(folder: Path) -> int:
    """Give the number of the next moment at which something is read."""
    return max((reading.moment for reading in read_list(folder)), default=0) + 1


def land(folder: Path, source: str, made: Path, *, key: str = "", etag: str = "") -> Landed:
    """Move a whole file to its place, under its digest, and say where it lies."""
    with made.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    name = name_file(key or f"{source}.parquet")
    place = Path(name_file(source)) / digest[:16] / name
    target = folder / place
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made.chmod(0o600)
    size = made.stat().st_size
    made.replace(target)
    return Landed(place.as_posix(), digest, size, key, etag)


def name_file(key: str) -> str:
    """Make a file's name of an object's: its last part, harmless on every system.

    Examples
    --------
    >>> name_file("2026/06/销售 6.csv"), name_file("a/../..")
    ('销售_6.csv', 'file')
    """
    last = unicodedata.normalize("NFC", key.rstrip("/").rpartition("/")[2])
    plain = re.sub(r"[^\w.-]", "_", last).lstrip(".-")
    stem, dot, ending = plain.rpartition(".")
    cut = f"{stem[:LONGEST_NAME]}{dot}{ending[:10]}" if dot else plain[:LONGEST_NAME]
    return cut or "file"


def list_unread(
    root: Path, units: Sequence[UnitParams], named: Collection[str], *, keep: int
) -> list[Path]:
    """List the files of readings that nobody needs.

    Kept are, of each source, the newest `keep` readings, the present one, and those that
    published reports were made of.

    Parameters
    ----------
    named : digests of the sources of published reports
    keep : readings of each source, at least 1
    """
    present = {
        (unit.name, name, reading.moment)
        for unit in units
        for name, reading in find_readings(root, unit).items()
    }
    unneeded: list[Path] = []
    for path in sorted((root / "data" / "store" / "fetched").glob(f"*/{LIST}")):
        folder = path.parent
        readings = read_list(folder)
        kept: set[str] = set()
        for source in {reading.source for reading in readings}:
            mine = sorted((r for r in readings if r.source == source), key=lambda r: r.moment)
            held = [
                r for r in mine
                if r in mine[-keep:] or r.digest in named
                or (folder.name, source, r.moment) in present
            ]  # fmt: skip
            kept |= {file.path for reading in held for file in reading.files}
        files = {file.path for reading in readings for file in reading.files}
        unneeded += [folder / name for name in sorted(files - kept) if (folder / name).is_file()]
    return unneeded
