"""How a chapter finds its world: the press's task, or the project around a draft.

In task mode the press names one file in `RAPPORT_TASK`; it holds the digest of every table that
the chapter may read, and a private folder for writes. Without it (JupyterLab, stock papermill,
nbval) the chapter is a draft: it reads what the last complete run left, writes beside it, and
touches neither store nor reports.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from rapport import tables
from rapport.errors import DataError, ParameterError
from rapport.fiscal import read_fiscal
from rapport.marts.periods import Period, parse_period
from rapport.params import UnitParams, check_unit_name, find_root, load_unit, trust_unit

TASK_VARIABLE = "RAPPORT_TASK"


@dataclass(frozen=True)
class World:
    """What one execution of a chapter may see, and where it writes."""

    unit: UnitParams
    chapter: str
    period: str | None
    as_of: date | None
    tables: Mapping[str, Path]
    writes: Path
    sources: Mapping[str, Any] | None
    """As the press resolved them; None in a draft, which resolves them itself."""
    root: Path | None
    """The project's folder in a draft; None in a task, which must not look around."""
    kept: Path | None = None
    """Where ingestion keeps what it read for the next one; None in a draft."""
    private: Path | None = None
    """Where tables go that no chapter reads; None in a draft, which leaves none behind."""
    erased: tuple[str, ...] = ()
    """Digests of the pseudonyms whose rows ingestion leaves out; a draft reads them itself."""


def period_of_unit(unit: UnitParams, code: str) -> Period:
    """Give the period of a code in a unit's own calendar."""
    return parse_period(code, read_fiscal(dict(unit.calendar)))


def find_world(chapter: str, *, unit: str, period: str | None) -> World:
    """Open the task that the press set, or else the project that the notebook lies in.

    Raises
    ------
    ParameterError
        The task is another chapter's, or no project is found.
    DataError
        A draft needs tables that no run has made yet; the message names the command.
    """
    task = os.environ.get(TASK_VARIABLE)
    if task:
        return _from_task(Path(task), chapter=chapter, unit=unit, period=period)
    return _from_project(find_root(Path.cwd()), chapter=chapter, unit=unit, period=period)


def _from_task(path: Path, *, chapter: str, unit: str, period: str | None) -> World:
    task = json.loads(path.read_text(encoding="utf-8"))
    asked = (chapter, unit, period)
    if asked != (task["chapter"], task["unit"], task["period"]):
        raise ParameterError(
            f"chapter {chapter}: the task is for {task['chapter']} of {task['unit']}, "
            f"{task['period']}. Open the chapter with its own parameters."
        )
    as_of, values = task.get("as_of"), task["unit_parameters"]
    return World(
        # Ingestion alone, which has no period, reads where the data lie and how they map.
        unit=UnitParams.model_validate(values) if period is None else trust_unit(values),
        chapter=chapter,
        period=period,
        as_of=date.fromisoformat(as_of) if as_of else None,
        tables={name: Path(table["path"]) for name, table in task["tables"].items()},
        writes=Path(task["writes"]),
        sources=task.get("sources") or {},
        root=None,
        kept=Path(task["kept"]) if "kept" in task else None,
        private=Path(task["private"]) if "private" in task else None,
        erased=tuple(task.get("erased", {}).get("digests", ())),
    )


def _from_project(root: Path, *, chapter: str, unit: str, period: str | None) -> World:
    check_unit_name(unit)
    params = load_unit(root, unit)
    known = find_current(root, unit, period)
    as_of = None
    if period is not None:
        as_of = _as_of(known, unit=params, period=period)
    drafts = root / "data" / "drafts" / unit / (period or "all-periods") / chapter
    return World(params, chapter, period, as_of, known, drafts, None, root)


def find_current(root: Path, unit: str, period: str | None) -> dict[str, Path]:
    """Find the tables of the last complete run: the unit's own and those of one period.

    The press writes these two small files beside its store; a draft only reads them.
    """
    store = root / "data" / "store"
    digests: dict[str, str] = {}
    for file in (f"{unit}.json", f"{unit}/{period}.json"):
        path = store / "current" / file
        if path.is_file():
            digests |= json.loads(path.read_text(encoding="utf-8"))["tables"]
    return {name: store / "objects" / digest[:2] / digest for name, digest in digests.items()}


def _as_of(known: Mapping[str, Path], *, unit: UnitParams, period: str) -> date | None:
    if "snapshot" not in known:
        raise DataError(
            f"unit {unit.name}: no run has read its sources yet. Run `rapport run {unit.name} "
            f"--period {period}` first."
        )
    span = tables.read_table(known["snapshot"])
    until = span["data_until"].iloc[0]
    if pd.isna(until):
        return None
    last: date = until.date()
    return min(period_of_unit(unit, period).last_on or last, last)
