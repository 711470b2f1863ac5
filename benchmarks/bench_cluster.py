"""Measure what a task costs more on a cluster than on the pool of one machine.

Tables that take no work to make, on a pool of two workers and on a Dask cluster of two worker
processes on loopback. Each way is run with few tasks and with many; the difference over the number
of tasks is what one costs, without what starting costs. A chapter costs the same more: its kernel
and its worker are started by the same pool. Printed: processor seconds of all processes (command,
scheduler, workers) and seconds on the wall, for one task and for starting, and the ratios.

Usage: bench_cluster.py [REPEATS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench_tasks import draw_tasks
from measuring import ROOT, Cost, environment, print_table

sys.path.insert(0, str(ROOT / "lib"))

from rapport.press.run.cluster.crew import Cluster
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import read_conditions
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from rapport.press.run.work.pool import Pool

HERE = Path(__file__).parent
FEW, MANY = 20, 220
N_WORKERS = 2
HOW = ("pool", "cluster, one store", "cluster, another folder")


@contextmanager
def start_cluster(folder: Path) -> Iterator[str]:
    """Start a scheduler and two workers; give the address."""
    found = folder / "scheduler.json"
    common = ["--scheduler-file", str(found), "--host", "127.0.0.1", "--no-dashboard"]
    work = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder)]
    commands = [["dask_scheduler", "--port", "0", *common], *[["dask_worker", *work, *common]] * 2]
    env = environment({})
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "lib"), str(HERE)])
    processes = []
    for name, *words in commands:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{name}", *words],
                env=env,
                stderr=subprocess.DEVNULL,
            )
        )
        while not found.is_file():
            time.sleep(0.05)
    try:
        yield json.loads(found.read_bytes())["address"]
    finally:
        # Not asked to end: a worker whose scheduler has gone first may take minutes over it.
        for process in reversed(processes):
            process.kill()
            process.wait()


def run(how: str, n_tasks: int) -> None:
    """Run tasks one way; called in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="rb-") as name, ExitStack() as stack:
        folder, here = Path(name), Pool(N_WORKERS)
        store = Store(folder / "data" / "store")
        crew: Pool | Cluster = here
        if how != "pool":
            address = stack.enter_context(start_cluster(folder))
            shared = None if how == "cluster, one store" else str(folder / "shared")
            crew = Cluster(address, store, shared=shared, here=here, cold=False)
        results = run_tasks(draw_tasks(n_tasks), World(store, read_conditions(ROOT)), crew=crew)
        failed = [result.error for result in results.values() if result.error]
        assert not failed, failed[0]


def measure(how: str, n_tasks: int) -> Cost:
    """Give what one run costs, with everything that it started."""
    command = [sys.executable, str(Path(__file__)), "--run", how, str(n_tasks)]
    # The children's children are counted once they have ended and were waited for.
    before, started = os.times(), time.monotonic()
    env = environment({"PYTHONPATH": os.pathsep.join([str(ROOT / "lib"), str(HERE)])})
    subprocess.run(command, env=env, check=True)
    after, wall = os.times(), time.monotonic() - started
    spent = after.children_user + after.children_system
    return Cost(spent - before.children_user - before.children_system, wall)


def main(repeats: int) -> None:
    """Measure and print."""
    found: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(repeats):
        for how in HOW:
            for n_tasks in (FEW, MANY):
                found.setdefault((how, n_tasks), []).append(measure(how, n_tasks))
    rows = []
    for how in HOW:
        few, many = (
            Cost(*(statistics.median(column) for column in zip(*found[how, n], strict=True)))
            for n in (FEW, MANY)
        )
        each = [1000 * (b - a) / (MANY - FEW) for a, b in zip(few, many, strict=True)]
        start = [a - part * FEW / 1000 for a, part in zip(few, each, strict=True)]
        rows.append([how, *(f"{part:.1f}" for part in each), *(f"{part:.2f}" for part in start)])
    print_table(
        f"tasks without work, {N_WORKERS} workers, median of {repeats}",
        ["on", "CPU ms a task", "wall ms a task", "CPU s to start and end", "wall s"],
        rows,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], int(sys.argv[3]))
    else:
        main(int((*sys.argv[1:], "3")[0]))
