"""Digests of parts of each canonical table: by month of its time, and by bucket of customers.

A table's own digest says whether two snapshots differ; these say where. A part's digest is made of
the hashes of its rows, added up and combined, so it depends on which rows there are and not on
where they lie. The hash is the engine's: two snapshots can be compared part by part where one
version of the engine made both. It finds differences and proves nothing; what proves is the
sha256 of the table.
"""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.schema import SCHEMAS
from rapport.tables import TableFile
from rapport.tables.engine import Engine, identifier

COLUMNS = ("table", "kind", "part", "n_rows", "digest")
MONTH, BUCKET, WHOLE = "month", "customers", "all"
# The first digit of a pseudonym behind its letter: sixteen buckets, equal in size but for chance,
# and a customer stays in one as long as the key is the same.
DIGIT = 2


def digest_parts(engine: Engine, tables: Mapping[str, pa.Table | TableFile]) -> pd.DataFrame:
    """Digest the parts of every canonical table.

    Returns
    -------
    one row per table and part, in the order of their names
        `table`; `kind`: month of the table's time, customers (a bucket by the first digit of the
        pseudonym) or all; `part`: as 2024-03, as a digit, empty for rows that have none; `n_rows`;
        `digest`
    """
    rows = [
        (name, row["kind"], row["part"], row["n"], _digest(row))
        for name, table in sorted(tables.items())
        for row in _list_parts(engine, name, table)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _list_parts(engine: Engine, name: str, table: pa.Table | TableFile) -> Iterator[dict[str, Any]]:
    relation = f"made {name}"
    engine.add(relation, table.path if isinstance(table, TableFile) else table)
    columns = ", ".join(identifier(column) for column in table.schema.names)
    kinds = {WHOLE: "''"}
    if time := SCHEMAS[name].time:
        kinds[MONTH] = f"coalesce(strftime({identifier(time)}, '%Y-%m'), '')"
    if "customer_id" in table.schema.names:
        kinds[BUCKET] = f"coalesce(substr(customer_id, {DIGIT}, 1), '')"
    made = ", ".join(f"{sql} AS {identifier(kind)}" for kind, sql in kinds.items())
    sets = ", ".join(f"({identifier(kind)})" for kind in kinds)
    for row in engine.rows(
        f"SELECT {', '.join(map(identifier, kinds))}, count(*) AS n, "
        "sum(hash) AS total, bit_xor(hash) AS mixed "
        f"FROM (SELECT {made}, hash({columns}) AS hash FROM {identifier(relation)}) "
        f"GROUP BY GROUPING SETS ({sets}) ORDER BY ALL"
    ):
        (kind,) = [kind for kind in kinds if row[kind] is not None]
        yield {**row, "kind": kind, "part": row[kind]}


def _digest(row: Mapping[str, Any]) -> str:
    return f"{int(row['total'] or 0) % 2**64:016x}{int(row['mixed'] or 0):016x}"


def compare_parts(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Say in which parts two snapshots differ.

    Parameters
    ----------
    before, after : as `digest_parts` gives them

    Returns
    -------
    one row per part that differs, in the order of their names
        `table`, `kind`, `part`, `n_rows_before`, `n_rows_after` (0 where there is no such part)
    """
    key = ["table", "kind", "part"]
    both = before.merge(after, how="outer", on=key, suffixes=("_before", "_after"))
    # A digest that is missing equals none.
    moved = both[both["digest_before"] != both["digest_after"]].sort_values(key)
    counts = ["n_rows_before", "n_rows_after"]
    return moved[[*key, *counts]].fillna(0).astype(dict.fromkeys(counts, "int64")).reset_index(
        drop=True
    )  # fmt: skip
