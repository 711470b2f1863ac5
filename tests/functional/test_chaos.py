"""Processes of a run killed at seeded random moments: what was begun is completed by the next run.

A moment is an event of the run and a delay after it. Before each trial the store forgets some
tasks, so that the run comes to the moment without doing everything.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functional.command import arguments, environment, rapport
from functional.outcome import find_left, find_left_outside, find_torn, read_records, read_report
from functional.processes import (
    VARIABLE,
    Process,
    find_command,
    find_kernels,
    find_processes,
    find_server,
    find_workers,
    find_workers_at_chapters,
    wait_until,
)
from functional.shop import add_shop, draw_orders, make_project
from rapport.press.run.kernels.forks import can_fork
from rapport.press.run.keys.reads import read_chapter
from rapport.press.run.keys.sources import chapter_name

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes are found as on Linux")

SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
RUN = ("run", "shop", *(() if IS_THOROUGH else ("--language", "en")))
FINDERS = {
    "command": find_command,
    "kernel": find_kernels,
    "server": find_server,
    "worker": find_workers,
    "renderer": find_workers,
}
VICTIMS = tuple(FINDERS)
# In a round each victim has its turn. The seed draws one of the warm rounds and one of all.
N_ROUNDS = 40
EVERY_COLD = 4
WARM = [turn for turn in range(N_ROUNDS) if turn % EVERY_COLD != EVERY_COLD - 1]
KILLED = {
    "kernel": "the kernel was killed by signal 9",
    "server": "was killed by signal 9, because the fork server ended",
    "worker": "the worker process was killed by signal 9",
    "renderer": "the worker process was killed by signal 9",
}
INGESTION = "shop/all-periods/ingestion"
STOPPED = re.compile(r"needs (.+), which failed")

Event = dict[str, Any]


@dataclass(frozen=True)
class Undisturbed:
    """A project with its report, and how it was made."""

    project: Path
    older: Path
    """The folder of reports with another report of the unit and period."""
    events: list[Event]
    reports: dict[bool, dict[str, bytes]]
    """The report, by whether it replaces the other one: what differs from that it says then."""
    makers: dict[str, str]
    """Table, or task: the task that makes it."""


@dataclass(frozen=True)
class Trial:
    """Who is killed, and when."""

    victim: str
    is_cold: bool
    event: Event
    delay: float
    forgotten: frozenset[str]
    """Tasks that the store does not know."""
    has_older: bool
    """Another report of the unit and period is there, which this one replaces."""

    @property
    def arguments(self) -> list[str]:
        """What is typed. One worker where it cannot be seen which of two is at work."""
        is_seen = self.victim not in ("worker", "renderer") or "chapter" in self.event
        words = [*RUN, "--json", "--jobs", "2" if is_seen else "1"]
        return [*words, "--cold"] if self.is_cold else words

    def find(self, living: list[Process], command: int) -> list[Process]:
        """Give those of whom one is to be killed."""
        if self.victim in ("worker", "renderer") and "chapter" in self.event:
            return find_workers_at_chapters(living, command)
        return FINDERS[self.victim](living, command)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Make the shop's report without a disturbance."""
    chapters = ("01_", "03_", "06_", "10_")
    project = make_project(tmp_path_factory.mktemp("calm") / "project", chapters=chapters)
    add_shop(project, draw_orders(60))
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    done = rapport(project, *RUN, "--json")
    assert done.code == 0, done.said
    events = [json.loads(line) for line in done.said.splitlines()]
    records = read_records(project)
    makers = {table: task for task, record in records.items() for table in record["tables"]}
    makers |= {task: task for task in records}
    for path in (project / "notebooks").glob("*.ipynb"):
        # A table that a chapter made of too little has not written.
        maker = next(task for task in records if task.endswith(f"/{chapter_name(path)}"))
        makers = dict.fromkeys(read_chapter(path).writes, maker) | makers
    reports = {False: read_report(project)}
    assert reports[False]["index"] == b"shown"
    shutil.rmtree(project / "reports")
    assert rapport(project, *RUN, "-p", "loyal_orders", "3").code == 0
    older = project.with_name("older")
    shutil.copytree(project / "reports", older, symlinks=True)
    assert rapport(project, *RUN).code == 0
    reports[True] = read_report(project)
    shutil.rmtree(project / "reports")
    told = [event for event in events if "task" in event]
    return Undisturbed(project, older, told, reports, makers)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Give a folder for temporary files, whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="c") as folder:
        yield Path(folder)


def draw_trial(number: int, draw: random.Random, calm: Undisturbed) -> Trial:
    """Draw a trial; each victim has its turn, and every fourth round is cold."""
    victim = VICTIMS[number % len(VICTIMS)]
    event = draw.choice([event for event in calm.events if is_moment_for(victim, event)])
    known = sorted({each["task"] for each in calm.events})
    forgotten = {task for task in known if draw.random() < 0.2}
    if victim == "server":  # it is started for chapters alone
        forgotten.add("shop/2026-05/summary")
    if draw.random() < 0.1:
        forgotten = set(known)
    is_cold = number // len(VICTIMS) % EVERY_COLD == EVERY_COLD - 1 and victim != "server"
    delay = draw.uniform(0, 1.5 if "report" in event else 0.4)
    forgotten.add(event["task"])
    return Trial(victim, is_cold, event, delay, frozenset(forgotten), draw.random() < 0.5)


def is_moment_for(victim: str, event: Event) -> bool:
    """Say whether there is such a process at this event, or soon afterwards."""
    is_begun = event["kind"] in ("started", "cell")
    if victim == "command":
        return True
    if victim == "renderer":
        return is_begun and "report" in event
    return is_begun and "report" not in event and ("chapter" in event or victim != "kernel")


def draw_rounds() -> list[int]:
    """Give the rounds to try: all in thorough tests, else two."""
    if IS_THOROUGH:
        return list(range(N_ROUNDS))
    draw = random.Random(SEED)
    first = draw.choice(WARM)
    return sorted([first, draw.choice([turn for turn in range(N_ROUNDS) if turn != first])])


TRIALS = [turn * len(VICTIMS) + place for turn in draw_rounds() for place in range(len(VICTIMS))]


@pytest.mark.parametrize("number", TRIALS)
def test_whoever_is_killed_the_next_run_completes(number, undisturbed, tmp_path, temporary):
    draw = random.Random(f"{SEED} {number}")
    mark = f"{os.getpid()} {number}"
    project = tmp_path / "project"
    env = environment(undisturbed.project, TMPDIR=str(temporary), **{VARIABLE: mark})

    for _ in range(5):  # a process may have ended before its moment came
        trial = draw_trial(number, draw, undisturbed)
        prepare(project, undisturbed, trial)
        broken = run_and_kill(project, trial, env=env, said=tmp_path / "said", draw=draw)
        if broken is not None:
            break
    told = f"RAPPORT_TEST_SEED={SEED}, trial {number}: {trial}"
    assert broken is not None, f"the victim always ended before its moment came. {told}"
    code, events, said = broken
    told += "\n" + "\n".join(line for line in said.splitlines() if '"cell", "unit"' not in line)
    assert wait_until(lambda: not find_processes(mark)), f"{find_processes(mark)}\n{told}"
    check_broken(trial, code, events, undisturbed, told)
    if trial.victim != "command":  # in the project, what was aside is removed by the next run
        assert find_left_outside(temporary, mark) == [], told

    again = rapport(project, *RUN, "--json", env=env)

    assert again.code == 0, f"{again.said}\n{told}"
    report = undisturbed.reports[trial.has_older]
    assert differing(read_report(project), report) == [], told
    assert find_torn(project) == [], told
    assert find_left(project, temporary, mark) == [], told
    shutil.rmtree(project)


def prepare(project: Path, calm: Undisturbed, trial: Trial) -> None:
    """Copy the project as if the tasks to forget, and the report, had never been made."""
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(calm.project, project, symlinks=True)
    if trial.has_older:
        shutil.copytree(calm.older, project / "reports", symlinks=True)
    for path in sorted((project / "data" / "store" / "tasks").iterdir()):
        if json.loads(path.read_bytes())["task"] in trial.forgotten:
            path.unlink()


def run_and_kill(
    project: Path, trial: Trial, *, env: dict[str, str], said: Path, draw: random.Random
) -> tuple[int, list[Event], str] | None:
    """Run and kill the victim at its moment; give the exit code, the events and all that was said.

    None if nobody could be killed.
    """
    command = arguments(*trial.arguments)
    with said.open("wb") as file:
        run = subprocess.Popen(
            command, cwd=project, env=env, stdout=subprocess.DEVNULL, stderr=file
        )
    with run:
        is_killed = await_event(run, said, trial.event) and kill(run, trial, env[VARIABLE], draw)
        assert wait_until(lambda: run.poll() is not None, seconds=120), "the run does not end"
    text = said.read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.splitlines() if is_whole(line)]
    return (run.returncode, events, text) if is_killed else None


def is_whole(line: str) -> bool:
    """Say whether it is an event, which a kill may cut."""
    return line.startswith("{") and line.endswith("}")


def await_event(run: subprocess.Popen[bytes], said: Path, event: Event) -> bool:
    """Wait for the like of an event; say whether it came."""
    wanted = {name: event.get(name) for name in ("task", "cell")}

    def has_come() -> bool:
        lines = [line for line in said.read_text(encoding="utf-8").splitlines() if is_whole(line)]
        return any(wanted == {n: json.loads(li).get(n) for n in wanted} for li in lines)

    wait_until(lambda: has_come() or run.poll() is not None, seconds=120)
    return run.poll() is None


def kill(run: subprocess.Popen[bytes], trial: Trial, mark: str, draw: random.Random) -> bool:
    """Kill one victim after the delay, or as soon as there is one; say whether there was one."""
    time.sleep(trial.delay)
    while run.poll() is None:
        found = trial.find(find_processes(mark), run.pid)
        if found:
            try:
                os.kill(draw.choice(sorted(one.pid for one in found)), signal.SIGKILL)
            except ProcessLookupError:
                continue
            return True
        time.sleep(0.005)
    return False


def check_broken(
    trial: Trial, code: int, events: list[Event], calm: Undisturbed, told: str
) -> None:
    """Check that a run tells who died, and did whatever does not need what died."""
    if trial.victim == "command":
        assert code in (-signal.SIGKILL, 0), told
        return
    settled = {e["task"]: e for e in events if e["kind"] in ("failed", "stopped")}
    failed = {task for task, event in settled.items() if event["kind"] == "failed"}
    assert code == (1 if failed else 0), told
    assert events[-1]["kind"] == "closed", told
    assert "Traceback" not in told, told
    assert len(failed) <= (2 if trial.victim == "server" else 1), told
    for task in failed:
        assert KILLED[trial.victim] in settled[task]["error"]["message"], told
    for event in (settled[task] for task in settled.keys() - failed):
        needed = STOPPED.fullmatch(event["reason"])
        assert needed, told
        makers = {calm.makers[name] for name in needed[1].split(", ")}
        assert makers <= settled.keys(), told
    done = {e["task"] for e in events if e["kind"] in ("executed", "reused", "rendered")}
    # What else there is to do is not known before the sources are read.
    known = failed if INGESTION in failed else {event["task"] for event in calm.events}
    assert done == known - settled.keys(), told


def differing(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Name the files that differ, for nobody reads a page in a message."""
    return [
        name
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]
