import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rapport.errors import ParameterError
from rapport.press.run.execute import exit_code_of, run_tasks
from rapport.press.run.plan import plan
from rapport.press.run.tasks import TableTask

FUNCTIONS = "unit.press.run.table_functions"


def table_task(name, function, *, reads=(), code=(), **arguments):
    return TableTask(
        name, "shop", "2010-11", name, f"{FUNCTIONS}:{function}", arguments,
        {table: table for table in reads}, code,
    )  # fmt: skip


def statuses(results):
    return {task_id.split("/")[-1]: result.status for task_id, result in results.items()}


def content(world, result, table):
    return world.store.object_path(result.tables[table].digest).read_text(encoding="utf-8")


@pytest.fixture
def world(make_world, tmp_path):
    return make_world(tmp_path)


# Chapters that succeed, executed once for the tests that look at them.


@pytest.fixture(scope="module")
def project(write_chapter, make_world, tmp_path_factory):
    """A chapter that writes a table, and one that reads it, as executed."""
    folder = tmp_path_factory.mktemp("project")
    writer = write_chapter(
        folder, "01_writer", "rows: int = 3  # 1 to 9", "# Numbers",
        'write("numbers", " ".join(str(n) for n in range(rows)))', 'record("writer.rows", rows)',
        "import sys; print('beware', file=sys.stderr)",
        writes=("numbers",), rows=5,
    )  # fmt: skip
    reader = write_chapter(
        folder, "02_reader", "factor: int = 2", "numbers = read('numbers')",
        'record("reader.sum", factor * sum(int(n) for n in numbers))',
        reads=("numbers",),
    )  # fmt: skip
    world, events = make_world(folder), []
    results = run_tasks([reader, writer], world, on_event=events.append)
    return folder, world, [writer, reader], results, events


def test_values_and_tables_of_a_chapter_are_kept(project):
    _, world, (writer, reader), results, _ = project

    assert statuses(results) == {"writer": "executed", "reader": "executed"}
    assert content(world, results[writer.id], "numbers") == "0 1 2 3 4"
    assert results[writer.id].tables["numbers"].n_rows == 5
    (value,) = results[reader.id].values
    assert (value["id"], value["value"]) == ("reader.sum", 20)


def test_the_canonical_notebook_is_in_the_store(project):
    _, world, (writer, _), results, _ = project

    notebook = json.loads(world.store.object_path(results[writer.id].notebook).read_bytes())

    tags = [cell["metadata"].get("tags") for cell in notebook["cells"]]
    assert tags[:3] == [["parameters"], ["injected-parameters"], ["setup"]]
    assert notebook["cells"][-1]["outputs"] == []


def test_standard_error_is_a_warning_and_kept_in_the_log(project):
    _, _, (writer, _), results, _ = project
    result = results[writer.id]

    assert result.warnings == ("cell 6 writes to standard error",)
    assert "beware" in result.log.read_text(encoding="utf-8")


def test_an_execution_is_measured(project):
    result = next(iter(project[3].values()))

    assert result.seconds > 0
    assert result.cpu_seconds is None or result.cpu_seconds > 0.1
    assert result.peak_bytes is None or result.peak_bytes > 10_000_000


def test_events_tell_what_happens(project):
    _, _, (writer, _), _, events = project

    told = [(e.kind, e.cell, e.n_cells) for e in events if e.task == writer]

    assert told[0] == ("started", 0, 0)
    assert ("cell", 5, 7) in told
    assert told[-1] == ("executed", 0, 0)
    assert (events[-1].n_settled, events[-1].n_tasks) == (2, 2)


def test_a_second_run_executes_nothing_and_touches_no_file(project):
    _, world, tasks, results, _ = project
    before = {path: path.stat().st_mtime_ns for path in world.store.root.rglob("*")}

    again = run_tasks(tasks, world)

    assert statuses(again) == {"writer": "reused", "reader": "reused"}
    assert [r.values for r in again.values()] == [r.values for r in results.values()]
    assert {path: path.stat().st_mtime_ns for path in world.store.root.rglob("*")} == before


def test_touching_one_thing_executes_only_that(project, write_chapter):
    _, world, (writer, reader), _, _ = project
    other = replace(reader, parameters={"factor": 3})

    planned = {p.task.chapter: (p.action, p.reason) for p in plan([writer, other], world)}

    assert planned["writer"] == ("reuse", "unchanged")
    assert planned["reader"] == ("execute", "parameter factor none -> 3")


def test_edited_prose_is_joined_with_the_outputs_that_are_there(project, tmp_path):
    _, world, (writer, _), results, _ = project
    edited = tmp_path / writer.notebook.name
    text = writer.notebook.read_text(encoding="utf-8").replace("# Numbers", "# Figures")
    edited.write_text(text, encoding="utf-8", newline="\n")

    (result,) = run_tasks([replace(writer, notebook=edited)], world).values()

    assert (result.status, result.reason) == ("reused", "unchanged but for prose or comments")
    new, old = (
        world.store.object_path(r.notebook).read_text(encoding="utf-8")
        for r in (result, results[writer.id])
    )
    assert new == old.replace("# Numbers", "# Figures")


# Chapters that fail.


@pytest.fixture(scope="module")
def failed(write_chapter, make_world, tmp_path_factory):
    """A chapter that raises, one that needs it, one whose kernel is killed, and a good one."""
    folder = tmp_path_factory.mktemp("failed")
    error = 'from rapport.errors import DataError\nraise DataError("orders: none. Look.")'
    tasks = [
        write_chapter(folder, "01_broken", "n: int = 1", "# Prose", error, writes=("t",), n=2),
        write_chapter(folder, "02_waiting", "", reads=("t",), writes=("u",)),
        write_chapter(folder, "03_behind", "", reads=("u",)),
        write_chapter(folder, "04_killed", "", "import signal", "os.kill(os.getpid(), 9)"),
        write_chapter(folder, "05_good", "", "record('good.one', 1)", optional=("absent",)),
        write_chapter(folder, "06_hoping", "", optional=("t",)),
    ]
    return make_world(folder), run_tasks(tasks, make_world(folder))


def test_a_failure_stops_what_needs_it_and_nothing_else(failed):
    _, results = failed

    assert statuses(results) == {
        "broken": "failed", "waiting": "stopped", "behind": "stopped", "killed": "failed",
        "good": "executed", "hoping": "stopped",
    }  # fmt: skip
    assert results["shop/2010-11/waiting"].reason == "needs t, which failed"


def test_a_failed_chapter_says_where_and_what_and_how_to_go_on(failed):
    error = failed[1]["shop/2010-11/broken"].error

    assert (error.class_name, error.message) == ("DataError", "orders: none. Look.")
    assert error.cell == 4
    assert 0 < len(error.traceback) <= 10
    assert error.traceback[-1] == "DataError: orders: none. Look."
    assert error.command == "rapport run shop --period 2010-11 --chapter broken"


def test_the_partial_notebook_is_kept(failed):
    _, results = failed

    for chapter in ("broken", "killed"):
        partial = results[f"shop/2010-11/{chapter}"].error.partial
        cells = json.loads(partial.read_text(encoding="utf-8"))["cells"]
        assert any(cell.get("execution_count") for cell in cells)
    assert (partial.with_name("error.json")).is_file()


def test_a_killed_kernel_is_named(failed):
    error = failed[1]["shop/2010-11/killed"].error

    assert "the kernel was killed by signal 9" in error.message
    assert "memory" in error.message
    assert error.cell == 4


def test_a_failure_is_no_result_to_reuse(failed):
    world, results = failed

    (planned,) = plan([results["shop/2010-11/broken"].task], world)

    assert planned.action == "execute"


def test_the_exit_code_is_that_of_the_worst_failure(failed):
    _, results = failed

    assert exit_code_of(results.values()) == 3
    assert exit_code_of([results["shop/2010-11/killed"]]) == 1
    assert exit_code_of([results["shop/2010-11/good"]]) == 0


def test_an_unknown_parameter_starts_no_kernel(world, write_chapter, tmp_path):
    tasks = [
        write_chapter(tmp_path, "01_a", "days: int = 1"),
        write_chapter(tmp_path, "02_b", "days: int = 1", dyas=2),
    ]
    events = []

    with pytest.raises(ParameterError, match=r"no parameter dyas\. Did you mean days"):
        run_tasks(tasks, world, on_event=events.append)

    assert events == []
    assert not world.store.root.exists()


def test_a_table_that_nothing_makes_is_an_error_of_the_data(world, write_chapter, tmp_path):
    task = write_chapter(tmp_path, "01_a", "", reads=("plans",))

    (result,) = run_tasks([task], world).values()

    assert result.error.class_name == "DataError"
    assert "needs plans, which nothing makes" in result.error.message


# Kernels beside each other, and kernels under other skies.


@pytest.fixture
def short_temporary(monkeypatch):
    """A temporary folder of this test alone, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="r") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_eight_chapters_on_two_workers_do_not_hear_each_other(
    world, write_chapter, tmp_path, short_temporary
):
    transport = "from ipykernel.connect import get_connection_info\n"
    transport += "record('transport', json.loads(get_connection_info())['transport'])"
    tasks = [
        write_chapter(
            tmp_path, f"{n:02}_c{n}", "own: int = 0", "record('own', own)", transport, own=n
        )
        for n in range(8)
    ]

    results = run_tasks(tasks, world, workers=2)

    seen = [[value["value"] for value in result.values] for result in results.values()]
    expected = "ipc" if os.name == "posix" else "tcp"
    assert seen == [[n, expected] for n in range(8)]
    assert list(short_temporary.iterdir()) == []


AMBIENT = """
import locale, sys, time, warnings
warnings.warn(f"beware of {Path.cwd()}")
print(hash("a"), list({"x", "y", "z"}), time.tzname, locale.getlocale(), os.listdir())
print("" in sys.path, str(Path.cwd()) in sys.path, os.environ.get("OMP_NUM_THREADS"))
assert "startup_ran" not in globals()
"""


def test_equal_executions_give_equal_bytes_wherever_they_happen(
    make_world, write_chapter, tmp_path, monkeypatch
):
    profile = tmp_path / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "a.py").write_text("startup_ran = True", encoding="utf-8")
    ambient = {
        "TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8",
        "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "1", "OMP_NUM_THREADS": "2",
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }  # fmt: skip
    found = []
    for folder, variables in ((tmp_path / "a", {}), (tmp_path / "空 格" / "客户{x}", ambient)):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        html = "display(HTML('<b>1</b>'))"
        task = write_chapter(folder, "01_a", "days: int = 1", AMBIENT, html, days=2)
        world = make_world(folder)
        (result,) = run_tasks([task], world, workers=1).values()
        found.append((result.error, result.notebook))

    assert found[0] == found[1]
    assert found[0][0] is None


RUN_FOR_EVER = """
import sys
from pathlib import Path
from rapport.press.run.execute import run_tasks
from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.plan import World
from rapport.press.run.keys.sources import make_chapter_task
from rapport.press.run.store import Store
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    task = make_chapter_task(
        folder / "notebooks" / "01_a.ipynb", ("shop", None), parameters={}, context={}
    )
    world = World(Store(folder / "store"), Conditions("lock", "3.11", {}))
    run_tasks([task], world, on_event=lambda event: print(event.kind, flush=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX knows them")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_no_child_outlives_the_run(write_chapter, tmp_path, how):
    note = tmp_path / "pids"
    endless = f"Path({str(note)!r}).write_text(f'{{os.getppid()}} {{os.getpid()}}')\n"
    write_chapter(tmp_path, "01_a", "", endless + "while True: pass")
    script = tmp_path / "run.py"
    script.write_text(RUN_FOR_EVER, encoding="utf-8")

    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as run, ended_with(run):  # fmt: skip
        wait_until(lambda: note.is_file() and note.read_text(encoding="utf-8"))
        # A terminal interrupts the whole group, workers too; a scheduler kills one process.
        (os.killpg if how == signal.SIGINT else os.kill)(run.pid, how)
        run.wait(timeout=60)

    pids = [int(pid) for pid in note.read_text(encoding="utf-8").split()]
    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    wait_until(lambda: not [*tmp_path.glob("rapport-*"), *tmp_path.glob("store/aside/run-*")])


@contextmanager
def ended_with(run):
    """Kill a run and its group if a check fails, for `Popen` waits without end for a run that goes
    on: what a shell starts in the background ignores interrupts, and so does all that it starts."""
    try:
        yield
    except BaseException:
        os.killpg(run.pid, signal.SIGKILL)
        raise


def wait_until(is_so, seconds=60):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)


def is_alive(pid):
    # A zombie has ended; whether its new parent has fetched its status is not ours.
    status = Path(f"/proc/{pid}/stat")
    if status.parent.parent.is_dir() and Path("/proc/self").exists():
        return status.exists() and status.read_text(encoding="utf-8").split()[2] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# Tables made by functions.


def test_tables_are_made_one_from_the_other_and_reused(world, capfd):
    tasks = [
        table_task("b", "count_words", reads=("a",), words=["three"]),
        table_task("a", "count_words", words=["one", "two"]),
    ]

    results = run_tasks(tasks, world)

    assert content(world, results["b"], "b") == "one two three"
    assert results["b"].tables["b"].n_rows == 3
    assert statuses(run_tasks(tasks, world)) == {"a": "reused", "b": "reused"}
    assert capfd.readouterr().out == ""


def test_a_table_made_again_and_equal_executes_nothing_behind_it(world):
    first, behind = (
        table_task("a", "count_words", words=["one"]),
        table_task("b", "count_words", reads=("a",)),
    )
    run_tasks([first, behind], world)
    moved = replace(first, arguments={"words": ["one"], "unused": True})

    assert [p.action for p in plan([moved, behind], world)] == ["execute", "execute"]
    assert statuses(run_tasks([moved, behind], world)) == {"a": "executed", "b": "reused"}


def test_what_an_equal_task_made_meanwhile_is_not_made_again(world):
    one, other = (
        replace(table_task("a", "write_randomly"), id=unit, unit=unit) for unit in ("one", "other")
    )
    events = []

    results = run_tasks([one, other], world, workers=1, on_event=events.append)

    assert statuses(results) == {"one": "executed", "other": "reused"}
    assert results["other"].reason == "made meanwhile"
    assert content(world, results["other"], "a") == content(world, results["one"], "a")
    assert [event.kind for event in events] == ["started", "executed", "reused"]


def test_functions_run_under_the_enforced_settings(world, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    names = ["PYTHONHASHSEED", "TZ", "OMP_NUM_THREADS"]

    results = run_tasks([table_task("a", "report_settings", settings=names)], world)

    assert content(world, results["a"], "a") == "PYTHONHASHSEED=0 TZ=UTC OMP_NUM_THREADS=1"
    assert os.environ["PYTHONHASHSEED"] == "7"


def test_each_failure_of_a_function_is_told_apart_and_the_others_go_on(world):
    functions = ("refuse", "stumble", "die", "lie_about_content", "count_words")
    results = run_tasks([table_task(name, name) for name in functions], world, workers=1)

    errors = {name: result.error and result.error.class_name for name, result in results.items()}
    assert errors == {
        "refuse": "DataError", "stumble": "KeyError", "die": "WorkerError",
        "lie_about_content": "RuntimeError", "count_words": None,
    }  # fmt: skip
    assert "was killed by signal 9" in results["die"].error.message
    assert 'arguments["nowhere"]' in "\n".join(results["stumble"].error.traceback)
    assert results["refuse"].error.traceback == ()


def test_a_fresh_run_that_differs_warns_of_it(world):
    task = table_task("a", "write_randomly")
    run_tasks([task], world)

    (result,) = run_tasks([task], world, fresh=True).values()

    assert result.warnings == (
        "gave another result than before under the same key: not deterministic",
    )


def test_code_that_is_edited_while_it_runs_gives_no_result(world, tmp_path):
    edited = tmp_path / "rapport" / "a.py"
    edited.parent.mkdir()
    edited.write_text("x = 1", encoding="utf-8")
    task = table_task("t", "edit_code", code=("a.py",), file=str(edited))

    (result,) = run_tasks([task], replace(world, package=edited.parent)).values()

    assert result.error.message == "t: `a.py` changed while it ran. Run it again."


def test_code_that_is_saved_again_as_it_was_while_it_runs_is_no_change(world, tmp_path):
    saved = tmp_path / "rapport" / "a.py"
    saved.parent.mkdir()
    saved.write_text("x = 2", encoding="utf-8")
    os.utime(saved, (0, 0))
    task = table_task("t", "edit_code", code=("a.py",), file=str(saved))

    (result,) = run_tasks([task], replace(world, package=saved.parent)).values()

    assert (result.status, result.error) == ("executed", None)
    assert saved.stat().st_mtime > 0


def test_code_that_is_deleted_while_it_runs_gives_no_result(world, tmp_path):
    deleted = tmp_path / "rapport" / "a.py"
    deleted.parent.mkdir()
    deleted.write_text("x = 1", encoding="utf-8")
    task = table_task("t", "delete_code", code=("a.py",), file=str(deleted))

    (result,) = run_tasks([task], replace(world, package=deleted.parent)).values()

    assert "`a.py` changed while it ran" in result.error.message
