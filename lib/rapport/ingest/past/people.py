"""Customers known of the orders of one source alone: those of the past stay as they are.

Customers are numbered by their first orders, so in every table of one row per customer new ones
come behind all of the past. Only customers of recent orders are looked at then: `identities`,
`names` and `spent` hold these, `spent` of their recent orders. Where a customer may be known of
something else, or of two sources, all are looked at each time.
"""

# ruff: noqa: S608 - SQL is built of quoted names and of what is written here
from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyarrow as pa

from rapport.ingest.completeness import Weight, Weights, weigh_columns
from rapport.ingest.facts import NET_KEPT, select_spent, select_totals
from rapport.ingest.mapping import ARRIVAL, Piece
from rapport.ingest.past.kept import Past, takes_part
from rapport.ingest.past.relations import CUSTOMERS, NEW_NAMES, RECENT, past_of
from rapport.ingest.sold import count_sold
from rapport.params import UnitParams
from rapport.tables import TableFile, count_nulls
from rapport.tables.engine import Engine

# Tables of one row per customer.
ALONE = ("customers", "identity_links")


def are_alone(unit: UnitParams, pieces: Sequence[Piece]) -> bool:
    """Say whether customers are known of the orders of one source and of nothing else."""
    if len(pieces) != 1 or not takes_part(unit, pieces) or unit.privacy.identifiers:
        return False
    (piece,) = pieces
    named = any(mapping.columns for mapping in unit.tables.get("customers", ()))
    own = all(f.table in {piece.table, "products", ARRIVAL[0]} for f in piece.fields)
    return piece.has("customer_id") and own and not named


def stand_alone(past: Past | None) -> bool:
    """Say whether customers of the past stay as they are."""
    return past is not None and past.totals is not None


def find_people(engine: Engine) -> None:
    """Make `spent` and `identities` of the customers of recent orders, and name those known."""
    engine.run(f"CREATE TEMP TABLE spent AS {select_spent(RECENT)}")
    engine.run(
        "CREATE TEMP TABLE identities AS SELECT s.customer_id AS id, "
        "coalesce(p.first_seen_on, s.first_seen_on) AS first_seen_on, "
        "coalesce(p.order_key, s.order_key) AS order_key, p.name, "
        "p.id IS NULL AS is_new, coalesce(p.ordered, false) AS ordered, "
        "coalesce(p.bought, false) AS bought "
        f"FROM spent AS s LEFT JOIN {past_of('customers')} AS p ON s.customer_id = p.id "
        "WHERE s.customer_id IS NOT NULL"
    )
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {past_of('names')} AS "
        "SELECT id, name FROM identities WHERE NOT is_new"
    )


def part_names(engine: Engine, past: Past | None) -> None:
    """Make the relation of the names of new customers."""
    new = f" WHERE order_key > {past.n_orders}" if past and stand_alone(past) else ""
    engine.run(f"CREATE TEMP VIEW {NEW_NAMES} AS SELECT * FROM names{new}")


def add_up(engine: Engine, pieces: Sequence[Piece], past: Past) -> dict[str, int | Decimal]:
    """Give what `list_facts` gives, and the net spend of all, of the past and recent orders."""
    assert past.totals is not None
    known = "SELECT s.*, i.ordered, i.bought FROM spent AS s LEFT JOIN identities AS i"
    rows = f"({known} ON s.customer_id = i.id)"
    (row,) = engine.rows(
        select_totals(rows, charged="orders > 0 AND NOT ordered", buying="sales > 0 AND NOT bought")
    )
    (new,) = engine.rows("SELECT count(*) AS customers FROM identities WHERE is_new")
    totals = {name: n + _read(past.totals[name]) for name, n in (new | row).items()}
    return totals | count_sold(engine, pieces)


def total_of(engine: Engine) -> Mapping[str, int | Decimal]:
    """Give what `add_up` gives of the past that is kept now."""
    spent = past_of("spent")
    (row,) = engine.rows(select_totals(spent))
    (known,) = engine.rows(f"SELECT count(customer_id) AS customers FROM {spent}")
    return known | row


def _read(told: int | str) -> int | Decimal:
    return Decimal(told) if isinstance(told, str) else told


def list_new_nets(engine: Engine) -> pa.ChunkedArray:
    """Give the net spend of every new customer, in the order of `customers`."""
    return engine.fetch(
        f"SELECT coalesce(s.net_kept, 0) AS net FROM {NEW_NAMES} AS n "
        "LEFT JOIN spent AS s ON s.customer_id = n.id ORDER BY n.order_key"
    )["net"]


def weigh_people(table: TableFile, net: Decimal, nets: pa.ChunkedArray) -> Weights:
    """Weigh the columns of `customers` whose last rows are the new ones.

    Parameters
    ----------
    net, nets : net spend of all, and of each new customer

    A column is empty or filled in all rows of the past: only the day may be missing, and nobody of
    the past lacks it.
    """
    assert table.tail is not None
    last = TableFile(table.tail, "", len(nets), table.schema)
    new = weigh_columns("customers", last, nets)
    weights = {}
    for column, n_empty in count_nulls(table).items():
        filled = Decimal(0) if n_empty == table.n_rows else net
        if 0 < n_empty < table.n_rows:
            one = new[column]
            assert one.n_empty == n_empty
            assert one.money is not None
            assert one.money_filled is not None
            filled = net - (one.money - one.money_filled)
        weights[column] = Weight(table.n_rows, n_empty, net, filled)
    return weights


def select_people() -> str:
    """Give the SELECT of the customers of the past as it is kept now."""
    known = ", ".join(f"n.{column}" for column in list(CUSTOMERS)[:4])
    before = f"SELECT id, name, order_key, first_seen_on FROM {past_of('customers')}"
    new = f"SELECT id, name, order_key, first_seen_on FROM {NEW_NAMES}"
    return (
        f"SELECT {known}, s.orders > 0 AS ordered, s.sales > 0 AS bought "
        f"FROM ({before} UNION ALL {new}) AS n JOIN {past_of('spent')} AS s ON s.customer_id = n.id"
    )


def read_identifiers(past: Past) -> pa.Table:
    """Read the identifiers of the customers of the past."""
    (path,) = past.paths["identifiers"]
    # As they lie in memory: to encode them would save less than to decode them takes.
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def take_net(facts: dict[str, int | Decimal]) -> Decimal | None:
    """Take the net spend of all out of what `add_up` gives; None where it is not among facts."""
    net = facts.pop(NET_KEPT, None)
    return None if net is None else Decimal(net)
