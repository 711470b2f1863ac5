"""Bars on a terminal: one for each unit, and a line for each task that is running."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rapport.cli.closing import lay_out, tell_failures
from rapport.cli.region import Region
from rapport.cli.stderr import open_again, take_lines
from rapport.press.run.tasks import ChapterTask, Event, Result, Task, name_of

TICK = 0.25
"""Seconds between two looks at what is new."""
WIDEST = 88
"""Cells: longer bars say no more."""
NARROW = 36
"""Cells: below them there is room for names and counts only."""
SETTLED = ("executed", "reused", "failed", "stopped")


@dataclass
class Running:
    """A task that a worker has."""

    name: str
    since: float
    cell: int = 0
    n_cells: int = 0


@dataclass
class UnitState:
    """What is known of a unit so far."""

    title: str
    n_settled: int = 0
    n_tasks: int = 1
    """As far as is known: every unit enters a run with the task that reads its sources."""
    has_failed: bool = False
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Nothing of it is left to do, as far as is known."""
        return not self.running and self.n_tasks <= self.n_settled


class Bars:
    """A view of a run on a terminal.

    One thread alone writes to the screen, so an interrupt, which reaches the main thread, never
    cuts a drawing in half. Whatever is written to standard error meanwhile, by workers as well,
    appears above the bars.
    """

    def __init__(self, stream: TextIO) -> None:
        self._units: dict[str, UnitState] = {}
        self._count = (0, 0)
        self._lock = threading.Lock()
        self._is_new = False
        self._is_over = False
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._screen = open_again(stream)
        self._taking = ExitStack()
        # Windows hands descriptors to workers in another way: there, their lines cross the bars.
        if os.name == "posix":
            self._taking.enter_context(take_lines(stream, self._lines.put))
        self._region = Region(self._screen)
        self._now = self._region.console.get_time
        self._began = self._now()
        self._drawer = threading.Thread(target=self._draw_until_over, daemon=True)
        self._drawer.start()

    def show(self, event: Event) -> None:
        """Take in what happened; it is drawn within a tick."""
        with self._lock:
            self._take(event)
            self._is_new = True
        if event.kind == "failed":
            self._lines.put(f"{event.task.id}: failed")

    def close(self, results: Mapping[str, Result]) -> None:
        """Take the bars away and print the closing table, then what failed."""
        self._finish(list(results.values()))

    def end(self) -> None:
        """Take the bars away, if they are still there."""
        self._finish(None)

    def _finish(self, results: list[Result] | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._taking.close()
        self._lines.put(None)
        self._drawer.join()
        with suppress(OSError), self._screen:
            if results is not None:
                _print_closing(self._region, results)

    def _take(self, event: Event) -> None:
        task = event.task
        unit = self._units.setdefault(task.unit, UnitState(task.unit))
        unit.title = _title_of(task) or unit.title
        # Tasks join as one of their own unit is settled, so it is the unit that has grown.
        unit.n_tasks += max(0, event.n_tasks - self._count[1]) if self._count[1] else 0
        self._count = (event.n_settled, event.n_tasks)
        if event.kind == "started":
            unit.running[task.id] = Running(_describe(task), self._now())
        elif event.kind == "cell" and task.id in unit.running:
            unit.running[task.id].cell, unit.running[task.id].n_cells = event.cell, event.n_cells
        elif event.kind in SETTLED:
            unit.running.pop(task.id, None)
            unit.n_settled += 1
            unit.n_tasks = max(unit.n_tasks, unit.n_settled)
            unit.has_failed |= event.kind == "failed"

    def _draw_until_over(self) -> None:
        # Without its terminal a run goes on; nobody is left to see bars.
        with suppress(OSError):
            drawn = self._began
            while True:
                above, is_last = self._wait()
                now = self._now()
                if is_last:
                    self._region.draw(above, None)
                    return
                if above or self._is_new or now - drawn >= 1:
                    drawn = now
                    self._region.draw(above, self._picture(now))

    def _wait(self) -> tuple[list[str], bool]:
        lines: list[str] = []
        with suppress(queue.Empty):
            line = self._lines.get(timeout=TICK)
            while line is not None:
                lines.append(line)
                line = self._lines.get_nowait()
            return lines, True
        return lines, False

    def _picture(self, now: float) -> RenderableType | None:
        columns, height = self._region.size
        with self._lock:
            self._is_new = False
            units = [*self._units.values()]
            if len(units) == 1:
                units[0].n_tasks = self._count[1]
            return draw_units(units, self._count, (now, self._began), (columns, height))


def draw_units(
    units: list[UnitState],
    count: tuple[int, int],
    time: tuple[float, float],
    size: tuple[int, int],
) -> Table:
    """Draw what is known of units.

    Parameters
    ----------
    units : as many as fit are drawn, those that are at work before others
    count : tasks that are settled, and all that are known
    time : now, and when the run began
    size : columns and lines of the terminal
    """
    columns, height = size
    # The last column stays free: terminals differ in where the cursor is behind it.
    width = min(columns - 1, WIDEST)
    table = Table.grid(padding=(0, 1), expand=True)
    table.width = width
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=max(8, width * 2 // 5))
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column(no_wrap=True, justify="right", min_width=5)
    for row in _rows(_choose(units, height - 3), count, time):
        table.add_row(*row)
    if width < NARROW:
        del table.columns[1]
        table.columns[0].ratio, table.columns[0].max_width = 1, None
    return table


def _rows(
    units: list[UnitState], count: tuple[int, int], time: tuple[float, float]
) -> Iterator[tuple[RenderableType, RenderableType, str]]:
    now, began = time
    for unit in units:
        yield Text(unit.title, "bold"), _bar(unit), _count(unit.n_settled, unit.n_tasks)
        for task in unit.running.values():
            done = f"cell {task.cell} of {task.n_cells}" if task.n_cells else "starts"
            yield Text(f"  {task.name}"), Text(done, "dim"), _clock(now - task.since)
    n_settled, n_tasks = count
    bar = ProgressBar(max(1, n_tasks), n_settled)
    yield Text(f"all, {_clock(now - began)}"), bar, _count(n_settled, n_tasks)


def _choose(units: list[UnitState], n_lines: int) -> list[UnitState]:
    """Leave out units that are done, then units that wait, while there are too many lines."""
    for is_less in (lambda u: u.is_done, lambda u: not u.running):
        if sum(1 + len(unit.running) for unit in units) > n_lines:
            units = [unit for unit in units if not is_less(unit)]
    return units


def _bar(unit: UnitState) -> ProgressBar:
    style = "red" if unit.has_failed else "bar.complete"
    finished = "red" if unit.has_failed else "bar.finished"
    return ProgressBar(
        unit.n_tasks, unit.n_settled, complete_style=style, finished_style=finished
    )  # fmt: skip


def _count(n_settled: int, n_tasks: int) -> str:
    return f"{n_settled}/{n_tasks}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def _title_of(task: Task) -> str:
    """Give the unit's title in its own language, which chapters know."""
    if not isinstance(task, ChapterTask):
        return ""
    titles = task.context.get("unit_parameters", {}).get("title", {})
    return str(titles.get(task.context.get("language"), ""))


def _describe(task: Task) -> str:
    name = name_of(task).replace("_", " ").capitalize()
    return f"{name}, {task.period}" if task.period else name


def _print_closing(region: Region, results: list[Result]) -> None:
    columns, _ = region.size
    (head, *rows), told = lay_out(results, columns), tell_failures(results)
    styles = ["bold", *("" for _ in rows[1:]), "bold"]
    for line, style in zip((head, *rows), styles, strict=True):
        region.console.print(Text(line, style), soft_wrap=True)
    for line in told:
        # What stands below a failure is indented.
        region.console.print(Text(line, "" if line.startswith(" ") else "red"), soft_wrap=True)
