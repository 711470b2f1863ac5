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

# So many keys are sorted as numbers: eight bytes each.
SORTED_FROM = 1_000_000


def check_keys(engine: Engine, pieces: Sequence[Piece]) -> dict[str, Fault]:
    """Find keys that occur on more than one row of a table, over all its sources, by table."""
    tables = {
        table: held
        for table in sorted({piece.table for piece in pieces})
        if (held := [piece for piece in pieces if piece.table == table])
        and all(piece.has(name) for piece in held for name in SCHEMAS[table].key)
    }
    keyed = [(table, held) for table, held in tables.items() if SCHEMAS[table].key]
    found = {table: _count_twice(engine, table, held) for table, held in _list_twice(engine, keyed)}
    return {table: fault for table, fault in found.items() if fault}


def _list_twice(
    engine: Engine, tables: Sequence[tuple[str, Sequence[Piece]]]
) -> list[tuple[str, Sequence[Piece]]]:
    """Give the tables some of whose keys may occur twice.

    A key in 64 bits is found as often as the key, or more: what is unique by it is unique.
    """
    keys = {
        place: " UNION ALL ".join(
            f"SELECT {place} AS place, hash({', '.join(SCHEMAS[table].key)}) AS key "
            f"FROM {identifier(piece.relation)} WHERE rule IS NULL"
            for piece in held
        )
        for place, (table, held) in enumerate(tables)
    }
    if not keys:
        return []
    every = " UNION ALL ".join(keys.values())
    counted = engine.rows(f"SELECT place, count(*) AS n FROM ({every}) GROUP BY place")
    many = {row["place"] for row in counted if row["n"] >= SORTED_FROM}
    few = " UNION ALL ".join(sql for place, sql in keys.items() if place not in many)
    twice = {place for place in many if _repeats(engine, keys[place])}
    if few:
        listed = f"SELECT place FROM ({few}) GROUP BY place, key HAVING count(*) > 1"
        twice |= {row["place"] for row in engine.rows(f"SELECT DISTINCT place FROM ({listed})")}
    return [tables[place] for place in sorted(twice)]


def _repeats(engine: Engine, keys: str) -> bool:
    # In order, for the groups of so many keys fill the engine's memory however large it is.
    found = engine.fetch(f"SELECT key FROM ({keys})")["key"].to_numpy()
    # Of many parts it is a copy already, and need not be held twice.
    found = found if found.flags.writeable else found.copy()
    found.sort()
    return bool((found[1:] == found[:-1]).any())


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
