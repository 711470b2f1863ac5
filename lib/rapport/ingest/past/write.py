"""Keep what the next ingestion needs of this one: what it made of the past, and the recent rows."""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from rapport.ingest.completeness import Weights
from rapport.ingest.coverage import count_rows
from rapport.ingest.mapping import Piece
from rapport.ingest.parts import Sums, add_hashes
from rapport.ingest.past.kept import Past, forget, keep_file, keep_past
from rapport.ingest.past.people import ALONE, select_people, total_of
from rapport.ingest.past.relations import LISTS, past_of, see_files
from rapport.ingest.past.split import MOVED, Split, list_lines, moved_of
from rapport.ingest.quality import Step
from rapport.ingest.rules import COPIES
from rapport.ingest.sources import ResolvedSources, digest_of
from rapport.tables import TableFile, join_groups, list_groups
from rapport.tables.engine import Engine, identifier


@dataclass(frozen=True)
class Made:
    """What an ingestion made, as far as the next may need it."""

    tables: Mapping[str, TableFile]
    """Those whose months lie apart, orders among them."""
    months: Mapping[str, Sequence[tuple[int, int]]]
    """Of the past as it will be: each month with its groups, of every table of orders."""
    weights: Mapping[str, Weights]
    """Of these tables, as far as they are of the past."""
    sums: Mapping[str, Sequence[Sums]]
    """Of all rows of all tables."""
    steps: Sequence[Step] = ()
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    drift: Mapping[str, Any] | None = None
    identifiers: pa.Table | None = None

    @property
    def is_alone(self) -> bool:
        """Say whether customers of the past stay as they are."""
        return set(ALONE) <= set(self.tables)


def keep_made(work: Split, sources: ResolvedSources, made: Made) -> None:
    """Keep all that the next ingestion needs of this one, and the note of it at last."""
    if work.is_moved:
        held = {**work.held, **_keep_tables(work, made), **_keep_people(work, made)}
        past = _move(work, made, held)
    else:
        assert work.before is not None
        held, past = dict(work.held), work.before
    held["keys"] = [*_keep_keys(work)]
    files = {piece.source: sources.files[piece.source] for piece in work.pieces}
    n_rows = count_rows(work.engine, sources)
    new = replace(
        past,
        files={name: [digest_of([path]) for path in paths] for name, paths in files.items()},
        n_rows={name: n_rows[name] for name in files},
        columns={name: made.columns[name] for name in files},
        copies={piece.relation: _count_copies(piece, made.steps) for piece in work.pieces},
        drift=made.drift,
        kept=held,
    )
    if work.before is not None:
        forget(work.room, work.before, but=new)
    # Last, for it may be the same note.
    keep_past(work.room, work.note, new)


def _move(work: Split, made: Made, held: Mapping[str, Sequence[str]]) -> Past:
    """Give the past as it is with the rows that were moved to it."""
    (row,) = work.engine.rows(
        "SELECT max(ordered_at) AS last_at, max(order_key) AS n, "
        "min(ordered_on) FILTER (WHERE rule IS NULL) AS first_on, "
        f"max(ordered_on) FILTER (WHERE rule IS NULL) AS last_on FROM {MOVED}"
    )
    before = work.before
    n_lines = before.n_lines if before else 0
    first = [row["first_on"], before.data_from if before else None]
    last = [row["last_on"], before.data_until if before else None]
    return Past(
        cut=work.cut,
        last_at=row["last_at"],
        n_orders=row["n"],
        n_lines=n_lines + sum(_count(work.engine, moved_of(p)) for p in list_lines(work.pieces)),
        data_from=min((day for day in first if day is not None), default=None),
        data_until=max((day for day in last if day is not None), default=None),
        files={}, n_rows={}, columns={}, copies={},
        months=made.months,
        sums=_part_sums(work, made, held),
        totals=total_of(work.engine) if made.is_alone else None,
        weights={
            name: {column: one._asdict() for column, one in columns.items()}
            for name, columns in made.weights.items()
        },
    )  # fmt: skip


def _part_sums(
    work: Split, made: Made, held: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[Sums]]:
    """Give the hashes of the rows of the past, added up, of every table that is joined."""
    month = f"{work.cut:%Y-%m}"
    sums: dict[str, Sequence[Sums]] = {
        name: [one for one in made.sums[name] if one["month"] and one["month"] < month]
        for name in made.tables
    }
    # They say no month.
    name = ALONE[1]
    if name in made.tables:
        path = work.room.folder / held[f"table {name}"][0]
        see_files(work.engine, identifier("past links"), [path])
        columns = made.tables[name].schema.names
        sums[name] = add_hashes(work.engine, name, "past links", columns)
    return sums


def _keep_tables(work: Split, made: Made) -> dict[str, list[str]]:
    """Keep the row groups of the tables that are joined."""
    n_groups = dict.fromkeys(ALONE, 0)
    if made.is_alone:
        days = list_groups(made.tables["customers"].path, "first_seen_on")
        n_groups = dict.fromkeys(ALONE, sum(day is not None and day < work.cut for day in days))
    n_groups |= {name: sum(n for _, n in months) for name, months in made.months.items()}
    held = {}
    for name, table in made.tables.items():
        aside = work.room.folder / "table.aside"
        join_groups([(table.path, range(n_groups[name]))], aside)
        kept = keep_file(work.room, work.note, f"table {name}", aside)
        held[f"table {name}"] = [kept.name]
    return held


def _keep_people(work: Split, made: Made) -> dict[str, list[str]]:
    """Keep what is known of people: of all, or of those of the past where they stay as they are."""
    if not made.is_alone:
        return {
            name: [work.keep(name, f"SELECT {', '.join(LISTS[name])} FROM {name}")]
            for name in LISTS
        }
    assert made.identifiers is not None
    held = {"customers": [work.keep("customers", select_people())]}
    see_files(work.engine, past_of("customers"), [work.room.folder / held["customers"][0]])
    work.engine.add("identifiers made", made.identifiers)
    # New customers come last.
    (row,) = work.engine.rows(
        'SELECT count(*) AS n FROM "identifiers made" AS i '
        f"SEMI JOIN {past_of('customers')} AS p ON i.customer_id = p.name"
    )
    aside = work.room.folder / "identifiers.aside"
    with (
        pa.OSFile(str(aside), "wb") as file,
        pa.ipc.new_file(file, made.identifiers.schema) as writer,
    ):
        writer.write_table(made.identifiers.slice(0, row["n"]))
    kept = keep_file(work.room, work.note, "identifiers", aside)
    return {**held, "identifiers": [kept.name]}


def _keep_keys(work: Split) -> Iterator[str]:
    """Keep the hashes of the orders of all files, those of the past and the others."""
    if work.is_moved:
        arrays = [np.load(path) for path in work.before.paths["keys"][:1]] if work.before else []
        arrays += [_hash(work.engine, moved_of(piece)) for piece in work.pieces]
        keys = np.concatenate(arrays)
        del arrays
        keys.sort(kind="stable")
        yield work.keep_array("keys", keys)
    else:
        yield work.held["keys"][0]
    recent = [_hash(work.engine, identifier(piece.latest)) for piece in work.pieces]
    yield work.keep_array("recent keys", np.sort(np.concatenate(recent)))


def _count(engine: Engine, rows: str) -> int:
    (row,) = engine.rows(f"SELECT count(*) AS n FROM {rows}")
    return int(row["n"])


def _hash(engine: Engine, rows: str) -> np.ndarray[Any, Any]:
    found = engine.fetch(f"SELECT DISTINCT hash(order_id) AS key FROM {rows}")
    keys: np.ndarray[Any, Any] = found["key"].to_numpy()
    return keys


def _count_copies(piece: Piece, steps: Sequence[Step]) -> tuple[int, str | None]:
    found = [
        (step.n_rows, None if step.money is None else str(step.money))
        for step in steps
        if (step.table, step.source, step.rule) == (piece.table, piece.source, COPIES)
        and step.action == "flagged"
    ]
    return found[0] if found else (0, None)
