"""What happened to the rows: each step with rows and money before and after, nothing lost.

Steps of a table from one source, in this order: read, overlap of files, exact duplicates, the
declared `exclude` rules, what was quarantined, kept. Steps that take nothing out (`flagged`,
`counted`) stand among them with equal figures before and after.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rapport.ingest.documents import QUARANTINE, merged
from rapport.ingest.mapping import Piece
from rapport.ingest.read import FILE, ROW, columns_of, relation_of
from rapport.ingest.staging import COPIES, OVERLAP
from rapport.schema import SCHEMAS
from rapport.tables import ARROW_TYPES
from rapport.tables.engine import Engine, identifier

LEAVES = ("merged", "excluded", "quarantined")
WITH_MONEY = ("orders", "order_lines")


class Step(NamedTuple):
    """One line of the account of a table's rows."""

    table: str
    source: str
    rule: str
    action: str
    n_rows: int
    money: Decimal | None


def list_steps(engine: Engine, piece: Piece) -> list[Step]:
    """Give the account of one piece, from what was read to what is kept."""
    counted = _by_rule(engine, piece)
    total = sum(n for n, _ in counted.values())
    money = _add(value for _, value in counted.values())

    def step(rule: str, action: str, found: tuple[int, Decimal | None]) -> Step:
        return Step(piece.table, piece.source, rule, action, *found)

    none: tuple[int, Decimal | None] = (0, None if money is None else Decimal(0))
    steps = [step("read", "read", (total, money))]
    if OVERLAP in counted:
        steps.append(step(OVERLAP, "merged", counted[OVERLAP]))
    if piece.mapping.exact_duplicates == "drop":
        steps.append(step(COPIES, "merged", counted.get(COPIES, none)))
    else:
        steps.append(step(COPIES, "flagged", _copies(engine, piece)))
    steps += [step(rule, "excluded", counted.get(rule, none)) for rule in piece.mapping.exclude]
    steps += [step(name, "flagged", _flagged(engine, piece, name)) for name in piece.mapping.flag]
    steps += [step(rule, "quarantined", counted[rule]) for rule in QUARANTINE if rule in counted]
    steps.append(step("kept", "kept", counted.get("", none)))
    _balance(steps)
    return steps


def _by_rule(engine: Engine, piece: Piece) -> dict[str, tuple[int, Decimal | None]]:
    staged = identifier(piece.relation)
    parts = {
        "order_lines": f"SELECT rule, amount FROM lines WHERE piece = {piece.number}",
        "orders": (
            f"SELECT rule, amount FROM {staged} WHERE {merged()} UNION ALL "
            f"SELECT rule, amount FROM documents WHERE piece = {piece.number}"
        ),
    }
    rows = parts.get(
        piece.table, f"SELECT rule, CAST(NULL AS DECIMAL(18, 4)) AS amount FROM {staged}"
    )
    if piece.table in WITH_MONEY and not piece.has("amount"):
        rows = f"SELECT rule, CAST(NULL AS DECIMAL(18, 4)) AS amount FROM ({rows})"
    found = engine.rows(
        "SELECT coalesce(rule, '') AS rule, count(*) AS n, sum(amount) AS money "
        f"FROM ({rows}) GROUP BY 1 ORDER BY 1"
    )
    return {row["rule"]: (row["n"], row["money"]) for row in found}


def _money(piece: Piece) -> str:
    has = piece.table in WITH_MONEY and piece.has("amount")
    return "amount" if has else "CAST(NULL AS DECIMAL(18, 4))"


def _copies(engine: Engine, piece: Piece) -> tuple[int, Decimal | None]:
    """Count rows that equal an earlier row of their file in every column, and their money."""
    source = relation_of(piece.source)
    every = ", ".join(identifier(column) for column in columns_of(engine, source) if column != ROW)
    copies = (
        f"SELECT {FILE}, min({ROW}) AS {ROW}, count(*) - 1 AS n FROM {identifier(source)} "
        f"GROUP BY {every} HAVING count(*) > 1"
    )
    # One file's columns include its number, so a copy in another file is none.
    (row,) = engine.rows(
        f"SELECT coalesce(sum(n), 0) AS n, sum(n * {_money(piece)}) AS money FROM ({copies}) "
        f"JOIN {identifier(piece.relation)} USING ({FILE}, {ROW})"
    )
    return row["n"], _zero(row["money"], piece)


def _flagged(engine: Engine, piece: Piece, name: str) -> tuple[int, Decimal | None]:
    (row,) = engine.rows(
        f"SELECT count(*) AS n, sum({_money(piece)}) AS money FROM {identifier(piece.relation)} "
        f"WHERE {identifier(f'flag {name}')}"
    )
    return row["n"], _zero(row["money"], piece)


def read_money(engine: Engine, piece: Piece) -> Decimal:
    """Add up the money of every row of a piece as it was read."""
    total = f"coalesce(sum({_money(piece)}), 0)"
    (row,) = engine.rows(f"SELECT {total} AS money FROM {identifier(piece.relation)}")
    return Decimal(row["money"])


def _zero(money: Decimal | None, piece: Piece) -> Decimal | None:
    has = piece.table in WITH_MONEY and piece.has("amount")
    return Decimal(0) if money is None and has else money


def _add(values: Iterator[Decimal | None]) -> Decimal | None:
    filled = [value for value in values if value is not None]
    return sum(filled, Decimal(0)) if filled else None


def _balance(steps: Sequence[Step]) -> None:
    read, kept = steps[0], steps[-1]
    left = [step for step in steps if step.action in LEAVES]
    assert read.n_rows == kept.n_rows + sum(step.n_rows for step in left)
    money = sum((step.money or Decimal(0) for step in left), kept.money or Decimal(0))
    assert (read.money or Decimal(0)) == money


def frame_steps(steps: Sequence[Step]) -> pd.DataFrame:
    """Give the account as a frame: one row per table and step, with figures before and after."""
    rows = []
    n_rows, money = 0, None
    for number, step in enumerate(steps):
        if step.action == "read":
            n_rows, money = step.n_rows, step.money
        before = (n_rows, money)
        if step.action in LEAVES:
            n_rows -= step.n_rows
            money = None if money is None else money - (step.money or Decimal(0))
        # What is counted beside the account has no place in it.
        account = (before[0], n_rows, before[1], money)
        figures = (None,) * 4 if step.action == "counted" else account
        rows.append((step.table, number, step.source, *step[2:], *figures))
    names = [column.name for column in SCHEMAS["data_quality"].columns]
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    return frame.astype({"step": "int64", "n_rows": "int64"})


def flow_steps(quality: pd.DataFrame) -> pd.DataFrame:
    """Give the bars from read to kept: what was read, what each rule took, what is kept."""
    shown = quality["action"].isin(["read", "kept", *LEAVES])
    columns = ["table", "source", "step", "rule", "action", "n_rows", "money"]
    return quality.loc[shown, columns].reset_index(drop=True)


def quality_table(quality: pd.DataFrame) -> pa.Table:
    """Give the account as the canonical table `data_quality`."""
    columns = SCHEMAS["data_quality"].columns
    fields = [pa.field(c.name, ARROW_TYPES[c.type]) for c in columns]
    return pa.Table.from_pandas(quality, schema=pa.schema(fields), preserve_index=False)


def measure_completeness(tables: Mapping[str, pa.Table], nets: pa.ChunkedArray) -> pd.DataFrame:
    """Count the filled cells of every column, and the money of their rows.

    Parameters
    ----------
    tables : canonical tables
    nets : net spend of each row of `customers`, in order

    Returns
    -------
    one row per table and column
        `table`, `column`, `n_rows`, `n_filled`, `money`, `money_filled` (net of all rows and of
        those filled; missing for tables without money).
    """
    rows = [
        (name, column, table.num_rows, table.num_rows - table[column].null_count,
         *_weigh(table[column], nets if name == "customers" else _amounts(table, name)))
        for name, table in sorted(tables.items()) for column in table.column_names
    ]  # fmt: skip
    columns = ["table", "column", "n_rows", "n_filled", "money", "money_filled"]
    return pd.DataFrame(rows, columns=columns)


def _amounts(table: pa.Table, name: str) -> pa.ChunkedArray | None:
    return table["amount"] if name in WITH_MONEY else None


def _weigh(
    values: pa.ChunkedArray, money: pa.ChunkedArray | None
) -> tuple[Decimal | None, Decimal | None]:
    if money is None:
        return None, None
    total = _sum(money)
    if values.null_count in {0, len(values)}:
        return total, total if len(values) > values.null_count else Decimal(0)
    return total, _sum(money.filter(values.is_valid()))


def _sum(money: pa.ChunkedArray) -> Decimal:
    total = pc.sum(money).as_py()
    return Decimal(0) if total is None else total
