"""The one table that names people: every direct identifier of the sources, and whose it is.

It is made beside the canonical tables and never among them. The press keeps it for this user
alone; the disclosure gate looks identifiers up in it by `key`, and `rapport access` by customer.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from rapport.errors import ParameterError
from rapport.ingest.mapping import Piece
from rapport.ingest.past.kept import Past
from rapport.ingest.past.people import read_identifiers, stand_alone
from rapport.ingest.past.relations import NEW_NAMES, past_of
from rapport.ingest.read import FILE, ROW, relation_of
from rapport.params import UnitParams
from rapport.privacy.wording import make_keys
from rapport.tables import to_frame
from rapport.tables.engine import Engine, identifier, quote

HOME = "identifiers"
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("customer_id", "kind", "value", "source", "key")]
)
NUMBER = "customer_number"
WHOLE_NAME = ("family_name", "given_name")
FLAGS = ("phone_verified", "email_verified")
# So many identifiers are texts of Python at once.
SPELLED_AT_ONCE = 131_072


def make_identifiers(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece], past: Past | None = None
) -> pa.Table:
    """Give every identifier that a source holds, once for each customer.

    Needs `names` (`name_customers`), and the staged pieces. Those of customers of the past who
    stay as they are are not made again.

    Returns
    -------
    one row per customer, kind, value, source and spelling, in the order of customers
        `customer_id` (pseudonym; missing where the row names no customer), `kind`, `value` as
        delivered, `source`, `key` (how the gate looks it up; missing where it cannot be told from
        an ordinary word or number).

    Raises
    ------
    ParameterError
        `privacy.identifiers` names a source or column that does not exist.
    """
    before = read_identifiers(past) if past and stand_alone(past) else None
    numbers = [*_numbers(unit, pieces)] if before is None else [_new_number(pieces[0])]
    parts = [*_mapped(pieces), *_declared(engine, unit, pieces), *numbers]
    if not parts:
        return SCHEMA.empty_table()
    # The numbers of one source are there once each already.
    once = len(numbers) == len(parts) == 1
    place, grouped = ("n.order_key", "") if once else ("min(n.order_key)", " GROUP BY ALL")
    # To make a table of it in the engine took nine times as long.
    identified = engine.fetch(
        f"SELECT n.name AS customer_id, p.kind, p.value, p.source, {place} AS place "
        f"FROM ({' UNION ALL '.join(parts)}) AS p LEFT JOIN names AS n ON p.id = n.id "
        f"WHERE trim(p.value) <> ''{grouped}"
    )
    engine.add("identified", identified)
    _spell(engine)
    found = engine.fetch(
        "SELECT customer_id, kind, value, source, key FROM identified "
        "JOIN spelled USING (kind, value) "
        "ORDER BY identified.place NULLS LAST, kind, value, source, spelled.place"
    )
    engine.drop("identified")
    made = found.cast(SCHEMA)
    return (made if before is None else pa.concat_tables([before, made])).combine_chunks()


def count_identifiers(identifiers: pa.Table) -> pd.DataFrame:
    """Count the customers of whom each kind of identifier is known: `kind`, `n_customers`."""
    grouped = identifiers.group_by("kind").aggregate([("customer_id", "count_distinct")])
    counts = to_frame(grouped.rename_columns(["kind", "n_customers"]))
    return counts.sort_values("kind", kind="stable").reset_index(drop=True)


def _spell(engine: Engine) -> None:
    """Make the relation `spelled`: an identifier's spellings in their order, or one that is empty.

    What was spelled for a former ingestion is not spelled again.
    """
    known = past_of("spelled")
    new = engine.fetch(
        f"SELECT DISTINCT kind, value FROM identified ANTI JOIN {known} USING (kind, value)"
    )
    parts = [
        _spell_part(new.slice(at, SPELLED_AT_ONCE))
        for at in range(0, max(new.num_rows, 1), SPELLED_AT_ONCE)
    ]
    engine.add("new spelled", pa.concat_tables(parts))
    engine.run(
        f'CREATE TEMP VIEW spelled AS SELECT * FROM {known} UNION ALL SELECT * FROM "new spelled"'
    )


def _spell_part(new: pa.Table) -> pa.Table:
    """Give the spellings of identifiers: `kind`, `value`, `place` among them, `key`."""
    rows: list[int] = []
    places: list[int] = []
    keys: list[str | None] = []
    pairs = zip(new["kind"].to_pylist(), new["value"].to_pylist(), strict=True)
    for row, (kind, value) in enumerate(pairs):
        spelled: list[str | None] = [*make_keys(kind, value)] or [None]
        rows += [row] * len(spelled)
        places += range(len(spelled))
        keys += spelled
    repeated = new.take(pa.array(rows, pa.int64()))
    repeated = repeated.append_column("place", pa.array(places, pa.int32()))
    return repeated.append_column("key", pa.array(keys, pa.string()))


def _part(piece: Piece, kind: str, value: str, relation: str) -> str:
    owner = "s.customer_id" if piece.has("customer_id") else "CAST(NULL AS VARCHAR)"
    return (
        f"SELECT {owner} AS id, {quote(kind)} AS kind, CAST({value} AS VARCHAR) AS value, "
        f"{quote(piece.source)} AS source FROM {relation} WHERE {value} IS NOT NULL"
    )


def _mapped(pieces: Sequence[Piece]) -> Iterator[str]:
    """Give SQL of what `tables.customers` maps of a person."""
    for piece in pieces:
        staged = f"{identifier(piece.relation)} AS s"
        held = {f.column.name for f in piece.fields if f.table == HOME} - set(FLAGS)
        for name in sorted(held - set(WHOLE_NAME)):
            yield _part(piece, name, f's."{HOME}.{name}"', staged)
        given, family = (f's."{HOME}.{name}"' for name in reversed(WHOLE_NAME))
        if held >= set(WHOLE_NAME):
            yield _part(piece, "name", f"{given} || ' ' || {family}", staged)
            yield _part(piece, "name", f"{family} || ' ' || {given}", staged)


def _declared(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> Iterator[str]:
    """Give SQL of what `privacy.identifiers` names, whosoever's rows they are."""
    for source, kinds in unit.privacy.identifiers.items():
        if source not in unit.sources:
            raise ParameterError(
                f"unit {unit.name}: privacy.identifiers: no source is called {source}."
            )
        relation = identifier(relation_of(source))
        _check_columns(engine, unit, source, kinds)
        owners = [p for p in pieces if p.source == source and p.has("customer_id")]
        for kind, names in kinds.items():
            columns = [names] if isinstance(names, str) else list(names)
            value = " || ' ' || ".join(f"r.{identifier(name)}" for name in columns)
            for piece in owners[:1]:
                staged = f"{identifier(piece.relation)} AS s"
                joined = f"{relation} AS r JOIN {staged} USING ({FILE}, {ROW})"
                yield _part(piece, kind, value, joined)
            if not owners:
                yield (
                    f"SELECT CAST(NULL AS VARCHAR) AS id, {quote(kind)} AS kind, "
                    f"CAST({value} AS VARCHAR) AS value, {quote(source)} AS source "
                    f"FROM {relation} AS r WHERE {value} IS NOT NULL"
                )


def _check_columns(
    engine: Engine, unit: UnitParams, source: str, kinds: Mapping[Any, str | tuple[str, ...]]
) -> None:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {identifier(relation_of(source))}")
    known = {row["column_name"].lower() for row in rows}
    named = [n for names in kinds.values() for n in ([names] if isinstance(names, str) else names)]
    wrong = [name for name in named if name.lower() not in known]
    if wrong:
        raise ParameterError(
            f"unit {unit.name}: privacy.identifiers.{source}: the source has no column "
            f"{', '.join(wrong)}. Mend the unit's file."
        )


def _new_number(piece: Piece) -> str:
    return _part(
        piece, NUMBER, "s.customer_id", f"(SELECT id AS customer_id FROM {NEW_NAMES}) AS s"
    )


def _numbers(unit: UnitParams, pieces: Sequence[Piece]) -> Iterator[str]:
    """Give SQL of the customers' numbers as the sources write them.

    Where several records are one customer, a staged row holds the number of one of them, and the
    number that the row came with stands in its source alone.
    """
    for piece in pieces:
        field = next((f for f in piece.fields if f.column.name == "customer_id"), None)
        if field is None:
            continue
        staged = f"{identifier(piece.relation)} AS s"
        # One text is told apart from millions in a fifth of the time that four take.
        rows = f"SELECT customer_id FROM {identifier(piece.latest)}"
        if piece.makes_orders:
            past = f"{past_of('people')} WHERE piece = {piece.number}"
            rows += f" UNION ALL SELECT customer_id FROM {past}"
        once = f"(SELECT DISTINCT customer_id FROM ({rows})) AS s"
        yield _part(piece, NUMBER, "s.customer_id", once)
        if unit.identity.is_asked:
            source = identifier(relation_of(piece.source))
            raw = f"(SELECT {FILE}, {ROW}, CAST({field.sql} AS VARCHAR) AS number FROM {source})"
            yield _part(
                piece, NUMBER, "r.number", f"{raw} AS r JOIN {staged} USING ({FILE}, {ROW})"
            )
