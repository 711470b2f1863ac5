"""Compare `rapport run` with stock papermill, one chapter after another, on one sample unit.

Both execute the same chapters of the same unit and period. Papermill starts a kernel of its own
for each (`-k python3`) and reads the tables of the last run, so a run comes first. Printed:
processor and wall seconds, their ratios within this run, what the press costs beyond papermill a
chapter (negative: it saves), and a rerun in which nothing changed. `rapport run` also builds the
marts; rendering is left out (`--format none`). It works on a copy of the project.

Usage: bench_run.py [UNIT [PERIOD [REPEATS]]]
"""

import shutil
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, Cost, cost_of_command, median, print_table

COPIED = ("lib", "notebooks", "params", "pyproject.toml", "requirements.lock", "data/sample")
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


def run_papermill(folder: Path, unit: str, period: str) -> Cost:
    """Run every chapter one after another, each by its own papermill command."""
    total = Cost(0, 0)
    for notebook in sorted((folder / "notebooks").glob("*.ipynb")):
        given = ["-p", "unit", unit]
        if not notebook.name.startswith("01_"):
            given += ["-p", "period", period]
        cost = cost_of_command(
            [
                sys.executable, "-m", "papermill", "--no-progress-bar", "-k", "python3",
                str(notebook), str(folder / "executed.ipynb"), *given,
            ],
            cwd=folder, env={"PYTHONPATH": str(folder / "lib")},
        )  # fmt: skip
        total = Cost(total.cpu + cost.cpu, total.wall + cost.wall)
    return total


def run_rapport(folder: Path, unit: str, period: str, *more: str) -> Cost:
    """Run the press without rendering."""
    command = [*RAPPORT, "run", unit, "--period", period, "--format", "none", *more]
    return cost_of_command(command, cwd=folder, env={"PYTHONPATH": str(folder / "lib")})


def main() -> None:
    """Measure and print."""
    unit, period, repeats = (*sys.argv[1:], *("sample-mall", "2026-06", "3")[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = copy_project(Path(name))
        run_rapport(folder, unit, period)
        pairs = [
            (run_papermill(folder, unit, period), run_rapport(folder, unit, period, "--fresh"))
            for _ in range(int(repeats))
        ]
        again = median([run_rapport(folder, unit, period) for _ in range(int(repeats))])
        n_chapters = len(list((folder / "notebooks").glob("*.ipynb")))
    stock, press = (median(costs) for costs in zip(*pairs, strict=True))
    rows = [
        ["papermill, one after another", f"{stock.cpu:.1f}", f"{stock.wall:.1f}", "1", "1"],
        [
            "rapport run --fresh --format none", f"{press.cpu:.1f}", f"{press.wall:.1f}",
            f"{press.cpu / stock.cpu:.2f}", f"{press.wall / stock.wall:.2f}",
        ],
        [
            "rapport run, nothing changed", f"{again.cpu:.1f}", f"{again.wall:.1f}",
            f"{again.cpu / stock.cpu:.2f}", f"{again.wall / stock.wall:.2f}",
        ],
    ]  # fmt: skip
    print_table(
        f"{unit} {period}, {n_chapters} chapters, median of {repeats}",
        ["what", "CPU s", "wall s", "CPU ratio", "wall ratio"],
        rows,
    )
    beyond = (press.cpu - stock.cpu) / n_chapters
    print(f"\nthe press beyond papermill, marts included: {beyond:+.2f} CPU s a chapter")


if __name__ == "__main__":
    main()
