"""What the benchmarks share: processor time of a child, medians, a small table.

Only times of one run on one machine are compared with one another; a single number of another
machine says little.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Cost(NamedTuple):
    """Processor seconds (user and system, children too) and seconds on the wall."""

    cpu: float
    wall: float


def cost_of_command(
    command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end and give what it and its children cost; a failure is raised."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=environment(env or {}), capture_output=True, text=True, check=False
    )
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(cpu, wall)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Give this process's environment with the package on the path and one numeric thread."""
    paths = [str(ROOT / "lib"), os.environ.get("PYTHONPATH", "")]
    own = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1"}
    # Where Python may keep no bytecode, every kernel compiles every module again.
    own |= {"PYTHONDONTWRITEBYTECODE": ""}
    return {**os.environ, **own, **more}


def cost_of_call(call: Callable[[], object]) -> Cost:
    """Give what a call costs in this process."""
    cpu, wall = time.process_time(), time.monotonic()
    call()
    return Cost(time.process_time() - cpu, time.monotonic() - wall)


def median(costs: Sequence[Cost]) -> Cost:
    """Give the median of each column."""
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown, so that it can be pasted into docs/measured.md."""
    print(f"\n{title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |")
