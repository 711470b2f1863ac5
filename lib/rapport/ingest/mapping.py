"""What a unit's file says of each table, checked before any row is read.

A mapping is taken apart into *pieces*: one canonical table from one source. Columns that
`customers: {from_orders: true}` and `products: {from_lines: true}` ask for ride along in the
pieces of orders or lines, because they stand in the same source.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rapport.errors import ParameterError
from rapport.ingest.cleaning import check_cleaning, check_rates
from rapport.ingest.readers.aside import FLAG
from rapport.ingest.rules import CONVERTED, ERROR_CELL, MISSING
from rapport.ingest.selects import check_queries
from rapport.params import Recoded, Sql, TableMapping, TimeRule, UnitParams
from rapport.schema import BIRTH_YEAR, IDENTIFIERS, SCHEMAS, Column
from rapport.tables.engine import Engine, identifier, quote
from rapport.tables.expressions import check_expression

# The column that `time: {column: ...}` fills.
MAIN_TIMES: Mapping[str, str] = {
    "customers": "created_at",
    "orders": "ordered_at",
    "order_lines": "ordered_at",
    "subscriptions": "started_on",
    "interactions": "occurred_at",
    "surveys": "answered_at",
    "campaigns": "started_at",
    "campaign_contacts": "assigned_at",
    "consents": "changed_at",
}
# What a unit without dates, customers or amounts may leave empty (`baskets_only`).
BASKETS_MAY_LACK = frozenset(["ordered_at", "amount", "quantity"])
CURRENCY = Column("currency", "text", required=True)
# Of no canonical table: when a row arrived is asked once, by the ingestion.
ARRIVAL = ("arrival", Column("at", "timestamp"))


@dataclass(frozen=True)
class Field:
    """One column to stage: its place, its schema, its SQL, the source columns that it reads.

    `clock` is how its time is read where that differs from the table's own; `may_fail` says of a
    staged one whether there are values that it cannot be read from.
    """

    table: str
    column: Column
    sql: str
    reads: tuple[str, ...]
    words: Mapping[str, str | None] | None = None
    computed: bool = False
    may_fail: bool = True
    clock: TimeRule | None = None


@dataclass(frozen=True)
class Piece:
    """One canonical table from one source.

    `converts` says whether its money may be of several currencies, `puts_aside` of a staged one
    whether its reader names rows that are no data; `makes_orders` says whether orders are made of
    it: of the pieces of `orders`, and of those of `order_lines` where there are no others.
    """

    table: str
    number: int
    source: str
    mapping: TableMapping
    fields: tuple[Field, ...]
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    converts: bool = False
    puts_aside: bool = False
    makes_orders: bool = False

    @property
    def relation(self) -> str:
        """Name the relation that holds the staged rows."""
        return f"staged {self.table} {self.number}"

    @property
    def recent(self) -> str:
        """Name the relation of those staged rows that are not of the past: all, without one."""
        return f"recent {self.table} {self.number}"

    @property
    def latest(self) -> str:
        """Name the relation of those that will not be of the past of the next ingestion."""
        return f"latest {self.table} {self.number}"

    @property
    def aside(self) -> str:
        """Name the relation of the rows that the reader put aside, if `puts_aside`."""
        return f"aside {self.table} {self.number}"

    @property
    def exclusions(self) -> tuple[str, ...]:
        """Name the declared rules under which rows leave, those for empty values last."""
        return (*self.mapping.exclude, *self._missing("drop"))

    @property
    def flags(self) -> tuple[str, ...]:
        """Name the declared rules that count rows which stay."""
        converted = (CONVERTED,) if self.converts else ()
        return (*self.mapping.flag, *self._missing("unknown"), *converted)

    def _missing(self, what: str) -> list[str]:
        return [f"{MISSING}{name}" for name, done in self.mapping.missing.items() if done == what]

    def has(self, column: str) -> bool:
        """Say whether the piece fills a column of its own table."""
        return any(f.table == self.table and f.column.name == column for f in self.fields)


def list_pieces(engine: Engine, unit: UnitParams) -> list[Piece]:
    """Take a unit's mappings apart.

    Raises
    ------
    ParameterError
        A source, a canonical column or a function does not exist, a required column is not
        mapped: all such faults of the unit at once.
    """
    faults: list[str] = []
    pieces = [
        _piece(engine, unit, table, number, faults)
        for table, mappings in sorted(unit.tables.items())
        for number, mapping in enumerate(mappings)
        if mapping.from_ is not None
    ]
    if unit.rates is not None and isinstance(unit.rates.rate, Sql):
        _reads(engine, "rates.rate", unit.rates.rate.sql, faults)
    faults += check_queries(engine, unit)
    if not pieces:
        faults.append("no table is read `from` a source")
    if faults:
        raise ParameterError("\n".join(f"unit {unit.name}: {fault}." for fault in faults))
    return pieces


def _piece(engine: Engine, unit: UnitParams, table: str, number: int, faults: list[str]) -> Piece:
    where = f"tables.{table}"
    mapping = unit.tables[table][number]  # type: ignore[index]
    source = mapping.from_ or ""
    if source not in unit.sources:
        faults.append(f"{where}: no source is called {source}.{_near(source, unit.sources)}")
    fields = list(_fields(engine, unit, table, mapping, faults))
    filled = {f.column.name for f in fields if f.table == table}
    faults += [
        f"{where}: needs a column {column}. Say what fills it"
        for column in _required(unit, table) if column not in filled
    ]  # fmt: skip
    conditions = {
        name: _reads(engine, f"{where}.{name}", condition, faults)
        for name, condition in {**mapping.exclude, **mapping.flag}.items()
    }
    faults += check_cleaning(table, mapping, filled)
    converts = unit.rates is not None and mapping.currency is not None
    if converts:
        faults += check_rates(unit, table, filled)
    return Piece(
        table, number, source, mapping, tuple(fields), conditions, converts=converts,
        makes_orders=table == _order_table(unit),
    )  # fmt: skip


def _required(unit: UnitParams, table: str) -> list[str]:
    names = [c.name for c in SCHEMAS[table].columns if c.required and not c.derived]
    if table == "order_lines" and "orders" not in _read_tables(unit):
        names.append("ordered_at")
    return [name for name in names if not (unit.baskets_only and name in BASKETS_MAY_LACK)]


def _read_tables(unit: UnitParams) -> set[str]:
    return {t for t, ms in unit.tables.items() if any(m.from_ is not None for m in ms)}


def _fields(
    engine: Engine, unit: UnitParams, table: str, mapping: TableMapping, faults: list[str]
) -> Iterator[Field]:
    columns = dict(mapping.columns)
    if mapping.time and mapping.time.column:
        columns[MAIN_TIMES.get(table, "")] = mapping.time.column
    yield from _named(engine, table, columns, faults, is_read=True)
    if mapping.currency is not None:
        sql, reads = _sql(engine, f"tables.{table}.currency", mapping.currency, faults)
        yield Field(table, CURRENCY, sql, reads, computed=isinstance(mapping.currency, Sql))
    if mapping.arrived is not None and mapping.arrived.column is not None:
        rule = TimeRule(format=mapping.arrived.format, zone=mapping.arrived.zone)
        name = mapping.arrived.column
        yield Field(*ARRIVAL, identifier(name), (name,), clock=rule)
    bases = {"customers": _order_table(unit), "products": "order_lines"}
    for derived, others in unit.tables.items():
        for other in others if bases.get(derived) == table else ():
            if other.from_ is None:
                yield from _named(engine, derived, other.columns, faults)


def _order_table(unit: UnitParams) -> str:
    return "orders" if "orders" in _read_tables(unit) else "order_lines"


def _named(
    engine: Engine,
    table: str,
    columns: Mapping[str, str | Sql | Recoded],
    faults: list[str],
    *,
    is_read: bool = False,
) -> Iterator[Field]:
    for name, origin in columns.items():
        where = f"tables.{table}.columns.{name}"
        person = IDENTIFIERS.get(name) if table == "customers" and is_read else None
        column = person or _column(table, name)
        if column is None:
            near = _near(name, [c.name for c in SCHEMAS[table].columns if not c.derived])
            faults.append(f"{where}: {table} has no such column to fill.{near}")
            continue
        sql, reads = _sql(engine, where, origin, faults)
        words = origin.values if isinstance(origin, Recoded) else None
        home = "identifiers" if person else table
        yield Field(home, column, sql, reads, words, computed=isinstance(origin, Sql))


def flag_by_reader(piece: Piece, known: Container[str]) -> Piece:
    """Count rows with cells that hold an error, where the reader of the source found any.

    A rule of the unit's own with that name stays as it is.
    """
    if FLAG not in known:
        return piece
    rule = f"{FLAG} = {quote(ERROR_CELL)}"
    mapping = piece.mapping.model_copy(update={"flag": {ERROR_CELL: rule, **piece.mapping.flag}})
    return replace(piece, mapping=mapping, conditions={ERROR_CELL: (FLAG,), **piece.conditions})


def _column(table: str, name: str) -> Column | None:
    if (table, name) == ("customers", "birth_year"):
        return BIRTH_YEAR
    column = SCHEMAS[table].column(name)
    if column is None or column.derived:
        return None
    return Column(name, column.type, column.required, column.low, column.high, column.values)


def _sql(
    engine: Engine, where: str, origin: str | Sql | Recoded, faults: list[str]
) -> tuple[str, tuple[str, ...]]:
    if isinstance(origin, Sql):
        return f"({origin.sql}\n)", _reads(engine, where, origin.sql, faults)
    name = origin if isinstance(origin, str) else origin.column
    return identifier(name), (name,)


def _reads(engine: Engine, where: str, sql: str, faults: list[str]) -> tuple[str, ...]:
    checked = check_expression(engine, sql)
    if checked.refusal:
        faults.append(f"{where}: the expression {checked.refusal}. Use one scalar expression")
    return checked.columns


def _near(name: str, known: object) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
    return f" Did you mean {near[0]}?" if near else ""
