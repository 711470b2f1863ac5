"""Measure how long a thousand units of ten chapters take to be planned.

The units are copies of one sample unit under names of their own, each with a params file on the
disk. The one is executed; what the store then holds of it is written down for the others too,
under their own keys, so that the plan finds ten thousand chapters and their tables as after a
run of all of them; then all of them are run once, which executes nothing and keeps that they stand.
Measured is the command `rapport run --dry-run --json` with nothing changed, in a new process each
time; the same where nothing is kept of units as a whole, as after a change of the code that moved
no key; and where no unit's sources were read yet. The goal is under 5 CPU seconds for ten thousand
chapters of which nothing changed. It works on a copy of the project.

Usage: bench_plan.py [UNITS [UNIT [REPEATS]]]
"""

# ruff: noqa: PLC0415 - the copy's own package is loaded where it is worked with
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_run import RAPPORT, copy_project
from measuring import Cost, cost_of_command, environment, median, print_table

DRY = ("run", "--dry-run", "--json", "--format", "none")


def copy_params(folder: Path, unit: str, n_units: int) -> None:
    """Leave as many copies of one unit in `params/`, all it has beside it too, and no other."""
    params = folder / "params"
    own = {path.name.removeprefix(unit): path.read_bytes() for path in params.glob(f"{unit}.*yml")}
    for path in params.glob("[!_]*.yml"):
        path.unlink()
    for number in range(n_units):
        for ending, content in own.items():
            # No two files are the same text, as no two units' are.
            (params / f"{unit}-{number:04}{ending}").write_bytes(b"# %d\n" % number + content)


def command_of(folder: Path, *given: str) -> tuple[list[str], dict[str, str]]:
    """Give a command of the copy, and its environment."""
    own = {"PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": ""}
    return [*RAPPORT, *given], own


def measure(folder: Path) -> Cost:
    """Give what the plan of all units costs."""
    command, env = command_of(folder, *DRY)
    return cost_of_command(command, cwd=folder, env=env)


def read_plan(folder: Path) -> list[dict[str, Any]]:
    """Give the plan itself."""
    command, env = command_of(folder, *DRY)
    done = subprocess.run(
        command, cwd=folder, env=environment(env), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout)["tasks"])


def hand_on() -> None:
    """Write down for every unit what the store holds of the first one; runs in the copy."""
    from rapport.cli.main import main as command
    from rapport.press.run import plan

    consider, known = plan.Planner.consider, {}

    def consider_and_write(planner: plan.Planner, task: plan.Task) -> Any:
        decided, record = consider(planner, task)
        name = task.id.removeprefix(task.unit)
        if record is not None:
            known.setdefault(name, record)
        elif decided.key is not None:
            planner.world.store.write_task(decided.key, known[name])
            planner.world.store.write_last(task.id, {**decided.parts, "key": decided.key})
            return consider(planner, task)
        return decided, record

    plan.Planner.consider = consider_and_write
    # What it prints is caught by whoever called this.
    sys.exit(command([*DRY]))


def main() -> None:
    """Measure and print, or write down for the others what there is of one."""
    if sys.argv[1:2] == ["--hand-on"]:
        hand_on()
    n_units, unit, repeats = (*sys.argv[1:], *("1000", "sample-mall", "3")[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = copy_project(Path(name))
        copy_params(folder, unit, int(n_units))
        unread = median([measure(folder) for _ in range(int(repeats))])
        command, env = command_of(folder, "run", f"{unit}-0000", "--format", "none")
        cost_of_command(command, cwd=folder, env=env)
        # Nothing is known of it as a whole, so that its tasks are planned and handed on.
        shutil.rmtree(folder / "data" / "store" / "standing", ignore_errors=True)
        cost_of_command([sys.executable, __file__, "--hand-on"], cwd=folder, env=env)
        rows = read_plan(folder)
        assert {row["action"] for row in rows} == {"reuse"}, "something would be executed"
        whole = median([measure(folder) for _ in range(int(repeats))])
        command, env = command_of(folder, "run", "--format", "none")
        kept = cost_of_command(command, cwd=folder, env=env)
        assert read_plan(folder) == rows, "what stands is told otherwise than what is planned"
        again = median([measure(folder) for _ in range(int(repeats))])
        shutil.rmtree(folder / "data" / "store")
    head = ["plan", "chapters", "CPU s", "wall s"]
    told = [
        ["sources not read yet", n_units, f"{unread.cpu:.2f}", f"{unread.wall:.2f}"],
        ["nothing kept of units", f"{len(rows):,}", f"{whole.cpu:.2f}", f"{whole.wall:.2f}"],
        ["run that keeps it", f"{len(rows):,}", f"{kept.cpu:.2f}", f"{kept.wall:.2f}"],
        ["nothing changed", f"{len(rows):,}", f"{again.cpu:.2f}", f"{again.wall:.2f}"],
    ]
    print_table(f"{n_units} units like {unit}, median of {repeats}", head, told)


if __name__ == "__main__":
    main()
