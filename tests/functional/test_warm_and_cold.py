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

from functional.command import Done, rapport
from functional.outcome import read_records
from functional.shop import ROOT, make_project
from rapport.press.run.kernels.forks import can_fork
from rapport.press.run.store import Store

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

UNITS = ("sample-mall", "sample-retail", "sample-saas")
SEED = int(os.environ.get("RAPPORT_TEST_SEED", "0"))
DRAWN = [random.Random(SEED).choice(UNITS)]
TRIED = UNITS if os.environ.get("RAPPORT_TEST_SHARE") == "1" else DRAWN
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
CHAPTERS = [stem.partition("_")[2] for stem in NOTEBOOKS]

Both = dict[str, "Ran"]


@dataclass(frozen=True)
class Ran:
    """A project in which the chapters of one unit were executed."""

    project: Path
    done: Done

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """Chapter, or table: what the store knows of its execution."""
        return {
            task.rpartition("/")[2]: known for task, known in read_records(self.project).items()
        }

    @property
    def kernels(self) -> dict[str, dict[str, Any]]:
        """Chapter: how its kernel was started."""
        events = [json.loads(line) for line in self.done.said.splitlines()]
        return {event["chapter"]: event["kernel"] for event in events if "kernel" in event}

    def notebook(self, chapter: str) -> bytes:
        """Read a canonical notebook."""
        digest = self.records[chapter]["notebook"]["digest"]
        return Store(self.project / "data" / "store").object_path(digest).read_bytes()


@pytest.fixture(scope="module", params=TRIED)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Execute every chapter of a unit warm, and cold in another project."""
    found = {}
    for start, flags in (("warm", ()), ("cold", ("--cold",))):
        folder = tmp_path_factory.mktemp(start) / "project"
        project = make_project(folder, chapters=NOTEBOOKS, params=[request.param])
        if "warm" in found:
            shutil.copytree(found["warm"].project / "data" / "sample", project / "data" / "sample")
        done = rapport(project, "run", request.param, "--format", "none", "--json", *flags)
        assert done.code == 0, done.said
        found[start] = Ran(project, done)
    return found


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

    assert made["warm"].keys() >= set(CHAPTERS)
    assert made["warm"] == made["cold"]


@pytest.mark.parametrize("start", ["warm", "cold"])
def test_kernels_were_started_as_was_asked(both, start):
    kernels = both[start].kernels

    assert {name: kernel["start"] for name, kernel in kernels.items()} == dict.fromkeys(
        CHAPTERS, start
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
