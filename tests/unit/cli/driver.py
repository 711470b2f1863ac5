"""A program that shows progress as it is told to, line by line, on standard input."""

import json
import subprocess
import sys
from pathlib import Path

from rapport.cli.progress import Progress
from rapport.press.run.tasks import (
    ChapterTask,
    Event,
    Failure,
    Kernel,
    ReportTask,
    Result,
    TableTask,
    Task,
)

TITLES = {"shop": {"en": "Corner [shop]"}, "mall": {"zh": "示例商城"}}


def make_task(unit: str, name: str, period: str | None = "2026-05") -> Task:
    """Make a task: `report` is a report, `customers` a table, all others are chapters."""
    place = f"{unit}/{period or 'all-periods'}/{name}"
    if name == "report":
        return ReportTask(place, unit, period, "a:b", {}, (), ())
    if name == "customers":
        return TableTask(place, unit, period, name, "a:b", {}, {}, ())
    titles = TITLES.get(unit, {"en": unit})
    context = {"language": next(iter(titles)), "unit_parameters": {"title": titles}}
    return ChapterTask(place, unit, period, name, Path(f"{name}.ipynb"), {}, context)


def make_result(task: Task, status: str, **facts) -> Result:
    """Make the result of a task that took 2 s on the wall, 1.5 s of a processor and 300 MB."""
    spent = {"seconds": 2.0, "cpu_seconds": 1.5, "peak_bytes": 300 * 2**20}
    return Result(task, status, "new", "0f" * 32, **{**spent, **facts})


def make_failure(name: str, message: str, **facts) -> Failure:
    """Make a failure in the fourth cell, with as many lines of traceback as are kept."""
    known = {
        "cell": 4,
        "title": "What is churn?",
        "traceback": tuple(f"line {number}" for number in range(10)),
        "command": "rapport run shop --period 2026-05 --chapter churn",
        "partial": Path("data/store/failed/shop/2026-05-churn/partial.ipynb"),
    }
    return Failure(name, message, **{**known, **facts})


def main() -> None:
    """Take orders until standard input ends."""
    results = {}
    with Progress(sys.stderr, as_json="--json" in sys.argv) as progress:
        for line in sys.stdin:
            order = json.loads(line)
            if "shell" in order:
                subprocess.run(order["shell"], shell=True, check=True)
            elif "close" in order:
                progress.close(results)
            elif "modules" in order:
                sys.stdout.write(f"{'rich' in sys.modules}\n")
                sys.stdout.flush()
            else:
                _show(progress, results, **order)


def _show(progress, results, kind, unit, name, count=(0, 9), cell=(0, 0)):
    task, result = make_task(unit, name), None
    if kind in ("executed", "reused", "failed", "stopped"):
        error = make_failure("KeyError", "'x'") if kind == "failed" else None
        kernel = Kernel("warm") if kind == "executed" else None
        result = results[task.id] = make_result(task, kind, error=error, kernel=kernel)
    text = result.error.message if result and result.error else "new"
    progress(Event(kind, task, *count, text=text, cell=cell[0], n_cells=cell[1], result=result))


if __name__ == "__main__":
    main()
