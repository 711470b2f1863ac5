"""What the two newest whole periods hold is counted once, and again where a row of them comes."""

# ruff: noqa: S608 - SQL is built of quoted names and of what is written here
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rapport.ingest.casts import local_day
from rapport.ingest.documents import EMPTY_DAY, day_of
from rapport.ingest.drift import COLUMNS, MARGIN, TABLES, Periods, count_drift
from rapport.ingest.mapping import Piece
from rapport.ingest.past.kept import Past
from rapport.ingest.readers.aside import FILE
from rapport.params import UnitParams
from rapport.tables.engine import Engine, identifier

TEXTS = ("table", "column", "value")


def find_drift(
    engine: Engine,
    unit: UnitParams,
    pieces: Sequence[Piece],
    periods: Periods | None,
    past: Past | None,
) -> pa.Table | None:
    """Give what `count_drift` gives, of before where no new row is of one of the two periods."""
    known = past.drift if past else None
    if past is None or known is None or periods is None or known["periods"] != _name(periods):
        return count_drift(engine, unit, pieces, periods)
    end = f"DATE '{periods.end}'"
    for piece in pieces:
        if piece.makes_orders:
            n_files = len(past.files[piece.source])
            (row,) = engine.rows(
                f"SELECT count(*) AS n FROM {identifier(piece.recent)} WHERE {FILE} > {n_files} "
                f"AND ordered_at < {end} + {MARGIN} "
                f"AND {local_day('ordered_at', unit.timezone)} < {end}"
            )
            if row["n"]:
                return count_drift(engine, unit, pieces, periods)
    kinds = {name: pa.string() if name in TEXTS else pa.int64() for name in COLUMNS}
    return pa.table(dict(known["columns"]), pa.schema(kinds.items()))


def note_drift(
    unit: UnitParams, pieces: Sequence[Piece], periods: Periods | None, drift: pa.Table | None
) -> Mapping[str, Any] | None:
    """Give what is to be kept of it: nothing where it is not of orders alone."""
    others = any(
        piece.table in TABLES and day_of(piece, unit.timezone) != EMPTY_DAY
        for piece in pieces if not piece.makes_orders
    )  # fmt: skip
    if periods is None or drift is None or others:
        return None
    return {"periods": _name(periods), "columns": drift.to_pydict()}


def _name(periods: Periods) -> list[str]:
    return [str(day) for day in periods]
