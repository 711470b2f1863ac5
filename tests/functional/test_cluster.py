"""A run on a Dask cluster of real worker processes on loopback: interrupted, then with one killed.

One worker of three has other code. Two of them do the work, until one of these is killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from functional.command import arguments, environment
from functional.outcome import read_records, read_report
from functional.processes import VARIABLE, Process, find_processes, wait_until
from functional.shop import ROOT
from rapport.press.run.kernels.forks import can_fork

if find_spec("distributed") is None:
    pytest.skip("the extra `cluster` is not installed", allow_module_level=True)
pytestmark = pytest.mark.skipif(not can_fork(), reason="processes are found as on Linux")

RUN = ("run", "shop", "--json")
CHANGED = "analysis/intervals.py"
HOST = "rapport.press.run.cluster.host"
NAMES = ("one", "two", "other-code")

Event = dict[str, Any]


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers."""

    address: str
    folder: Path
    workers: dict[str, subprocess.Popen[bytes]]

    def find_hosts(self) -> list[Process]:
        """Give what workers keep for a run: hosts with all that these started."""
        ours = {worker.pid for worker in self.workers.values()}
        started = find_processes(f"{os.getpid()} workers")
        return [one for one in started if one.pid not in ours]


@dataclass(frozen=True)
class Story:
    """What was seen while the cluster worked."""

    project: Path
    interrupted: int
    """Exit code of the run that was interrupted."""
    first: list[Event]
    """Of that run."""
    left: list[str]
    """On workers, after it."""
    code: int
    events: list[Event]
    killed: str
    """The name of the worker that was killed at a chapter."""
    shared: list[Path]
    """Files in the shared folder afterwards."""


@contextmanager
def start_cluster(folder: Path) -> Iterator[Cluster]:
    other = folder / "lib"
    shutil.copytree(ROOT / "lib", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "rapport" / CHANGED).open("a", encoding="utf-8") as file:
        file.write("\n# Another state of the code.\n")
    found = folder / "scheduler.json"
    env = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
    env |= {"PYTHONPATH": str(ROOT / "lib"), "TMPDIR": str(folder)}
    dask = [sys.executable, "-m", "distributed.cli"]
    listening = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = [f"{dask[2]}.dask_scheduler", "--port", "0", "--scheduler-file", str(found)]
    processes = []
    try:
        with (folder / "dask.log").open("wb") as log:
            processes.append(
                subprocess.Popen([*dask[:2], *scheduler, *listening], env=env, stderr=log)
            )
            assert wait_until(found.is_file), "no scheduler"
            workers = {}
            for name in NAMES:
                own = {"PYTHONPATH": str(other)} if name == "other-code" else {}
                marked = env | own | {VARIABLE: f"{os.getpid()} workers"}
                worker = [f"{dask[2]}.dask_worker", "--scheduler-file", str(found), "--no-nanny"]
                worker += ["--nthreads", "1", "--name", name, "--local-directory", str(folder)]
                command = [*dask[:2], *worker, *listening]
                workers[name] = subprocess.Popen(command, env=marked, stderr=log)
                processes.append(workers[name])
        address = json.loads(found.read_bytes())["address"]
        yield Cluster(address, folder, workers)
    finally:
        # Not asked to end: a worker whose scheduler has gone first may take minutes over it.
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def story(made, tmp_path_factory) -> Iterator[Story]:
    """Interrupt a run at its first cell away; then run again, and kill a worker at a chapter."""
    project = tmp_path_factory.mktemp("cluster") / "project"
    shutil.copytree(made.project, project, symlinks=True)
    shutil.rmtree(project / "reports")
    for record in read_records(project).values():
        if "all-periods" not in record["task"]:
            record["path"].unlink()
    # Short, because sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="c") as folder, start_cluster(Path(folder)) as cluster:
        with begin(project, cluster) as first:
            before: list[Event] = []
            read_until(first, lambda event: event["kind"] == "cell", before)
            first.send_signal(signal.SIGINT)
            interrupted = finish(first)
        wait_until(lambda: not cluster.find_hosts(), seconds=20)
        left = [f"{one.pid} {one.command}" for one in cluster.find_hosts()]

        shared = Path(folder) / "shared"
        events: list[Event] = []
        with begin(project, cluster, "--store", str(shared)) as second:
            read_until(second, lambda event: event["kind"] == "cell", events)
            assert wait_until(lambda: find_busy(cluster) is not None), "no kernel is at work"
            killed = find_busy(cluster)
            assert killed is not None
            cluster.workers[killed].kill()
            read_until(second, lambda _: False, events)
            code = finish(second)
        yield Story(
            project, interrupted, before, left, code, events, killed,
            [path for path in shared.rglob("*") if path.is_file()],
        )  # fmt: skip


@contextmanager
def begin(project: Path, cluster: Cluster, *more: str) -> Iterator[subprocess.Popen[str]]:
    run = subprocess.Popen(
        arguments(*RUN, "--jobs", "1", "--cluster", cluster.address, *more),
        cwd=project, env=environment(project), encoding="utf-8",
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    with run:
        try:
            yield run
        finally:
            run.kill()


def read_until(run: subprocess.Popen[str], is_it: Any, events: list[Event]) -> None:
    """Read events until one that is looked for, or the last."""
    assert run.stderr is not None
    for line in run.stderr:
        events.append(json.loads(line) if line.startswith("{") else {"kind": "said", "text": line})
        if is_it(events[-1]):
            return


def finish(run: subprocess.Popen[str]) -> int:
    assert run.stderr is not None
    run.stderr.read()
    return run.wait(60)


def find_busy(cluster: Cluster) -> str | None:
    """Name a worker on which a kernel is at work, if there is one."""
    living = cluster.find_hosts()
    parents = {one.pid: one.parent for one in living}
    for one in (one for one in living if one.folder.name == "here"):
        above = one.pid
        while above in parents:
            above = parents[above]
        for name, worker in cluster.workers.items():
            if worker.pid == above:
                return name
    return None


def test_an_interrupted_run_leaves_nothing_on_workers(story):
    assert story.interrupted == 130
    assert story.left == []


def test_a_killed_worker_costs_nothing_but_another_try(story, made):
    assert story.code == 0, [event for event in story.events if event["kind"] != "cell"]
    assert story.killed in ("one", "two")
    assert read_report(story.project) == read_report(made.project)


def test_chapters_and_marts_are_executed_by_workers_and_reports_are_not(story):
    both = [*story.first, *story.events]
    done = [event for event in both if event["kind"] in ("executed", "rendered")]
    away = {event["task"] for event in done if event.get("worker", "").startswith("tcp://")}
    here = {event["task"] for event in done} - away

    assert {"shop/2026-05/churn", "shop/2026-05/summary", "shop/2026-05/periods"} <= away
    assert here == {"shop/2026-05/report"}


def test_every_chapter_had_a_kernel_of_its_own(story):
    kernels = [event["kernel"] for event in story.events if event["kind"] == "executed"
               and "chapter" in event]  # fmt: skip

    assert [kernel["start"] for kernel in kernels] == ["warm", "warm"]
    assert all(kernel["cpu_seconds"] > 0 and kernel["peak_bytes"] > 0 for kernel in kernels)


def test_a_worker_with_other_code_is_named_and_gets_no_task(story):
    both = [*story.first, *story.events]
    said = [event["text"] for event in both if event["kind"] == "said"]
    told = [line for line in said if "it differs" in line]

    assert told
    assert all(f"other code in `{CHANGED}`" in line for line in told)
    assert not any(event.get("worker", "-") in line for event in both for line in told)


def test_the_shared_folder_is_empty_after_the_run(story):
    assert story.shared == []
