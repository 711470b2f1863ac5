"""Read what lies elsewhere into the store: what was never read, or everything anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.ingest.fetched import Lend
from rapport.ingest.remote.databases import read_tables
from rapport.ingest.remote.objects import fetch_objects
from rapport.ingest.remote.readings import (
    Reading,
    add_readings,
    asked_of,
    find_readings,
    folder_of,
    land,
    list_remote,
    next_moment,
    read_list,
)
from rapport.params import UnitParams


@dataclass(frozen=True)
class Fetched:
    """What was read now."""

    readings: tuple[Reading, ...] = ()
    said: tuple[str, ...] = ()
    """What there is to say of columns that are not what they are in the database."""
    changed: frozenset[str] = frozenset()
    """Sources that are not what they were."""


def fetch_remote(
    unit: UnitParams, root: Path, lend: Lend, *, anew: bool, env: Mapping[str, str] | None = None
) -> Fetched:
    """Read sources of a unit that lie elsewhere, those of one database at one moment.

    What was read before stays what the unit's sources are until everything is here: then all
    change in one step. If anything fails, nothing changes.

    Parameters
    ----------
    anew : read all; without it only what was never read as the unit's file asks for it now
    env : where addresses and passwords stand; the process's own by default

    Raises
    ------
    DataError
        A source cannot be read.
    ParameterError
        The environment names no address of a database, or an extra is not installed.
    """
    before = find_readings(root, unit)
    names = [name for name in list_remote(unit) if anew or name not in before]
    if not names:
        return Fetched()
    env = os.environ if env is None else env
    folder = folder_of(root, unit.name)
    # Of a database all sources are read as soon as one is: they must be of one moment.
    databases = sorted({str(unit.sources[n].database) for n in names if unit.sources[n].database})
    with lend() as aside:
        made: list[Reading] = []
        said: list[str] = []
        for database in databases:
            found, told = _read_database(unit, database, folder, aside.folder, env)
            made, said = made + found, said + told
        objects = [name for name in names if unit.sources[name].is_object]
        made += [
            _read_objects(unit, name, folder, aside.folder / f"objects-{n}")
            for n, name in enumerate(objects)
        ]
        add_readings(folder, made, aside.folder)
    changed = {r.source for r in made if _digest(before.get(r.source)) != r.digest}
    return Fetched(tuple(made), tuple(said), frozenset(changed))


def _digest(reading: Reading | None) -> str:
    return reading.digest if reading is not None else ""


def _read_database(
    unit: UnitParams, database: str, folder: Path, aside: Path, env: Mapping[str, str]
) -> tuple[list[Reading], list[str]]:
    names = [name for name in list_remote(unit) if unit.sources[name].database == database]
    own = aside / database
    own.mkdir()
    files, said = read_tables(unit, database, names, own, env)
    moment = next_moment(folder)
    readings = [
        Reading(name, asked_of(unit, name), moment, (land(folder, name, path),))
        for name, path in files.items()
    ]
    return readings, said


def _read_objects(unit: UnitParams, name: str, folder: Path, own: Path) -> Reading:
    own.mkdir()
    known = [
        file for reading in read_list(folder) if reading.source == name for file in reading.files
        if (folder / file.path).is_file()
    ]  # fmt: skip
    found, here = fetch_objects(unit, name, own, known)
    files = tuple(
        land(folder, name, path, key=one.key, etag=one.etag) if path else here[one.key]
        for one, path in found
    )
    return Reading(name, asked_of(unit, name), next_moment(folder), files)
