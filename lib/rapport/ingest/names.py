"""The pseudonym of every customer delivered, and its place among them."""

# ruff: noqa: S608 - SQL is built of names that are written here
from __future__ import annotations

import pyarrow as pa

from rapport.ingest.past.relations import past_of
from rapport.privacy import pseudonyms
from rapport.tables.engine import Engine

# Of so many customers Python holds numbers and pseudonyms at once: of four million they fill a
# gigabyte as texts of Python, and a fifth of that as Arrow has them.
NAMED_AT_ONCE = 131_072


def name_customers(engine: Engine, key: bytes) -> None:
    """Make the relation `names`: pseudonym and order key of every customer delivered.

    `place` is the customer's number from 0 in the order of the order keys.
    """
    known = past_of("names")
    new = f"SELECT id FROM identities ANTI JOIN {known} USING (id) ORDER BY order_key"
    ids = engine.fetch(new)["id"]
    parts = (ids.slice(at, NAMED_AT_ONCE) for at in range(0, len(ids), NAMED_AT_ONCE))
    names = [pa.array(pseudonyms(key, part.to_pylist()), pa.string()) for part in parts]
    named = {"id": ids, "name": pa.chunked_array(names, pa.string())}
    engine.add("pseudonyms", pa.table(named))
    engine.run(
        "CREATE TEMP TABLE names AS SELECT i.id, p.name, "
        "row_number() OVER (ORDER BY i.order_key) - 1 AS place, i.order_key, i.first_seen_on "
        f"FROM identities AS i JOIN (SELECT * FROM {known} UNION ALL SELECT * FROM pseudonyms) "
        "AS p ON i.id = p.id"
    )
    engine.drop("pseudonyms")
