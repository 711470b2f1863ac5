"""Units of a run: their sources, and the periods that their data cover."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from rapport.cli.notes import check_notes
from rapport.cli.self_record import read_results
from rapport.errors import DataError, ParameterError, RapportError
from rapport.fiscal import Fiscal, read_fiscal
from rapport.ingest.fetched import fetch_sources
from rapport.ingest.pins import FURTHER_UNITS, SAMPLE_UNITS, check_sample
from rapport.ingest.sources import ResolvedSources, find_sources
from rapport.marts.periods import (
    Period,
    find_period,
    is_fiscal,
    list_periods,
    newest_whole,
    parse_period,
    period_of,
)
from rapport.params import UnitParams, list_units, load_unit
from rapport.params.brand import read_brand
from rapport.params.notes import Note
from rapport.press.run.store import Store
from rapport.privacy import KEY_VARIABLE, read_key
from rapport.tables import read_rows


@dataclass
class Unit:
    """One unit of a run: its parameters, sources, and the days that its data cover."""

    params: UnitParams
    sources: ResolvedSources
    data_from: date | None = None
    data_until: date | None = None
    periods: list[Period] = field(default_factory=list)
    notes: Sequence[Note] = ()
    brand: Mapping[str, Any] = field(default_factory=dict)
    published: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The unit's name."""
        return self.params.name

    @property
    def ingestion_id(self) -> str:
        """The id of the task that reads its sources."""
        return f"{self.name}/all-periods/ingestion"

    @property
    def fiscal(self) -> Fiscal | None:
        """The calendar of its fiscal years; None where they are those of everybody."""
        return read_fiscal(dict(self.params.calendar))

    def read_span(self, snapshot: Path) -> None:
        """Read which days the data cover."""
        (row,) = read_rows(snapshot)
        self.data_from, self.data_until = (_day(row[name]) for name in ("data_from", "data_until"))

    def as_of(self, period: Period) -> date | None:
        """Give the last day that a period's report observes."""
        if self.data_until is None or period.last_on is None:
            return self.data_until
        return min(period.last_on, self.data_until)


def _day(moment: date | None) -> date | None:
    # A frame's dates are written as times.
    return moment.date() if isinstance(moment, datetime) else moment


def list_notebooks(root: Path) -> list[Path]:
    """List the chapters' notebooks by their numbers."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def find_units(
    root: Path, names: Sequence[str], arguments: argparse.Namespace
) -> tuple[list[Unit], list[RapportError]]:
    """Find these units, as far as their sources are there; sample sources are made.

    Returns
    -------
    the units, and why sources could not be fetched or found, for each unit of which some could
    not: it is left out, and the others go on

    Raises
    ------
    ParameterError
        A unit's file has a fault, or a unit that is no sample lacks its key of pseudonyms.
    DataError
        A unit that was named has no sources.
    """
    overrides = {name: _typed(value) for name, value in arguments.parameters}
    params = [load_unit(root, name, files=arguments.files, overrides=overrides) for name in names]
    notes = {unit.name: check_notes(root, unit.name) for unit in params}
    brands = {unit.name: read_brand(root, unit.name) for unit in params}
    published = read_results(root)
    make_sample(root, params)
    found, failed = [], []
    for unit in params:
        try:
            if not arguments.dry_run:
                fetch_sources(unit, root, Store(root / "data" / "store").lease_folder)
            sources = find_sources(unit, root)
        except RapportError as error:
            failed.append(type(error)(f"unit {unit.name}: {error}"))
            continue
        if not sources.missing:
            if not unit.sample:
                read_key(os.environ)
                # Chapters read it from a folder of their own.
                os.environ[KEY_VARIABLE] = str(Path(os.environ[KEY_VARIABLE]).absolute())
            own = Unit(unit, sources, notes=notes[unit.name])
            found.append(replace(own, brand=brands[unit.name], published=published))
        elif arguments.units:
            raise DataError(_absent(unit, sources))
        else:
            sys.stderr.write(f"{_absent(unit, sources)} Skipped.\n")
    return found, failed


def name_units(root: Path, arguments: argparse.Namespace) -> list[str]:
    """Name the units asked for, each once, or all of the project."""
    return list(dict.fromkeys(arguments.units)) or list_units(root)


def _typed(text: str) -> Any:
    # Papermill's own rule for -p: what reads as a number or truth value is one.
    value = yaml.safe_load(text)
    return value if isinstance(value, int | float | bool | str) else text


def _absent(unit: UnitParams, sources: ResolvedSources) -> str:
    missing = [unit.sources[name] for name in sources.missing]
    if elsewhere := [name for name in sources.missing if unit.sources[name].is_remote]:
        return (
            f"unit {unit.name}: {', '.join(elsewhere)} lies elsewhere and was not read yet. "
            f"Read it: rapport data fetch {unit.name}."
        )
    paths = ", ".join(source.path or str(source.function) for source in missing)
    place = "data/sample" if unit.sample else "data/raw, or a folder that RAPPORT_DATA_PATH names"
    return f"unit {unit.name}: {paths} is absent. Put it into {place}."


def make_sample(root: Path, units: Sequence[UnitParams]) -> None:
    """Make the sample files if one of the units needs them and they are not as pinned."""
    folder = root / "data" / "sample"
    needed = {unit.name for unit in units if unit.sample}
    further = [name for name in FURTHER_UNITS if name in needed]
    # A sample unit of any other name is made of the files of the three.
    wanted = [*(SAMPLE_UNITS if needed.difference(further) else ()), *further]
    if check_sample(folder, units=wanted):
        from rapport.ingest.sample import write_sample  # noqa: PLC0415 - pandas takes a second

        write_sample(folder, units=wanted)


def spans_of(unit: Unit, asked: str | None, *, is_named: bool = True) -> list[Period]:
    """Give the periods to report: those asked for, else the newest whole one of the data.

    A unit that was not named and has no data in the periods asked for is skipped with a line.

    Raises
    ------
    ParameterError
        The data of a named unit do not reach into any of the periods asked for; those of a
        snapshot are of its last day alone.
    """
    if unit.data_until is None:
        unit.periods = [parse_period("all")]
        return unit.periods
    if asked and not is_named and not _is_known(unit, asked):
        sys.stderr.write(f"unit {unit.name}: its calendar has no period {asked}. Skipped.\n")
        return unit.periods
    unit.periods = _asked(asked, unit.fiscal) if asked else [_default(unit)]
    inside = [period for period in unit.periods if _has_days(unit, period)]
    if not inside:
        message, which = _tell_days(unit, asked)
        if is_named:
            raise ParameterError(f"{message} Ask for a period that holds {which}.")
        sys.stderr.write(f"{message} Skipped.\n")
    unit.periods = inside
    return inside


def _tell_days(unit: Unit, asked: str | None) -> tuple[str, str]:
    """Say which days there are instead of those asked for, and how to name them."""
    missed = f"unit {unit.name}: period {asked}"
    if unit.params.snapshot:
        return f"{missed} does not hold {unit.data_until}, the one day of its snapshot.", "it"
    span = f"{unit.data_from} to {unit.data_until}"
    return f"{missed} holds none of its days, which run from {span}.", "some of them"


def _asked(asked: str, fiscal: Fiscal | None) -> list[Period]:
    first, dots, last = asked.partition("..")
    ends = [parse_period(code, fiscal) for code in ((first, last) if dots else (first,))]
    return list_periods(*ends) if dots else ends


def _is_known(unit: Unit, asked: str) -> bool:
    """Say whether all that is asked for are periods of the unit's calendar."""
    return all(find_period(code, unit.fiscal) for code in asked.split("..") if code)


def _has_days(unit: Unit, period: Period) -> bool:
    assert unit.data_from is not None
    assert unit.data_until is not None
    starts = period.starts_on is None or period.starts_on <= unit.data_until
    first = unit.data_until if unit.params.snapshot else unit.data_from
    ends = period.last_on is None or period.last_on >= first
    return starts and ends


def _default(unit: Unit) -> Period:
    assert unit.data_from is not None
    assert unit.data_until is not None
    if unit.params.snapshot:
        return period_of(unit.data_until, unit.params.period_grain, unit.fiscal)
    whole = newest_whole(unit.data_until, unit.params.period_grain, unit.fiscal)
    first = whole.starts_on
    if first is not None and whole.last_on is not None and whole.last_on < unit.data_from:
        return period_of(unit.data_until, unit.params.period_grain, unit.fiscal)
    return whole


def require_period(code: str | None) -> None:
    """Refuse a period's code of another form before anything starts.

    Raises
    ------
    ParameterError
        It is no period.
    """
    for part in (code or "").split(".."):
        if code is not None and not part:
            raise ParameterError(f"period {code!r}: is no range. Write A..B.")
        # Whether a unit has such a fiscal year is asked of each unit.
        if part and not is_fiscal(part):
            parse_period(part)


def require_chapters(root: Path, chapters: Sequence[str]) -> None:
    """Refuse a chapter that no notebook makes.

    Raises
    ------
    ParameterError
        It names the chapters that there are.
    """
    known = [path.stem[3:] for path in list_notebooks(root)]
    wrong = [chapter for chapter in chapters if chapter not in known]
    if wrong:
        raise ParameterError(f"--chapter: {', '.join(wrong)} is none of {', '.join(known)}.")
