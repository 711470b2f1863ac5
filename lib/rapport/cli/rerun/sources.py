"""The sources of a report where they are still at hand: its ingestion can then be done again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.errors import RapportError
from rapport.ingest.pins import FURTHER_UNITS, SAMPLE_UNITS, check_sample
from rapport.ingest.sources import find_sources
from rapport.params import UnitParams, load_unit
from rapport.privacy import KEY_VARIABLE, read_key
from rapport.privacy.erased import erased_path

SETTLED = "churn_after_days"


@dataclass(frozen=True)
class Sources:
    """The sources of a unit, or why there are none."""

    described: Mapping[str, Any] | None = None
    """`files`: source -> paths; `digests`: source -> digest."""
    moved: tuple[str, ...] = ()
    """Sources that are not as the record has them."""
    why: str = ""
    """Why ingestion cannot be done again."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What reading them needs of the environment: where the key of pseudonyms lies."""


def find_sources_at_hand(predicate: Mapping[str, Any], root: Path, project: Path) -> Sources:
    """Find the sources of a report's unit, by the unit's file as it is now.

    Parameters
    ----------
    root : the project at hand
    project : the rerun's own; sample sources that are not at hand are made there
    """
    try:
        unit = load_unit(root, predicate["unit"])
        base = _make_sample(unit, root, project)
        variables = {} if unit.sample else _name_key()
        found = find_sources(unit, base)
    except RapportError as error:
        return Sources(why=str(error))
    if found.missing:
        return Sources(why=f"sources are not at hand: {', '.join(found.missing)}")
    listed = erased_path(root, unit.name)
    if listed.is_file():
        target = erased_path(project, unit.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(listed, target)
    sealed: Mapping[str, Any] = predicate["sources"]
    moved = [n for n in sorted({*sealed, *found.digests}) if sealed.get(n) != found.digests.get(n)]
    files = {name: [str(path.resolve()) for path in paths] for name, paths in found.files.items()}
    described = {"files": files, "digests": dict(found.digests)}
    return Sources(described, tuple(moved), "", variables)


def _name_key() -> dict[str, str]:
    read_key(os.environ)
    return {KEY_VARIABLE: str(Path(os.environ[KEY_VARIABLE]).absolute())}


def _make_sample(unit: UnitParams, root: Path, project: Path) -> Path:
    """Give the folder in whose `data/` the sources lie."""
    if not unit.sample:
        return root
    wanted = [unit.name] if unit.name in FURTHER_UNITS else list(SAMPLE_UNITS)
    if not check_sample(root / "data" / "sample", units=wanted):
        return root
    from rapport.ingest.sample import write_sample  # noqa: PLC0415 - pandas takes a second

    write_sample(project / "data" / "sample", units=wanted)
    return project
