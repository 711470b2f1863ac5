"""Measure a run in which nothing changed against the run before it: twenty units.

The units are copies of one sample unit under names of their own, so that nothing of one is reused
for another. The first run executes, renders and publishes everything, the second finds all of it
as it was. Printed: processor and wall seconds, and the share of the second; the goals are under 2
CPU seconds and at most 2 % of the first. It works on a copy of the project.

Usage: bench_unchanged.py [UNIT [UNITS [REPEATS]]]
"""

import shutil
import sys
import tempfile
from pathlib import Path

from bench_run import RAPPORT, copy_project
from measuring import Cost, cost_of_command, median, print_table


def copy_units(folder: Path, unit: str, n_units: int) -> None:
    """Leave as many copies of one unit in `params/` and no other unit."""
    source = (folder / "params" / f"{unit}.yml").read_text(encoding="utf-8")
    for path in (folder / "params").glob("[!_]*.yml"):
        path.unlink()
    for number in range(1, n_units + 1):
        path = folder / "params" / f"{unit}-{number:02}.yml"
        path.write_text(source, encoding="utf-8", newline="\n")


def run(folder: Path) -> Cost:
    """Run every unit."""
    # Compiled modules are kept, as they are wherever the package is installed.
    env = {"PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": ""}
    return cost_of_command([*RAPPORT, "run"], cwd=folder, env=env)


def main() -> None:
    """Measure and print."""
    unit, n_units, repeats = (*sys.argv[1:], *("sample-mall", "20", "5")[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = copy_project(Path(name))
        copy_units(folder, unit, int(n_units))
        first = run(folder)
        shutil.rmtree(folder / "data" / "store" / "logs", ignore_errors=True)
        again = median([run(folder) for _ in range(int(repeats))])
        # What is executed begins a log: the runs after the first must not have.
        assert not (folder / "data" / "store" / "logs" / "runs").exists()
    rows = [
        ["first", f"{first.cpu:.1f}", f"{first.wall:.1f}", "100 %"],
        [
            f"nothing changed, median of {repeats}", f"{again.cpu:.2f}", f"{again.wall:.2f}",
            f"{again.cpu / first.cpu:.2%}",
        ],
    ]  # fmt: skip
    print_table(
        f"{n_units} units like {unit}, all forms and languages",
        ["run", "CPU s", "wall s", "share of the first's CPU"],
        rows,
    )


if __name__ == "__main__":
    main()
