"""Staged rows of every source get the customer that their number is a record of.

Of several records of one customer the first names it and keeps the row; the others leave under
the rule `one_customer`, counted like every other. A column's word is that of the latest record
that has one, the registration that of the first.
"""

# ruff: noqa: S608 - SQL is built of quoted names and checked expressions
from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from rapport.errors import ParameterError
from rapport.ingest.documents import day_of
from rapport.ingest.faults import Fault
from rapport.ingest.identity.account import CUSTOMERS, Account, count_account, name_steps
from rapport.ingest.identity.overrides import Overrides, read_overrides
from rapport.ingest.identity.records import DESCRIBING, RAW, RECORDS, make_records
from rapport.ingest.identity.resolve import Resolution, resolve
from rapport.ingest.mapping import Piece
from rapport.ingest.read import relation_of
from rapport.ingest.rules import ONE
from rapport.ingest.staging import name_field
from rapport.params import UnitParams
from rapport.params.identity import Identity
from rapport.params.lists import is_exported
from rapport.schema import IDENTIFIERS, SCHEMAS
from rapport.tables.engine import Engine, identifier, quote

# Their keys name a customer, so two records of one may hold the same.
KEYED = ("subscriptions", "consents", "campaign_contacts")


def label_numbers(engine: Engine, unit: UnitParams, pieces: Sequence[Piece]) -> list[Fault]:
    """Put the source before every customer number, where each source has numbers of its own."""
    rules = unit.identity
    if not (rules.is_asked and rules.own_numbers):
        return []
    faults = []
    known = {label_of(piece) for piece in pieces if piece.table == "customers"}
    for piece in pieces:
        # What exports wrote back names customers as they are named here: with the source.
        if not piece.has("customer_id") or is_exported(piece.source):
            continue
        label = rules.numbers_of.get(label_of(piece), label_of(piece))
        if label not in known:
            found = f"its rows carry customer numbers of {label}, which lists no customers"
            advice = "Say under `identity.numbers_of` whose numbers they are."
            faults.append(Fault(piece.table, "customer_id", found, advice, piece.source))
            continue
        engine.run(
            f"UPDATE {identifier(piece.relation)} SET customer_id = {quote(label + ':')} "
            "|| customer_id WHERE customer_id IS NOT NULL"
        )
    return faults


def label_of(piece: Piece) -> str:
    """Name the source of a piece as overrides and links do: its label, or the source itself."""
    return piece.mapping.source or piece.source


def resolve_customers(
    engine: Engine, unit: UnitParams, pieces: Sequence[Piece]
) -> tuple[list[Piece], Account | None]:
    """Give every staged row its customer, and say how records became customers.

    Returns
    -------
    the pieces, those of customers with the columns of all of them; no account where the unit
    asks for nothing but numbers

    Raises
    ------
    ParameterError
        A key is no column of customers or mapped by no source, or phone numbers lack a country.
    """
    listed = [piece for piece in pieces if piece.table == "customers"]
    if not unit.identity.is_asked:
        return list(pieces), None
    held = _check(unit.identity, listed)
    engine.run(f"CREATE OR REPLACE TEMP VIEW {RAW} AS {_raw(unit, listed, held)}")
    make_records(engine, held, unit.identity)
    overrides = _read_overrides(engine, unit)
    found = resolve(engine, unit.identity, overrides, seed=unit.seed)
    _make_customers(engine, unit.identity, found)
    account = count_account(engine, unit.identity, found, n_unknown=overrides.n_unknown)
    widened = _merge(engine, listed)
    for piece in pieces:
        if piece.has("customer_id"):
            _move(engine, piece)
    for table in KEYED:
        _merge_keys(engine, table, [piece for piece in pieces if piece.table == table])
    return [widened.get(piece.relation, piece) for piece in pieces], account


def _check(rules: Identity, listed: Sequence[Piece]) -> list[str]:
    """Name the columns that records hold, or say which of the keys they cannot hold."""
    filled = {f.column.name for p in listed for f in p.fields if f.table == "identifiers"}
    filled |= {f.column.name for p in listed for f in p.fields if f.column.name in DESCRIBING}
    lacking = [part for key in rules.keys for part in key.split("+") if part not in filled]
    if lacking:
        known = [*IDENTIFIERS, *DESCRIBING]
        near = difflib.get_close_matches(lacking[0], known, n=1)
        advice = f"Did you mean {near[0]}?" if near else f"Keys are made of {', '.join(known)}."
        if lacking[0] in known:
            advice = "Map it under `customers`."
        raise ParameterError(f"identity.keys: no source fills {lacking[0]}. {advice}")
    if "phone" in filled and rules.calling_code is None:
        raise ParameterError(
            "identity: phone numbers are mapped, but not which country's. "
            'State `calling_code`, "86" for China.'
        )
    return sorted(filled)


def _raw(unit: UnitParams, listed: Sequence[Piece], held: Sequence[str]) -> str:
    parts = []
    for piece in listed:
        label = label_of(piece)
        prefix = len(label) + 2 if unit.identity.own_numbers else 1
        columns = [f"{_held(piece, name)} AS {identifier(name)}" for name in held]
        parts.append(
            f"SELECT {piece.number} AS position, {quote(label)} AS source, "
            f"substr(customer_id, {prefix}) AS source_id, customer_id AS id, "
            f"{', '.join([f'{day_of(piece, unit.timezone)} AS day', *columns])} "
            f"FROM {identifier(piece.relation)} WHERE rule IS NULL AND customer_id IS NOT NULL"
        )
    return " UNION ALL ".join(parts)


def _held(piece: Piece, name: str) -> str:
    fields = [f for f in piece.fields if f.column.name == name]
    if name.endswith("_verified"):
        # A source that does not say verifies what it delivers.
        return f"coalesce({identifier(name_field(piece, fields[0]))}, false)" if fields else "true"
    if not fields:
        return "CAST(NULL AS VARCHAR)"
    return identifier(name_field(piece, fields[0]))


def _read_overrides(engine: Engine, unit: UnitParams) -> Overrides:
    name = unit.identity.overrides
    if name is None:
        return Overrides()
    if name not in unit.sources:
        raise ParameterError(f"identity.overrides: no source is called {name}. Declare it.")
    return read_overrides(engine, identifier(relation_of(name)), name)


def _make_customers(engine: Engine, rules: Identity, found: Resolution) -> None:
    """Make `identity customers`: every record with the number of its customer, and why."""
    names = name_steps(rules)
    made = pa.table(
        {
            "record": pa.array(range(1, len(found.customer) + 1), pa.int64()),
            "place": pa.array(found.customer),
            "rule": pa.array([names[step] for step in found.step.tolist()], pa.string()),
            "probability": pa.array(found.probability),
        }
    )
    engine.add("identity made", made)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {CUSTOMERS} AS SELECT r.record, m.place, r.source, "
        "r.source_id, r.id, c.id AS customer, m.rule, m.probability "
        f'FROM "identity made" AS m JOIN {RECORDS} AS r ON m.record = r.record '
        f"JOIN {RECORDS} AS c ON m.place + 1 = c.record"
    )
    engine.run(
        f'CREATE OR REPLACE TEMP TABLE "identity moved" AS SELECT id, customer FROM {CUSTOMERS} '
        "WHERE id <> customer"
    )


def _merge(engine: Engine, listed: Sequence[Piece]) -> dict[str, Piece]:
    """Bring what all records say of a customer into the row of the first."""
    fields = {f.column.name: f for p in listed for f in p.fields if f.table == "customers"}
    names = sorted(name for name in fields if name != "customer_id")
    types = {
        row["column_name"]: row["column_type"]
        for piece in listed
        for row in engine.rows(f"DESCRIBE {identifier(piece.relation)}")
    }
    widened = {}
    for piece in listed:
        lacking = [name for name in names if not piece.has(name)]
        for name in lacking:
            engine.run(
                f"ALTER TABLE {identifier(piece.relation)} ADD COLUMN {identifier(name)} "
                f"{types[name]}"
            )
        added = tuple(replace(fields[name], may_fail=False) for name in lacking)
        widened[piece.relation] = replace(piece, fields=(*piece.fields, *added))
    if names:
        _fill_first(engine, listed, names)
    return widened


def _fill_first(engine: Engine, listed: Sequence[Piece], names: Sequence[str]) -> None:
    columns = [identifier(name) for name in names]
    rows = " UNION ALL ".join(
        f"SELECT customer_id, {', '.join(columns)} FROM {identifier(piece.relation)} "
        "WHERE rule IS NULL"
        for piece in listed
    )
    words = [
        f"min({c}) AS {c}" if c == '"created_at"'
        else f"arg_max({c}, record) FILTER (WHERE {c} IS NOT NULL) AS {c}"
        for c in columns
    ]  # fmt: skip
    engine.run(
        f'CREATE OR REPLACE TEMP TABLE "identity merged" AS SELECT customer, {", ".join(words)} '
        f"FROM ({rows}) AS s JOIN {CUSTOMERS} AS c ON s.customer_id = c.id "
        'WHERE customer IN (SELECT customer FROM "identity moved") GROUP BY customer'
    )
    given = ", ".join(f"{c} = m.{c}" for c in columns)
    for piece in listed:
        engine.run(
            f'UPDATE {identifier(piece.relation)} AS s SET {given} FROM "identity merged" AS m '
            "WHERE s.customer_id = m.customer AND s.rule IS NULL"
        )


def _move(engine: Engine, piece: Piece) -> None:
    rule = ""
    if piece.table == "customers":
        rule = f", rule = coalesce(s.rule, {quote(ONE)})"
    engine.run(
        f"UPDATE {identifier(piece.relation)} AS s SET customer_id = m.customer{rule} "
        'FROM "identity moved" AS m WHERE s.customer_id = m.id'
    )


def _merge_keys(engine: Engine, table: str, pieces: Sequence[Piece]) -> None:
    """Keep one of the rows that two records of one customer hold under the same key."""
    keys = ", ".join(SCHEMAS[table].key)
    rows = " UNION ALL ".join(_rows_by_key(table, piece) for piece in pieces)
    if not rows:
        return
    engine.run(
        'CREATE OR REPLACE TEMP TABLE "identity repeated" AS SELECT number, place FROM '
        f"({rows}) QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY first, said, number) > 1"
    )
    for piece in pieces:
        engine.run(
            f"UPDATE {identifier(piece.relation)} SET rule = {quote(ONE)} WHERE rowid IN "
            f'(SELECT place FROM "identity repeated" WHERE number = {piece.number})'
        )


def _rows_by_key(table: str, piece: Piece) -> str:
    # Whoever withdrew a consent under one number withdrew it.
    first = "state <> 'withdrawn'" if table == "consents" else "false"
    names = [identifier(f.column.name) for f in piece.fields if f.table == table]
    return (
        f"SELECT {', '.join(SCHEMAS[table].key)}, {piece.number} AS number, rowid AS place, "
        f"{first} AS first, CAST(ROW({', '.join(names)}) AS VARCHAR) AS said "
        f"FROM {identifier(piece.relation)} WHERE rule IS NULL AND customer_id IN "
        '(SELECT customer FROM "identity moved")'
    )
