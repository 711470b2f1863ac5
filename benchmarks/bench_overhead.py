"""What the press adds to a chapter: its execution, minus the same cells in a plain script.

Each chapter of one unit is executed by a run with one worker and warm kernels, which accounts for
client and kernel. Beside it its cells run one after another in a plain process whose imports are
done, as the same task: its tables and parameters, a folder of its own for what it writes. The
difference is fork, shell, messages, injected parameters, imports of the package's own modules, the
canonical notebook, and the store. Both are measured in turns. Also printed: what server, workers
and kernels hold in memory at most, each shared page counted once; that is looked at in the first
run, which is not measured, because the look walks every page of every process.

Usage: bench_overhead.py [REPEATS [UNIT]]
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

from bench_run import PERIOD, RAPPORT, copy_project
from measuring import environment, print_table

CELLS = """
import builtins, importlib, io, json, sys, time, types
from contextlib import redirect_stdout
sys.path.insert(0, "lib")
preload, notebook, task = sys.argv[1:]
builtins.get_ipython = lambda: types.SimpleNamespace(kernel=True)
for name in preload.split(","):
    importlib.import_module(name)
del builtins.get_ipython
with open(notebook, encoding="utf-8") as file:
    cells = [c for c in json.load(file)["cells"] if c["cell_type"] == "code"]
sources = ["".join(cell["source"]) for cell in cells]
lines = [line for source in sources for line in source.splitlines()]
exec("\\n".join(line for line in lines if line.startswith(("from ", "import "))))
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
with redirect_stdout(io.StringIO()):
    shell.run_cell(sources[0])
    with open(task, encoding="utf-8") as file:
        shell.user_ns.update(json.load(file)["parameters"])
    spent = time.process_time()
    for source in sources[1:]:
        shell.run_cell(source).raise_error()
    spent = time.process_time() - spent
print(spent)
"""


def run_cells(folder: Path, notebook: Path, task: dict[str, Any]) -> float:
    """Give what a chapter's cells take in a plain process, in processor seconds."""
    from rapport.press.run.kernels.preload import PRELOADED  # noqa: PLC0415
    from rapport.press.run.kernels.settings import kernel_environment  # noqa: PLC0415

    with tempfile.TemporaryDirectory(dir=folder) as name:
        own = {one: str(Path(name) / one) for one in ("writes", "private")}
        for path in own.values():
            Path(path).mkdir()
        file = Path(name) / "task.json"
        file.write_text(json.dumps(task | own, ensure_ascii=False), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", CELLS, ",".join(PRELOADED), str(notebook), str(file)],
            cwd=folder, env=kernel_environment(os.environ) | {"RAPPORT_TASK": str(file)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return float(done.stdout.split()[-1])


class Run(NamedTuple):
    """What a run took by chapter, the most memory of its processes, and its chapters' tasks."""

    cpu: dict[str, float]
    peaks: dict[str, int]
    tasks: dict[str, dict[str, Any]]


def run_press(folder: Path, unit: str, *, is_memory_wanted: bool = False) -> Run:
    """Run the unit and give what each chapter took."""
    command = [
        *RAPPORT,
        "run",
        unit,
        "--period",
        PERIOD,
        "--format",
        "none",
        "--fresh",
        "--jobs",
        "1",
        "--json",
    ]
    peaks: dict[str, int] = {}
    tasks: dict[str, dict[str, Any]] = {}
    with subprocess.Popen(
        command, cwd=folder, env=environment({"PYTHONPATH": str(folder / "lib")}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        ended = threading.Event()
        held = peaks if is_memory_wanted else None
        watch = threading.Thread(target=_sample, args=(folder, run.pid, held, tasks, ended))
        watch.start()
        _, said = run.communicate()
        ended.set()
        watch.join()
    events = [json.loads(line) for line in said.splitlines()]
    done = [e for e in events if e.get("kind") == "executed" and e.get("chapter")]
    return Run({e["chapter"]: e["cpu_seconds"] for e in done}, peaks, tasks)


def _sample(
    folder: Path,
    command: int,
    peaks: dict[str, int] | None,
    tasks: dict[str, dict[str, Any]],
    ended: threading.Event,
) -> None:
    while not ended.wait(0.1):
        for path in (folder / "data" / "store" / "aside").glob("run-*/*/task.json"):
            with contextlib.suppress(OSError, ValueError):
                task = json.loads(path.read_bytes())
                tasks[task["chapter"]] = task
        if peaks is None:
            continue
        accounts = list((folder / "data" / "store" / "aside").glob("run-*/*/kernel.json"))
        kernels = set()
        for path in accounts:
            with contextlib.suppress(OSError, ValueError, KeyError):
                kernels.add(json.loads(path.read_bytes())["pid"])
        family = _descendants(command)
        sizes = {pid: _proportional(pid) for pid in family}
        press = sum(size for pid, size in sizes.items() if pid not in kernels)
        peaks["server and workers"] = max(peaks.get("server and workers", 0), press)
        peaks["with kernels"] = max(peaks.get("with kernels", 0), sum(sizes.values()))


def _descendants(command: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {command}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {command}


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Measure and print."""
    repeats, unit = (*sys.argv[1:], *("5", "sample-retail")[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = copy_project(Path(name))
        first = run_press(folder, unit, is_memory_wanted=True)
        notebooks = {path.stem[3:]: path for path in (folder / "notebooks").glob("*.ipynb")}
        runs, alone = [], []
        for _ in range(int(repeats)):
            runs.append(run_press(folder, unit))
            tasks = runs[-1].tasks
            alone.append({n: run_cells(folder, notebooks[n], tasks[n]) for n in sorted(tasks)})
    plain = {name: statistics.median(cost[name] for cost in alone) for name in alone[0]}
    press = {name: statistics.median(run.cpu[name] for run in runs) for name in plain}
    print_table(
        f"{unit} {PERIOD}, CPU seconds, median of {repeats}",
        ["chapter", "cells alone", "by the press", "overhead"],
        [
            [name, f"{plain[name]:.2f}", f"{press[name]:.2f}", f"{press[name] - plain[name]:.2f}"]
            for name in plain
        ],
    )
    overhead = statistics.mean(press[name] - plain[name] for name in plain)
    print(f"\noverhead of the press: {overhead:.2f} CPU s a chapter")
    for what in ("server and workers", "with kernels"):
        print(f"{what}: at most {first.peaks[what] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
