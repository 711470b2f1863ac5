"""What must hold over all rows: keys that occur once, figures that the unit's file declares."""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Sequence

from rapport.ingest.faults import ROWS_NAMED, Fault
from rapport.ingest.mapping import Piece
from rapport.ingest.staging import label_rows, number_rows
from rapport.params import UnitParams
from rapport.schema import SCHEMAS
from rapport.tables.engine import Engine, identifier


def check_keys(engine: Engine, pieces: Sequence[Piece]) -> dict[str, Fault]:
    """Find keys that occur on more than one row of a table, over all its sources, by table."""
    tables = {
        table: held
        for table in sorted({piece.table for piece in pieces})
        if (held := [piece for piece in pieces if piece.table == table])
        and all(piece.has(name) for piece in held for name in SCHEMAS[table].key)
    }
    # A key in 64 bits is found as often as the key, or more: what is unique by it is unique. Groups
    # are spilled where they have no room; a count of what is distinct never is.
    keyed = [(table, held) for table, held in tables.items() if SCHEMAS[table].key]
    rows = [
        f"SELECT {place} AS place, hash({', '.join(SCHEMAS[table].key)}) AS key "
        f"FROM {identifier(piece.relation)} WHERE rule IS NULL"
        for place, (table, held) in enumerate(keyed)
        for piece in held
    ]
    if not rows:
        return {}
    twice = f"({' UNION ALL '.join(rows)}) GROUP BY place, key HAVING count(*) > 1"
    places = engine.rows(f"SELECT DISTINCT place FROM (SELECT place FROM {twice}) ORDER BY place")
    found = {keyed[row["place"]][0]: _count_twice(engine, *keyed[row["place"]]) for row in places}
    return {table: fault for table, fault in found.items() if fault}


def _count_twice(engine: Engine, table: str, pieces: Sequence[Piece]) -> Fault | None:
    key = SCHEMAS[table].key
    names = ", ".join(identifier(name) for name in key)
    rows = " UNION ALL ".join(
        f"SELECT {names}, {number_rows()} AS number FROM {identifier(piece.relation)} "
        "WHERE rule IS NULL"
        for piece in pieces
    )
    twice = f"SELECT count(*) - 1 AS n, max(number) AS number FROM ({rows}) GROUP BY {names}"
    (row,) = engine.rows(
        f"SELECT coalesce(sum(n), 0) AS n, min(number, {ROWS_NAMED}) AS numbers "
        f"FROM ({twice} HAVING count(*) > 1)"
    )
    if not row["n"]:
        return None
    found = "the key occurs before"
    advice = "Deliver each once, `exact_duplicates: drop` whole copies, or mend the key."
    sources = ", ".join(dict.fromkeys(piece.source for piece in pieces))
    rows_named = label_rows(row["numbers"])
    return Fault(table, ", ".join(key), found, advice, sources, row["n"], rows_named)


def check_fingerprint(unit: UnitParams, what: dict[str, object]) -> list[Fault]:
    """Compare rows, money and days with those that `expect` of the unit's file declares.

    Parameters
    ----------
    unit : its `expect`
    what : the figures found, by `rows.<source>`, `money.<table>`, `first_day`, `last_day`
    """
    expect = unit.expect
    declared: dict[str, object] = {f"rows.{name}": n for name, n in expect.rows.items()}
    declared |= {f"money.{table}": money for table, money in expect.money.items()}
    declared |= {"first_day": expect.first_day, "last_day": expect.last_day}
    return [
        Fault(
            "expect", name, f"{what.get(name)} was found where {wanted} is declared",
            "Find out what changed in the delivery; then declare the new figure.",
        )
        for name, wanted in declared.items() if wanted is not None and what.get(name) != wanted
    ]  # fmt: skip
