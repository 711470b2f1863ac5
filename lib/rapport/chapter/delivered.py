"""What ingestion alone asks for: the files of its sources, and whose rows it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.chapter.world import World
from rapport.errors import DataError
from rapport.privacy.erased import read_erased

if TYPE_CHECKING:
    from rapport.ingest.sources import ResolvedSources


def resolve_sources(world: World) -> ResolvedSources:
    """Give the files of a unit's sources: as the press found them, or as a draft finds them."""
    # Ingestion alone asks; other chapters are spared the import of the whole room.
    from rapport.ingest.sources import ResolvedSources, find_sources  # noqa: PLC0415

    if world.sources is not None:
        return ResolvedSources(
            {name: tuple(map(Path, one["paths"])) for name, one in world.sources.items()},
            {name: one["digest"] for name, one in world.sources.items()},
        )
    if world.root is None:
        raise DataError(f"chapter {world.chapter}: was given no sources.")
    found = find_sources(world.unit, world.root)
    if found.missing:
        raise DataError(
            f"unit {world.unit.name}: the files of {', '.join(found.missing)} are absent. "
            f"Run `rapport run {world.unit.name}` first; it says where they are looked for."
        )
    return found


def list_erased(world: World, key: Callable[[], bytes]) -> tuple[str, ...]:
    """Give the digests of the pseudonyms of erased customers; `key` is of pseudonyms."""
    if world.root is None:
        return world.erased
    return read_erased(world.root, world.unit.name, key)
