"""The one object that a notebook holds: `chapter = open_chapter("churn", unit=unit, ...)`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from rapport import tables
from rapport.analysis.measured import Measured
from rapport.chapter import bundle, delivered, hiding, listing, writing
from rapport.chapter.hiding import refuse_private
from rapport.chapter.numbers import make_value
from rapport.chapter.opening import (
    describe_opening,
    hold_threads,
    keep_log,
    log_opening,
)
from rapport.chapter.showing import Shown, show
from rapport.chapter.world import World, find_world
from rapport.errors import DataError
from rapport.params import ChapterParams, UnitParams
from rapport.params.lists import TargetList
from rapport.present.figures.spec import FigureSpec
from rapport.present.sentences import Listing, compose
from rapport.present.tables import TableSpec
from rapport.present.values import Value
from rapport.privacy import SAMPLE_KEY, read_key

if TYPE_CHECKING:
    from rapport.ingest.sources import ResolvedSources


def open_chapter(name: str, *, unit: str, period: str | None = None) -> Chapter:
    """Open a chapter for one unit and period, as a task of the press or as a draft.

    Parameters
    ----------
    name : the chapter's name without its number: `churn`
    unit : a file in `params/`
    period : `2026-06`, `2026-W23`, `2026-Q2`, `2026` or `all`; None only for ingestion, which
        reads sources once for all periods

    Raises
    ------
    ParameterError
        The unit or period is not known, or the task is another chapter's.
    DataError
        A draft needs tables that no run has made yet.
    """
    world = find_world(name, unit=unit, period=period)
    chapter = Chapter(world)
    hold_threads(world)
    keep_log()
    log_opening(world)
    bundle.emit("chapter", describe_opening(world), plain=f"{name}: {unit}, {period or 'all data'}")
    return chapter


@dataclass(frozen=True)
class Chapter:
    """A chapter's way to its tables, its reader and its record."""

    _world: World

    @property
    def unit(self) -> UnitParams:
        """The unit's parameters, as validated."""
        return self._world.unit

    @property
    def defaults(self) -> dict[str, Any]:
        """Give what every parameter of a chapter is where nobody says otherwise."""
        return {name: field.default for name, field in ChapterParams.model_fields.items()}

    @property
    def as_of(self) -> date | None:
        """Last day observed, included; None where the unit's tables carry no day."""
        return self._world.as_of

    @property
    def sources(self) -> ResolvedSources:
        """The files of the unit's sources, which ingestion alone reads.

        Raises
        ------
        DataError
            A draft finds no files of a source.
        """
        return delivered.resolve_sources(self._world)

    @property
    def pseudonym_key(self) -> bytes:
        """The key of pseudonyms: public for sample units, else from the analyst's file."""
        return SAMPLE_KEY if self.unit.sample else read_key(os.environ)

    @property
    def erased(self) -> tuple[str, ...]:
        """Digests of the pseudonyms of erased customers, which ingestion leaves out."""
        return delivered.list_erased(self._world, lambda: self.pseudonym_key)

    @property
    def room(self) -> tables.Room:
        """Where ingestion makes tables too large for memory, and keeps what it read."""
        world = self._world
        world.writes.mkdir(parents=True, exist_ok=True)
        return tables.Room(world.writes, world.kept)

    def read(self, table: str, *, window: str | Collection[str] | None = None) -> pd.DataFrame:
        """Read a table, rows up to as_of.

        Parameters
        ----------
        table : a canonical table, a mart, or what an earlier chapter wrote
        window : of a mart with one row per window and thing: this window's rows only, without
            the column that names it, or the rows of these windows, with it

        Returns
        -------
        grain and columns as in the table's own docs; money as exact `Decimal`, days as dates

        Raises
        ------
        DataError
            The table is not among those that this chapter was given.
        DisclosureError
            The table names people: no chapter reads it.
        """
        refuse_private(table, self._world.chapter)
        if table not in self._world.tables:
            raise DataError(
                f"chapter {self._world.chapter}: the table {table} is not made. Run "
                f"`rapport run {self.unit.name} --period {self._world.period}` first."
            )
        path, until = self._world.tables[table], self._world.as_of
        if window is None:
            return tables.read_table(path, until=until)
        if isinstance(window, str):
            rows = tables.read_table(path, until=until, only=("window", [window]))
            return rows.drop(columns="window")
        return tables.read_table(path, until=until, only=("window", window))

    def read_optional(
        self, table: str, *, window: str | Collection[str] | None = None
    ) -> pd.DataFrame | None:
        """Read a table that the unit may lack: None where it has no such table or no row."""
        refuse_private(table, self._world.chapter)
        if table not in self._world.tables:
            return None
        rows = self.read(table, window=window)
        return rows if len(rows) else None

    def write(self, table: str, rows: pd.DataFrame | pa.Table | tables.TableFile | None) -> None:
        """Publish a table for later chapters and the report's folder; None publishes nothing.

        The index is written as columns if it has names; a table that is a file of the chapter's
        room is published as it lies. The press moves the file into the store
        once the whole chapter has succeeded; a draft's file stays among the drafts.
        """
        if rows is not None:
            writing.publish(self._world, table, rows)

    def hold_lists(
        self, lists: Mapping[str, TargetList], standing: Mapping[str, pd.DataFrame | None]
    ) -> tuple[pd.DataFrame, Mapping[str, tuple[str, ...]]]:
        """Say who is on which of the unit's lists, by published tables; see `listing`."""
        return listing.hold_lists(lists, standing)

    def keep_apart(self, table: str, rows: pa.Table | None) -> None:
        """Keep a table that names people where no chapter, report or draft reads it.

        Nothing of it is said in the notebook, not even a digest. A draft keeps nothing.
        """
        if rows is not None and self._world.private is not None:
            hiding.keep_apart(table, rows, self._world.private)

    def record(  # noqa: PLR0913 - a record has these parts, each named where it is called
        self,
        id: str,  # noqa: A002 - the field's word for it
        value: Any,
        *,
        kind: str,
        unit: str,
        n: int | None = None,
        interval: tuple[Any, Any] | None = None,
        table: str | None = None,
    ) -> Value:
        """Make a value object: the only thing that sentences, captions and key figures accept.

        Parameters
        ----------
        id : `<chapter>.<measure>[.<slice>]`
        value : a number, decimal, date or label; None says that there is none
        kind : count, money, label, date, ratio, estimator, iterative or simulated: the kind
            sets the tolerance of verification
        unit : customers, orders, share, days, a currency ...
        n : the denominator
        interval : both ends, in the unit of the value
        table : the table that it came from
        """
        measured = Measured(id, value, kind, unit, n, interval, table)
        made = make_value(measured, id, self.unit)
        described = bundle.describe_value(made)
        bundle.emit("values", {"values": [described]}, plain=f"{id} = {described['value']}")
        return made

    def record_all(self, measured: Iterable[Measured]) -> dict[str, Value]:
        """Record every number that a method gave, and give the values by the slots' names."""
        name = self._world.chapter
        values = {one.slot: make_value(one, f"{name}.{one.name}", self.unit) for one in measured}
        described = [bundle.describe_value(value) for value in values.values()]
        listed = "\n".join(f"{one['id']} = {one['value']}" for one in described)
        bundle.emit("values", {"values": described}, plain=listed)
        return values

    def say(
        self,
        template: str,
        *,
        role: str = "paragraph",
        case: str | None = None,
        **values: Value | Listing,
    ) -> None:
        """Say one sentence in every language, its numbers taken from value objects only.

        Parameters
        ----------
        template : id in `assets/locale/`
        role : headline, heading, paragraph, lead, mind, aside, finding, note or gap
        case : which wording, where the template has several (up, down, unclear ...)
        values : what fills the slots

        Raises
        ------
        TypeError
            A slot is given a bare number.
        """
        text = {
            language: compose(template, language, values, case=case) for language in ("en", "zh")
        }
        first = "".join(run["text"] for run in text[self.unit.language])
        bundle.emit("sentence", {"id": template, "role": role, "text": text}, plain=first)

    def show(self, *specs: Shown | None) -> None:
        """Show figures, tables, the key figures or the actions, in every language.

        None is passed over: a part that the data do not allow has no picture, and the sentence
        beside it says why. The data behind a figure or table are published under its id.
        """
        for each in specs:
            spec = hiding.hide_counts(each, self.unit.min_count)
            if spec is not None:
                show(spec, self.unit)
            if isinstance(spec, FigureSpec):
                writing.publish(self._world, spec.id, spec.data, kinds=spec.kinds)
            elif isinstance(spec, TableSpec):
                shown = spec.frame[list(spec.kinds)]
                writing.publish(self._world, spec.id, shown, kinds=spec.kinds)
