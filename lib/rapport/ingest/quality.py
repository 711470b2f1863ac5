"""What happened to the rows: each step with rows and money before and after, nothing lost.

Steps of a table from one source, in this order: read, what its reader put aside, overlap of
files, exact duplicates, the declared `exclude` rules, what was quarantined, kept. Steps that take
nothing out (`flagged`, `counted`) stand among them with equal figures before and after.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from rapport.ingest.mapping import Piece
from rapport.ingest.numbering import merged
from rapport.ingest.past.relations import LATEST, LATEST_LINES, combine
from rapport.ingest.read import FILE, ROW, relation_of
from rapport.ingest.rules import BROKEN, COPIES, ONE, OVERLAP, QUARANTINED, RETENTION
from rapport.schema import SCHEMAS
from rapport.tables import ARROW_TYPES
from rapport.tables.engine import Engine, identifier, quote

LEAVES = ("merged", "excluded", "quarantined")
WITH_MONEY = ("orders", "order_lines")
TIMES = "source_times"
Count = tuple[int, Decimal | None]
# By rule, and whether the rule flags rows instead of taking them out.
Counts = dict[tuple[str, bool], Count]


class Step(NamedTuple):
    """One line of the account of a table's rows."""

    table: str
    source: str
    rule: str
    action: str
    n_rows: int
    money: Decimal | None


def list_steps(
    engine: Engine, pieces: Sequence[Piece], copied: Mapping[str, Count] = MappingProxyType({})
) -> list[Step]:
    """Give the account of every piece, from what was read to what is kept.

    `copied` are the rows, and their money, that stay and equal another one of files that are not
    read again, by the relation of their piece.
    """
    counted = _by_rule(engine, pieces)
    alike = _alike(engine, pieces)
    aside = _put_aside(engine, pieces)
    steps = []
    for piece in pieces:
        copies = _copies(engine, piece) if piece.relation in alike else (0, None)
        copies = _join(copies, copied.get(piece.relation, (0, None)))
        by_rule = counted[piece.relation]
        left = {rule: count for (rule, flagged), count in by_rule.items() if not flagged}
        stays = {rule: count for (rule, flagged), count in by_rule.items() if flagged}
        steps += _piece_steps(piece, left, stays, copies, aside.get(piece.relation, {}))
    return steps


def _piece_steps(
    piece: Piece,
    left: Mapping[str, Count],
    stays: Mapping[str, Count],
    copies: Count,
    aside: Mapping[str, Count],
) -> list[Step]:
    every = [*left.values(), *aside.values()]
    total, money = sum(n for n, _ in every), _add(value for _, value in every)

    def step(rule: str, action: str, found: Count) -> Step:
        return Step(piece.table, piece.source, rule, action, *found)

    def flag(rule: str, found: Count) -> Step:
        return step(rule, "flagged", (found[0], _zero(found[1], piece)))

    none: Count = (0, None if money is None else Decimal(0))
    steps = [step("read", "read", (total, money))]
    steps += [step(rule, _action(rule), found) for rule, found in aside.items()]
    if OVERLAP in left:
        steps.append(step(OVERLAP, "merged", left[OVERLAP]))
    if ONE in left:
        steps.append(step(ONE, "merged", left[ONE]))
    if piece.mapping.exact_duplicates == "drop":
        steps.append(step(COPIES, "merged", left.get(COPIES, none)))
    else:
        steps.append(flag(COPIES, copies))
    steps += [step(rule, "excluded", left.get(rule, none)) for rule in piece.exclusions]
    steps += [step(rule, "excluded", left[rule]) for rule in (RETENTION,) if rule in left]
    steps += [flag(name, stays.get(name, none)) for name in piece.flags]
    steps += [step(rule, "quarantined", left[rule]) for rule in QUARANTINED if rule in left]
    steps.append(step("kept", "kept", left.get("", none)))
    _balance(steps)
    return steps


def _action(rule: str) -> str:
    return "quarantined" if rule == BROKEN else "excluded"


def _put_aside(engine: Engine, pieces: Sequence[Piece]) -> dict[str, dict[str, Count]]:
    """Count the rows that readers put aside, piece by piece, by rule in the order of its name."""
    parts = [
        f"SELECT {quote(piece.relation)} AS piece, rule, {money_of(piece)} AS amount "
        f"FROM {identifier(piece.aside)}"
        for piece in pieces if piece.puts_aside
    ]  # fmt: skip
    if not parts:
        return {}
    found = engine.rows(
        "SELECT piece, rule, count(*) AS n, sum(amount) AS money "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY piece, rule ORDER BY 1, 2"
    )
    counted: dict[str, dict[str, Count]] = {}
    for row in found:
        counted.setdefault(row["piece"], {})[row["rule"]] = (row["n"], row["money"])
    return counted


def _by_rule(engine: Engine, pieces: Sequence[Piece]) -> dict[str, Counts]:
    """Count rows and add up their money: piece by piece, by the rule that takes or flags them."""
    parts = [part for piece in pieces for part in _parts(piece)]
    found = engine.rows(f"{combine('counts', count_rules(parts))} ORDER BY 1, 2, 3")
    counted: dict[str, Counts] = {piece.relation: {} for piece in pieces}
    for row in found:
        counted[row["piece"]][row["rule"], row["flagged"]] = (row["n"], row["money"])
    return counted


def count_rules(parts: Sequence[str]) -> str:
    """Give the SELECT of the summary `counts` of rows that `list_ruled` and the like select."""
    return (
        "SELECT piece, rule, flagged, count(*) AS n, sum(amount) AS money "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY piece, rule, flagged"
    )


def _parts(piece: Piece) -> Iterator[str]:
    staged, money = identifier(piece.latest), money_of(piece)
    if piece.makes_orders:
        yield from list_ruled(piece, staged, LATEST if piece.table == "orders" else LATEST_LINES)
        return
    head = f"SELECT {quote(piece.relation)} AS piece"
    rows = f"lines WHERE piece = {piece.number}" if piece.table == "order_lines" else staged
    yield f"{head}, coalesce(rule, '') AS rule, false AS flagged, {money} AS amount FROM {rows}"
    yield from _flagged(piece, staged)


def list_ruled(piece: Piece, staged: str, judged: str) -> Iterator[str]:
    """Give SELECTs of the rows of a piece with the rule that takes or flags each.

    Parameters
    ----------
    piece : one of which orders are made
    judged : its orders, of which copies are none, or its lines, all of them
    """
    left = (
        f"SELECT {quote(piece.relation)} AS piece, coalesce(rule, '') AS rule, false AS flagged, "
        f"{money_of(piece)} AS amount FROM"
    )
    if piece.table == "orders":
        yield f"{left} {staged} WHERE {merged()}"
    yield f"{left} {judged} WHERE piece = {piece.number}"
    yield from _flagged(piece, staged)


def _flagged(piece: Piece, staged: str) -> Iterator[str]:
    head, money = f"SELECT {quote(piece.relation)} AS piece", money_of(piece)
    for name in piece.flags:
        rule = f"{quote(name)} AS rule, true AS flagged"
        found = identifier(f"flag {name}")
        yield f"{head}, {rule}, {money} AS amount FROM {staged} WHERE {found}"


def money_of(piece: Piece) -> str:
    """Give SQL for the money of a staged row, empty in tables without money."""
    has = piece.table in WITH_MONEY and piece.has("amount")
    return "amount" if has else "CAST(NULL AS DECIMAL(18, 4))"


def _alike(engine: Engine, pieces: Sequence[Piece]) -> set[str]:
    """Name the pieces in which some rows may be copies of each other, though copies stay."""
    kept = [piece for piece in pieces if piece.mapping.exact_duplicates == "keep"]
    rows = [
        f"SELECT {place} AS place, likeness FROM {_alike_of(piece)}"
        for place, piece in enumerate(kept)
    ]
    if not rows:
        return set()
    # Groups are spilled where they have no room; a count of what is distinct never is.
    twice = f"({' UNION ALL '.join(rows)}) GROUP BY place, likeness HAVING count(likeness) > 1"
    found = engine.rows(f"SELECT DISTINCT place FROM (SELECT place FROM {twice})")
    return {kept[row["place"]].relation for row in found}


def _alike_of(piece: Piece) -> str:
    staged = identifier(piece.recent)
    # No two rows that stay have one key, which lines alone may lack: of copies one has left.
    left = f" WHERE likeness IN (SELECT likeness FROM {staged} WHERE rule IS NOT NULL)"
    is_keyed = piece.table != "order_lines" and not _numbers_rows(piece)
    return staged + left if is_keyed else staged


def _numbers_rows(piece: Piece) -> bool:
    """Say whether the key holds the number of the row: then copies have different keys."""
    key = SCHEMAS[piece.table].key
    return any(ROW in field.reads for field in piece.fields if field.column.name in key)


def _copies(engine: Engine, piece: Piece) -> Count:
    """Count rows that equal an earlier row of their file in every column, and their money."""
    staged, source = identifier(piece.recent), identifier(relation_of(piece.source))
    alike = (
        f"SELECT {FILE}, {ROW} FROM {staged} WHERE likeness IN "
        f"(SELECT likeness FROM {staged} GROUP BY likeness HAVING count(*) > 1)"
    )
    # One file's columns include its number, so a copy in another file is none.
    copies = (
        f"SELECT * EXCLUDE ({ROW}), min({ROW}) AS {ROW}, count(*) - 1 AS {TIMES} FROM {source} "
        f"SEMI JOIN ({alike}) USING ({FILE}, {ROW}) GROUP BY ALL HAVING count(*) > 1"
    )
    (row,) = engine.rows(
        f"SELECT coalesce(sum({TIMES}), 0) AS n, sum({TIMES} * {money_of(piece)}) AS money "
        f"FROM (SELECT {FILE}, {ROW}, {TIMES} FROM ({copies})) JOIN {staged} USING ({FILE}, {ROW})"
    )
    return row["n"], row["money"]


def read_money(engine: Engine, piece: Piece) -> Decimal:
    """Add up the money of every row of a piece as it was read."""
    total = f"coalesce(sum({money_of(piece)}), 0)"
    (row,) = engine.rows(f"SELECT {total} AS money FROM {identifier(piece.relation)}")
    return Decimal(row["money"])


def _join(one: Count, other: Count) -> Count:
    return one[0] + other[0], _add(money for money in (one[1], other[1]))


def _zero(money: Decimal | None, piece: Piece) -> Decimal | None:
    has = piece.table in WITH_MONEY and piece.has("amount")
    return Decimal(0) if money is None and has else money


def _add(values: Iterable[Decimal | None]) -> Decimal | None:
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
