"""Runs beside each other on one store, and many kernels beside each other in one folder."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from functional.command import arguments, environment, rapport
from functional.outcome import find_left, find_torn, read_records, read_report
from functional.processes import VARIABLE
from functional.shop import add_shop, draw_orders, make_project
from rapport.press.proof.log import read_head
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.keys.sources import make_chapter_task
from rapport.press.run.plan import World
from rapport.press.run.store import Store
from unit.press.run.conftest import few_libraries, write_notebook

IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
PAGES = () if IS_THOROUGH else ("--language", "en")
N_ROUNDS = 50 if IS_THOROUGH else 2
# Two runs of one unit, and one of another beside them; in thorough tests less and more.
THREE = ("shop", "kiosk", "shop")
AT_ONCE = [("shop", "shop"), THREE, ("shop", "kiosk", "kiosk", "shop")] if IS_THOROUGH else [THREE]
N_CHAPTERS, N_WORKERS = 8, 3


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Make the reports of two units by one run, which nothing disturbs."""
    project = make_project(tmp_path_factory.mktemp("alone") / "project")
    for seed, unit in enumerate(("kiosk", "shop")):
        add_shop(project, draw_orders(60, seed=seed), name=unit)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    done = rapport(project, "run", *PAGES, "--json")
    assert done.code == 0, done.said
    return project


@pytest.fixture
def temporary():
    """Give a folder for temporary files, whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="a") as folder:
        yield Path(folder)


@pytest.mark.skipif(os.name != "posix", reason="what is left is looked for as on Linux")
@pytest.mark.parametrize("units", AT_ONCE, ids=[str(len(units)) for units in AT_ONCE])
def test_runs_at_once_from_an_empty_store_end_well_and_nothing_is_torn(
    alone, tmp_path, temporary, units
):
    project = tmp_path / "project"
    subprocess.run(["cp", "-a", str(alone), str(project)], check=True)
    subprocess.run(["rm", "-r", str(project / "reports"), str(project / "data/store")], check=True)
    env = environment(project, TMPDIR=str(temporary), **{VARIABLE: str(project)})

    runs = [
        subprocess.Popen(
            arguments("run", unit, *PAGES, "--jobs", "1", "--json"),
            cwd=project, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )
        for unit in units
    ]  # fmt: skip
    done = [run.communicate(timeout=400) for run in runs]

    assert [run.returncode for run in runs] == [0] * len(units), done
    assert "Traceback" not in str(done)
    for unit in set(units):
        assert read_report(project, unit) == read_report(alone, unit)
        assert len(list((project / "reports" / unit / "runs").iterdir())) == 1
    n_lines, _ = read_head(project / "reports" / "log.jsonl")
    assert n_lines == len(set(units))
    index = (project / "reports" / "index.html").read_text(encoding="utf-8")
    assert all(f"{unit}/2026-05/report.en.html" in index for unit in units)
    assert find_torn(project) == []
    assert keys_of(project) <= keys_of(alone)
    assert find_left(project, temporary, env[VARIABLE]) == []


def keys_of(project):
    """Give the keys of all executions that a store knows."""
    return {record["path"].stem for record in read_records(project).values()}


@pytest.mark.parametrize("turn", range(N_ROUNDS))
def test_no_kernel_of_many_in_one_folder_is_lost(tmp_path, turn):
    folder = tmp_path / "notebooks"
    cells = ("own: int = 0", "record('c.own', own)", "write(f'own_{own}', str(own))")
    tasks = []
    for number in range(N_CHAPTERS):
        path = write_notebook(folder / f"{number:02}_c{number}.ipynb", cells)
        task = make_chapter_task(path, ("shop", None), parameters={"own": number}, context={})
        tasks.append(replace(task, writes=(f"own_{number}",)))
    world = World(Store(tmp_path / "store"), Conditions("lock", "3.11", {"TZ": "UTC"}))

    with few_libraries():
        results = run_tasks(tasks, world, workers=N_WORKERS)

    assert {name: result.error for name, result in results.items() if result.error} == {}
    # Each ended when it was asked to: none hung until its client killed it.
    assert [result.kernel.exit_status for result in results.values()] == [0] * N_CHAPTERS
    seen = [[value["value"] for value in result.values] for result in results.values()]
    assert seen == [[number] for number in range(N_CHAPTERS)]
    made = [list(result.tables) for result in results.values()]
    assert made == [[f"own_{number}"] for number in range(N_CHAPTERS)]
