"""What is kept of the past between two ingestions: a note of it all, and the files that it names.

The note is found by the digest of all that the past depends on but its files: the unit's file, the
key of pseudonyms, who was erased, the code and its libraries. It names every file by its digest, so
that a past is whole or not there.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

import rapport
from rapport.ingest import kept
from rapport.ingest.mapping import Piece
from rapport.ingest.rules import ROUNDED
from rapport.ingest.sources import ResolvedSources, digest_of
from rapport.params import UnitParams
from rapport.privacy.pseudonyms import name_key
from rapport.tables import Room

logger = logging.getLogger(__name__)

NOTE = "past"
# Of the package: whose code may change what an ingestion makes.
ROOMS = ("ingest", "tables", "privacy", "params", "schema.py")
# Tables whose rows are of the day of an order.
DATED = ("orders", "order_lines")


@dataclass(frozen=True)
class Past:
    """What is known of the orders dated before the day `cut`, and which files were read."""

    cut: date
    last_at: datetime
    """The last of their times; every recent order is later."""
    n_orders: int
    n_lines: int
    """Lines of them, where orders are made of lines."""
    data_from: date | None
    data_until: date | None
    files: Mapping[str, Sequence[str]]
    """Digests of every file read, by source, recent rows among them."""
    n_rows: Mapping[str, int]
    """Rows in these files, by source."""
    columns: Mapping[str, Mapping[str, str]]
    """Columns of the sources of orders with their types."""
    copies: Mapping[str, tuple[int, str | None]]
    """Rows that stay and equal another of their file, and their money, by relation of a piece."""
    months: Mapping[str, Sequence[tuple[int, int]]]
    """Of each table whose orders lie by month the months, and how many groups each fills."""
    sums: Mapping[str, Sequence[Mapping[str, Any]]]
    """Hashes of the rows of each table that is joined, added up by month and bucket."""
    weights: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """What the columns of these tables lack, and the money of what they hold."""
    totals: Mapping[str, Any] | None = None
    """What its customers ordered, added up, where they stay as they are."""
    drift: Mapping[str, Any] | None = None
    """Two periods, and the columns of what `count_drift` found in them."""
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of what is kept, by what it is."""
    paths: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Where that lies in the room of this ingestion."""

    def new_files(self, source: str, paths: Sequence[Path]) -> tuple[Path, ...]:
        """Give the files of a source that were not read before."""
        return tuple(paths[len(self.files.get(source, ())) :])


def name_note(unit: UnitParams, key: bytes, erased: Iterable[str]) -> str:
    """Name the note by all that the past depends on, files apart."""
    versions = [pa.__version__, duckdb.__version__]
    given = unit.model_dump(mode="json")
    return kept.digest([NOTE, given, name_key(key), sorted(erased), digest_rooms(), versions])


@lru_cache(maxsize=1)
def digest_rooms() -> str:
    """Give the digest of the code that makes what is kept."""
    package = Path(str(rapport.__file__)).parent
    files = [path for room in ROOMS for path in (
        [package / room] if room.endswith(".py") else sorted((package / room).rglob("*.py"))
    )]  # fmt: skip
    return kept.digest(
        {str(path.relative_to(package)): hashlib.sha256(path.read_bytes()).hexdigest()
         for path in files}
    )  # fmt: skip


def find_past(
    room: Room | None, unit: UnitParams, sources: ResolvedSources, note: str
) -> Past | None:
    """Find what is kept of the past where nothing but files was added to what it was made of."""
    path = kept.find(room, note) if room is not None else None
    if room is None or path is None:
        return None
    past = _read(path)
    if all(_goes_on(past, source, sources) for source in past.files):
        held = {name: _hold_all(room, names) for name, names in past.kept.items()}
        if all(len(paths) == len(past.kept[name]) for name, paths in held.items()):
            kept.hold_reads(room, set(_list_reads(unit, sources, past)))
            return replace(past, paths={**held, NOTE: (path,)})
    why = "files read before are others or gone, or what was kept is damaged"
    logger.warning("unit %s: every file is read again: %s.", unit.name, why)
    forget(room, replace(past, paths={NOTE: (path,)}))
    return None


def forget(room: Room, past: Past, *, but: Past | None = None) -> None:
    """Take out of the room what was held of a past, so that it goes from what is kept."""
    used = {name for names in but.kept.values() for name in names} if but else set()
    gone = {name for names in past.kept.values() for name in names} - used
    for path in [*(room.folder / name for name in gone), *past.paths[NOTE]]:
        path.unlink(missing_ok=True)


def keep_past(room: Room, note: str, past: Past) -> None:
    """Keep the note, once all that it names is kept."""
    told = {field.name: getattr(past, field.name) for field in fields(past)} | {"paths": {}}
    aside = room.folder / "past.json"
    aside.write_text(json.dumps(told, default=str, sort_keys=True), encoding="utf-8")
    kept.settle(room, note, aside)


def keep_file(room: Room, note: str, name: str, path: Path) -> Path:
    """Keep one file of the past; it may be there already."""
    return kept.settle(room, kept.digest([note, name]), path)


def _read(path: Path) -> Past:
    told = json.loads(path.read_text(encoding="utf-8"))
    days = {name: told[name] and date.fromisoformat(told[name])
            for name in ("cut", "data_from", "data_until")}  # fmt: skip
    return Past(**{**told, **days, "last_at": datetime.fromisoformat(told["last_at"])})


def _goes_on(past: Past, source: str, sources: ResolvedSources) -> bool:
    """Say whether the files of a source begin with those that were read."""
    known, paths = past.files[source], sources.files.get(source, ())
    return len(known) <= len(paths) and all(
        digest_of([path]) == digest for path, digest in zip(paths, known, strict=False)
    )


def _hold_all(room: Room, names: Sequence[str]) -> tuple[Path, ...]:
    found = [kept.hold(room, name) for name in names]
    return tuple(path for path in found if path is not None)


def _list_reads(unit: UnitParams, sources: ResolvedSources, past: Past) -> Iterator[str]:
    """Name what was read of old files: it stays for the day on which all begins anew."""
    for source, known in past.files.items():
        for path in sources.files[source][: len(known)]:
            yield kept.name_read(unit.sources[source], path)


def takes_part(unit: UnitParams, pieces: Sequence[Piece]) -> list[Piece]:
    """Give the pieces of which a past can be kept: all of which orders are made, or none.

    Not where a row's part may change with what comes later or stands elsewhere: records joined to
    customers, foreign money, rows that are kept for so many days, sources of several tables,
    quantities that are rounded, as only all rows say whether any is.
    """
    orders = [piece for piece in pieces if piece.makes_orders]
    named = [unit.rates.source] if unit.rates else []
    named += list(unit.privacy.identifiers)
    read = [piece.source for piece in pieces]
    is_plain = not (
        unit.identity.is_asked
        or unit.baskets_only
        or any(dict(unit.privacy.retention_days).values())
        or unit.expect != type(unit.expect)()
        or any(source.format == "select" for source in unit.sources.values())
    )
    plain = [
        piece for piece in orders
        if not piece.converts and piece.has("order_id") and piece.has("ordered_at")
        and read.count(piece.source) == 1 and piece.source not in named
        and not has_rounded(unit, piece)
    ]  # fmt: skip
    return orders if is_plain and len(plain) == len(orders) else []


def has_rounded(unit: UnitParams, piece: Piece) -> bool:
    """Say whether the ingestion found quantities to round, which no rule of the unit's counts."""
    declared = unit.tables[piece.table][piece.number].flag  # type: ignore[index]
    return ROUNDED in piece.mapping.flag and ROUNDED not in declared
