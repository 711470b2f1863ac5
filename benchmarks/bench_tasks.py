"""Measure what the press costs by itself: 100 and 1,000 tables that take no work to make.

All tables of a hundred are read by one more, as the last chapter of a unit reads the others, so
that waiting and settling are measured too. Printed: processor seconds of the run's process, of
its workers with them, and seconds on the wall; first everything executed, then everything reused.
The goal is a ratio of at most 10.

Usage: bench_tasks.py [REPEATS [WORKERS]]
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from measuring import ROOT, print_table

sys.path.insert(0, str(ROOT / "lib"))

from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from rapport.press.run.tasks import TableTask

SIZES = (100, 1_000)
GROUP = 100


class Spent(NamedTuple):
    """Processor seconds of this process, of it and its ended children, and on the wall."""

    own: float
    cpu: float
    wall: float


def write_name(arguments: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Make a table of one word; called in a worker."""
    name = arguments["name"]
    path = Path(arguments["into"]) / f"{name}.parquet"
    path.write_text(name, encoding="utf-8")
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {name: {"path": str(path), "digest": digest, "n_rows": 1}}


def draw_tasks(n_tasks: int) -> list[TableTask]:
    """Give as many tasks, the last of each hundred reading the others."""
    return [draw_task(number) for number in range(n_tasks)]


def draw_task(number: int) -> TableTask:
    """Give one task of its group's unit."""
    group, place = divmod(number, GROUP)
    last = place == GROUP - 1
    reads = {f"t{n}": f"t{n}" for n in range(group * GROUP, number)} if last else {}
    return TableTask(
        id=f"unit-{group}/2026-06/t{number}", unit=f"unit-{group}", period="2026-06",
        name=f"t{number}", function="bench_tasks:write_name", arguments={}, reads=reads,
        code=("rapport.marts.build",),
    )  # fmt: skip


def measure(n_tasks: int, folder: Path, workers: int) -> Spent:
    """Run the tasks in a store and give what that took."""
    before, began, wall = os.times(), time.process_time(), time.monotonic()
    results = run_tasks(
        draw_tasks(n_tasks), World(Store(folder), read_conditions(ROOT)), workers=workers
    )
    after = os.times()
    assert all(result.error is None for result in results.values())
    own = time.process_time() - began
    children = after.children_user + after.children_system
    children -= before.children_user + before.children_system
    return Spent(own, own + children, time.monotonic() - wall)


def main() -> None:
    """Measure and print."""
    repeats, workers = (int(each) for each in (*sys.argv[1:], *("3", "2")[len(sys.argv) - 1 :]))
    found: dict[tuple[str, int], list[Spent]] = {}
    for _ in range(repeats):
        for n_tasks in SIZES:
            with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
                for how in ("executed", "reused"):
                    spent = measure(n_tasks, Path(name) / "data" / "store", workers)
                    found.setdefault((how, n_tasks), []).append(spent)
    rows = []
    for how in ("executed", "reused"):
        few, many = (Spent(*median_of(found[how, size])) for size in SIZES)
        rows += [row(f"{size} {how}", s) for size, s in zip(SIZES, (few, many), strict=True)]
        rows.append([f"ratio, {how}", *(f"{b / a:.1f}" for a, b in zip(few, many, strict=True))])
    print_table(
        f"tasks without work, {workers} workers, median of {repeats}",
        ["tasks", "CPU s, the run's process", "CPU s, workers too", "wall s"],
        rows,
    )


def median_of(spent: list[Spent]) -> list[float]:
    """Give the median of each column."""
    return [sorted(column)[len(column) // 2] for column in zip(*spent, strict=True)]


def row(title: str, spent: Spent) -> list[str]:
    """Give a row of the table."""
    return [title, *(f"{part:.2f}" for part in spent)]


if __name__ == "__main__":
    main()
