"""Warm kernels in a run, beside cold ones: the same outputs, an account, and every way to fail."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.forks import can_fork
from rapport.press.run.kernels.specs import WARM, kernel_spec_folder
from rapport.press.run.tasks import Limits

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

# Whatever differed once, or could: what libraries read at import, what a process inherits.
AMBIENT = """
import locale, random, signal, sklearn, sys, threading, time
print(sys.argv[1:2], sys.flags, "" in sys.path, sys.path)
print(time.tzname, locale.getlocale(), hash("a"), os.getcwd() == os.environ.get("PWD"))
print(signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGCHLD))
print(sorted(name for name in os.environ if name not in ("JPY_PARENT_PID",)))
print(sys.stdin.fileno(), __name__, sys.modules["__main__"].__dict__ is globals())
"""
TABLE = """
import pandas as pd
pd.DataFrame({f"column {n}": range(3) for n in range(18)})
"""
FIGURE = """
import matplotlib.pyplot as plt
plt.rcParams["svg.hashsalt"] = "fixed"
plt.plot([1, 3, 2]);
"""
STATE = """
import decimal
import numpy as np
print(decimal.getcontext(), np.geterr(), pd.get_option("display.max_columns"))
print(plt.get_backend(), sorted(plt.rcParams.items()))
"""
MODEL = """
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
points = np.random.default_rng(0).normal(size=(300, 3))
print(KMeans(3, n_init=2, random_state=0).fit(points).inertia_.hex())
trees = HistGradientBoostingClassifier(random_state=0).fit(points, points[:, 0] > 0)
print(trees.predict_proba(points).sum(axis=0)[0].hex())
"""


@pytest.fixture(scope="module")
def both(write_chapter, make_world, tmp_path_factory):
    """One chapter executed warm and cold: the results and the notebooks."""
    found = {}
    for start in ("warm", "cold"):
        folder = tmp_path_factory.mktemp("客户 chapters")
        task = write_chapter(folder, "01_a", "", AMBIENT, TABLE, FIGURE, STATE, MODEL)
        world = make_world(folder)
        (result,) = run_tasks([task], world, cold=start == "cold").values()
        assert result.error is None, result.error
        notebook = json.loads(world.store.object_path(result.notebook).read_bytes())
        found[start] = (result, notebook)
    return found


def test_a_kernel_says_how_it_was_started(both):
    assert {start: result.kernel.start for start, (result, _) in both.items()} == {
        "warm": "warm", "cold": "cold",
    }  # fmt: skip
    assert both["warm"][0].kernel.note == ""


@pytest.mark.parametrize("start", ["warm", "cold"])
def test_a_kernel_s_end_is_accounted_for(both, start):
    kernel = both[start][0].kernel

    assert kernel.exit_status == 0
    assert kernel.cpu_seconds > 0
    assert kernel.peak_bytes > 50 * 2**20
    assert both[start][0].cpu_seconds > kernel.cpu_seconds


def test_warm_gives_what_cold_gives(both):
    warm, cold = (notebook["cells"] for _, notebook in both.values())

    assert len(warm) == len(cold)
    for cells in zip(warm, cold, strict=True):
        assert cells[0] == cells[1]


@pytest.mark.parametrize("start", ["warm", "cold"])
def test_figures_do_not_vanish_and_tables_are_whole(both, start):
    cells = both[start][1]["cells"]

    (table,) = cells[-4]["outputs"]
    assert "column 11" in "".join(table["data"]["text/html"])
    assert any("image/png" in output["data"] for output in cells[-3]["outputs"])


@pytest.mark.usefixtures("with_few_libraries")
def test_kernels_draw_different_numbers_if_they_set_no_seed(write_chapter, make_world, tmp_path):
    drawing = "import random, numpy\nrecord('a.x', [random.random(), numpy.random.rand()])"
    tasks = [write_chapter(tmp_path, f"0{n}_c{n}", "", drawing) for n in range(3)]

    results = run_tasks(tasks, make_world(tmp_path), workers=1).values()

    draws = [number for result in results for number in result.values[0]["value"]]
    assert len(set(draws)) == 6


KILL_SERVER = "import signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)"


@pytest.mark.usefixtures("with_few_libraries")
def test_a_server_that_dies_is_named_and_the_next_chapters_start_cold(
    write_chapter, make_world, tmp_path
):
    tasks = [
        write_chapter(tmp_path, "01_struck", "", KILL_SERVER),
        write_chapter(tmp_path, "02_next", "", "record('next.one', 1)"),
    ]

    struck, after = run_tasks(tasks, make_world(tmp_path), workers=1).values()

    assert "because the fork server ended" in struck.error.message
    assert after.error is None
    assert after.kernel.start == "cold"
    assert "fork server" in after.kernel.note
    assert "kernel: started cold, because" in after.log.read_text(encoding="utf-8")


@pytest.mark.usefixtures("with_few_libraries")
def test_a_chapter_that_takes_too_long_fails_with_its_limit(write_chapter, make_world, tmp_path):
    task = write_chapter(tmp_path, "01_slow", "", "# Waiting", "while True: pass")
    task = replace(task, limits=Limits(60, 1, 1 << 40))

    (result,) = run_tasks([task], make_world(tmp_path)).values()

    assert "limits.cell_seconds = 1" in result.error.message
    assert (result.error.cell, result.error.title) == (4, "Waiting")
    partial = json.loads(result.error.partial.read_text(encoding="utf-8"))
    assert partial["cells"][-1]["outputs"][-1]["ename"] == "DeadKernelError"


@pytest.mark.usefixtures("with_few_libraries")
def test_a_chapter_that_takes_too_much_memory_fails_with_its_limit(
    write_chapter, make_world, tmp_path
):
    greedy = "import time\nheld = [b'x' * 2**20 for _ in range(900)]\ntime.sleep(60)"
    task = replace(
        write_chapter(tmp_path, "01_greedy", "", greedy), limits=Limits(60, 60, 700 * 2**20)
    )

    (result,) = run_tasks([task], make_world(tmp_path)).values()

    assert "limits.memory_mb = 700" in result.error.message


@pytest.mark.usefixtures("with_few_libraries")
def test_a_cell_that_finds_no_memory_is_told_what_helps(write_chapter, make_world, tmp_path):
    task = write_chapter(tmp_path, "01_vast", "", "bytearray(1 << 62)")

    (result,) = run_tasks([task], make_world(tmp_path)).values()

    assert result.error.class_name == "MemoryError"
    assert "Give the machine more memory" in result.error.message


# Other tools on the same kernelspec.


@pytest.fixture
def notebook(tmp_path):
    cells = ["x: int = 1", "import os, sys\nprint(x, 'pandas' in sys.modules)", "x + 1"]
    drawn = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "outputs": [], "source": source,
         "execution_count": None}
        for at, source in enumerate(cells)
    ]  # fmt: skip
    drawn[0]["metadata"] = {"tags": ["parameters"]}
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": drawn, "metadata": {"kernelspec": kernelspec}, "nbformat": 4,
               "nbformat_minor": 5}  # fmt: skip
    path = tmp_path / "in.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def run_tool(tmp_path):
    def run(*command):
        sockets = tmp_path / "s"
        sockets.mkdir(exist_ok=True)
        env = os.environ | {"JUPYTER_PATH": str(kernel_spec_folder()), "TMPDIR": str(sockets)}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=env | {"RAPPORT_SOCKETS": ""},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert [path.name for path in sockets.iterdir()] == []
        return done

    return run


def test_papermills_own_command_runs_on_warm_kernels(notebook, run_tool):
    run_tool("papermill", "-k", WARM, "-p", "x", "5", "in.ipynb", "out.ipynb")

    cells = json.loads(notebook.with_name("out.ipynb").read_text(encoding="utf-8"))["cells"]
    assert cells[2]["outputs"][0]["text"] == ["5 True\n"]


def test_nbval_runs_on_warm_kernels(notebook, run_tool):
    run_tool("papermill", "-k", WARM, "in.ipynb", "out.ipynb")

    done = run_tool(
        "pytest", "--nbval", f"--nbval-kernel-name={WARM}", "out.ipynb", "-p", "no:cacheprovider",
        "-p", "no:xdist", "-q",
    )  # fmt: skip

    assert "3 passed" in done.stdout


def test_an_interrupt_stops_a_cell_of_a_warm_kernel(tmp_path, monkeypatch):
    from jupyter_client.manager import start_new_kernel  # noqa: PLC0415

    monkeypatch.setenv("JUPYTER_PATH", str(kernel_spec_folder()))
    manager, client = start_new_kernel(kernel_name=WARM)
    try:
        client.execute("import time\nprint('here')\ntime.sleep(60)")
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def test_signals_reach_a_warm_kernel_as_a_process(tmp_path, monkeypatch):
    from jupyter_client.manager import start_new_kernel  # noqa: PLC0415

    monkeypatch.setenv("JUPYTER_PATH", str(kernel_spec_folder()))
    manager, client = start_new_kernel(kernel_name=WARM)
    try:
        pid = manager.provisioner.pid
        assert Path(f"/proc/{pid}").is_dir()
        manager.signal_kernel(signal.SIGKILL)
        while manager.is_alive():
            pass
        assert manager.provisioner.process.returncode == -signal.SIGKILL
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
