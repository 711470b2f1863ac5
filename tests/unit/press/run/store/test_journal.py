import json

import pytest

from rapport.press.run.store.journal import KEPT, Journal
from rapport.press.run.tasks import Failure, Kernel, Result, TableTask

TASK = TableTask("shop/2010-11/t", "shop", "2010-11", "t", "a:b", {}, {}, ())


def result(status, **facts):
    return Result(TASK, status, "never run", "key", **facts)


def lines(folder):
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_what_was_executed_is_a_line_with_what_it_took(tmp_path):
    kernel = Kernel("warm", exit_status=0, cpu_seconds=0.5, peak_bytes=7)

    Journal(tmp_path).note(result("executed", seconds=1.2345, kernel=kernel))

    (line,) = lines(tmp_path)
    assert line.pop("since") >= 0
    assert line == {
        "task": "shop/2010-11/t", "status": "executed", "reason": "never run", "key": "key",
        "error": None, "seconds": 1.234, "cpu_seconds": None, "peak_bytes": None,
        "kernel": {
            "start": "warm", "note": "", "exit_status": 0, "cpu_seconds": 0.5, "peak_bytes": 7,
        },
    }  # fmt: skip


def test_of_a_failure_the_class_is_told_and_no_message(tmp_path):
    error = Failure("DataError", "orders: row 7 of Ms Jones")

    Journal(tmp_path).note(result("failed", error=error))

    text = next(tmp_path.iterdir()).read_text(encoding="utf-8")
    assert json.loads(text)["error"] == "DataError"
    assert "Jones" not in text


@pytest.mark.parametrize("status", ["reused", "stopped"])
def test_a_run_that_executes_nothing_has_no_log(tmp_path, status):
    Journal(tmp_path / "runs").note(result(status))

    assert not (tmp_path / "runs").exists()


def test_lines_of_one_run_stand_in_one_file_and_each_run_has_its_own(tmp_path):
    first, second = Journal(tmp_path), Journal(tmp_path)
    for journal in (first, second, first):
        journal.note(result("executed"))

    counts = [
        len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(tmp_path.iterdir())
    ]
    assert counts == [2, 1]


def test_the_newest_hundred_runs_are_kept(tmp_path):
    for _ in range(KEPT + 5):
        Journal(tmp_path).note(result("executed"))

    names = sorted(path.name for path in tmp_path.iterdir())
    assert (len(names), names[0], names[-1]) == (KEPT, "000006.jsonl", "000105.jsonl")
