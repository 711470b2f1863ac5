"""What is new beside the past: whether it may be joined with it, and how it is."""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from rapport.ingest.casts import CLEAN, TEXT, local_day
from rapport.ingest.mapping import Piece
from rapport.ingest.past.kept import Past
from rapport.ingest.past.relations import (
    LATEST,
    LATEST_LINES,
    LISTS,
    RECENT,
    RECENT_LINES,
    SUMMARIES,
    make_nothing,
    past_of,
    past_rows,
    see_files,
)
from rapport.ingest.quarantine import LISTED
from rapport.ingest.read import RULE, Opened, relation_of
from rapport.tables.engine import Engine, identifier, quote

RECENT_ROWS = "recent rows"
NUMBERED = ("order_key", "ordered_on")


class OtherPastError(Exception):
    """What is delivered does not go on from what is kept: all begins anew, for the reason given."""


def open_past(engine: Engine, past: Past | None) -> None:
    """Make the relations of the past, empty where there is none."""
    make_nothing(engine)
    if past is None:
        return
    for name in (*SUMMARIES, *LISTS, "customers"):
        if name in past.paths:
            see_files(engine, past_of(name), past.paths[name])
    days = (f"CAST({quote(str(day))} AS DATE)" if day else "CAST(NULL AS DATE)"
            for day in (past.data_from, past.data_until))  # fmt: skip
    first, last = days
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {past_of('orders')} AS SELECT "
        f"CAST({past.n_orders} AS BIGINT) AS n_orders, CAST({past.n_lines} AS BIGINT) AS n_lines, "
        f"{first} AS data_from, {last} AS data_until"
    )
    counted = {"source": list(past.n_rows), "n": pa.array(past.n_rows.values(), pa.int64())}
    engine.add("read before", pa.table(counted))
    engine.run(f'CREATE OR REPLACE TEMP VIEW {past_of("sources")} AS SELECT * FROM "read before"')


def open_known(engine: Engine, source: str, past: Past) -> Opened:
    """Make the relation of a source to which no file was added: it has no row."""
    columns = past.columns[source]
    kinds = {name: TEXT if kind == CLEAN else kind for name, kind in columns.items()}
    listed = ", ".join(f"{identifier(name)} {kind}" for name, kind in kinds.items())
    engine.run(f"CREATE TEMP TABLE {identifier(relation_of(source))} ({listed})")
    return Opened(columns, [])


def check_columns(past: Past, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse new files that a source's columns would have other names or types with.

    Raises
    ------
    OtherPastError
        They have.
    """
    for source, known in past.columns.items():
        found = columns.get(source, {})
        if RULE in found or _plain(found) != _plain(known):
            raise OtherPastError(f"the columns of source {source} are others, or a row is broken")


def _plain(columns: Mapping[str, str]) -> dict[str, str]:
    return {name: TEXT if kind == CLEAN else kind for name, kind in columns.items()}


def join_recent(engine: Engine, piece: Piece, past: Past, *, zone: str) -> None:
    """Add to the staged rows of new files those of old ones that are not of the past.

    Raises
    ------
    OtherPastError
        A new row is of the past, or of an order that an old file holds.
    """
    staged = identifier(piece.relation)
    early = (
        f"ordered_at <= CAST({quote(past.last_at.isoformat())} AS TIMESTAMP) "
        f"OR {local_day('ordered_at', zone)} < CAST({quote(str(past.cut))} AS DATE)"
    )
    (row,) = engine.rows(f"SELECT count(*) FILTER (WHERE {early}) AS n FROM {staged}")
    if row["n"]:
        raise OtherPastError(f"{row['n']:,} rows of new files are of days that were closed")
    recent = identifier(f"{RECENT_ROWS} {piece.number}")
    see_files(engine, recent, past.paths[f"{RECENT_ROWS} {piece.number}"])
    _check_keys(engine, staged, past)
    hidden = ", ".join(NUMBERED)
    engine.run(f"INSERT INTO {staged} BY NAME SELECT * EXCLUDE ({hidden}) FROM {recent}")


def _check_keys(engine: Engine, staged: str, past: Past) -> None:
    """Look for orders of new files among all of the old ones, by their 64-bit hashes."""
    found = engine.fetch(
        f"SELECT DISTINCT hash(order_id) AS key FROM {staged} WHERE order_id IS NOT NULL"
    )
    new = found["key"].to_numpy()
    for path in past.paths["keys"]:
        known: np.ndarray[Any, Any] = np.load(path, mmap_mode="r")
        places = np.searchsorted(known, new)
        if len(known) and np.any(known[np.minimum(places, len(known) - 1)] == new):
            raise OtherPastError("an order of a new file is in an old one too")


def check_listed(engine: Engine, pieces: Sequence[Piece]) -> None:
    """Refuse new rows that are broken: which are told first depends on all that there are.

    Raises
    ------
    OtherPastError
        A row of which orders are made was set aside.
    """
    n_rows = count_listed(engine, pieces)
    if n_rows:
        raise OtherPastError(f"{n_rows:,} rows were set aside")


def count_listed(engine: Engine, pieces: Sequence[Piece]) -> int:
    """Count the rows set aside of tables of which orders are made."""
    tables = ", ".join(sorted({quote(piece.table) for piece in pieces if piece.makes_orders}))
    rows = f'FROM {identifier(LISTED)} WHERE "table" IN ({tables or "NULL"})'
    (row,) = engine.rows(f"SELECT count(*) AS n {rows}")
    return int(row["n"])


def read_copies(past: Past | None) -> dict[str, tuple[int, Decimal | None]]:
    """Give the copies that old files hold, by the relation of their piece."""
    copies = past.copies.items() if past else ()
    return {name: (n, None if money is None else Decimal(money)) for name, (n, money) in copies}


def part_pieces(engine: Engine, pieces: Sequence[Piece], past: Past | None) -> None:
    """Name the rows of every piece that are not of the past, and join with it what is of both."""
    _part(engine, pieces, past)
    for piece in pieces:
        latest, recent = identifier(piece.latest), identifier(piece.recent)
        engine.run(f"CREATE TEMP VIEW {latest} AS SELECT * FROM {recent}")
    engine.run(f"CREATE TEMP VIEW {LATEST} AS SELECT * FROM {RECENT}")
    if any(piece.table == "order_lines" for piece in pieces):
        engine.run(f"CREATE TEMP VIEW {LATEST_LINES} AS SELECT * FROM {RECENT_LINES}")


def _part(engine: Engine, pieces: Sequence[Piece], past: Past | None) -> None:
    for piece in pieces:
        staged, recent = identifier(piece.relation), identifier(piece.recent)
        if past is None or not piece.makes_orders:
            engine.run(f"CREATE TEMP VIEW {recent} AS SELECT * FROM {staged}")
            continue
        engine.run(f"ALTER TABLE {staged} RENAME TO {recent}")
        rows = f"SELECT * EXCLUDE ({', '.join(NUMBERED)}) FROM {past_rows(piece.number)}"
        engine.run(f"CREATE TEMP VIEW {staged} AS SELECT * FROM {recent} UNION ALL BY NAME {rows}")


def see_rows(engine: Engine, pieces: Sequence[Piece], past: Past) -> None:
    """Let the engine see the past rows of every piece of which orders are made."""
    for piece in pieces:
        if piece.makes_orders:
            rows = past_rows(piece.number)
            see_files(engine, rows, past.paths[f"past rows {piece.number}"])
