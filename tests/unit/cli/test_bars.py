"""Bars on a real terminal device, looked at through a screen that folds like today's terminals."""

import json
import os
import re
import signal
import sys

import pytest

if os.name != "posix":
    pytest.skip("terminal devices of POSIX", allow_module_level=True)

from functional.shop import ROOT
from screen import Terminal

DRIVER = ROOT / "tests" / "unit" / "cli" / "driver.py"


@pytest.fixture
def start():
    begun = []

    def begin(*words, size=(80, 24), **env):
        inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
        known = {"PYTHONPATH": str(ROOT / "lib"), "TERM": "xterm-256color"}
        call = [sys.executable, str(DRIVER), *words]
        terminal = Terminal(call, env={**inherited, **known, **env}, size=size)
        begun.append(terminal)
        return terminal

    yield begin
    for terminal in begun:
        terminal.process.kill()
        terminal.process.wait()
        terminal.process.stdin.close()
        terminal.process.stdout.close()


def tell(terminal, kind, unit="shop", name="churn", **more):
    terminal.say(json.dumps({"kind": kind, "unit": unit, "name": name, **more}))


def test_a_running_chapter_shows_its_cell_and_its_unit_a_bar(start):
    terminal = start()

    tell(terminal, "reused", name="ingestion", count=(1, 4))
    tell(terminal, "started", count=(1, 4))
    tell(terminal, "cell", count=(1, 4), cell=(5, 21))

    shown = terminal.wait_for("cell 5 of 21", end="1/4").splitlines()
    assert re.fullmatch(r"Corner \[shop\] +[━╸╺]+ +1/4", shown[0])
    assert re.fullmatch(r"  Churn, 2026-05 +cell 5 of 21 +\d+ s", shown[1])
    assert re.fullmatch(r"all, \d+ s +[━╸╺]+ +1/4", shown[2])


def test_a_chinese_title_takes_two_cells_a_character(start):
    terminal = start()

    tell(terminal, "started", "mall", count=(0, 4))
    tell(terminal, "cell", "mall", count=(0, 4), cell=(1, 9))
    terminal.wait_for("cell 1 of 9", end="0/4")

    starts = [row.index("━") for row in terminal.screen.rows if "━" in row]
    assert "示例商城" in terminal.screen.text
    assert len(starts) == 2
    assert len(set(starts)) == 1


def test_the_number_of_tasks_may_grow(start):
    terminal = start()

    tell(terminal, "reused", name="ingestion", count=(1, 1))
    terminal.wait_for("1/1")
    tell(terminal, "started", count=(1, 12))

    assert "1/1 " not in terminal.wait_for("1/12", end="1/12")


def test_tasks_that_join_are_those_of_the_unit_that_is_read(start):
    terminal = start()

    tell(terminal, "started", name="ingestion", count=(0, 2))
    tell(terminal, "started", "mall", "ingestion", count=(0, 2))
    tell(terminal, "executed", name="ingestion", count=(1, 8))
    tell(terminal, "executed", "mall", "ingestion", count=(2, 12))

    lines = terminal.wait_for("2/12", end="2/12").splitlines()
    assert [(line.split()[0], line.split()[-1]) for line in lines] == [
        ("Corner", "1/7"), ("示例商城", "1/5"), ("all,", "2/12"),
    ]  # fmt: skip


def test_what_a_worker_writes_stands_above_the_bars(start):
    terminal = start()
    tell(terminal, "started")
    terminal.wait_for("Churn")

    terminal.say(json.dumps({"shell": "echo 'a warning, 警告' >&2; printf 'without an end' >&2"}))
    terminal.say(json.dumps({"shell": "echo ' of its line' >&2"}))

    shown = terminal.wait_for("of its line", "Churn", end="0/9").splitlines()
    assert shown[:2] == ["a warning, 警告", "without an end of its line"]
    assert sum("all," in line for line in shown) == 1


def test_the_last_words_are_not_lost(start):
    terminal = start()

    terminal.say(json.dumps({"shell": "seq 2000 >&2; printf 'the last words' >&2"}))
    lines = terminal.end().splitlines()

    assert lines == [*(str(number) for number in range(1, 2001)), "the last words"]


def test_a_failure_is_told_at_once(start):
    terminal = start()

    tell(terminal, "failed", count=(1, 4))

    assert terminal.wait_for("failed", "all,", end="1/4").startswith("shop/2026-05/churn: failed\n")


def test_the_end_leaves_the_table_and_the_failures_alone(start):
    terminal = start()
    tell(terminal, "started")
    tell(terminal, "executed", count=(1, 2))
    tell(terminal, "failed", "mall", count=(2, 2))
    terminal.wait_for("2/2")

    terminal.say(json.dumps({"close": True}))
    shown = terminal.end()

    lines = shown.splitlines()
    assert "━" not in shown and "all," not in shown
    assert lines[0] == "mall/2026-05/churn: failed"
    assert lines[1].split()[:3] == ["unit", "period", "executed"]
    assert lines[4].split()[:5] == ["total", "1", "0", "1", "4.0"]
    assert lines[5] == "mall/2026-05/churn, cell 4 in \"What is churn?\": KeyError: 'x'"
    assert lines[-1].startswith("    to go on: rapport run")
    assert terminal.screen.is_at_start
    assert terminal.process.returncode == 0


def test_an_interrupt_leaves_nothing_half_drawn(start):
    terminal = start()
    tell(terminal, "started")
    terminal.wait_for("Churn", "all,")

    os.kill(terminal.process.pid, signal.SIGINT)
    shown = terminal.end()

    assert "━" not in shown and "Churn" not in shown
    assert shown.startswith("Traceback")
    assert shown.rstrip().endswith("KeyboardInterrupt")
    assert terminal.screen.is_at_start


def test_a_terminal_that_becomes_narrower_keeps_no_pieces(start):
    terminal = start(size=(100, 24))
    tell(terminal, "started", name="ingestion")
    tell(terminal, "cell", name="ingestion", cell=(2, 9))
    terminal.wait_for("cell 2 of 9")

    terminal.fold(44)
    tell(terminal, "cell", name="ingestion", cell=(3, 9))

    lines = terminal.wait_for("cell 3 of 9", end="0/9").rstrip().splitlines()
    assert len(lines) == 3
    assert all(len(line) < 44 for line in lines)


def test_more_units_than_lines_show_those_that_are_at_work(start):
    terminal = start(size=(60, 10))
    for number in range(30):
        tell(terminal, "reused", f"unit-{number:02}", "ingestion", count=(number + 1, 99))
    tell(terminal, "started", "unit-07", count=(30, 99))
    tell(terminal, "cell", "unit-07", count=(30, 99), cell=(2, 9))

    lines = terminal.wait_for("cell 2 of 9", end="30/99").splitlines()
    assert len([line for line in lines if line]) < 10
    assert lines[0].startswith("unit-07")


def test_more_running_tasks_than_lines_leave_the_screen_as_it_is(start):
    terminal = start(size=(60, 6))
    for number in range(9):
        tell(terminal, "started", name=f"chapter_{number}")
    terminal.wait_for("Chapter 3", end=" s")

    terminal.say(json.dumps({"shell": "echo above >&2"}))

    lines = terminal.wait_for("above", "Chapter 3", end=" s").splitlines()
    assert lines[0] == "above"
    assert len(lines) == 1 + 5


@pytest.mark.parametrize("columns", [12, 30, 50])
def test_a_narrow_terminal_folds_no_line(start, columns):
    terminal = start(size=(columns, 24))
    tell(terminal, "started", "mall", count=(0, 4))

    terminal.wait_for("all", end="0/4")

    assert terminal.screen.n_folded == 0


def test_without_colour_there_is_none(start):
    terminal = start(NO_COLOR="1")
    tell(terminal, "failed", count=(1, 2))
    terminal.wait_for("1/2")
    terminal.say(json.dumps({"close": True}))
    terminal.end()

    assert not re.search(r"\x1b\[[\d;]*[34]\d[;m]", terminal.raw)


def test_with_colour_there_is_some(start):
    terminal = start()
    tell(terminal, "failed", count=(1, 2))
    terminal.wait_for("1/2")
    terminal.say(json.dumps({"close": True}))
    terminal.end()

    assert re.search(r"\x1b\[[\d;]*[34]\d[;m]", terminal.raw)


@pytest.mark.parametrize(("words", "term"), [([], "dumb"), ([], "unknown"), (["--json"], "xterm")])
def test_a_terminal_that_cannot_draw_and_programs_pay_for_no_bars(start, words, term):
    terminal = start(*words, TERM=term)
    tell(terminal, "executed", count=(1, 2))
    terminal.wait_for("2026-05")

    terminal.say(json.dumps({"modules": True}))

    assert terminal.process.stdout.readline() == "False\n"
    assert "\x1b" not in terminal.raw


def test_a_terminal_that_goes_away_does_not_stop_the_run(start):
    terminal = start()
    tell(terminal, "started")
    terminal.wait_for("Churn")

    terminal.hang_up()
    for number in range(5):
        tell(terminal, "cell", cell=(number, 9))
    terminal.say(json.dumps({"close": True}))
    terminal.say(json.dumps({"modules": True}))

    said, _ = terminal.process.communicate(timeout=60)
    assert (said, terminal.process.returncode) == ("True\n", 0)
