"""Every value that a run depends on: `params/*.yml` and the typed model behind it."""

from rapport.params.load import check_unit_name, find_root, list_units, load_unit
from rapport.params.model import ChapterParams, Language, Text, UnitParams, trust_unit
from rapport.params.sources import Source
from rapport.params.tables import (
    Arrival,
    Expect,
    Quarantine,
    Rates,
    Recoded,
    Sql,
    TableMapping,
    TimeRule,
)

__all__ = [
    "Arrival",
    "ChapterParams",
    "Expect",
    "Language",
    "Quarantine",
    "Rates",
    "Recoded",
    "Source",
    "Sql",
    "TableMapping",
    "Text",
    "TimeRule",
    "UnitParams",
    "check_unit_name",
    "find_root",
    "list_units",
    "load_unit",
    "trust_unit",
]
