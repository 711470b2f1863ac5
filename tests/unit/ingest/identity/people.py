"""Records drawn as a table, joined by rules; and a shop whose customers come from two channels."""

import pyarrow as pa

from rapport.ingest.identity.overrides import Overrides
from rapport.ingest.identity.records import make_records
from rapport.ingest.identity.resolve import resolve
from rapport.params.identity import Identity
from rapport.tables.engine import Engine

FIXED = ("position", "source", "source_id", "id", "day")


def records(*rows, **common):
    """Make raw records of dictionaries; each is `id` and what is known of the person."""
    made = [
        {"position": 0, "source": "crm", "day": None, "source_id": row["id"], **common, **row}
        for row in rows
    ]
    names = [*FIXED, *sorted({name for row in made for name in row} - set(FIXED))]
    kinds = {"position": pa.int64(), "day": pa.date32(), "phone_verified": pa.bool_()}
    return pa.table(
        {
            name: pa.array([row.get(name) for row in made], kinds.get(name, pa.string()))
            for name in names
        }
    )


def join(raw, *, link=(), never=(), threads=1, **rules):
    """Give the customers as sets of record ids, and how they were found."""
    asked = Identity(**{"calling_code": "86", **rules})
    held = [name for name in raw.column_names if name not in FIXED]
    with Engine({}, threads=threads) as engine:
        engine.add("identity raw", raw)
        make_records(engine, held, asked)
        ids = engine.fetch('SELECT id FROM "identity records" ORDER BY record')["id"].to_pylist()
        place = {record: number for number, record in enumerate(ids)}
        pairs = [
            frozenset(tuple(sorted((place[a], place[b]))) for a, b in given)
            for given in (link, never)
        ]
        found = resolve(engine, asked, Overrides(*pairs), seed=0)
    customers = {}
    for record, customer in zip(ids, found.customer.tolist(), strict=True):
        customers.setdefault(ids[customer], set()).add(record)
    return customers, found


def named(raw, **rules):
    """Give the records of each customer, by the record that names it, as words."""
    customers, _ = join(raw, **rules)
    return {first: " ".join(sorted(members)) for first, members in sorted(customers.items())}
