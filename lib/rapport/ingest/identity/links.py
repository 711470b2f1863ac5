"""The table `identity_links`: which customer each number of each source is, and by which rule."""

# ruff: noqa: S608 - SQL is built of quoted names
from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from rapport.ingest.identity.account import ALONE, CUSTOMERS
from rapport.ingest.identity.staged import label_of
from rapport.ingest.mapping import Piece
from rapport.privacy import pseudonyms
from rapport.tables.engine import Engine, identifier, quote

NAMED = '"identity named numbers"'


def name_records(engine: Engine, key: bytes) -> None:
    """Make the relation of pseudonyms of numbers that name no customer of their own."""
    moved = engine.fetch('SELECT id FROM "identity moved" ORDER BY id')["id"].to_pylist()
    made = {"id": pa.array(moved, pa.string()), "name": pa.array(pseudonyms(key, moved))}
    engine.add("identity pseudonyms", pa.table(made))
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {NAMED} AS SELECT id, name FROM names UNION ALL "
        'SELECT id, name FROM "identity pseudonyms"'
    )


def select_links(pieces: Sequence[Piece]) -> str:
    """Give the SELECT of `identity_links` where records were joined: one row per number."""
    # By what was delivered, not by pseudonym: a new key moves no row.
    return (
        "SELECT l.source, s.name AS source_id, n.name AS customer_id, l.rule, "
        "CAST(round(l.probability, 4) AS DECIMAL(18, 4)) AS probability "
        f"FROM ({' UNION ALL '.join(_numbers(pieces))}) AS l "
        f"JOIN {NAMED} AS s ON l.id = s.id JOIN names AS n ON l.customer = n.id "
        "ORDER BY l.source, n.order_key, length(l.id), l.id"
    )


def _numbers(pieces: Sequence[Piece]) -> Iterator[str]:
    yield f"SELECT source, id, customer, rule, probability FROM {CUSTOMERS}"
    for label in sorted({label_of(piece) for piece in pieces if piece.has("customer_id")}):
        # Numbers of orders and the like that no list of customers holds.
        found = " UNION ".join(
            f"SELECT customer_id FROM {identifier(piece.relation)}"
            for piece in pieces
            if piece.table != "customers" and piece.has("customer_id") and label_of(piece) == label
        )
        if found:
            yield (
                f"SELECT {quote(label)}, customer_id, customer_id, {quote(ALONE)}, 1.0 "
                f"FROM ({found}) WHERE customer_id IS NOT NULL "
                f"AND customer_id NOT IN (SELECT customer FROM {CUSTOMERS})"
            )
