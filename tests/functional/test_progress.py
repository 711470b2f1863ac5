"""What a person at a terminal and a scheduler see of a run."""

import os
import signal
import time
from pathlib import Path

import pytest

from functional.command import arguments, environment, rapport
from functional.test_failure import descendants, is_alive, spoil

if os.name == "posix":
    from screen import Terminal

on_a_terminal = pytest.mark.skipif(os.name != "posix", reason="terminal devices of POSIX")


def at_terminal(project, *words):
    env = environment(project, TERM="xterm-256color")
    return Terminal(arguments("run", *words), env=env, cwd=project, size=(100, 30))


@on_a_terminal
def test_a_run_ends_with_its_table_and_says_last_where_the_report_is(copied):
    terminal = at_terminal(copied, "shop")
    files, _ = terminal.process.communicate(timeout=120)

    lines = terminal.end().rstrip().splitlines()
    assert terminal.process.returncode == 0
    assert lines[0].split() == [
        "unit", "period", "executed", "reused", "failed", "seconds", "CPU", "s", "peak", "MB",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:]] == ["shop", "shop", "total"]
    assert "━" not in terminal.screen.text
    assert Path(files.splitlines()[-1]).is_file()


@on_a_terminal
def test_a_scheduler_ends_a_run_and_the_next_one_goes_on(copied):
    before = (copied / "notebooks" / "06_churn.ipynb").read_bytes()
    spoil(copied, "churn", "import time; time.sleep(120)")
    terminal = at_terminal(copied, "shop", "--format", "none")
    terminal.wait_for("Churn", "cell")
    children = descendants(terminal.process.pid)

    terminal.process.send_signal(signal.SIGTERM)
    shown = terminal.end()

    assert terminal.process.returncode == 143
    assert shown.strip() == "terminated; what was finished is kept"
    assert children
    wait_for_the_end(children)
    (copied / "notebooks" / "06_churn.ipynb").write_bytes(before)
    again = rapport(copied, "run", "shop", "--json")
    assert again.code == 0
    assert set(again.actions.values()) == {"reused"}


def wait_for_the_end(processes):
    """Wait for those that end by themselves once their parent has gone, as multiprocessing's do."""
    deadline = time.monotonic() + 20
    while alive := [process for process in processes if is_alive(process)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)
