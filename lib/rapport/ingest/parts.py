"""Digests of parts of each canonical table: by month of its time, and by bucket of customers.

A table's own digest says whether two snapshots differ; these say where. A part's digest is made of
the hashes of its rows, added up and combined, so it depends on which rows there are and not on
where they lie. The hash is the engine's: two snapshots can be compared part by part where one
version of the engine made both. It finds differences and proves nothing; what proves is the
sha256 of the table.
"""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Mapping, Sequence
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
WORD = 2**64

Sums = Mapping[str, Any]
"""Of the rows of one month and bucket: `n`, hashes added up (`total`) and combined (`mixed`)."""


def sum_parts(engine: Engine, name: str, table: pa.Table | TableFile) -> list[Sums]:
    """Add up the hashes of a table's rows; of one whose first rows are known, of the last alone."""
    relation = f"made {name}"
    path = (table.tail or table.path) if isinstance(table, TableFile) else table
    engine.add(relation, path)
    return add_hashes(engine, name, relation, table.schema.names)


def add_hashes(engine: Engine, name: str, relation: str, names: Sequence[str]) -> list[Sums]:
    """Add up the hashes of the rows of a relation that holds rows of a canonical table."""
    columns = ", ".join(identifier(column) for column in names)
    time, person = SCHEMAS[name].time, "customer_id" in names
    month = f"coalesce(strftime({identifier(time)}, '%Y-%m'), '')" if time else "NULL"
    bucket = f"coalesce(substr(customer_id, {DIGIT}, 1), '')" if person else "NULL"
    return [
        {**row, "total": int(row["total"]) % WORD, "mixed": int(row["mixed"])}
        for row in engine.rows(
            "SELECT month, bucket, count(*) AS n, sum(hash) AS total, bit_xor(hash) AS mixed "
            f"FROM (SELECT CAST({month} AS VARCHAR) AS month, CAST({bucket} AS VARCHAR) AS bucket, "
            f"hash({columns}) AS hash FROM {identifier(relation)}) GROUP BY ALL ORDER BY ALL"
        )
    ]


def digest_parts(tables: Mapping[str, Sequence[Sums]]) -> pd.DataFrame:
    """Digest the parts of every canonical table.

    Parameters
    ----------
    tables : what `sum_parts` gave of each

    Returns
    -------
    one row per table and part, in the order of their names
        `table`; `kind`: month of the table's time, customers (a bucket by the first digit of the
        pseudonym) or all; `part`: as 2024-03, as a digit, empty for rows that have none; `n_rows`;
        `digest`
    """
    rows = [
        (name, kind, part, n, f"{total:016x}{mixed:016x}")
        for name, sums in sorted(tables.items())
        for kind in (WHOLE, MONTH, BUCKET)
        for part, (n, total, mixed) in sorted(_add_up(kind, sums).items())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _add_up(kind: str, sums: Sequence[Sums]) -> dict[str, tuple[int, int, int]]:
    """Give rows, sum and mixture of the hashes by part; none of a kind that the table lacks."""
    parts: dict[str, tuple[int, int, int]] = {}
    for one in sums:
        part = {WHOLE: "", MONTH: one["month"], BUCKET: one["bucket"]}[kind]
        if part is not None:
            n, total, mixed = parts.get(part, (0, 0, 0))
            total = (total + one["total"]) % WORD
            parts[part] = (n + one["n"], total, mixed ^ one["mixed"])
    return parts


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
