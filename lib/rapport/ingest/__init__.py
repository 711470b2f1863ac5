"""Sources to canonical tables: read, check, clean, pseudonymise."""

from rapport.ingest.delivery import Delivery, check_unit, ingest
from rapport.ingest.sources import ResolvedSources, find_sources

__all__ = ["Delivery", "ResolvedSources", "check_unit", "find_sources", "ingest"]
