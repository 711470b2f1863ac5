"""Links and separations that a person declared, by the numbers of source records; they win."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rapport.errors import DataError
from rapport.ingest.identity.records import RECORDS
from rapport.tables.engine import Engine

COLUMNS = ("action", "source", "source_id", "other_source", "other_id")


class Overrides(NamedTuple):
    """Pairs of places of records, smaller first; `n_unknown` name a record that is not there."""

    link: frozenset[tuple[int, int]] = frozenset()
    never: frozenset[tuple[int, int]] = frozenset()
    n_unknown: int = 0


def read_overrides(engine: Engine, relation: str, name: str) -> Overrides:
    """Read declared pairs from a relation with the columns COLUMNS, all of them text.

    An empty source means the unit's only one; a pair without an action is not decided yet.

    Raises
    ------
    DataError
        A column is absent, an action is neither `link` nor `never`, or a pair is declared both.
    """
    known = {row["column_name"] for row in engine.rows(f"DESCRIBE SELECT * FROM {relation}")}
    absent = [column for column in COLUMNS if column not in known]
    if absent:
        raise DataError(
            f"{name}: the overrides have no column {', '.join(absent)}. "
            f"Give them the columns {', '.join(COLUMNS)}."
        )
    read = ", ".join(f"trim(CAST({column} AS VARCHAR)) AS {column}" for column in COLUMNS)
    rows = engine.rows(
        "SELECT lower(o.action) AS action, a.record - 1 AS a, b.record - 1 AS b "
        f"FROM (SELECT {read} FROM {relation}) AS o "
        f"LEFT JOIN {RECORDS} AS a ON {_same('source', 'source_id', 'a')} "
        f"LEFT JOIN {RECORDS} AS b ON {_same('other_source', 'other_id', 'b')} "
        "WHERE o.action <> ''"
    )
    wrong = sum(row["action"] not in ("link", "never") for row in rows)
    if wrong:
        raise DataError(f"{name}: {wrong} rows have another action than `link` or `never`.")
    known_rows = [row for row in rows if row["a"] is not None and row["b"] is not None]
    link, never = (_pairs(known_rows, action) for action in ("link", "never"))
    if both := len(link & never):
        raise DataError(f"{name}: {both} pairs are declared `link` and `never`. Take one away.")
    return Overrides(link, never, n_unknown=len(rows) - len(known_rows))


def _pairs(rows: Sequence[Mapping[str, Any]], action: str) -> frozenset[tuple[int, int]]:
    return frozenset(
        (min(row["a"], row["b"]), max(row["a"], row["b"]))
        for row in rows
        if row["action"] == action and row["a"] != row["b"]
    )


def _same(source: str, number: str, record: str) -> str:
    return (
        f"o.{number} = {record}.source_id AND coalesce(nullif(o.{source}, ''), {record}.source) "
        f"= {record}.source"
    )
