"""Sources to canonical tables: read, check, clean, pseudonymise."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rapport.ingest.sources import ResolvedSources, find_sources

if TYPE_CHECKING:
    from rapport.ingest.delivery import Delivery, check_unit, ingest
    from rapport.ingest.identifiers import count_identifiers

__all__ = [
    "Delivery", "ResolvedSources", "check_unit", "count_identifiers", "find_sources", "ingest",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # To read a delivery takes pandas and the engine, to find its files neither: a run in which
    # nothing changed must not wait for them.
    if name in __all__:
        home = "identifiers" if name == "count_identifiers" else "delivery"
        return getattr(import_module(f"rapport.ingest.{home}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
