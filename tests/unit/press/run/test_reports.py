"""Tasks that join a run while it goes on, and reports printed from what others made."""

import json
from dataclasses import replace

import pytest

from rapport.press.run.execute import exit_code_of, run_tasks
from rapport.press.run.plan import describe_plan, plan
from rapport.press.run.tasks import ReportTask, TableTask

FUNCTIONS = "unit.press.run.table_functions"


def table_task(name, *, reads=(), period="2010-11", function="count_words", **arguments):
    return TableTask(
        f"shop/{period}/{name}", "shop", period, name, f"{FUNCTIONS}:{function}", arguments,
        {table: table for table in reads}, (),
    )  # fmt: skip


def report_task(*needs, function="print_results", code=(), **arguments):
    return ReportTask(
        "shop/2010-11/report", "shop", "2010-11", f"{FUNCTIONS}:{function}",
        {"title": "Shop", **arguments}, tuple(task.id for task in needs), code,
    )  # fmt: skip


def statuses(results):
    return {task_id.split("/")[-1]: result.status for task_id, result in results.items()}


@pytest.fixture
def world(make_world, tmp_path):
    return make_world(tmp_path / "data")


@pytest.fixture
def page(tmp_path):
    return tmp_path / "reports" / "page.txt"


# Tasks that join.


def opened(result):
    """Give what follows from a source that was read: a table of its words."""
    if result.task.name != "orders":
        return []
    return [table_task("b", reads=("orders",)), table_task("c", reads=("b",))]


def test_tasks_that_follow_from_another_join_the_run(world):
    events = []
    source = table_task("orders", period=None, words=["one", "two"])

    results = run_tasks([source], world, expand=opened, on_event=events.append)

    assert statuses(results) == {"orders": "executed", "b": "executed", "c": "executed"}
    text = world.store.object_path(results["shop/2010-11/c"].tables["c"].digest)
    assert text.read_text(encoding="utf-8") == "one two"
    known = [event.n_tasks for event in events if event.task == source]
    assert known == [1, 3]


def test_tasks_follow_from_one_that_is_reused_as_well(world):
    source = table_task("orders", period=None, words=["one", "two"])
    run_tasks([source], world, expand=opened)

    again = run_tasks([source], world, expand=opened)

    assert set(statuses(again).values()) == {"reused"}
    planned = plan([source], world, expand=opened)
    assert [(p.task.name, p.action) for p in planned] == [
        ("orders", "reuse"), ("b", "reuse"), ("c", "reuse"),
    ]  # fmt: skip


def test_nothing_follows_from_a_task_that_failed(world):
    source = table_task("orders", period=None, function="refuse")

    assert statuses(run_tasks([source], world, expand=opened)) == {"orders": "failed"}


# Reports.


def test_a_report_is_printed_from_what_its_tasks_made(world, page):
    table = table_task("a", words=["one"])

    results = run_tasks([report_task(table, code=("rapport.errors",)), table], world)

    assert page.read_text(encoding="utf-8") == "Shop: {'shop/2010-11/a': ['a']}"
    assert results["shop/2010-11/report"].made["modules"] == ["__init__.py", "errors.py"]


def test_a_report_that_is_there_is_not_printed_again(world, page):
    table = table_task("a", words=["one"])
    run_tasks([report_task(table), table], world)
    before = page.stat().st_mtime_ns

    again = run_tasks([report_task(table), table], world)

    assert statuses(again) == {"a": "reused", "report": "reused"}
    assert again["shop/2010-11/report"].made["keeps"].keys() == {"reports/page.txt"}
    assert page.stat().st_mtime_ns == before


@pytest.mark.parametrize("spoil", [lambda page: page.unlink(), lambda page: page.write_text("x")])
def test_a_report_whose_files_are_gone_or_edited_is_printed_again(world, page, spoil):
    table = table_task("a", words=["one"])
    run_tasks([report_task(table), table], world)
    spoil(page)

    results = run_tasks([report_task(table), table], world)

    assert statuses(results) == {"a": "reused", "report": "executed"}
    assert results["shop/2010-11/report"].reason == "its files are not as they were"


def test_a_report_is_printed_again_for_the_reason_given(world):
    table = table_task("a", words=["one"])
    run_tasks([report_task(table), table], world)

    def reason_of(report, *tables):
        return next(p.reason for p in plan([report, *tables], world) if p.task == report)

    other = table_task("a", words=["two"])
    run_tasks([other], world)
    assert reason_of(report_task(table, languages=["en"]), table) == "languages changed"
    assert reason_of(report_task(table, code=("rapport.errors",)), table) == (
        "`__init__.py` changed; `errors.py` changed"
    )
    assert reason_of(report_task(other), other) == "a: content changed"


def test_a_table_made_again_and_equal_prints_nothing(world):
    table = table_task("a", words=["one"])
    run_tasks([report_task(table), table], world)
    moved = replace(table, arguments={"words": ["one"], "unused": True})

    results = run_tasks([report_task(moved), moved], world)

    assert statuses(results) == {"a": "executed", "report": "reused"}


def test_a_report_that_fails_is_a_failed_task_with_its_exit_code(world):
    table = table_task("a", words=["one"])

    results = run_tasks([report_task(table, function="refuse_to_print"), table], world)

    error = results["shop/2010-11/report"].error
    assert (error.class_name, error.traceback) == ("RapportError", ())
    assert exit_code_of(results.values()) == 1


def test_a_report_of_a_failed_task_is_not_printed(world, page):
    table = table_task("a", function="refuse")

    results = run_tasks([report_task(table), table], world)

    assert statuses(results) == {"a": "failed", "report": "stopped"}
    assert not page.exists()


def test_a_report_comes_after_the_one_before_it_whatever_becomes_of_that(world, page):
    good, bad = table_task("good", words=["one"]), table_task("bad", function="refuse")
    first = replace(report_task(bad), id="shop/2010-10/report", period="2010-10")
    second = replace(report_task(good), after=(first.id, "shop/2010-09/report"))

    results = run_tasks([second, first, good, bad], world)

    assert results["shop/2010-10/report"].status == "stopped"
    assert results["shop/2010-11/report"].status == "executed"
    assert page.exists()
    alone = plan([good, replace(second, after=())], world)
    (planned,) = [each for each in alone if each.task.id == second.id]
    assert planned.action == "reuse", "the order is no part of the key"


# Reports of chapters: what is told of them.


@pytest.fixture
def printed(world, write_chapter, tmp_path):
    """Print a report of one chapter."""
    task = write_chapter(tmp_path, "01_a", "days: int = 90", "# Numbers", "days + 1", days=90)
    run_tasks([task, report_task(task)], world)
    return task


def rows(world, task, tmp_path, **arguments):
    described = describe_plan(plan([task, report_task(task, **arguments)], world), tmp_path)
    return [(row["action"], row["reason"]) for row in described["tasks"]]


def edit(task, old, new):
    text = task.notebook.read_text(encoding="utf-8")
    assert old in text
    task.notebook.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def test_a_chapter_whose_report_stays_is_reused(world, printed, tmp_path):
    assert rows(world, printed, tmp_path) == [("reuse", "unchanged")]


def test_edited_prose_is_rendered_and_executes_nothing(world, printed, tmp_path):
    edit(printed, "# Numbers", "# Figures")

    assert rows(world, printed, tmp_path) == [("render", "prose of a changed: rendering")]
    results = run_tasks([printed, report_task(printed)], world)
    assert statuses(results) == {"a": "reused", "report": "executed"}


def test_an_edited_comment_is_rendered_and_executes_nothing(world, printed, tmp_path):
    edit(printed, "days + 1", "days + 1  # tomorrow")

    assert rows(world, printed, tmp_path) == [("render", "comments of a changed: rendering")]


def test_a_notebook_saved_in_another_layout_is_not_rendered(world, printed, tmp_path):
    content = json.loads(printed.notebook.read_text(encoding="utf-8"))
    printed.notebook.write_text(json.dumps(content, indent=1), encoding="utf-8", newline="\n")

    assert rows(world, printed, tmp_path) == [("reuse", "unchanged")]


def test_other_forms_are_rendered(world, printed, tmp_path):
    assert rows(world, printed, tmp_path, formats=["html"]) == [
        ("render", "formats changed: rendering")
    ]


def test_a_chapter_that_is_executed_is_no_rendering(world, printed, tmp_path):
    moved = replace(printed, parameters={"days": 60})

    assert rows(world, moved, tmp_path) == [("execute", "parameter days 90 -> 60")]


def test_how_long_a_task_took_is_known_when_it_is_looked_at_again(world, printed):
    last = world.store.read_last(printed.id)

    assert last["seconds"] > 0
    assert last["parameters"] == {"days": 90}
