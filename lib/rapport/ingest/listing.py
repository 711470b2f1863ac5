"""Where rows were set aside and why: the table `quarantine` and its summary."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from rapport.ingest.facts import DIFFERING, differing
from rapport.ingest.faults import ROWS_NAMED
from rapport.ingest.mapping import Piece
from rapport.ingest.quality import Step
from rapport.ingest.quarantine import LISTED, Broken
from rapport.ingest.read import FILE, ROW
from rapport.ingest.rules import (
    BROKEN_RELATIONS,
    LIMITED,
    NO_ORDER,
    ORDER_LEFT,
    RETURN_ABOVE,
    SALE_BELOW,
)
from rapport.ingest.staging import FILE_STEP, label_rows, number_rows
from rapport.schema import SCHEMAS
from rapport.tables import arrow_schema
from rapport.tables.engine import Engine, identifier, quote


def add_related(
    engine: Engine, pieces: Sequence[Piece], broken: Mapping[str, Broken]
) -> dict[str, Broken]:
    """Count also the rows that left because of what orders and lines say of each other."""
    counted = dict(broken)
    for piece in pieces:
        relation = {"orders": "documents", "order_lines": "lines"}.get(piece.table)
        if relation is None:
            continue
        names = ", ".join(quote(rule) for rule in BROKEN_RELATIONS)
        rows = engine.rows(
            f"SELECT rule, count(*) AS n FROM {relation} "
            f"WHERE piece = {piece.number} AND rule IN ({names}) GROUP BY rule ORDER BY rule"
        )
        n_read, by_rule = broken[piece.relation]
        related = {row["rule"]: row["n"] for row in rows}
        counted[piece.relation] = Broken(n_read, {**by_rule, **related})
    return counted


def list_related(engine: Engine, pieces: Sequence[Piece], steps: Sequence[Step]) -> None:
    """List the rows that left because of what orders and lines say of each other, if any did."""
    rules = {*BROKEN_RELATIONS, ORDER_LEFT}
    left = {(step.table, step.source) for step in steps if step.rule in rules and step.n_rows}
    for piece in pieces:
        if piece.table in {"orders", "order_lines"} and (piece.table, piece.source) in left:
            _list_related(engine, piece)


def _list_related(engine: Engine, piece: Piece) -> None:
    signs = f"d.rule IN ({quote(SALE_BELOW)}, {quote(RETURN_ABOVE)})"
    left = f"CASE WHEN {signs} THEN d.rule"
    if piece.table == "order_lines":
        left += f" WHEN d.order_id IS NULL THEN {quote(NO_ORDER)}"
        left += f" WHEN d.rule IS NOT NULL THEN {quote(ORDER_LEFT)}"
    found = (
        f"SELECT s.{FILE}, s.{ROW}, {left} END AS rule FROM {identifier(piece.relation)} AS s "
        "LEFT JOIN documents AS d ON s.order_id = d.order_id WHERE s.rule IS NULL"
    )
    engine.run(
        f"INSERT INTO {identifier(LISTED)} SELECT {quote(piece.table)}, {quote(piece.source)}, "
        f"{FILE}, {ROW}, rule, CASE WHEN rule IN ({quote(NO_ORDER)}, {quote(ORDER_LEFT)}) "
        f"THEN 'order_id' ELSE 'amount' END FROM ({found}) WHERE rule IS NOT NULL"
    )


def list_set_aside(engine: Engine, pieces: Sequence[Piece]) -> pa.Table:
    """Give the canonical table `quarantine`: every row set aside, by where it stands and why.

    Rows that a reader put aside are among them, under the reader's rule and no column.
    """
    parts = [f"SELECT * FROM {identifier(LISTED)}"]
    parts += [
        f"SELECT {quote(piece.table)}, {quote(piece.source)}, {FILE}, {ROW}, rule, '' "
        f"FROM {identifier(piece.aside)}"
        for piece in pieces if piece.puts_aside
    ]  # fmt: skip
    found = engine.fetch(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) ORDER BY ALL")
    return found.cast(arrow_schema(SCHEMAS["quarantine"]))


def summarize(
    engine: Engine, quarantine: pa.Table, pieces: Sequence[Piece], quality: pd.DataFrame
) -> pd.DataFrame:
    """Give where faults stand and what became of the rows, by table, source, rule and column.

    Rows that stay although something is odd are among them where they can be found by their
    place: orders whose lines do not add up to them.

    Returns
    -------
    `table`, `source`, `rule`, `action`, `column`, `n_rows`, `rows` (the first row numbers, as in
    faults)
    """
    head = ["table", "source", "rule", "column"]
    rows: list[tuple[object, ...]] = []
    for key, part in quarantine.to_pandas().groupby(head, sort=True):
        places = part.head(ROWS_NAMED)
        numbers = (places["source_file"].astype("int64") - 1) * FILE_STEP + places["source_row"]
        table, source, rule, column = key
        action = "quarantined" if rule in {*LIMITED, ORDER_LEFT} else "excluded"
        named = (table, source, rule, action, str(column).replace(", ", " + "))
        rows.append((*named, len(part), ", ".join(label_rows(numbers.tolist()))))
    if quality.loc[quality["rule"] == DIFFERING, "n_rows"].sum():
        rows += _list_differing(engine, pieces)
    return pd.DataFrame(rows, columns=[*head[:3], "action", "column", "n_rows", "rows"])


def _list_differing(engine: Engine, pieces: Sequence[Piece]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for piece in (piece for piece in pieces if piece.table == "orders"):
        (row,) = engine.rows(
            f"SELECT count(*) AS n, min({number_rows()}, {ROWS_NAMED}) AS numbers "
            f"FROM {identifier(piece.relation)} WHERE rule IS NULL "
            f"AND order_id IN (SELECT order_id FROM ({differing('order_id')}))"
        )
        if row["n"]:
            rows = ", ".join(label_rows(row["numbers"]))
            named = ("orders", piece.source, DIFFERING, "counted", "amount")
            found.append((*named, row["n"], rows))
    return found
