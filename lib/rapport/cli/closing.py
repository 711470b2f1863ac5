"""What a run ends with: a table of what it did and spent, and everything about what failed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.errors import exit_code_for
from rapport.press.run.tasks import ChapterTask, Failure, ReportTask, Result, Task, name_of

BUG = 1  # whatever else a person can put right says so itself and needs no traceback
HEAD = (
    "unit", "period", "executed", "reused", "failed", "stopped", "rendered",
    "seconds", "CPU s", "peak MB",
)  # fmt: skip
N_NAMES = 2
"""So many columns are names, on the left; the others are numbers, on the right."""
SELDOM = (HEAD.index("stopped"), HEAD.index("rendered"))
"""Columns that stand there only if one of them is not 0."""
WIDE = 10_000
GATE = "gate"
"""Last part of the id of what looks chapters through where no report is printed."""
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """What one run did for one unit and period.

    Executed, reused and stopped are chapters, rendered are reports made anew, and failed is
    whatever failed. Seconds, processor seconds and memory are those that this run spent, on marts
    as well.
    """

    unit: str
    period: str | None
    executed: int
    reused: int
    failed: int
    stopped: int
    rendered: int
    seconds: float
    cpu_seconds: float | None
    peak_bytes: int | None


def sum_up(results: Iterable[Result]) -> list[Row]:
    """Give a row per unit and period, units in order of the results, and the total as the last."""
    results = list(results)
    # Each result is looked at once, however many units there are.
    scopes: dict[str, dict[str | None, list[Result]]] = {}
    for result in results:
        periods = scopes.setdefault(result.task.unit, {})
        periods.setdefault(result.task.period, []).append(result)
    rows = [
        _sum_scope(unit, period, parts)
        for unit, periods in scopes.items()
        for period, parts in periods.items()
    ]
    return [*rows, _sum_scope("total", None, results)]


def _sum_scope(unit: str, period: str | None, results: list[Result]) -> Row:
    chapters = [result for result in results if isinstance(result.task, ChapterTask)]
    # What was reused was paid for by another run.
    ran = [result for result in results if result.status in ("executed", "failed")]
    cpu = [result.cpu_seconds for result in ran if result.cpu_seconds is not None]
    return Row(
        unit,
        period,
        executed=sum(result.status == "executed" for result in chapters),
        reused=sum(result.status == "reused" for result in chapters),
        rendered=sum(is_report(r.task) and r.status == "executed" for r in results),
        failed=sum(result.status == "failed" for result in results),
        stopped=sum(result.status == "stopped" for result in chapters),
        seconds=round(sum(result.seconds for result in ran), 3),
        cpu_seconds=round(sum(cpu), 3) if cpu or not ran else None,
        peak_bytes=max((r.peak_bytes for r in ran if r.peak_bytes is not None), default=None),
    )


def is_report(task: Task) -> bool:
    """Say whether a task prints a report."""
    return isinstance(task, ReportTask) and name_of(task) != GATE


def lay_out(results: Iterable[Result], width: int = WIDE) -> list[str]:
    """Give the closing table as lines: the head, a row per unit and period, the total.

    Where it is too wide, gaps become smaller first, then columns go, the last one first.

    Examples
    --------
    >>> lay_out([], width=40)
    ['unit  period executed reused failed', 'total               0      0      0']
    """
    *rows, total = sum_up(results)
    cells = [HEAD, *(_show(row, row.period or "all") for row in rows), _show(total, "")]
    zero = {n for n in SELDOM if cells[-1][n] == "0"}
    cells = [tuple(cell for n, cell in enumerate(row) if n not in zero) for row in cells]
    lines = _pad(cells, "  ")
    while max(map(len, lines)) > width and len(cells[0]) > N_NAMES:
        lines = _pad(cells, " ")
        cells = [row[:-1] for row in cells]
    return lines


def _show(row: Row, period: str) -> Cells:
    counts = (row.executed, row.reused, row.failed, row.stopped, row.rendered)
    cpu = "-" if row.cpu_seconds is None else f"{row.cpu_seconds:.1f}"
    peak = "-" if row.peak_bytes is None else f"{row.peak_bytes / 2**20:.0f}"
    return (row.unit, period, *map(str, counts), f"{row.seconds:.1f}", cpu, peak)


def _pad(rows: list[Cells], gap: str) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [gap.join(_pad_row(row, widths)).rstrip() for row in rows]


def _pad_row(row: Cells, widths: list[int]) -> Iterator[str]:
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if number < N_NAMES else cell.rjust(width)


def tell_failures(results: Iterable[Result]) -> list[str]:
    """Give everything about what failed, and every warning, as lines of text."""
    lines: list[str] = []
    for result in results:
        if result.error is not None:
            lines += _tell(result, result.error)
        lines += [f"{result.task.id}: {warning}" for warning in result.warnings]
    return lines


def _tell(result: Result, error: Failure) -> list[str]:
    cell = f", cell {error.cell}" if error.cell else ""
    section = f' in "{error.title}"' if error.title else ""
    is_bug = exit_code_for(error.class_name) == BUG
    after = {
        "as far as it came": error.partial,
        "what it wrote": result.log,
        "to go on": error.command,
    }
    return [
        f"{result.task.id}{cell}{section}: {error.class_name}: {error.message}",
        *(f"    {line}" for line in (error.traceback if is_bug else ())),
        *(f"    {name}: {value}" for name, value in after.items() if value),
    ]


def describe_failure(error: Failure | None) -> dict[str, Any] | None:
    """Give what a program needs of a failure.

    Examples
    --------
    >>> describe_failure(Failure("DataError", "shop: no row."))["class"]
    'DataError'
    """
    if error is None:
        return None
    return {
        "class": error.class_name,
        "message": error.message,
        "exit_code": exit_code_for(error.class_name),
        "cell": error.cell,
        "section": error.title,
        "partial": str(error.partial) if error.partial else None,
        "command": error.command,
    }


def say_result(root: Path, results: Iterable[Result], *, as_json: bool) -> None:
    """Say on standard output where the reports are: a line each, or one JSON object."""
    done = list(results)
    printed = [r for r in done if is_report(r.task) and r.made]
    reports = [_describe_report(root, result) for result in printed]
    if as_json:
        chapters = [
            {"unit": r.task.unit, "period": r.task.period, "chapter": r.task.chapter,
             "status": r.status, "reason": r.reason, "key": r.key, "seconds": round(r.seconds, 3)}
            for r in done
            if isinstance(r.task, ChapterTask)
        ]  # fmt: skip
        described = {"reports": reports, "chapters": chapters}
        sys.stdout.write(json.dumps(described, ensure_ascii=False) + "\n")
        return
    for report in reports:
        for file in report["files"]:
            sys.stdout.write(f"{file}\n")


def _describe_report(root: Path, result: Result) -> dict[str, Any]:
    made: Mapping[str, Any] = result.made
    return {
        "unit": made["unit"],
        "period": made["period"],
        "run": made["run"],
        "folder": str(root / made["folder"]),
        "files": [str(root / file) for file in made["files"]],
        "new": made["new"] and result.status == "executed",
    }
