"""Compare `rapport run` with stock papermill, one chapter after another, on the sample units.

Both execute the same chapters of the same units and period. Papermill is started anew for each,
with the stock kernel (`-k python3`), and reads the tables of the last run, so a run comes first.
`rapport run --fresh` executes all of them too and makes the marts besides, which papermill cannot;
rendering is left out (`--format none`). Then a run in which nothing changed. It works on a copy of
the project.

A machine that is shared changes its speed by half within minutes, and papermill takes minutes. So
`rapport run --fresh` runs after each unit that papermill has done, and the middle one counts.

Usage: bench_run.py [REPEATS [UNIT ...]]
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from measuring import ROOT, Cost, cost_of_command, median, print_table

COPIED = ("lib", "notebooks", "params", "pyproject.toml", "requirements.lock", "data/sample")
UNITS = ("sample-retail", "sample-mall", "sample-saas")
PERIOD = "2026-06"
RAPPORT = [sys.executable, "-c", "import sys; from rapport.cli import main; sys.exit(main())"]


def copy_project(into: Path) -> Path:
    """Copy what a run needs."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name)
        elif source.exists():
            shutil.copyfile(source, into / name)
    return into


def run_papermill(folder: Path, unit: str) -> Cost:
    """Run every chapter of a unit one after another, each by its own papermill command."""
    costs = []
    for notebook in sorted((folder / "notebooks").glob("*.ipynb")):
        given = ["-p", "unit", unit]
        if not notebook.name.startswith("01_"):
            given += ["-p", "period", PERIOD]
        command = [
            sys.executable, "-m", "papermill", "--no-progress-bar", "-k", "python3",
            str(notebook), str(folder / "executed.ipynb"), *given,
        ]  # fmt: skip
        costs.append(cost_of_command(command, cwd=folder, env={"PYTHONPATH": str(folder / "lib")}))
    return add(costs)


def add(costs: Iterable[Cost]) -> Cost:
    """Add costs up."""
    return Cost(*(sum(column) for column in zip(*costs, strict=True)))


def run_rapport(folder: Path, units: list[str], *more: str) -> Cost:
    """Run the press without rendering."""
    command = [*RAPPORT, "run", *units, "--period", PERIOD, "--format", "none", *more]
    return cost_of_command(command, cwd=folder, env={"PYTHONPATH": str(folder / "lib")})


def measure_round(folder: Path, units: list[str]) -> tuple[Cost, Cost, Cost, Cost]:
    """Run everything once, and the press after each unit of papermill's."""
    by_papermill, by_press = [], []
    for unit in units:
        by_papermill.append(run_papermill(folder, unit))
        by_press.append(run_rapport(folder, units, "--fresh"))
    return (
        add(by_papermill),
        run_rapport(folder, units, "--fresh", "--cold"),
        median(by_press),
        run_rapport(folder, units),
    )


def main() -> None:
    """Measure and print."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    units = sys.argv[2:] or list(UNITS)
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = copy_project(Path(name))
        run_rapport(folder, units)
        n_chapters = len(units) * len(list((folder / "notebooks").glob("*.ipynb")))
        rounds = [measure_round(folder, units) for _ in range(repeats)]
    costs = [median(column) for column in zip(*rounds, strict=True)]
    stock = costs[0]
    names = (
        "papermill, one after another", "rapport run --fresh --cold", "rapport run --fresh",
        "rapport run, nothing changed",
    )  # fmt: skip
    print_table(
        f"{', '.join(units)}, {PERIOD}: {n_chapters} chapters, median of {repeats}",
        ["what", "CPU s", "wall s", "times less CPU", "times less wall"],
        [
            [
                what, f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{stock.cpu / cost.cpu:.1f}",
                f"{stock.wall / cost.wall:.1f}",
            ]
            for what, cost in zip(names, costs, strict=True)
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
