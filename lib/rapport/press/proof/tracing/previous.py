"""A value in the report of the period before, if that is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport.errors import RapportError
from rapport.press.proof.reading import FORMS, read_file


def find_previous(predicate: Mapping[str, Any], value: str, reports: Path) -> dict[str, Any] | None:
    """Find a value in the newest report of an earlier period of the same length.

    Returns
    -------
    `period`, `run`, and the value's record, or None where there is no such report, its files are
    not as they were sealed, or it has no such value
    """
    period = str(predicate["period"])
    unit = reports / str(predicate["unit"])
    codes = [path.name for path in unit.glob("*") if len(path.name) == len(period)]
    for code in sorted((code for code in codes if code < period), reverse=True):
        sealed = [path for path in sorted((unit / code).glob("report.*")) if path.suffix in FORMS]
        for path in sealed[:1]:
            return _read(path, value)
    return None


def _read(path: Path, value: str) -> dict[str, Any] | None:
    try:
        before = read_file(path)
    except RapportError:
        return None  # a damaged report says nothing of the past; `rapport verify` names it
    found = next((one for one in before.values if one["id"] == value), None)
    told = {"period": before.predicate["period"], "run": before.predicate["run"]}
    return {**told, "value": found} if found else None
