"""The sample's files and the digests that are pinned for them.

Apart from what draws the files, so that a run which finds them in order loads no more than this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from rapport.errors import ParameterError

SAMPLE_UNITS = ("sample-retail", "sample-mall", "sample-saas")
# Made only where they are asked for by name: true persons, three customers, nobody.
FURTHER_UNITS = ("sample-people", "sample-few", "sample-empty")


def check_sample(folder: Path, *, units: Iterable[str] | None = None) -> list[str]:
    """Name the files that are missing or differ from the pinned ones, in order."""
    chosen = choose_units(units)
    return [
        name
        for name, digest in read_digests().items()
        if name.split("/")[0] in chosen and _digest(folder / name) != digest
    ]


def read_digests() -> dict[str, str]:
    """Read the pinned sha256 of every file that the default seed and sizes give.

    After a change that is meant, `sample/digests.json` takes what `write_sample` returns.
    """
    path = resources.files("rapport.ingest") / "sample" / "digests.json"
    digests: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return digests


def choose_units(units: Iterable[str] | None) -> list[str]:
    """Give the sample units of these names, without any the three that tell a story.

    Raises
    ------
    ParameterError
        One is no sample unit.
    """
    chosen = list(SAMPLE_UNITS if units is None else units)
    known = (*SAMPLE_UNITS, *FURTHER_UNITS)
    unknown = [unit for unit in chosen if unit not in known]
    if unknown:
        raise ParameterError(
            f"sample: {', '.join(unknown)} is no sample unit. Use {', '.join(known)}."
        )
    return chosen


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
