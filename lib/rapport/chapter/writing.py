"""Tables that a chapter publishes: written, hidden where they tell of too few, and said to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport import tables
from rapport.chapter import bundle, hiding
from rapport.chapter.numbers import hide_suppressed
from rapport.chapter.world import World
from rapport.present import pieces


def publish(
    world: World,
    table: str,
    rows: pd.DataFrame | pa.Table | tables.TableFile,
    *,
    kinds: Mapping[str, str] | None = None,
) -> None:
    """Write a table; `kinds` of columns are known of what is shown, else they are guessed."""
    path = world.writes / f"{table}.parquet"
    if isinstance(rows, tables.TableFile):
        file = rows.move(path)
    else:
        safe = rows
        if isinstance(rows, pd.DataFrame):
            safe = hiding.hide_few(hide_suppressed(rows), world.unit.min_count)
        file = tables.write_table(safe, path)
    guessed = pieces.column_kinds(file.schema)
    known = {name: (kinds or {}).get(name, kind) for name, kind in guessed.items()}
    content: dict[str, Any] = {"table": table, "digest": file.digest, "n_rows": file.n_rows}
    content |= {"kinds": known} | ({} if kinds is None else {"shown": True})
    bundle.emit("written", content, plain=f"{table}: {file.n_rows:,} rows")
