"""What a unit's file may declare about empty values, names of rules and foreign money."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rapport.ingest.rules import is_reserved
from rapport.params import TableMapping, UnitParams
from rapport.schema import SCHEMAS

UNKNOWN = "unknown"


def check_cleaning(table: str, mapping: TableMapping, filled: Collection[str]) -> Iterator[str]:
    """Say what is wrong with a table's `missing` and with the names of its rules.

    Parameters
    ----------
    filled : the columns of the table that the mapping fills
    """
    where = f"tables.{table}"
    for name in {**mapping.exclude, **mapping.flag}:
        if is_reserved(name, flag=name not in mapping.exclude):
            yield f"{where}: {name} is a name of the ingestion's own. Call the rule otherwise"
    for name, done in mapping.missing.items():
        if name not in filled:
            yield f"{where}.missing: nothing fills {name}. Map the column or leave it out"
        elif done == UNKNOWN and not _takes_unknown(table, name):
            yield f"{where}.missing: {name} takes no word `{UNKNOWN}`. Use `keep` or `drop`"


def _takes_unknown(table: str, name: str) -> bool:
    column = SCHEMAS[table].column(name)
    is_name = name in SCHEMAS[table].key or name.endswith("_id")
    if column is None or column.type != "text" or is_name:
        return False
    return not column.values or UNKNOWN in column.values


def check_rates(unit: UnitParams, table: str, filled: Collection[str]) -> Iterator[str]:
    """Say what is wrong with the unit's `rates` for a table with a currency of its own."""
    rates = unit.rates
    if rates is None or rates.source is None:
        return
    if rates.source not in unit.sources:
        yield f"rates: no source is called {rates.source}"
    if day_column(table, filled) is None:
        yield f"tables.{table}: rates by day need a time. Map one, or use fixed rates"


def day_column(table: str, filled: Collection[str]) -> str | None:
    """Name the column by which a table's rows are dated, None where they are not."""
    schema = SCHEMAS[table]
    column = schema.column(schema.time or "")
    if column is None:
        return None
    names = column.local_of or (column.name,)
    return next((name for name in names if name in filled), None)
