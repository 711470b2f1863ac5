import json
import os
import subprocess
import sys
import time

import pytest

from rapport.press.run.kernels.account import NAME
from rapport.press.run.tasks import Limits
from rapport.press.run.work.watch import Watch, count_memory_kills, resident_bytes

PLENTY = 1 << 40


def wait_until(is_so, seconds=30):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_cell_that_is_done_is_told(tmp_path):
    told = []
    watch = Watch(tmp_path, lambda *cell: told.append(cell))
    watch.start({"cells": [{}, {}]})

    watch.cell_done(cell_index=0, cell={}, execute_reply={})

    assert told == [(1, 2)]


def test_a_long_cell_is_saved_while_it_runs(tmp_path):
    notebook = {"cells": [{"outputs": []}]}
    with Watch(tmp_path, lambda *_: None, save_every=0) as watch:
        watch.start(notebook)
        watch.cell_begins()
        wait_until((tmp_path / "partial.ipynb").is_file)
        notebook["cells"][0]["outputs"].append("客户")
        wait_until(lambda: read(tmp_path / "partial.ipynb") == notebook)


def test_a_short_execution_is_not_saved_on_the_way(tmp_path):
    with Watch(tmp_path, lambda *_: None, save_every=60) as watch:
        watch.start({"cells": [{}]})
        watch.cell_done(cell_index=0)
        time.sleep(0.5)

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def process(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(command, start_new_session=True) as process:
        (tmp_path / NAME).write_text(json.dumps({"pid": process.pid}), encoding="utf-8")
        yield process
        process.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX knows them")
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(0, 60, PLENTY), "the chapter took longer than limits.chapter_seconds = 0"),
        (Limits(60, 0, PLENTY), "the cell took longer than limits.cell_seconds = 0"),
    ],
    ids=["chapter", "cell"],
)
def test_a_kernel_that_takes_too_long_is_ended(tmp_path, process, limits, reason):
    with Watch(tmp_path, lambda *_: None, limits=limits) as watch:
        watch.start({"cells": [{}]})
        watch.cell_begins()
        process.wait(timeout=30)

    assert watch.reason == reason
    assert process.returncode == -9


@pytest.mark.skipif(not resident_bytes(os.getpid()), reason="the system tells no sizes by /proc")
def test_a_kernel_that_takes_too_much_memory_is_ended(tmp_path, process):
    with Watch(tmp_path, lambda *_: None, limits=Limits(60, 60, 2**20)) as watch:
        process.wait(timeout=30)

    assert watch.reason.endswith("MB, limits.memory_mb = 1")


def test_a_kernel_within_its_limits_is_left_alone(tmp_path, process):
    with Watch(tmp_path, lambda *_: None, limits=Limits(60, 60, PLENTY)) as watch:
        watch.start({"cells": [{}]})
        watch.cell_begins()
        time.sleep(0.5)

    assert (watch.reason, process.poll()) == ("", None)


def test_a_process_that_has_ended_holds_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    assert resident_bytes(process.pid) == 0


def test_processes_killed_for_want_of_memory_are_counted():
    assert count_memory_kills() >= 0
