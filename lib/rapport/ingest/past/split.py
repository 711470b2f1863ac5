"""Part the orders at a cut: what is of the past, summed up, and the rows that stay apart."""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from rapport.ingest.casts import local_day
from rapport.ingest.derived import select_called, select_said
from rapport.ingest.documents import select_documents
from rapport.ingest.facts import select_amounts, select_kinds, select_spent
from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged, select_numbered
from rapport.ingest.past.kept import Past, keep_file
from rapport.ingest.past.recent import RECENT_ROWS
from rapport.ingest.past.relations import (
    LATEST,
    LATEST_LINES,
    RECENT,
    RECENT_LINES,
    SUMMARIES,
    combine,
    past_of,
    see_files,
)
from rapport.ingest.quality import count_rules, list_ruled
from rapport.ingest.sold import select_sold
from rapport.tables import Room
from rapport.tables.engine import Engine, identifier, quote

MOVED = '"moved documents"'
MOVED_LINES = '"moved lines"'


@dataclass(frozen=True)
class Split:
    """The orders parted at a cut: what is kept of both sides, and the past there was before."""

    engine: Engine
    room: Room
    pieces: Sequence[Piece]
    before: Past | None
    """The past with which the rows were worked through, if there was one."""
    cut: date
    note: str
    """The name of the past (`name_note`)."""
    zone: str
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_moved(self) -> bool:
        """Say whether the past reaches further than before."""
        return self.before is None or self.before.cut != self.cut

    @property
    def early(self) -> str:
        """Give SQL that is true of what is of the past."""
        return f"coalesce(ordered_on < CAST({quote(str(self.cut))} AS DATE), false)"

    def keep(self, name: str, sql: str) -> str:
        """Keep the rows of a SELECT, and give the name under which they are."""
        aside = self.room.folder / f"{name}.aside"
        self.engine.run(
            f"COPY ({sql}) TO {quote(str(aside.resolve()))} (FORMAT parquet, CODEC lz4)"
        )
        return keep_file(self.room, self.note, name, aside).name

    def keep_array(self, name: str, values: np.ndarray[Any, Any]) -> str:
        """Keep numbers."""
        aside = self.room.folder / f"{name}.npy"
        np.save(aside, values)
        return keep_file(self.room, self.note, name, aside).name

    def rows(self, piece: Piece) -> str:
        """Give SQL for the rows of a piece that were worked through, with their numbers."""
        staged = piece.recent if self.before else piece.relation
        listed = self.engine.rows(f"DESCRIBE SELECT * FROM {identifier(staged)}")
        # Rows with a value that cannot be read do not stay, and copies are counted.
        named = [
            identifier(row["column_name"]) for row in listed
            if not row["column_name"].startswith("unread ") and row["column_name"] != "likeness"
        ]  # fmt: skip
        if piece.table == "order_lines":
            # Of the day of their order, whatever their own.
            lines = ", ".join(f"l.{name}" for name in sorted(named))
            return (
                f"SELECT * FROM (SELECT {lines}, d.order_key, d.ordered_on "
                f"FROM {identifier(piece.recent)} AS l "
                f"JOIN {RECENT} AS d ON l.order_id = d.order_id)"
            )
        columns = ", ".join([*sorted(named), "order_key", "ordered_on"])
        return f"SELECT {columns} FROM ({select_numbered(piece, identifier(staged))})"


def split(work: Split) -> Split:
    """Part the orders at a cut, and let the summaries of the past reach up to it.

    Parameters
    ----------
    work : the pieces, those of which no orders are made among them
    """
    engine, before = work.engine, work.before
    orders = [piece for piece in work.pieces if piece.makes_orders]
    work = replace(work, pieces=orders)
    held = dict(before.kept) if before else {}
    for piece in orders:
        name = f"{RECENT_ROWS} {piece.number}"
        held[name] = [work.keep(name, f"{work.rows(piece)} WHERE NOT {work.early}")]
        see_files(engine, identifier(piece.latest), [work.room.folder / held[name][0]])
    if list_lines(orders):
        _part_recent(work)
    else:
        latest = select_documents(orders, [identifier(piece.latest) for piece in orders])
        engine.run(f"CREATE OR REPLACE TEMP VIEW {LATEST} AS {latest}")
    if work.is_moved:
        for piece in orders:
            name = f"past rows {piece.number}"
            kept = work.keep(name, f"{work.rows(piece)} WHERE {work.early}")
            see_files(engine, moved_of(piece), [work.room.folder / kept])
            held[name] = [*held.get(name, ()), kept]
        if not list_lines(orders):
            documents = select_documents(orders, [moved_of(piece) for piece in orders])
            engine.run(f"CREATE TEMP VIEW {MOVED} AS {documents}")
        for name, sql in list(_summaries(work)):
            held[name] = [work.keep(name, sql)]
            see_files(engine, past_of(name), [work.room.folder / held[name][0]])
    return replace(work, held=held)


def list_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Give the pieces of lines of which orders are made."""
    return [piece for piece in pieces if piece.makes_orders and piece.table == "order_lines"]


def _part_recent(work: Split) -> None:
    """Make the relations of lines and of their orders, which were made once, of both sides."""
    for rows, latest, moved in ((RECENT, LATEST, MOVED), (RECENT_LINES, LATEST_LINES, MOVED_LINES)):
        for name, side in ((latest, f"NOT {work.early}"), (moved, work.early)):
            work.engine.run(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {rows} WHERE {side}"
            )


def moved_of(piece: Piece) -> str:
    """Name the relation of the rows of a piece that were moved to the past."""
    return identifier(f"moved rows {piece.number}")


def _summaries(work: Split) -> Iterator[tuple[str, str]]:
    """Give the SELECT of every summary: of the past together with the rows moved to it."""
    pieces = work.pieces
    rows = {piece.relation: moved_of(piece) for piece in pieces}
    people = " UNION ALL ".join(
        f"SELECT {piece.number} AS piece, customer_id, bool_and({merged()}) AS is_merged "
        f"FROM {moved_of(piece)} WHERE customer_id IS NOT NULL GROUP BY customer_id"
        for piece in pieces if piece.has("customer_id")
    )  # fmt: skip
    nobody = "SELECT 0 AS piece, NULL AS customer_id, NULL AS is_merged WHERE false"
    ruled = [
        part for piece in pieces
        for part in list_ruled(
            piece, moved_of(piece), MOVED if piece.table == "orders" else MOVED_LINES
        )
    ]  # fmt: skip
    days = [f"SELECT piece, ordered_on AS day FROM {MOVED} WHERE piece = {p.number}"
            if p.table == "orders" else
            f"SELECT {p.number} AS piece, {local_day('ordered_at', work.zone)} AS day "
            f"FROM {moved_of(p)} WHERE NOT {merged()}" for p in pieces]  # fmt: skip
    made = {
        "spent": select_spent(MOVED),
        "amounts": select_amounts(MOVED),
        "kinds": select_kinds(MOVED),
        "people": people or nobody,
        "counts": count_rules(ruled),
        "days": f"SELECT *, count(*) AS n FROM ({' UNION ALL '.join(days)}) GROUP BY ALL",
        "said": select_said(pieces, rows, MOVED),
        "called": select_called(pieces, rows),
        "sold": select_sold(MOVED_LINES if list_lines(pieces) else None),
    }
    for name in SUMMARIES:
        yield name, combine(name, made[name])
