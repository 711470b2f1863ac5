"""What follows once a unit's sources are read: its periods, their tables, chapters and reports."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rapport.cli.planning import plan_period
from rapport.cli.reporting import Shape, plan_gate, plan_report
from rapport.cli.settling import settle_days
from rapport.cli.work import Unit, spans_of
from rapport.errors import RapportError
from rapport.marts.periods import Period
from rapport.press.run.order import select_tasks
from rapport.press.run.store import Store
from rapport.press.run.tasks import ChapterTask, Result, Task


class Expansion:
    """Gives the press a unit's tasks of every period as soon as its sources are read.

    A unit that has none of the periods asked for is an error of that unit: it is kept in `errors`
    and the others go on.
    """

    def __init__(
        self,
        root: Path,
        units: Sequence[Unit],
        store: Store,
        *,
        arguments: argparse.Namespace,
        shape: Shape,
    ) -> None:
        self.errors: list[RapportError] = []
        self._root = root
        self._units = {unit.ingestion_id: unit for unit in units}
        self._store = store
        self._arguments = arguments
        self._shape = shape

    def __call__(self, result: Result) -> list[Task]:
        """Give the tasks that follow from a task, which are none unless it is an ingestion."""
        unit = self._units.get(result.task.id)
        if unit is None:
            return []
        tables = {name: table.digest for name, table in result.tables.items()}
        try:
            return self._plan(unit, tables)
        except RapportError as error:
            self.errors.append(error)
            return []

    def _plan(self, unit: Unit, tables: Mapping[str, str]) -> list[Task]:
        unit.read_span(self._store.object_path(tables["snapshot"]))
        is_named = unit.name in self._arguments.units
        found: list[Task] = []
        orders = self._store.object_path(tables["orders"]) if "orders" in tables else None
        after: tuple[str, ...] = ()
        for period in spans_of(unit, self._arguments.period, is_named=is_named):
            settled = settle_days(unit, period, orders)
            tasks = self._select(plan_period(self._root, settled, period, tables=tables))
            last = self._plan_last(settled, period, tasks, after)
            found += [*tasks, *last]
            after = tuple(task.id for task in last)
        return found

    def _plan_last(
        self, unit: Unit, period: Period, tasks: list[Task], after: tuple[str, ...]
    ) -> list[Task]:
        """Plan what follows the chapters: a report, else the look that it would begin with.

        Chapters that were asked for one by one and stay in the store are their author's drafts:
        nobody else is handed them.
        """
        if not self._arguments.chapter:
            formats, _ = self._shape
            if formats:
                return [plan_report(unit, period, tasks, self._shape, after=after)]
        elif self._arguments.jupyter_cache is None:
            return []
        return [plan_gate(unit, period, tasks)]

    def _select(self, tasks: list[Task]) -> list[Task]:
        """Take the chapters asked for, and of the marts those that they read."""
        wanted = self._arguments.chapter
        chosen = [
            task.id
            for task in tasks
            if (is_wanted(task, wanted) if wanted else isinstance(task, ChapterTask))
        ]
        return select_tasks(tasks, chosen)


def is_wanted(task: Task, chapters: Sequence[str]) -> bool:
    """Say whether a task is one of the chapters asked for."""
    return isinstance(task, ChapterTask) and task.chapter in chapters
