"""What is left of runs that fail, are interrupted, or meet on the way."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from functional.command import arguments, environment, rapport, reports_of, tree_of
from rapport.press.proof.log import read_head


def spoil(project, chapter, source):
    path = next((project / "notebooks").glob(f"*_{chapter}.ipynb"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    # What the chapter publishes is found in its source, and stays as it was.
    code[-2]["source"] = [f"{source}\n", *code[-2]["source"]]
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def failed(made, tmp_path_factory):
    """Run with a chapter that divides by nothing; the summary needs it."""
    project = tmp_path_factory.mktemp("failing") / "project"
    shutil.copytree(made.project, project, symlinks=True)
    spoil(project, "churn", "1 / 0")
    before = reports_of(project, "shop")
    return project, before, rapport(project, "run", "shop", "-p", "loyal_orders", "3", "--json")


def test_a_failed_chapter_stops_what_needs_it_and_nothing_else(failed):
    _, _, done = failed

    assert done.code == 1
    assert done.actions == {"ingestion": "reused", "churn": "failed", "summary": "stopped"}


def test_a_program_follows_a_run_line_by_line(failed):
    _, _, done = failed

    events = [json.loads(line) for line in done.said.splitlines()]
    mine = [event for event in events if event.get("chapter") == "churn"]
    kinds = [event["kind"] for event in mine]
    assert (kinds[0], kinds[-1]) == ("started", "failed")
    assert set(kinds[1:-1]) == {"cell"}
    assert mine[-1]["error"]["class"] == "ZeroDivisionError"
    assert mine[-1]["error"]["exit_code"] == done.code == 1
    assert mine[-1]["kernel"]["start"] in ("warm", "cold")
    assert events[-1]["kind"] == "closed"
    assert (events[-1]["failed"], events[-1]["executed"]) == (1, 0)
    assert done.json["chapters"]


def test_the_cell_the_error_and_the_command_to_go_on_are_told(copied):
    spoil(copied, "churn", "1 / 0")

    done = rapport(copied, "run", "shop", "--format", "none")

    assert done.code == 1
    assert "ZeroDivisionError" in done.said
    assert "shop/2026-05/churn, cell " in done.said
    assert "to go on: rapport run shop --period 2026-05 --chapter churn" in done.said


def test_the_report_before_a_failure_is_untouched(failed):
    project, before, done = failed

    assert reports_of(project, "shop") == before
    assert done.json["reports"] == []


def test_a_failed_run_is_in_the_log(failed):
    project, _, _ = failed
    lines = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()

    entry = json.loads(lines[-1])
    assert (entry["event"], entry["unit"], entry["period"]) == ("failed", "shop", "2026-05")
    assert entry["failed"] == {"churn": "ZeroDivisionError"}
    assert read_head(project / "reports" / "log.jsonl")[0] == 2


@pytest.mark.skipif(os.name != "posix", reason="an interrupt is another thing on Windows")
@pytest.mark.parametrize(
    ("how", "code", "says"),
    [(signal.SIGINT, 130, b"interrupted"), (signal.SIGTERM, 143, b"terminated")],
    ids=["interrupt", "terminate"],
)
def test_a_signal_ends_every_child_and_leaves_the_report(copied, how, code, says):
    reached = copied / "reached"
    spoil(copied, "churn", f"import time; open({str(reached)!r}, 'w').close(); time.sleep(120)")
    before = reports_of(copied, "shop")
    run = subprocess.Popen(
        arguments("run", "shop"),
        cwd=copied, env=environment(copied), stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    wait_until(reached.is_file)
    children = descendants(run.pid)

    # A terminal interrupts the whole group, a scheduler ends one process.
    (os.killpg if how == signal.SIGINT else os.kill)(run.pid, how)
    _, said = run.communicate(timeout=60)

    assert run.returncode == code
    assert says in said
    assert b"Traceback" not in said
    assert len(children) > 1
    wait_until(lambda: not [child for child in children if is_alive(child)])
    assert reports_of(copied, "shop") == before


def wait_until(is_so):
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def descendants(process):
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, encoding="ascii", check=True
    )
    parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found, ahead = [], [process]
    while ahead:
        above = ahead.pop()
        below = [pid for pid, parent in parents if parent == above]
        found += below
        ahead += below
    return found


def command_of(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def is_alive(process):
    return bool(command_of(process))


def test_two_runs_at_once_leave_one_report_and_a_whole_log(copied):
    shutil.rmtree(copied / "reports")
    runs = [
        subprocess.Popen(
            arguments("run", "shop", "--format", "html", "--jobs", "1"),
            cwd=copied, env=environment(copied), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=200)[1] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], said
    assert read_head(copied / "reports" / "log.jsonl")[0] == 1
    assert len(list((copied / "reports" / "shop" / "runs").iterdir())) == 1


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are of POSIX")
def test_a_full_disk_leaves_the_old_report_and_a_message(copied):
    before = tree_of(copied / "reports")
    # No file may grow beyond 100 kB: the page does not fit, whatever else is written does.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
    command = arguments("run", "shop", "--language", "en", "--format", "html")
    command[2] = limit + command[2]
    done = subprocess.run(
        command, cwd=copied, env=environment(copied), capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "shop 2026-05: the report cannot be written (File too large)" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree_of(copied / "reports") == before
