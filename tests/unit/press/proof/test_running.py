"""Runs that were killed are told by the log; runs that ended in order leave no trace."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rapport.errors import RapportError
from rapport.press.proof.log import read_head
from rapport.press.proof.running import Running, log_abandoned
from rapport.press.run.tasks import Event, ReportTask, TableTask

LIB = str(Path(__file__).parents[4] / "lib")
ENVIRONMENT = {**os.environ, "PYTHONPATH": LIB}


def event(kind, unit="shop", period="2026-05", task="report"):
    ident = f"{unit}/{period}/{task}"
    if task == "report":
        return Event(kind, ReportTask(ident, unit, period, "a:b", {}, (), ()), 0, 1)
    return Event(kind, TableTask(ident, unit, period, task, "a:b", {}, {}, ()), 0, 1)


def logged(reports):
    journal = reports / "log.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else []
    read_head(journal)
    return [(told["event"], told["unit"], told["period"]) for told in map(json.loads, lines)]


class Stopped(Exception):
    """What ends a run in a test."""


def interrupt(reports, *events):
    with pytest.raises(Stopped), Running(reports) as running:
        for each in events:
            running(each)
        raise Stopped


def test_a_run_that_ends_in_order_leaves_no_trace(tmp_path):
    with Running(tmp_path / "reports") as running:
        running(event("started"))
        assert len(list((tmp_path / "reports").iterdir())) == 1
        running(event("executed"))

    log_abandoned(tmp_path / "reports")

    assert not (tmp_path / "reports").exists()


def test_a_run_in_which_everything_is_reused_touches_nothing(tmp_path):
    with Running(tmp_path / "reports") as running:
        running(event("reused"))

        assert list(tmp_path.iterdir()) == []


def test_whoever_waits_for_the_run_hears_everything(tmp_path):
    heard = []

    with Running(tmp_path, heard.append) as running:
        running(event("started"))
        running(event("reused", "other"))

    assert [each.kind for each in heard] == ["started", "reused"]


def test_an_interrupted_run_is_a_line_for_each_period_that_was_begun(tmp_path):
    interrupt(
        tmp_path,
        event("started", period=None, task="ingestion"),
        event("started", task="orders"),
        event("started"),
        event("started", "other", None, "ingestion"),
        event("reused", "third"),
    )

    log_abandoned(tmp_path)
    log_abandoned(tmp_path)

    assert logged(tmp_path) == [("abandoned", "shop", "2026-05"), ("abandoned", "other", None)]
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_period_whose_report_was_printed_is_not_abandoned(tmp_path):
    interrupt(
        tmp_path,
        event("started", period="2026-04"),
        event("executed", period="2026-04"),
        event("started"),
    )

    log_abandoned(tmp_path)

    assert logged(tmp_path) == [("abandoned", "shop", "2026-05")]


def test_a_line_that_was_cut_off_is_none(tmp_path):
    interrupt(tmp_path, event("started"))
    (left,) = tmp_path.glob(".running-*")
    with left.open("a", encoding="ascii") as file:
        file.write('{"begun": ["shop", "20')

    log_abandoned(tmp_path)

    assert logged(tmp_path) == [("abandoned", "shop", "2026-05")]


def test_a_sweep_that_was_cut_off_is_finished_without_telling_twice(tmp_path):
    interrupt(tmp_path, event("started"))
    (left,) = tmp_path.glob(".running-*")
    content = left.read_bytes()
    log_abandoned(tmp_path)
    left.write_bytes(content)

    log_abandoned(tmp_path)

    assert len(logged(tmp_path)) == 1


HOLD = """
import sys, time
from pathlib import Path
from rapport.press.proof.running import Running
from rapport.press.run.tasks import Event, ReportTask
task = ReportTask("shop/2026-05/report", "shop", "2026-05", "a:b", {}, (), ())
with Running(Path(sys.argv[1])) as running:
    running(Event("started", task, 0, 1))
    print("held", flush=True)
    time.sleep(600)
"""
SWEEP = """
import sys
from pathlib import Path
from rapport.press.proof.running import log_abandoned
log_abandoned(Path(sys.argv[1]))
"""


def test_a_run_under_way_is_left_alone_and_a_killed_one_is_told_once(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"held\n"
        log_abandoned(tmp_path)
        under_way = logged(tmp_path)
        os.kill(run.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    sweepers = [
        subprocess.Popen([sys.executable, "-c", SWEEP, str(tmp_path)], env=ENVIRONMENT)
        for _ in range(3)
    ]

    assert [sweeper.wait() for sweeper in sweepers] == [0, 0, 0]
    assert under_way == []
    assert logged(tmp_path) == [("abandoned", "shop", "2026-05")]


def test_where_no_trace_can_be_left_nothing_is_run(tmp_path):
    (tmp_path / "reports").write_text("no folder", encoding="ascii")

    with Running(tmp_path / "reports") as running:
        running(event("reused"))
        with pytest.raises(RapportError, match=r"reports/: cannot be written"):
            running(event("started"))
