"""Warm kernels and cold ones give the same notebooks, tables and values of the sample units."""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sample_project

from functional.command import rapport
from functional.outcome import read_records
from functional.shop import ROOT, make_project
from rapport.press.run.kernels.forks import can_fork
from rapport.press.run.store import Store

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
PERIOD = sample_project.PERIOD
ALL = [stem.partition("_")[2] for stem in sample_project.CHAPTERS]
# Of one unit two chapters that the seed draws, in thorough tests all of all.
UNITS = ("sample-mall", "sample-retail", "sample-saas") if IS_THOROUGH else (sample_project.UNIT,)
CHAPTERS = ALL if IS_THOROUGH else sorted(random.Random(SEED).sample(ALL, 2))

Both = dict[str, "Ran"]


@dataclass(frozen=True)
class Ran:
    """A project in which the chapters of one unit were executed."""

    project: Path
    events: list[dict[str, Any]]

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """Chapter, or table: what the store knows of its execution."""
        return {
            task.rpartition("/")[2]: known for task, known in read_records(self.project).items()
        }

    @property
    def kernels(self) -> dict[str, dict[str, Any]]:
        """Chapter: how its kernel was started."""
        return {event["chapter"]: event["kernel"] for event in self.events if "kernel" in event}

    def notebook(self, chapter: str) -> bytes:
        """Read a canonical notebook."""
        digest = self.records[chapter]["notebook"]["digest"]
        return Store(self.project / "data" / "store").object_path(digest).read_bytes()


@pytest.fixture(scope="module", params=UNITS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Execute every chapter of a unit warm, and in a copy of the project the drawn ones cold."""
    if request.param == sample_project.UNIT:
        project = sample_project.share_project(tmp_path_factory)
        warm = Ran(project, read_events((project / "events.jsonl").read_text(encoding="utf-8")))
    else:
        project = make_project(
            tmp_path_factory.mktemp("warm") / "project", chapters=("",), params=[request.param]
        )
        warm = Ran(project, run(project, request.param))
    copy = tmp_path_factory.mktemp("cold") / "project"
    shutil.copytree(warm.project, copy, symlinks=True)
    for record in read_records(copy).values():
        if IS_THOROUGH or record["task"].rpartition("/")[2] in CHAPTERS:
            record["path"].unlink()
    return {"warm": warm, "cold": Ran(copy, run(copy, request.param, "--cold"))}


def run(project: Path, unit: str, *flags: str) -> list[dict[str, Any]]:
    done = rapport(project, "run", unit, "--period", PERIOD, "--format", "none", "--json", *flags)
    assert done.code == 0, done.said
    return read_events(done.said)


def read_events(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_notebooks_are_equal_byte_by_byte(both, chapter):
    assert both["warm"].notebook(chapter) == both["cold"].notebook(chapter)


def test_tables_and_values_are_equal(both):
    made = {
        start: {
            name: ({n: table["digest"] for n, table in record["tables"].items()}, record["values"])
            for name, record in ran.records.items()
        }
        for start, ran in both.items()
    }

    assert made["warm"].keys() >= set(ALL)
    assert made["warm"] == made["cold"]


@pytest.mark.parametrize(("start", "chapters"), [("warm", ALL), ("cold", CHAPTERS)])
def test_kernels_were_started_as_was_asked(both, start, chapters):
    kernels = both[start].kernels

    assert {name: kernel["start"] for name, kernel in kernels.items()} == dict.fromkeys(
        chapters, start
    )
    assert {kernel["note"] for kernel in kernels.values()} == {""}


# What some sites let every Python process do, and a process with two threads is not forked.
SECOND_THREAD = """
import threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""


def test_where_nothing_can_be_forked_a_run_goes_on_cold_and_says_why(made, copied, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SECOND_THREAD, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path / "site"), str(ROOT / "lib")])
    chapter = ("--chapter", "ingestion", "--fresh", "--json")

    done = rapport(copied, "run", "shop", *chapter, env={"PYTHONPATH": path})

    assert done.code == 0, done.said
    events = [json.loads(line) for line in done.said.splitlines() if line.startswith("{")]
    (event,) = [event for event in events if event["kind"] == "executed"]
    assert event["kernel"]["start"] == "cold"
    assert event["kernel"]["note"] == "the server has 2 threads"
    log = Path(event["log"]).read_text(encoding="utf-8")
    assert "kernel: started cold, because the server has 2 threads" in log
    task = "shop/all-periods/ingestion"
    found, expected = (read_records(project)[task] for project in (copied, made.project))
    assert found["notebook"] == expected["notebook"]
