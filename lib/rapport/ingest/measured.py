"""How much of the tables' columns is filled, and the digests of their parts: the past included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa

from rapport.ingest.completeness import Weights, weigh_columns
from rapport.ingest.facts import list_nets
from rapport.ingest.parts import Sums, sum_parts
from rapport.ingest.past.cut import weigh_sides
from rapport.ingest.past.kept import DATED, Past
from rapport.ingest.past.people import list_new_nets, weigh_people
from rapport.ingest.past.write import Made
from rapport.tables import TableFile
from rapport.tables.engine import Engine


@dataclass(frozen=True)
class Tables:
    """The canonical tables; what is known of the past, and where it will end."""

    made: Mapping[str, pa.Table | TableFile]
    past: Past | None = None
    cut: date | None = None
    apart: Sequence[str] = ()
    """Those whose months lie apart."""


class Measured(NamedTuple):
    """Of every table what its columns lack and its rows' hashes; what the next ingestion needs."""

    weights: Mapping[str, Weights]
    sums: Mapping[str, Sequence[Sums]]
    made: Made | None


def measure(engine: Engine, tables: Tables, net: Decimal | None) -> Measured:
    """Weigh the columns and digest the rows of all tables; what of the past is known is added.

    `net` is the net spend of all customers, where those of the past stay as they are.
    """
    past = tables.past
    known = past.sums if past else {}
    sums = {
        name: [*known.get(name, ()), *sum_parts(engine, name, table)]
        for name, table in tables.made.items()
    }
    dated = [name for name in tables.apart if name in DATED] if tables.cut is not None else []
    sides = {
        name: weigh_sides(name, table, past, tables.cut)
        for name in dated if isinstance(table := tables.made[name], TableFile)
    }  # fmt: skip
    weights = {
        name: _weigh_customers(engine, table, net)
        if name == "customers"
        else weigh_columns(name, table)
        for name, table in tables.made.items()
        if name not in sides
    }
    every = weights | {name: side.every for name, side in sides.items()}
    if not sides:
        return Measured(every, sums, None)
    made = Made(
        {name: tables.made[name] for name in tables.apart},
        months={name: side.months for name, side in sides.items()},
        weights={name: side.past for name, side in sides.items()},
        sums=sums,
    )
    return Measured(every, sums, made)


def _weigh_customers(engine: Engine, table: pa.Table | TableFile, net: Decimal | None) -> Weights:
    if net is not None and isinstance(table, TableFile):
        return weigh_people(table, net, list_new_nets(engine))
    return weigh_columns("customers", table, list_nets(engine))
